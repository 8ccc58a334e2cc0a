"""``guichet demo``: a real central on this computer, invented people, and the application.

The first terminal starts the central as a child process, which ends with it however it ends; other
terminals join through the state file in the demo's folder.
"""

import contextlib
import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from guichet.config import (
    OFFSET_VARIABLE,
    clock,
    load_enrolment,
    load_settings,
    save_enrolment,
    station_folder,
    write_private,
)
from guichet.domain.calendar_fr import is_open_day, long_date, next_open_day
from guichet.domain.model import Role
from guichet.errors import ConfigError, GuichetError
from guichet.i18n import _

STATE_FILE = "demo.json"
MARK = ".guichet-demo"
DATABASE = "central.sqlite3"
SITE = 1

_ZONE = ZoneInfo("Europe/Paris")
_EARLIEST, _LATEST, _START = time(8, 0), time(19, 0), time(9, 40)
_ADDRESS = re.compile(r"https?://\S+")
_MOST_STATIONS = 18
_LAST_SECONDS = 5.0

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class State:
    """What other terminals need to join: `offset` is the demo clock's advance in seconds."""

    url: str
    pid: int
    offset: int


@dataclass(frozen=True, slots=True)
class DemoStation:
    """A station of the demo, ready to open, and who signs in there."""

    url: str
    folder: Path
    code: str
    pin: str
    camera: Path
    central_pid: int


def demo_folder(override: Path | None) -> Path:
    """The demo's own folder. Raises ConfigError when it holds something else or cannot be used."""
    folder = station_folder(override) if override else station_folder(station_folder() / "demo")
    if not (folder / MARK).exists():
        if any(entry.name != "guichet.log" for entry in folder.iterdir()):
            raise ConfigError(
                _(
                    "Le dossier {folder} contient autre chose qu’une démonstration\u202f: "
                    "indiquez avec --dir un dossier vide ou nouveau."
                ).format(folder=folder)
            )
        write_private(folder / MARK, "guichet demo\n")
    return folder


def run(
    role: Role,
    folder: Path,
    *,
    fresh: bool = False,
    join: bool = False,
    theme: str | None = None,
    camera: str | None = None,
) -> int:
    """Prepare the demo, open the application, and clean up when it closes; its exit code."""
    with _ending_on_signals(), prepare(folder, role, fresh=fresh, join=join, say=print) as station:
        from guichet.app import run as open_application  # noqa: PLC0415 - heavy

        return open_application(
            station.folder,
            load_settings(folder),
            auto_sign_in=(station.code, station.pin),
            practice=station.camera,
            camera=camera or str(station.camera),
            theme=theme,
        )


@contextmanager
def prepare(
    folder: Path, role: Role, *, fresh: bool = False, join: bool = False, say: Say = print
) -> Iterator[DemoStation]:
    """A demo running meanwhile, or the one to join, with an enrolled station of Bobigny.

    Raises ConfigError when there is no demo to join, or one already where a new one was asked for.
    """
    _bypass_proxies()
    with contextlib.ExitStack() as stack:
        state = running_state(folder)
        if join:
            if state is None:
                raise ConfigError(
                    _(
                        "Aucune démonstration ne tourne ici\u202f: lancez d’abord "
                        "«\u00a0guichet demo\u00a0» dans un autre terminal."
                    )
                )
            os.environ[OFFSET_VARIABLE] = str(state.offset)
        else:
            if state is not None:
                raise ConfigError(
                    _(
                        "Une démonstration tourne déjà ici\u202f: rejoignez-la avec "
                        "«\u00a0guichet demo --join\u00a0», ou fermez-la."
                    )
                )
            state = stack.enter_context(_central(folder, fresh=fresh, say=say))
        station = stack.enter_context(_claimed_station(folder))
        _enrol(folder, station, state.url, say)
        yield DemoStation(state.url, station, *_agent(role), folder / "camera", state.pid)


