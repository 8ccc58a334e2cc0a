"""Stations as central sees them: an event stream each, a pull after each news, operations.

They speak HTTP over bare asyncio streams, so that the load costs less than what it measures.
"""

import asyncio
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bench.country_data import PROCEDURE, Post, person_of
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

_CALM = 0.3
"""Seconds between two pulls of one station, as guichet.sync.engine leaves them."""


@dataclass
class Seen:
    """What the stations have measured, in seconds. `told`: from a change to its pull elsewhere."""

    operations: list[float] = field(default_factory=list)
    pulls: list[float] = field(default_factory=list)
    told: list[float] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)
    faults: int = 0


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
        self.ready = asyncio.Event()
        """Set once the station has read its site's feed."""
        self.waiting: dict[str, float] = {}
        """When other stations of the site changed a visit, until this one has pulled it."""

    async def live(self, opened: asyncio.Semaphore) -> None:
        """Listen, and pull whenever the site's feed moves, until cancelled."""
        listening = asyncio.create_task(self._listen(opened))
        try:
            while True:
                await self._moved.wait()
                self._moved.clear()
                await self.pull()
                await asyncio.sleep(_CALM)
        finally:
            listening.cancel()

    async def _listen(self, opened: asyncio.Semaphore) -> None:
        async with opened:
            reader, writer = await asyncio.open_connection(*self._at)
            writer.write(f"GET /v1/events HTTP/1.1\r\n{self._head}\r\n".encode())
            await reader.readuntil(b"\r\n\r\n")
        try:
            while line := await reader.readline():
                if line.startswith(b"data:"):
                    self._moved.set()
        finally:
            writer.close()

    async def pull(self) -> None:
        """Read the feed to its end."""
        more = True
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
        for reason in filter(None, reasons):
            self._seen.refused[reason] = self._seen.refused.get(reason, 0) + 1
        return reasons

    async def _ask(self, method: str, path: str, body: str = "") -> dict:  # type: ignore[type-arg]
        async with self._one:
            if self._pipe is None or self._pipe[0].at_eof():  # central ends what is not used
                self.close()
                self._pipe = await asyncio.open_connection(*self._at)
            reader, writer = self._pipe
            content = body.encode()
            kind = "Content-Type: application/json\r\n" if body else ""
            head = f"{method} {path} HTTP/1.1\r\n{self._head}{kind}Content-Length: {len(content)}"
            writer.write(f"{head}\r\n\r\n".encode() + content)
            answered = await reader.readuntil(b"\r\n\r\n")
            status = int(answered[9:12])
            length = next(
                int(line.split(b":")[1])
                for line in answered.split(b"\r\n")
                if line.lower().startswith(b"content-length:")
            )
            answer = await reader.readexactly(length)
        if status != 200:
            self._seen.faults += 1
            raise OSError(f"{method} {path}: {status} {answer[:200]!r}")
        found: dict = json.loads(answer)  # type: ignore[type-arg]
        return found

    def close(self) -> None:
        """Give the connection back."""
        if self._pipe is not None:
            self._pipe[1].close()
