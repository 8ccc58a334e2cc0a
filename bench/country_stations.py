"""Stations as central sees them: an event stream each, a pull after each news, operations.

They speak HTTP over bare asyncio streams, so that the load costs less than what it measures.
"""

import asyncio
import contextlib
import json
import random
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bench.country_data import PROCEDURE, Post
from bench.records import person_of
from guichet.domain.operations import (
    Action,
    Book,
    Call,
    CheckIn,
    Complete,
    Hold,
    Operation,
    Register,
    Start,
)
from guichet.store.wire import operation_json
from guichet.sync import pace

_CONNECTING, _SILENCE = 5.0, 10.0
"""Seconds after which guichet.sync.client gives up."""
_FAULTS = (OSError, EOFError)
"""What a request may end with; a TimeoutError is an OSError."""


class _Refused(OSError):
    """An answer that is no success; `retry_after` in seconds, if central asked for a pause."""

    def __init__(self, status: int, retry_after: float | None) -> None:
        super().__init__(str(status))
        self.retry_after = retry_after


@dataclass
class Seen:
    """What the stations have measured, in seconds. `told`: from a change to its pull elsewhere.

    `operations` and `pulls` are until the answer, whatever had to be asked again meanwhile.
    `faults`: requests and streams that ended otherwise than with their answer, by kind.
    """

    operations: list[float] = field(default_factory=list)
    pulls: list[float] = field(default_factory=list)
    told: list[float] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    size: int = 0
    """Bytes of answers, heads and streams apart."""

    def clear(self) -> None:
        """Begin anew."""
        vars(self).update(vars(Seen()))  # the same object is every station's


