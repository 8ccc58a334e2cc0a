"""``guichet demo``: a real central on this computer, invented people, and the application.

The first terminal starts the central as a child process, which ends with it however it ends; other
terminals join through the state file in the demo's folder.
"""

import contextlib
import fcntl
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import click

from guichet.config import (
    OFFSET_VARIABLE,
    clock,
    load_enrolment,
    load_settings,
    save_enrolment,
    station_folder,
    write_private,
)
from guichet.demo_central import Say, central, running_state
from guichet.demo_data import DATABASE
from guichet.domain.model import Role
from guichet.errors import ConfigError
from guichet.i18n import _

MARK = ".guichet-demo"
SITE = 1

_MOST_STATIONS = 18


@dataclass(frozen=True, slots=True)
class DemoStation:
    """A station of the demo, ready to open, and who signs in there.

    `papers` holds pictures of printed pages; those in `camera` are before the practice camera.
    """

    url: str
    folder: Path
    code: str
    pin: str
    camera: Path
    papers: Path
    central_pid: int


def demo_folder(override: Path | None) -> Path:
    """The demo's own folder. Raises ConfigError when it holds something else or cannot be used."""
    folder = station_folder(override) if override else station_folder(station_folder() / "demo")
    if not (folder / MARK).exists():
        if any(entry.name != "guichet.log" for entry in folder.iterdir()):
            raise ConfigError(
                _(
                    "Le dossier {folder} contient autre chose qu’une démonstration\u00a0: "
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
    with (
        _ending_on_signals(),
        prepare(folder, role, fresh=fresh, join=join, say=click.echo) as station,
    ):
        from guichet.app import run as open_application

        return open_application(
            station.folder,
            load_settings(folder),
            auto_sign_in=(station.code, station.pin),
            practice=station.papers,
            camera=camera or str(station.camera),
            theme=theme,
        )


def display(folder: Path, *, theme: str | None = None) -> int:
    """Show the running demo's calls, on a station of their own; the exit code."""
    with prepare(folder, Role.COUNTER, join=True) as station:
        from guichet.display import run as show

        return show(station.folder, own=True, theme=theme)


def shell(role: Role, folder: Path) -> dict[str, str]:
    """The environment in which the plain commands work on the running demo, as an agent of it.

    They get a station of their own. Raises ConfigError when no demo runs.
    """
    with prepare(folder, role, join=True, say=lambda line: click.echo(line, err=True)) as station:
        return {
            "GUICHET_DIR": str(station.folder),
            OFFSET_VARIABLE: os.environ[OFFSET_VARIABLE],
            "GUICHET_AGENT": station.code,
        }


@contextmanager
def prepare(
    folder: Path, role: Role, *, fresh: bool = False, join: bool = False, say: Say = click.echo
) -> Iterator[DemoStation]:
    """A demo running meanwhile, or the one to join, with an enrolled station of Bobigny.

    Raises ConfigError when there is no demo to join, or one already where a new one was asked for.
    """
    _bypass_proxies()
    with contextlib.ExitStack() as stack:
        if join:
            state = running_state(folder)
            if state is None:
                raise ConfigError(
                    _(
                        "Aucune démonstration ne répond ici\u00a0: lancez d’abord "
                        "«\u00a0guichet demo\u00a0» dans un autre terminal, ou "
                        "«\u00a0guichet demo --start-central\u00a0» si la centrale est arrêtée."
                    )
                )
            os.environ[OFFSET_VARIABLE] = str(state.offset)
        else:
            state = stack.enter_context(central(folder, fresh=fresh, say=say))
        station = stack.enter_context(_claimed_station(folder))
        _enrol(folder, station, state.url, say)
        say(
            _("Agents et codes secrets\u00a0: {agents}.").format(
                agents=", ".join(" ".join(_agent(one)) for one in Role)
            )
        )
        camera = station / "camera"
        camera.mkdir(exist_ok=True)
        for left in camera.glob("*.png"):
            left.unlink()
        papers = folder / "papers"
        yield DemoStation(state.url, station, *_agent(role), camera, papers, state.pid)


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
    raise ConfigError(_("Trop de terminaux ont rejoint la démonstration\u00a0: fermez-en un."))


def _enrol(folder: Path, station: Path, url: str, say: Say) -> None:
    """Make the folder a station of Bobigny, or tell the one it is central's new address."""
    known = load_enrolment(station)
    if known is not None:
        save_enrolment(station, replace(known, url=url))
        return
    from guichet.central.registry import add_enrol_code
    from guichet.station.enrolling import enrol
    from guichet.store.engine import open_engine, sqlite_url

    say(_("Enrôlement de ce poste…"))
    engine = open_engine(sqlite_url(folder / DATABASE))
    try:
        code = add_enrol_code(engine, SITE, clock()())
    finally:
        engine.dispose()
    enrol(station, url, code, f"poste {station.name}", clock(), fictional=True)


def _agent(role: Role) -> tuple[str, str]:
    from guichet.central.training import PINS, agent_code

    return agent_code(role, SITE), PINS[role]


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
