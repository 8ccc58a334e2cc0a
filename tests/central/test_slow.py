"""Who sends a byte now and then is cut, and others are served meanwhile. Real sockets."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx
import pytest

from guichet.central.app import create_app
from guichet.central.budgets import Protection
from guichet.central.serve import running
from tests.central.samples import Caller, furnish, person
from tests.servers import CentralUnderTest, Clock

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HEAD = "guichet.central.slow.HEAD_WITHIN"


@pytest.fixture
def url(central: CentralUnderTest, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(HEAD, 0.5)
    app = create_app(central.engine, clock=clock, protection=Protection(slow_seconds=1))
    with running(app) as address:
        yield address


@contextmanager
def connected(url: str) -> Iterator[socket.socket]:
    where = httpx.URL(url)
    with socket.create_connection((where.host, where.port or 80), timeout=10) as made:
        yield made


def dripped(client: socket.socket, text: bytes) -> tuple[bytes, float]:
    """What came back until the connection was cut, and after how long.

    One byte each tenth of a second, for ever: `text`, then padding.
    """
    begun = time.monotonic()
    over = threading.Event()

    def drip() -> None:
        with suppress(OSError):  # it was cut
            client.sendall(text)
            while not over.wait(0.1):
                client.sendall(b"a")

    dripping = threading.Thread(target=drip)
    dripping.start()
    said = b""
    with suppress(ConnectionResetError):
        while part := client.recv(65536):
            said += part
    over.set()
    dripping.join()
    return said, time.monotonic() - begun


@pytest.mark.parametrize(
    "text", [b"GET /", b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: "], ids=["path", "header"]
)
def test_a_head_that_drips_is_cut(url: str, text: bytes) -> None:
    with connected(url) as client:
        said, seconds = dripped(client, text)
    assert said == b""
    assert seconds < 5


def test_who_says_nothing_is_cut(url: str) -> None:
    with connected(url) as client:
        begun = time.monotonic()
        assert client.recv(65536) == b""
    assert time.monotonic() - begun < 5


def test_a_body_that_drips_is_told_so_and_cut(url: str) -> None:
    head = (
        b"POST /v1/operations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Content-Length: 1000000\r\n\r\n{"
    )
    with connected(url) as client:
        said, seconds = dripped(client, head)
    assert said.startswith(b"HTTP/1.1 408 ")
    assert b"urn:guichet:problem:too_slow" in said
    assert seconds < 5


def test_a_body_that_nobody_asked_for_is_not_waited_for(url: str) -> None:
    with connected(url) as client:
        head = b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"
        said, seconds = dripped(client, head)
    assert said.startswith(b"HTTP/1.1 200 ")
    assert seconds < 5


def test_a_second_request_that_drips_is_cut_too(url: str) -> None:
    with connected(url) as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        said, seconds = dripped(client, b"GET /healthz HTTP/1.1\r\nX-Slow: ")
    assert said.count(b"HTTP/1.1 200 ") == 1
    assert seconds < 5


def test_others_are_served_meanwhile(url: str, central: CentralUnderTest, clock: Clock) -> None:
    furnish(central.engine, person("p1"))
    slow = [socket.create_connection((httpx.URL(url).host, httpx.URL(url).port or 80))
            for _ in range(200)]  # fmt: skip
    try:
        for client in slow:
            client.sendall(b"POST /v1/operations HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
        with Caller(url, central.enrol(1), clock()) as caller:
            begun = time.monotonic()
            assert caller.pull_all()
            assert caller.http.post("/v1/persons", json={"q": "diallo"}).status_code == 200
            assert time.monotonic() - begun < 1
    finally:
        for client in slow:
            client.close()


def test_a_kept_connection_may_rest(url: str) -> None:
    """Between two requests nothing has begun: uvicorn's own five seconds count."""
    with connected(url) as client:
        for _ in range(2):
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            said = b""
            while not said.endswith(b'{"status":"ok"}'):
                part = client.recv(65536)
                assert part, said
                said += part
            assert said.startswith(b"HTTP/1.1 200 ")
            threading.Event().wait(0.8)  # longer than a head may take: time is what is tested


@pytest.mark.parametrize(
    "head",
    [b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nX-Long: " + b"a" * 70_000 + b"\r\n\r\n"],
    ids=["no http", "large head"],
)
def test_what_is_no_http_or_has_a_large_head_is_a_problem(url: str, head: bytes) -> None:
    with connected(url) as client:
        client.sendall(head)
        said = b""
        with suppress(ConnectionResetError):
            while part := client.recv(65536):
                said += part
    assert said.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in said
    assert b"urn:guichet:problem:malformed_http" in said


def test_long_answers_are_compressed_for_who_asks(
    url: str, central: CentralUnderTest, clock: Clock
) -> None:
    furnish(central.engine, *(person(f"p{n}") for n in range(50)))
    with Caller(url, central.enrol(1), clock()) as caller:
        packed = caller.http.get("/v1/changes")
        plain = caller.http.get("/v1/changes", headers={"Accept-Encoding": "identity"})
        assert packed.headers["content-encoding"] == "gzip"
        assert "content-encoding" not in plain.headers
        assert packed.content == plain.content
        assert packed.num_bytes_downloaded * 4 < plain.num_bytes_downloaded
        assert "content-encoding" not in caller.http.get("/v1/hello").headers
        with caller.http.stream("GET", "/v1/events") as stream:
            assert "content-encoding" not in stream.headers
            assert next(stream.iter_lines()) == "event: changed"