class StationClient:
    """One station; `clock` gives its time, `seen` gathers what all of them measure."""

    def __init__(self, url: str, post: Post, clock: Callable[[], datetime], seen: Seen) -> None:
        self.post = post
        self._clock = clock
        self._seen = seen
        host, port = url.removeprefix("http://").split(":")
        self._at = (host, int(port))
        self._head = (
            f"Host: {host}\r\nAuthorization: Bearer {post.token}\r\nGuichet-Protocol: 1\r\n"
        )
        self._cursor = ""
        self._one = asyncio.Lock()
        self._pipe: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._moved = asyncio.Event()
        self.listens = asyncio.Event()
        """Set while the event stream is open."""
        self.ready = asyncio.Event()
        """Set once the station has read its site's feed to the end since it began to listen."""
        self.waiting: dict[str, float] = {}
        """When other stations of the site changed a visit, until this one has pulled it."""

    async def live(self) -> None:
        """Listen, and pull whenever the site's feed moves, until cancelled."""
        listening = asyncio.create_task(self._listen())
        try:
            while True:
                self._moved.clear()
                await self.pull()
                await asyncio.sleep(pace.CALM)
                patience = pace.next_look(_jitter(), listening=self.listens.is_set())
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._moved.wait(), patience)
        finally:
            listening.cancel()

    async def _listen(self) -> None:
        while True:
            retry_after = None
            try:
                await self._hear()
            except _FAULTS as fault:
                self._seen.faults[f"events: {_kind(fault)}"] += 1
                retry_after = getattr(fault, "retry_after", None)
            self.listens.clear()
            self.ready.clear()
            self._moved.set()
            await asyncio.sleep(pace.listen_again(retry_after, _jitter()))

    async def _hear(self) -> None:
        async with asyncio.timeout(_CONNECTING):
            reader, writer = await asyncio.open_connection(*self._at)
        try:
            writer.write(f"GET /v1/events HTTP/1.1\r\n{self._head}\r\n".encode())
            async with asyncio.timeout(_SILENCE):
                _answered(await reader.readuntil(b"\r\n\r\n"))
            self.listens.set()
            while line := await reader.readline():
                if line.startswith(b"data:"):
                    self._moved.set()
        finally:
            writer.close()

    async def pull(self) -> None:
        """Read the feed to its end."""
        more, listens = True, self.listens.is_set()
        while more:
            since = f"&since={self._cursor}" if self._cursor else ""
            start = time.perf_counter()
            page = await self._ask("GET", f"/v1/changes?limit=1000{since}")
            now = time.perf_counter()
            self._seen.pulls.append(now - start)
            self._cursor, more = page["cursor"], page["more"]
            for change in page["changes"]:
                if change["kind"] == "visit" and change["key"] in self.waiting:
                    self._seen.told.append(now - self.waiting.pop(change["key"]))
        if listens:
            self.ready.set()

    async def book(self, slot: str) -> str | None:
        """Hold a seat and book it for somebody new; central's refusal, if any."""
        person = person_of(self.post.site, str(uuid.uuid4()))
        hold = str(uuid.uuid4())
        for reason in await self.do(Register(person), Hold(hold, slot)):
            if reason is not None:
                return reason
        booking = Book(uuid.uuid4().hex[:16], hold, slot, person.id, PROCEDURE, None)
        return (await self.do(booking))[0]

    async def receive(self, appointment: str, neighbours: list["StationClient"]) -> None:
        """Check somebody in, call, start and end their visit, one request each."""
        visit = str(uuid.uuid4())
        steps = (
            CheckIn(visit, appointment, f"A{visit[:4]}", None),
            Call(visit, "4"),
            Start(visit),
            Complete(visit, "served"),
        )
        for action in steps:
            now = time.perf_counter()
            for neighbour in neighbours:
                neighbour.waiting.setdefault(visit, now)
            await self.do(action)

    async def do(self, *actions: Action) -> list[str | None]:
        """Send operations in one request; the reasons of refusal."""
        texts = [
            operation_json(
                Operation(
                    id=str(uuid.uuid4()),
                    station=self.post.id,
                    agent=self.post.agent,
                    site=self.post.site,
                    at=self._clock(),
                    action=action,
                )
            )
            for action in actions
        ]
        start = time.perf_counter()
        answer = await self._ask("POST", "/v1/operations", f'{{"operations":[{",".join(texts)}]}}')
        self._seen.operations.append(time.perf_counter() - start)
        reasons = [verdict["reason"] for verdict in answer["verdicts"]]
        self._seen.refused.update(filter(None, reasons))
        return reasons

    async def _ask(self, method: str, path: str, body: str = "") -> dict[str, Any]:
        """The answer, asked for until there is one, with the pauses of guichet.sync.engine."""
        failures = 0
        while True:
            try:
                async with self._one:
                    return await self._once(method, path, body.encode())
            except _FAULTS as fault:
                self.close()
                self._seen.faults[f"{path[4:11]}: {_kind(fault)}"] += 1
                failures += 1
                await asyncio.sleep(
                    sum(pace.rest(failures, getattr(fault, "retry_after", None), _jitter()))
                )

    async def _once(self, method: str, path: str, content: bytes) -> dict[str, Any]:
        if self._pipe is None or self._pipe[0].at_eof():  # central ends what is not used
            self.close()
            async with asyncio.timeout(_CONNECTING):
                self._pipe = await asyncio.open_connection(*self._at)
        reader, writer = self._pipe
        kind = "Content-Type: application/json\r\n" if content else ""
        head = f"{method} {path} HTTP/1.1\r\n{self._head}{kind}Content-Length: {len(content)}"
        writer.write(f"{head}\r\n\r\n".encode() + content)
        async with asyncio.timeout(_SILENCE):
            length = _answered(await reader.readuntil(b"\r\n\r\n"))
            answer = await reader.readexactly(length)
        self._seen.size += length
        found: dict[str, Any] = json.loads(answer)
        return found

    def close(self) -> None:
        """Give the connection back."""
        if self._pipe is not None:
            self._pipe[1].close()
            self._pipe = None


def _answered(head: bytes) -> int:
    """The length of the body of a successful answer; raises _Refused."""
    first, *lines = head.lower().split(b"\r\n")
    said = dict(line.split(b": ", 1) for line in lines if line)
    status = int(first.split()[1])
    if status != 200:
        asked = said.get(b"retry-after")
        raise _Refused(status, None if asked is None else float(asked))
    return int(said.get(b"content-length", 0))


def _jitter() -> float:
    return random.random()  # noqa: S311 - no secret


def _kind(fault: Exception) -> str:
    return str(fault) if isinstance(fault, _Refused) else type(fault).__name__
