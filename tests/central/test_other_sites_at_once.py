"""Several sites book at each other's at the same moment."""

import threading
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from guichet.domain.operations import Book, Cancel, Hold, Move, Register
from tests.central.samples import PROCEDURE, Caller, book, person, publish, row, slot
from tests.central.sites import cooled, done, held
from tests.servers import CentralUnderTest, Clock


def deadlocks(central: CentralUnderTest) -> int:
    """How many PostgreSQL had to end; trying again hides them. SQLite has one writer."""
    if central.engine.dialect.name == "sqlite":
        return 0
    statement = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    with central.engine.connect() as connection:
        return int(connection.exec_driver_sql(statement).scalar_one())


def test_two_sites_want_the_last_seat(
    callers: dict[int, Caller], central: CentralUnderTest
) -> None:
    for n in range(10):
        rare = f"rare{n}"
        publish(central.engine, 2, slot(rare, 2, seats=1), person(f"b{n}", 2), person(f"c{n}", 2))
        publish(central.engine, 1, person(f"a{n}"))
        start = threading.Barrier(2)

        def seek(site: int, who: str, rare: str = rare, start: threading.Barrier = start) -> Any:
            start.wait()
            return callers[site].do(book(rare, who))[0]["reason"]

        with ThreadPoolExecutor(2) as pool:
            reasons = list(pool.map(seek, (1, 2), (f"a{n}", f"b{n}")))
        assert sorted(reasons, key=str) == [None, "slot_full"]
        assert row(callers[2].pull_all(), "slot", rare)["record"]["free"] == 0


def test_sites_that_book_at_each_other_neither_block_nor_lose(
    callers: dict[int, Caller], central: CentralUnderTest, clock: Clock
) -> None:
    """Each of three sites books for its own at the two others, moves and cancels, all at once."""
    each, seats = 12, 100
    publish(central.engine, 1, slot("w1", 1, seats), *(person(f"1-{n}", 1) for n in range(each)))
    publish(central.engine, 2, slot("w2", 2, seats), *(person(f"2-{n}", 2) for n in range(each)))
    publish(central.engine, 3, slot("w3", 3, seats), *(person(f"3-{n}", 3) for n in range(each)))
    crowd = [
        Caller(central.url, central.enrol(site), clock()) for site in (1, 2, 3) for _ in range(2)
    ]
    start = threading.Barrier(len(crowd))

    def work(number: int) -> list[tuple[str, str]]:
        caller = crowd[number]
        home = caller.station.site
        there = [f"w{site}" for site in (1, 2, 3) if site != home]
        kept = []
        start.wait()
        for n in range(number % 2, each, 2):
            who = person(f"{home}-{n}", home)
            first, second = there if n % 4 < 2 else there[::-1]
            hold = uuid.uuid4().hex
            done(caller, Hold(hold, first))
            action = Book(uuid.uuid4().hex[:16], hold, first, who.id, PROCEDURE.code, None)
            done(caller, action)
            done(caller, Register(replace(who, commune="Pantin")))
            done(caller, Move(action.appointment, "none", second))
            if n % 3 == 0:
                done(caller, Cancel(action.appointment, "person"))
            else:
                kept.append((action.appointment, second))
        return kept

    try:
        with ThreadPoolExecutor(len(crowd)) as pool:
            kept = [pair for found in pool.map(work, range(len(crowd))) for pair in found]
    finally:
        for caller in crowd:
            caller.http.close()
    assert deadlocks(central) == 0
    assert len(kept) == 3 * each - 3 * len(range(0, each, 3))
    taken = Counter(where for _key, where in kept)
    cooled(central, clock)
    for site, caller in callers.items():
        slots, found = held(caller, "slot"), held(caller, "appointment")
        record = slots[f"w{site}"]
        assert record is not None
        assert record["free"] == seats - taken[f"w{site}"]
        booked_ = [r for r in found.values() if r is not None and r["status"] == "booked"]
        here = {r["id"] for r in booked_ if r["slot"] == f"w{site}"}
        assert here == {key for key, where in kept if where == f"w{site}"}
        named = held(caller, "person")
        for r in filter(None, found.values()):
            who = named[r["person"]]
            assert who is not None
            assert who["commune"] == "Pantin"
