"""The journal and the outbox agree, whatever is done meanwhile."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor

import sqlalchemy as sa

from guichet.domain.operations import Applied, Refused, Register
from guichet.store.engine import reading
from guichet.sync import outbox
from tests.posts import World
from tests.sync.test_steps import DIALLO, still


def test_what_is_done_while_the_two_are_brought_to_agree_is_queued_once(world: World) -> None:
    with still(world) as station, ThreadPoolExecutor(1) as agent:
        journal, done = station.core.journal, threading.Event()
        doing: list[Future[Applied | Refused]] = []

        def work() -> Applied | Refused:
            outcome = station.core.submit(Register(DIALLO))
            done.set()
            return outcome

        def begun(_connection: sa.Connection) -> None:
            """At the second look at the journal the station's outbox has been read already."""
            looks.append(None)
            if len(looks) == 2:
                doing.append(agent.submit(work))
                done.wait(0.3)

        looks: list[None] = []
        sa.event.listen(journal._own, "begin", begun)
        assert journal.reconcile() == 0
        assert isinstance(doing[0].result(timeout=10), Applied)
        with reading(station.core.engine) as connection:
            assert len(outbox.queued(connection, "pending")) == 1
