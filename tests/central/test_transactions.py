import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from guichet.central import feed
from guichet.central.problems import Problem
from guichet.central.transactions import submit, submitted, transact
from guichet.errors import StoreError
from guichet.store.schema import METADATA


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_deadlock_is_tried_again(engine: Engine) -> None:
    both_hold_one = threading.Barrier(2)
    attempts: list[int] = []

    def write(site: int) -> None:
        first = True

        def work(connection: Connection) -> None:
            nonlocal first
            attempts.append(site)
            feed.lock(connection, site)
            if first:
                first = False
                both_hold_one.wait(timeout=10)
            feed.lock(connection, 3 - site)

        transact(engine, work)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, (1, 2)))
    assert len(attempts) == 3


def test_other_faults_are_not_tried_again(engine: Engine) -> None:
    attempts = []

    def work(connection: Connection) -> None:
        attempts.append(1)
        connection.execute(sa.text("SELECT * FROM nowhere"))

    with pytest.raises(StoreError):
        transact(engine, work)
    assert len(attempts) == 1


def test_what_fails_half_way_leaves_nothing(engine: Engine) -> None:
    def work(connection: Connection) -> None:
        feed.publish(connection, 1, [("person", "gone")])
        raise RuntimeError

    with pytest.raises(RuntimeError):
        transact(engine, work)
    with engine.connect() as connection:
        assert feed.sequence_of(connection, 1) == 0


SETTING = METADATA.tables["setting"]
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
Work = Callable[[Connection], str]


def note(name: str) -> Work:
    """A piece of work that leaves a trace."""

    def work(connection: Connection) -> str:
        connection.execute(sa.insert(SETTING).values(name=name, value="here"))
        return name

    return work


