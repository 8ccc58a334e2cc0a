import contextlib
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from guichet.central import registry
from guichet.central.app import create_app
from guichet.central.openapi import PATH, document
from guichet.central.serve import running, serve
from guichet.errors import ConfigError
from guichet.store.engine import open_engine, sqlite_url
from tests.central.samples import Caller, furnish
from tests.servers import START

PROGRAM = """
import sys
from guichet.central.serve import serve
serve(sys.argv[1], sys.argv[2], 0, ready=lambda url: print(url, flush=True))
"""


@pytest.fixture
def url(tmp_path: Path) -> str:
    return sqlite_url(tmp_path / "central.sqlite3")


@contextlib.contextmanager
def program(url: str, host: str = "127.0.0.1") -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-c", PROGRAM, url, host]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_program_and_its_streams(url: str, number: signal.Signals) -> None:
    with program(url) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        engine = open_engine(url)
        furnish(engine)
        code = registry.add_enrol_code(engine, 1, START.replace(year=2100))
        body = {"code": code, "name": "poste"}
        given = httpx.post(f"{address}/v1/enrol", json=body).json()
        with (
            Caller(address, registry.Enrolled(**given), START) as caller,
            caller.http.stream("GET", "/v1/events") as stream,
        ):
            lines = stream.iter_lines()
            next(lines)
            process.send_signal(number)
            assert [line for line in lines if line.startswith("event")] == []
        process.wait(timeout=10)
        engine.dispose()
    assert process.returncode in (0, -number)


def test_without_tls_the_network_is_warned_of(url: str) -> None:
    with program(url, host="0.0.0.0") as process:  # noqa: S104 - what is warned of
        assert process.stdout is not None
        assert process.stdout.readline().startswith("http://0.0.0.0:")
        process.kill()
        _out, errors = process.communicate(timeout=10)
    assert "sans TLS" in errors


def test_a_port_in_use_is_said(url: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"port {port}"):
            serve(url, "127.0.0.1", port)
        engine = open_engine(url)
        with (
            pytest.raises(ConfigError, match=f"port {port}"),
            running(create_app(engine), port=port),
        ):
            pass
        engine.dispose()


def test_a_certificate_that_is_missing_is_said(url: str, tmp_path: Path) -> None:
    absent = tmp_path / "absent.pem"
    with pytest.raises(ConfigError, match="certificat"):
        serve(url, "127.0.0.1", 0, tls_cert=absent, tls_key=absent)


def test_openapi_is_up_to_date() -> None:
    assert PATH.read_text(encoding="utf-8") == document()
