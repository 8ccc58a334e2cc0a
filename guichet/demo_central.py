"""The demo's central: its training data, its clock, and the process that serves it."""

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

import click

from guichet.config import OFFSET_VARIABLE, clock, write_private
from guichet.demo_data import DATABASE, in_its_own_process
from guichet.domain.calendar_fr import is_open_day, long_date, next_open_day
from guichet.errors import ConfigError
from guichet.i18n import _

STATE_FILE = "demo.json"

_ZONE = ZoneInfo("Europe/Paris")
_EARLIEST, _LATEST, _START = time(8, 0), time(19, 0), time(9, 40)
_ADDRESS = re.compile(r"https?://\S+")
_LAST_SECONDS = 5.0

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class State:
    """What other terminals need to join: `offset` is the demo clock's advance in seconds."""

    url: str
    pid: int
    offset: int


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
    click.echo(_("Centrale arrêtée. Pour la relancer\u00a0: guichet demo --start-central"))


def start_central(folder: Path) -> None:
    """Serve the demo's central again, at the address its stations know, until Ctrl+C."""
    try:
        state = State(**json.loads((folder / STATE_FILE).read_text("utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise ConfigError(
            _("Aucune démonstration n’est ouverte ici\u00a0: lancez «\u00a0guichet demo\u00a0».")
        ) from error
    os.environ[OFFSET_VARIABLE] = str(state.offset)
    from guichet.central.serve import serve
    from guichet.store.engine import sqlite_url

    def ready(address: str) -> None:
        _keep(folder, replace(state, pid=os.getpid()))
        click.echo(
            _("Centrale relancée à {address} (Ctrl+C pour l’arrêter).").format(address=address)
        )

    port = int(state.url.rsplit(":", 1)[1])
    serve(sqlite_url(folder / DATABASE), "127.0.0.1", port, ready=ready)


@contextmanager
def central(folder: Path, *, fresh: bool, say: Say) -> Iterator[State]:
    """The demo's central as a child process meanwhile, with training data for the demo day.

    Raises ConfigError when another demo runs in this folder, or the child does not start.
    """
    with (folder / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConfigError(
                _(
                    "Une démonstration tourne déjà ici\u00a0: rejoignez-la avec "
                    "«\u00a0guichet demo --join\u00a0», ou fermez-la."
                )
            ) from error
        with _served(folder, fresh=fresh, say=say) as state:
            yield state


@contextmanager
def _served(folder: Path, *, fresh: bool, say: Say) -> Iterator[State]:
    now = datetime.now(UTC)
    shifted = clock()() - now  # who sets the variable wants that very clock
    offset = round(shifted.total_seconds()) or clock_offset(now)
    os.environ[OFFSET_VARIABLE] = str(offset)
    day = next_open_day(clock()().astimezone(_ZONE).date())
    _announce(day, clock()(), shifted=offset != 0, say=say)
    if fresh or in_its_own_process("day", folder) != str(day):
        say(_("Chargement de 2\u202f000 personnes fictives et de leurs rendez-vous…"))
        _forget(folder)
        in_its_own_process("fill", folder, str(day))
    say(_("Impression de quelques convocations pour la caméra d’entraînement…"))
    in_its_own_process("papers", folder)
    say(_("Démarrage de la centrale…"))
    child = _start_child(folder)
    try:
        state = State(_address(folder, child), child.pid, offset)
        _keep(folder, state)
        yield state
    finally:
        (folder / STATE_FILE).unlink(missing_ok=True)
        _end(child)


def _announce(day: date, now: datetime, *, shifted: bool, say: Say) -> None:
    say(
        _("Démonstration\u00a0: {day}, données fictives, rien ne sort de cet ordinateur.").format(
            day=long_date(day)
        )
    )
    if shifted:
        say(
            _(
                "La préfecture est fermée à cette heure\u00a0: l’horloge de la démonstration "
                "est avancée, il y est {hour}."
            ).format(hour=f"{now.astimezone(_ZONE):%H:%M}")
        )


def _forget(folder: Path) -> None:
    """Remove what an older demo left: its database, stations and pictures."""
    for file in folder.glob(f"{DATABASE}*"):
        file.unlink()
    for name in ("stations", "papers"):
        shutil.rmtree(folder / name, ignore_errors=True)


def _start_child(folder: Path) -> "subprocess.Popen[str]":
    from guichet.store.engine import sqlite_url

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
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(_LAST_SECONDS)
        why = (folder / "central.err").read_text("utf-8").strip()
        raise ConfigError(
            _("La centrale de la démonstration n’a pas démarré\u00a0: {why}").format(why=why)
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


def _keep(folder: Path, state: State) -> None:
    write_private(folder / STATE_FILE, json.dumps(asdict(state)))


def _answers(url: str) -> bool:
    import httpx

    try:
        with httpx.Client(trust_env=False, timeout=2.0) as client:
            return bool(client.get(f"{url}/healthz").json() == {"status": "ok"})
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return False
