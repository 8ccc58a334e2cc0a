"""Central under load: check-ins, bookings and pulls through HTTP at 32 clients, on both databases.

Beside each, in the same run, what the database does with the same statements. The clients, the
server and PostgreSQL share the machine: its load is printed first.
"""

import os
from collections.abc import Callable, Iterator

import httpx

from bench.figures import Figure
from bench.limits import READS, WRITES, pgbench, prepare, sqlite_commits
from bench.load import Outcome, load, request
from bench.stage import Post, Stage, stage
from guichet.domain.operations import Action

_EACH, _WARM = 60, 5
"""Operations of each of 32 clients."""
_PULLS = 20
_PAGE = 500
_ROUNDS = 2


def measure() -> Iterator[Figure]:
    yield Figure("processes that want a core before it starts", os.getloadavg()[0], "")
    for kind in ("sqlite", "postgresql"):
        with stage(kind, _ROUNDS * _EACH + _WARM) as central:
            yield from _checkins(kind, central)
            yield from _bookings(kind, central)
            yield from _pulls(kind, central)


def _checkins(kind: str, central: Stage) -> Iterator[Figure]:
    rate, cpu, _wait = _operations(central, Post.checkin)
    yield Figure(f"check-in over HTTP, {kind}: CPU of the server", cpu, "ms", limit=2.0)
    yield Figure(f"check-ins at 32 clients, {kind}", rate, "/s", 860, "twenty times pretix")


def _bookings(kind: str, central: Stage) -> Iterator[Figure]:
    prepare(central.database)
    if kind == "sqlite":
        writes = sqlite_commits(central.database, WRITES)
        yield Figure("bookings SQLite commits one by one, were nothing read", writes, "/s")
        each = sqlite_commits(central.database, [*READS, *WRITES])
        limit, name, share = each, "one commit each", 0.5
    else:
        limit, name, share = pgbench(central.database, len(central.posts)), "pgbench", 0.18
    rate, cpu, wait = _operations(central, Post.booking)
    yield Figure(f"booking over HTTP, {kind}: CPU of the server", cpu, "ms")
    yield Figure(f"bookings at 32 clients, {kind} (wanted: {share} ×)", rate, "/s", limit, name)
    most = 50 if kind == "sqlite" else None
    yield Figure(f"worst wait of a booking, {kind}", wait * 1000, "ms", limit=most)


def _operations(central: Stage, draw: Callable[[Post], Action]) -> tuple[float, float, float]:
    """Operations a second, the server's CPU for each in ms, and the worst wait: best of rounds."""
    load(central.url, [[post.sent(draw(post)) for _turn in range(_WARM)] for post in central.posts])
    seen: list[tuple[Outcome, float]] = []
    for _round in range(_ROUNDS):
        wanted = [[post.sent(draw(post)) for _turn in range(_EACH)] for post in central.posts]
        before = central.cpu()
        outcome = load(central.url, wanted)
        seen.append((outcome, (central.cpu() - before) / len(outcome.waits) * 1000))
        assert outcome.applied == _EACH * len(central.posts)
    return (
        max(outcome.rate for outcome, _cpu in seen),
        min(cpu for _outcome, cpu in seen),
        min(max(outcome.waits) for outcome, _cpu in seen),
    )


def _pulls(kind: str, central: Stage) -> Iterator[Figure]:
    token = central.posts[0].station.token
    headers = {"Authorization": f"Bearer {token}", "Guichet-Protocol": "1"}
    path = f"/v1/changes?limit={_PAGE}"
    page = httpx.get(f"{central.url}{path}", headers=headers).json()
    assert len(page["changes"]) == _PAGE
    last = page
    while last["more"]:
        since = f"{path}&since={last['cursor']}"
        last = httpx.get(f"{central.url}{since}", headers=headers).json()
    full = request("GET", path, token)
    empty = request("GET", f"{path}&since={last['cursor']}", token)
    rates = [
        max(load(central.url, [[asked] * _PULLS] * 32).rate for _turn in range(_ROUNDS))
        for asked in (full, empty)
    ]
    name = f"pulls of {_PAGE} changes, {kind} (wanted: 0.2 ×)"
    yield Figure(name, rates[0], "/s", rates[1], "an empty one")
