import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from guichet.central import feed
from guichet.central.transactions import transact
from guichet.errors import StoreError


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
