import json
import os
import shutil
import signal
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from guichet import demo, demo_central
from guichet.config import clock, load_enrolment
from guichet.convocation.token import PREFIX
from guichet.domain.admission import Finding
from guichet.domain.model import Role
from guichet.errors import ConfigError
from guichet.practice import TRAIN_TICKET
from guichet.scanner.decoder import decode
from guichet.scanner.frames import decode_picture
from guichet.station import SignedIn, Station
from tests.terminal import Terminal
from tests.waiting import until

PARIS = ZoneInfo("Europe/Paris")
ALTERNATE_SCREEN = "\x1b[?1049h"


def to_next_morning() -> int:
    now = datetime.now(UTC)
    tonight = now.astimezone(PARIS).replace(hour=23, minute=0)
    return round((tonight - now).total_seconds()) + demo_central.clock_offset(tonight)


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put back afterwards what the demo sets; begin at 9:40 whatever time it is."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("GUICHET_CLOCK_OFFSET", str(to_next_morning()))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return demo.demo_folder(tmp_path / "demo")


def silent(_line: str) -> None:
    """Say nothing."""


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-11-24 08:00", "2026-11-24 08:00"),
        ("2026-11-24 18:59", "2026-11-24 18:59"),
        ("2026-11-24 19:00", "2026-11-25 09:40"),
        ("2026-11-24 03:15", "2026-11-24 09:40"),
        ("2026-11-27 22:00", "2026-11-30 09:40"),  # Friday night
        ("2026-11-29 11:00", "2026-11-30 09:40"),  # Sunday
        ("2026-12-25 10:00", "2026-12-28 09:40"),  # a holiday before a week-end
        ("2026-03-28 12:00", "2026-03-30 09:40"),  # over the change to summer time
        ("2026-05-01 00:30", "2026-05-04 09:40"),
    ],
)
def test_the_demo_begins_during_opening_hours(now: str, then: str) -> None:
    moment = paris(now)
    assert moment + timedelta(seconds=demo_central.clock_offset(moment)) == paris(then)


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "camera").mkdir()
    with pytest.raises(ConfigError, match="autre chose"):
        demo.demo_folder(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["camera"]


def test_there_is_nothing_to_join_where_no_demo_runs(folder: Path) -> None:
    stale = {"url": "http://127.0.0.1:1", "pid": 1, "offset": 0}
    for state in (None, "{", "[]", json.dumps(stale)):
        if state is not None:
            (folder / demo_central.STATE_FILE).write_text(state)
        with (
            pytest.raises(ConfigError, match="guichet demo"),
            demo.prepare(folder, Role.COUNTER, join=True, say=silent),
        ):
            pytest.fail("joined nothing")


def test_no_central_to_stop_or_start_where_no_demo_runs(folder: Path) -> None:
    with pytest.raises(ConfigError):
        demo_central.stop_central(folder)
    with pytest.raises(ConfigError):
        demo_central.start_central(folder)


def test_a_demo_is_a_real_central_and_others_join_it(folder: Path) -> None:
    said: list[str] = []
    with demo.prepare(folder, Role.SUPERVISOR, say=said.append) as first:
        assert "Démonstration" in said[0]
        assert any("2\u202f000 personnes fictives" in line for line in said)
        assert httpx.get(f"{first.url}/healthz").json() == {"status": "ok"}
        with (
            pytest.raises(ConfigError, match="--join"),
            demo.prepare(folder, Role.COUNTER, say=silent),
        ):
            pytest.fail("two demos in one folder")
        with demo.prepare(folder, Role.COUNTER, join=True, say=silent) as second:
            assert second.url == first.url
            assert second.folder != first.folder
            scanned_here_is_seen_there(first, second)
        plain_commands_work_on_it(folder)
        central_can_be_stopped_and_started(folder, first)
        private = [first.folder / "enrolment.json", folder / "central.sqlite3"]
        assert {stat.S_IMODE(path.stat().st_mode) for path in private} == {0o600}
    assert gone(first.central_pid)
    assert demo_central.running_state(folder) is None
    again_without_loading(folder, first)
    what_is_past_is_made_anew(folder)


def scanned_here_is_seen_there(first: demo.DemoStation, second: demo.DemoStation) -> None:
    supervisor, counter = (Station.open(demo_.folder, clock()) for demo_ in (first, second))
    try:
        for station, demo_ in ((supervisor, first), (counter, second)):
            assert isinstance(station.session.sign_in(demo_.code, demo_.pin), SignedIn)
        pictures = sorted(first.papers.glob("*.png"))
        findings = {path.stem: scan(counter, path) for path in pictures}
        until(lambda: counter.sync_state.pending == 0)
        assert findings.pop("01-attendu-1") is Finding.EXPECTED
        assert findings == {
            **{name: Finding.EXPECTED for name in findings if name.startswith("01")},
            "02-en-retard": Finding.LATE,
            "03-autre-jour": Finding.WRONG_DAY,
            "04-annulé": Finding.CANCELLED,
            "05-autre-site": Finding.WRONG_SITE,
            "06-remplacé": Finding.SUPERSEDED,
            "07-nom-changé": findings["07-nom-changé"],  # right QR: only the paper's name is wrong
            "08-falsifié": Finding.FORGED,
            "09-clé-inconnue": Finding.UNKNOWN_KEY,
            "10-billet-de-train": Finding.NOT_OURS,
        }
        mine = {row.key: row.state for row in counter.reception.day()}
        until(lambda: {row.key: row.state for row in supervisor.reception.day()} == mine)
    finally:
        supervisor.close()
        counter.close()


def plain_commands_work_on_it(folder: Path) -> None:
    given = demo.shell(Role.MEDIATOR, folder)
    done = subprocess.run(
        [sys.executable, "-m", "guichet", "slots", "REMI", "--days", "7", "--json"],
        env=os.environ | given, input="1111\n", capture_output=True, text=True, check=True,
    )  # fmt: skip
    answer = json.loads(done.stdout)
    assert answer["online"]
    assert answer["slots"]


def central_can_be_stopped_and_started(folder: Path, first: demo.DemoStation) -> None:
    demo_central.stop_central(folder)
    until(lambda: demo_central.running_state(folder) is None)
    with (
        pytest.raises(ConfigError, match="arrêtée"),
        demo.prepare(folder, Role.COUNTER, join=True, say=silent),
    ):
        pytest.fail("joined a demo without central")
    terminal = Terminal("demo", "--start-central", "--dir", str(folder), folder=folder.parent)
    try:
        terminal.wait_for("relancée")
        state = demo_central.running_state(folder)
        assert state is not None
        assert state.url == first.url
        terminal.press(b"\x03")
        terminal.wait_until_gone("Ctrl+C")
        assert b"Traceback" not in terminal.output
    finally:
        terminal.end()


def scan(station: Station, picture: Path) -> Finding:
    frame = decode_picture(picture.read_bytes())
    assert frame is not None
    (text,) = decode(frame)
    assert text.startswith(PREFIX) or text == TRAIN_TICKET
    return station.reception.scan(text).decision.finding


def again_without_loading(folder: Path, before: demo.DemoStation) -> None:
    said: list[str] = []
    with demo.prepare(folder, Role.MEDIATOR, say=said.append) as again:
        assert not any("Chargement" in line for line in said)
        assert again.folder == before.folder
        enrolment = load_enrolment(again.folder)
        assert enrolment is not None
        assert enrolment.url == again.url
        assert (again.code, again.pin) == ("MB1", "1111")


def what_is_past_is_made_anew(folder: Path) -> None:
    os.environ["GUICHET_CLOCK_OFFSET"] = str(to_next_morning() + 7 * 86_400)
    said: list[str] = []
    with demo.prepare(folder, Role.MEDIATOR, say=said.append) as again:
        assert any("Chargement" in line for line in said)
        assert any("avancée" in line for line in said)
        station = Station.open(again.folder, clock())
        assert station.reception.day()
        station.close()


def gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are found in /proc")
@pytest.mark.timeout(300)
def test_nothing_is_left_however_the_demo_ends(tmp_path: Path) -> None:
    for way in ("F10", "SIGTERM", "SIGHUP", "SIGKILL", "window closed", "while loading"):
        if way == "while loading":
            shutil.rmtree(tmp_path / "demo")
        terminal = Terminal("demo", "--dir", str(tmp_path / "demo"), folder=tmp_path)
        try:
            if way == "while loading":
                terminal.wait_for("Chargement")
                terminal.send(signal.SIGTERM)
            else:
                terminal.wait_for(ALTERNATE_SCREEN)
                assert len(terminal.processes()) == 2
                end(terminal, way)
            terminal.wait_until_gone(way)
            assert b"Traceback" not in terminal.output
            if way == "F10":
                assert terminal.process.wait() == 0
        finally:
            terminal.end()


def end(terminal: Terminal, way: str) -> None:
    match way:
        case "F10":
            terminal.press(b"\x1b[21~")
        case "window closed":
            terminal.close()
        case _:
            terminal.send(signal.Signals[way])