def running_state(folder: Path) -> State | None:
    """The state of the demo running in the folder, None when its central does not answer."""
    try:
        state = State(**json.loads((folder / STATE_FILE).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None  # none, or half of one: no demo to speak of
    return state if _answers(state.url) else None


def clock_offset(now: datetime) -> int:
    """Seconds that the demo's clock is ahead of `now`, so that it begins during opening hours.

    None between 8:00 and 19:00 of an open day; else it begins at 9:40 of the next opening.
    """
    local = now.astimezone(_ZONE)
    if is_open_day(local.date()) and _EARLIEST <= local.time() < _LATEST:
        return 0
    day = local.date() if local.time() < _EARLIEST else local.date() + timedelta(days=1)
    start = datetime.combine(next_open_day(day), _START, _ZONE)
    return round((start - local.astimezone(UTC)).total_seconds())


def stop_central(folder: Path) -> None:
    """Stop the running demo's central, to see stations go on without it."""
    state = running_state(folder)
    if state is None:
        raise ConfigError(_("Aucune centrale de démonstration ne répond ici."))
    os.kill(state.pid, signal.SIGTERM)
    print(_("Centrale arrêtée. Pour la relancer\u202f: guichet demo --start-central"))


def start_central(folder: Path) -> None:
    """Serve the demo's central again, at the address its stations know, until Ctrl+C."""
    try:
        state = State(**json.loads((folder / STATE_FILE).read_text("utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise ConfigError(
            _("Aucune démonstration n’est ouverte ici\u202f: lancez «\u00a0guichet demo\u00a0».")
        ) from error
    os.environ[OFFSET_VARIABLE] = str(state.offset)
    from guichet.central.serve import serve  # noqa: PLC0415 - heavy
    from guichet.store.engine import sqlite_url  # noqa: PLC0415

    def ready(address: str) -> None:
        _keep(folder, replace(state, pid=os.getpid()))
        print(_("Centrale relancée à {address} (Ctrl+C pour l’arrêter).").format(address=address))

    port = int(state.url.rsplit(":", 1)[1])
    serve(sqlite_url(folder / DATABASE), "127.0.0.1", port, ready=ready)


@contextmanager
def _central(folder: Path, *, fresh: bool, say: Say) -> Iterator[State]:
    """The demo's central as a child process, with training data for the demo day."""
    offset = int(os.environ.get(OFFSET_VARIABLE) or clock_offset(datetime.now(UTC)))
    os.environ[OFFSET_VARIABLE] = str(offset)
    _load(folder, fresh=fresh, shifted=offset != 0, say=say)
    say(_("Démarrage de la centrale…"))
    child = _start_child(folder)
    try:
        state = State(_address(folder, child), child.pid, offset)
        _keep(folder, state)
        yield state
    finally:
        (folder / STATE_FILE).unlink(missing_ok=True)
        _end(child)


def _load(folder: Path, *, fresh: bool, shifted: bool, say: Say) -> None:
    """Training data of the demo day in the folder's database, and pictures for its camera."""
    from guichet.central import training  # noqa: PLC0415 - heavy
    from guichet.central.registry import create  # noqa: PLC0415
    from guichet.practice import print_pages  # noqa: PLC0415
    from guichet.store.engine import open_engine, sqlite_url  # noqa: PLC0415

    now = clock()()
    day = next_open_day(training.local_day(now))
    _announce(day, now, shifted=shifted, say=say)
    database = folder / DATABASE
    if database.exists() and (fresh or _day_in(database) != day):
        _forget(folder)
    engine = open_engine(sqlite_url(database))
    try:
        create(engine)
        if training.loaded_day(engine) is None:
            say(_("Chargement de 2\u202f000 personnes fictives et de leurs rendez-vous…"))
            training.load(engine, day, now)
        say(_("Impression de quelques convocations pour la caméra d’entraînement…"))
        print_pages(engine, folder / "camera", now)
    finally:
        engine.dispose()


def _announce(day: date, now: datetime, *, shifted: bool, say: Say) -> None:
    say(
        _("Démonstration\u202f: {day}, données fictives, rien ne sort de cet ordinateur.").format(
            day=long_date(day)
        )
    )
    if shifted:
        say(
            _(
                "La préfecture est fermée à cette heure\u202f: l’horloge de la démonstration "
                "est avancée, il y est {hour}."
            ).format(hour=f"{now.astimezone(_ZONE):%H:%M}")
        )


def _day_in(database: Path) -> date | None:
    """The demo day of an older database, None when there is none or it cannot be read."""
    from guichet.central.training import loaded_day  # noqa: PLC0415
    from guichet.store.engine import migrate, open_engine, sqlite_url  # noqa: PLC0415

    engine = open_engine(sqlite_url(database))
    try:
        migrate(engine)
        return loaded_day(engine)
    except GuichetError:
        return None  # damaged: training data is simply made again
    finally:
        engine.dispose()


def _forget(folder: Path) -> None:
    """Remove what an older demo left: its database, stations and pictures."""
    for file in folder.glob(f"{DATABASE}*"):
        file.unlink()
    for name in ("stations", "camera"):
        shutil.rmtree(folder / name, ignore_errors=True)


def _start_child(folder: Path) -> "subprocess.Popen[str]":
    from guichet.store.engine import sqlite_url  # noqa: PLC0415

    with (folder / "central.err").open("w", encoding="utf-8") as errors:
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "guichet", "central", "serve", "--stop-with-stdin"),
                *("--port", "0", "--dir", str(folder / "central")),
                *("--database", sqlite_url(folder / DATABASE)),
            ],
            # Held open by this process alone: its end, however sudden, ends the child.
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,  # Ctrl+C and a closed terminal are for the application
        )


def _address(folder: Path, child: "subprocess.Popen[str]") -> str:
    """Where the child answers; waits until it does."""
    line = child.stdout.readline() if child.stdout else ""
    found = _ADDRESS.search(line)
    if found is None:
        child.wait(_LAST_SECONDS)
        why = (folder / "central.err").read_text("utf-8").strip()
        raise ConfigError(
            _("La centrale de la démonstration n’a pas démarré\u202f: {why}").format(why=why)
        )
    return found[0]


def _end(child: "subprocess.Popen[str]") -> None:
    """Stop the child; it has a few seconds to close its files."""
    for stop in (_hang_up, subprocess.Popen.terminate, subprocess.Popen.kill):
        stop(child)
        try:
            child.wait(_LAST_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        break
    if child.stdout:
        child.stdout.close()


def _hang_up(child: "subprocess.Popen[str]") -> None:
    if child.stdin:
        child.stdin.close()


@contextmanager
def _claimed_station(folder: Path) -> Iterator[Path]:
    """The folder of the first station that no other terminal uses."""
    for number in range(1, _MOST_STATIONS + 1):
        station = folder / "stations" / str(number)
        station.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (station / "terminal.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield station
            return
    raise ConfigError(_("Trop de terminaux ont rejoint la démonstration\u202f: fermez-en un."))


def _enrol(folder: Path, station: Path, url: str, say: Say) -> None:
    """Make the folder a station of Bobigny, or tell the one it is central's new address."""
    known = load_enrolment(station)
    if known is not None:
        save_enrolment(station, replace(known, url=url))
        return
    from guichet.central.registry import add_enrol_code  # noqa: PLC0415 - heavy
    from guichet.station import enrol  # noqa: PLC0415
    from guichet.store.engine import open_engine, sqlite_url  # noqa: PLC0415

    say(_("Enrôlement de ce poste…"))
    engine = open_engine(sqlite_url(folder / DATABASE))
    try:
        code = add_enrol_code(engine, SITE, clock()())
    finally:
        engine.dispose()
    enrol(station, url, code, f"poste {station.name}", clock())


def _agent(role: Role) -> tuple[str, str]:
    from guichet.central.training import PINS, agent_code  # noqa: PLC0415 - heavy

    return agent_code(role, SITE), PINS[role]


def _keep(folder: Path, state: State) -> None:
    write_private(folder / STATE_FILE, json.dumps(asdict(state)))


def _answers(url: str) -> bool:
    import httpx  # noqa: PLC0415 - heavy

    try:
        with httpx.Client(trust_env=False, timeout=2.0) as client:
            return client.get(f"{url}/healthz").json() == {"status": "ok"}
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return False


def _bypass_proxies() -> None:
    """The demo's central is on this computer: no proxy can lead there."""
    for name in ("NO_PROXY", "no_proxy"):
        held = os.environ.get(name, "")
        if "127.0.0.1" not in held:
            os.environ[name] = ",".join(filter(None, (held, "127.0.0.1")))


@contextmanager
def _ending_on_signals() -> Iterator[None]:
    """SIGTERM and SIGHUP end this process in order, as quitting does."""

    def leave(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    held = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in held.items():
            signal.signal(number, handler)
