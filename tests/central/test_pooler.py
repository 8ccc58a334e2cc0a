"""Through a pooler such as PgBouncer, whose every transaction may go to another server process."""

import os
import shutil
import socket
import socketserver
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from guichet.store.engine import open_engine, reading
from tests.databases import TEMPLATE, postgresql_database
from tests.waiting import until

_OFTEN = 12
"""Executions of a statement: psycopg prepares it after the fifth."""
_KEY = b"K\x00\x00\x00\x0c"
"""How PostgreSQL says to a client which process serves it: this, the number, a secret."""


@pytest.fixture
def database() -> Iterator[str]:
    with postgresql_database(TEMPLATE) as url:
        yield url


def test_no_pooler_statements_are_prepared(database: str) -> None:
    assert _prepared(database) > 0


def test_through_a_pooler_no_statement_is_prepared(database: str) -> None:
    with _renumbered(database) as through:
        assert _prepared(through) == 0


@pytest.mark.skipif(shutil.which("pgbouncer") is None, reason="needs PgBouncer")
def test_pgbouncer_shares_two_connections_between_eight(database: str, tmp_path: Path) -> None:
    with _pgbouncer(database, tmp_path) as through:
        engine = open_engine(through)
        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(_often, [engine] * 8)) == [None] * 8
        engine.dispose()


def _often(engine: Engine) -> None:
    for number in range(_OFTEN):
        with reading(engine) as connection:
            asked = connection.execute(sa.text("SELECT CAST(:a AS integer)"), {"a": number})
            assert asked.scalar_one() == number


def _prepared(url: str) -> int:
    """How many statements a session knows by name once one has been executed often."""
    engine = open_engine(url)
    _often(engine)
    with reading(engine) as connection:
        count = sa.text("SELECT count(*) FROM pg_prepared_statements")
        found: int = connection.execute(count).scalar_one()
    engine.dispose()
    return found


def _elsewhere(url: str, port: int) -> str:
    parts = sa.make_url(url).set(host="127.0.0.1", port=port, query={"sslmode": "disable"})
    return parts.render_as_string(hide_password=False)


@contextmanager
def _renumbered(url: str) -> Iterator[str]:
    """The database by way of a relay that gives the server's process a number of its own."""
    server = str(Path(str(sa.make_url(url).query["host"])) / ".s.PGSQL.5432")

    class Relay(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            client: socket.socket = self.request
            with socket.socket(socket.AF_UNIX) as upstream, suppress(OSError):
                upstream.connect(server)
                threading.Thread(target=_pass_on, args=(client, upstream), daemon=True).start()
                while answer := upstream.recv(65536):
                    head, key, rest = answer.partition(_KEY)
                    client.sendall(head + key + (b"\x7f\xff\xff\xff" + rest[4:] if key else b""))

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Relay) as relay:
        threading.Thread(target=relay.serve_forever, args=(0.02,), daemon=True).start()
        yield _elsewhere(url, relay.server_address[1])
        relay.shutdown()


def _pass_on(client: socket.socket, upstream: socket.socket) -> None:
    with suppress(OSError):
        while asked := client.recv(65536):
            upstream.sendall(asked)
        upstream.shutdown(socket.SHUT_RDWR)


@contextmanager
def _pgbouncer(url: str, folder: Path) -> Iterator[str]:
    """The database through a real PgBouncer that keeps two connections."""
    parts = sa.make_url(url)
    server = Path(str(parts.query["host"]))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = folder / "pgbouncer.ini"
    settings.write_text(
        f"[databases]\n{parts.database} = host={server} user={parts.username}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        "auth_type = any\npool_mode = transaction\ndefault_pool_size = 2\n"
    )
    command = ["pgbouncer", str(settings)]
    if os.geteuid() == 0:  # it refuses to run as root: as whoever the server runs as
        owner = server.stat().st_uid
        command = ["setpriv", f"--reuid={owner}", "--clear-groups", *_READS, *command]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            until(lambda: _answers(port), what="PgBouncer")
            yield _elsewhere(url, port)
        finally:
            process.terminate()


_READS = ("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search")
"""So that it may read its settings, which lie in root's folder."""


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True