def noted(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return sorted(connection.execute(sa.select(SETTING.c.name)).scalars())


@contextmanager
def writer_busy(engine: Engine) -> Iterator[Future[list[str]]]:
    """Meanwhile whatever is submitted waits for the work that is under way."""
    begun, go_on = threading.Event(), threading.Event()

    def work(connection: Connection) -> str:
        begun.set()
        assert go_on.wait(timeout=10)
        return note("first")(connection)

    first = submit(engine, [work])
    assert begun.wait(timeout=10)
    yield first
    go_on.set()


def commits(engine: Engine) -> list[None]:
    """One item a commit, from now on."""
    seen: list[None] = []
    sa.event.listen(engine, "commit", lambda _connection: seen.append(None))
    return seen


@SQLITE
def test_what_waits_is_committed_together(engine: Engine) -> None:
    seen = commits(engine)
    with writer_busy(engine) as first:
        waiting = [submit(engine, [note(f"{n}"), note(f"{n}b")]) for n in range(5)]
        assert not first.done()
    assert [future.result(timeout=10) for future in waiting] == [
        [f"{n}", f"{n}b"] for n in range(5)
    ]
    assert len(seen) == 2
    assert len(noted(engine)) == 11


@SQLITE
def test_a_group_has_its_limit(engine: Engine) -> None:
    seen = commits(engine)
    with writer_busy(engine):
        waiting = [submit(engine, [note(f"{n}")]) for n in range(100)]
    for future in waiting:
        future.result(timeout=10)
    assert len(seen) == 8  # the first, six times 16, 4


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_request_s_works_share_a_few_transactions(engine: Engine) -> None:
    seen = commits(engine)
    names = [f"{number:02}" for number in range(40)]
    assert submit(engine, [note(name) for name in names]).result(timeout=10) == names
    assert len(seen) == 3  # 16, 16, 8
    assert noted(engine) == names


def test_nobody_is_answered_before_the_commit(engine: Engine) -> None:
    for number in range(20):
        (name,) = submit(engine, [note(f"{number:02}")]).result(timeout=10)
        assert name in noted(engine)


@pytest.mark.parametrize("fault", [RuntimeError("ours"), KeyError("key")])
def test_a_failure_takes_no_other_with_it(
    engine: Engine, fault: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")

    def fail(connection: Connection) -> str:
        note("half")(connection)
        raise fault

    with writer_busy(engine) as first:
        good = submit(engine, [note("good")])
        bad = submit(engine, [note("before"), fail, note("after")])
        late = submit(engine, [note("late")])
    assert first.result(timeout=10) == ["first"]
    assert (good.result(timeout=10), late.result(timeout=10)) == (["good"], ["late"])
    with pytest.raises(type(fault)):
        bad.result(timeout=10)
    assert f"{type(fault).__name__}: what was done together" in caplog.text
    # What was done before the fault stays, as its sender will ask for it again; nothing after it.
    assert noted(engine) == ["before", "first", "good", "late"]


@SQLITE
def test_who_is_turned_away_costs_nobody_a_commit(engine: Engine) -> None:
    def refuse(connection: Connection) -> str:
        connection.execute(sa.text("SELECT 1"))
        raise Problem(401, "device_unknown")

    seen = commits(engine)
    with writer_busy(engine):
        good, bad = submit(engine, [note("good")]), submit(engine, [refuse, note("after")])
        late = submit(engine, [note("late")])
    assert (good.result(timeout=10), late.result(timeout=10)) == (["good"], ["late"])
    with pytest.raises(Problem):
        bad.result(timeout=10)
    assert len(seen) == 2
    assert noted(engine) == ["first", "good", "late"]


def test_an_event_loop_hears_what_came_of_it(engine: Engine) -> None:
    def fail(_connection: Connection) -> str:
        raise KeyError

    async def asked() -> list[object]:
        works = [submitted(engine, [note(f"{n}")]) for n in range(5)]
        return await asyncio.gather(*works, submitted(engine, [fail]), return_exceptions=True)

    *done, fault = asyncio.run(asked())
    assert done == [[f"{n}"] for n in range(5)]
    assert isinstance(fault, KeyError)
    assert noted(engine) == [f"{n}" for n in range(5)]


@SQLITE
def test_who_no_longer_waits_takes_nobody_with_them(engine: Engine) -> None:
    async def asked() -> list[str]:
        with writer_busy(engine):
            gone = asyncio.create_task(submitted(engine, [note("gone")]))
            stays = asyncio.create_task(submitted(engine, [note("stays")]))
            await asyncio.sleep(0)  # lets both of them begin
            gone.cancel()
            await asyncio.sleep(0)
        return await stays

    assert asyncio.run(asked()) == ["stays"]


@pytest.mark.parametrize("before", ["half", None])
def test_nor_does_a_fault_of_the_database(engine: Engine, before: str | None) -> None:
    def fail(connection: Connection) -> str:
        if before is not None:
            note(before)(connection)
        connection.execute(sa.text("SELECT * FROM nowhere"))
        return ""

    with writer_busy(engine):
        good, bad = submit(engine, [note("good")]), submit(engine, [fail])
        late = submit(engine, [note("late")])
    assert (good.result(timeout=10), late.result(timeout=10)) == (["good"], ["late"])
    with pytest.raises(StoreError):
        bad.result(timeout=10)
    assert noted(engine) == ["first", "good", "late"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_key_that_another_takes_meanwhile_is_seen_at_the_second_try(engine: Engine) -> None:
    both_looked = threading.Barrier(2)

    def find_or_make() -> str:
        looked = False

        def work(connection: Connection) -> str:
            nonlocal looked
            found = connection.execute(sa.select(SETTING.c.name)).scalar()
            if not looked:
                looked = True
                both_looked.wait(timeout=10)
            return "found" if found else note("key")(connection)

        return transact(engine, work)

    with ThreadPoolExecutor(2) as pool:
        made = [pool.submit(find_or_make) for _ in range(2)]
        assert sorted(future.result(timeout=20) for future in made) == ["found", "key"]


def _end_this(connection: Connection) -> None:
    """Cut the connection as a server that fails does."""
    with connection.engine.connect() as other:
        own = connection.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
        other.execute(sa.text("SELECT pg_terminate_backend(:own, 5000)"), {"own": own})


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_connection_lost_before_the_commit_is_tried_again(engine: Engine) -> None:
    attempts: list[int] = []

    def work(connection: Connection) -> int:
        attempts.append(1)
        feed.lock(connection, 1)
        if len(attempts) == 1:
            _end_this(connection)
        return feed.publish(connection, 1, [("person", "gone")])

    assert transact(engine, work) == 1
    assert len(attempts) == 2


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_commit_whose_fate_is_unknown_is_not_tried_again(engine: Engine) -> None:
    attempts: list[int] = []

    def work(connection: Connection) -> None:
        attempts.append(1)
        feed.publish(connection, 1, [("person", "gone")])
        sa.event.listen(connection, "commit", _end_this)

    with pytest.raises(StoreError):
        transact(engine, work)
    assert len(attempts) == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_server_that_only_reads_any_more_is_left(engine: Engine) -> None:
    attempts: list[int] = []

    def work(connection: Connection) -> None:
        attempts.append(1)
        if len(attempts) == 1:
            connection.execute(sa.text("SET TRANSACTION READ ONLY"))
        feed.publish(connection, 1, [("person", "gone")])

    transact(engine, work)
    assert len(attempts) == 2
