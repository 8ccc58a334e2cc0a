"""A desk that vanishes, on both databases: whom it had, whom it was to have, what it says late."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from guichet.central.gone import Vanished
from guichet.domain.desks import GONE_AFTER, Desk, DeskState, Ended
from guichet.domain.model import Visit, VisitStatus
from guichet.domain.operations import (
    Action,
    Call,
    CheckIn,
    Complete,
    Miss,
    Park,
    Recall,
    Redirect,
    SetDesk,
    Start,
    UndoStep,
)
from guichet.store.engine import reading
from guichet.store.records import get
from tests.central.samples import Caller, furnish
from tests.servers import START, CentralUnderTest, Clock


class Post(Caller):
    """A station of Bobigny, each of its operations made at the moment that it is."""

    def __init__(self, central: CentralUnderTest, clock: Clock) -> None:
        super().__init__(central.url, central.enrol(1), clock())
        self.clock = clock

    def says(self, *actions: Action, ago: float = 0) -> list[str | None]:
        """Central's reasons to refuse them; they were done so many minutes ago."""
        self.at = self.clock() - timedelta(minutes=ago)
        return [verdict["reason"] for verdict in self.do(*actions)]


@pytest.fixture
def posts(central: CentralUnderTest, clock: Clock) -> Iterator[tuple[Post, Post]]:
    """One that is lost, at desk 91, and another, at 92; v1, v2 and v3 wait."""
    furnish(central.engine)
    with Post(central, clock) as lost, Post(central, clock) as other:
        assert lost.says(SetDesk("91", "open")) == [None]
        assert other.says(SetDesk("92", "open")) == [None]
        arrivals = [CheckIn(f"v{n}", None, f"A10{n}", None) for n in (1, 2, 3)]
        assert other.says(*arrivals) == [None] * 3
        yield lost, other


def vanish(central: CentralUnderTest, clock: Clock, other: Post) -> None:
    """Time enough, without a sign of the lost one, for its desk to be thought vanished."""
    vanished = Vanished(central.engine)
    for minutes in (GONE_AFTER.total_seconds() / 60 + 3, 3):
        clock.advance(minutes=minutes)
        other.pull()
        vanished.look(clock())
    assert found(central, "1:91", Desk).state is DeskState.CLOSED


def found(central: CentralUnderTest, key: str, kind: Any = Visit) -> Any:
    with reading(central.engine) as connection:
        record = get(connection, kind, key)
    assert record is not None
    return record


@pytest.mark.parametrize("begun", [False, True])
def test_who_was_there_waits_again(
    central: CentralUnderTest, clock: Clock, posts: tuple[Post, Post], *, begun: bool
) -> None:
    lost, other = posts
    assert set(lost.says(Call("v1", "91"), *([Start("v1")] if begun else []))) == {None}
    since = other.pull()["cursor"]
    vanish(central, clock, other)
    visit = found(central, "v1")
    (step,) = visit.steps
    assert (visit.status, visit.desk, step.desk, step.how) == (
        VisitStatus.WAITING, None, "91", Ended.GONE,
    )  # fmt: skip
    assert (step.ended_at, step.started_at) == (START, START if begun else None)
    told = {(each["kind"], each["key"]) for each in other.pull(since)["changes"]}
    assert {("visit", "v1"), ("desk", "1:91")} <= told
    assert lost.says(Complete("v1", "served")) == [None]  # it is heard again, and had them
    assert found(central, "v1").status is VisitStatus.DONE


def test_a_desk_that_is_heard_or_alone_with_the_network_has_not_vanished(
    central: CentralUnderTest, clock: Clock, posts: tuple[Post, Post]
) -> None:
    lost, other = posts
    assert lost.says(Call("v1", "91")) == [None]
    vanished = Vanished(central.engine)
    for minutes, heard in ((13, (lost, other)), (3, (other,)), (30, ()), (3, ())):
        clock.advance(minutes=minutes)
        for post in heard:
            post.pull()
        vanished.look(clock())
    assert found(central, "v1").status is VisitStatus.CALLED


def test_who_was_sent_to_that_desk_alone_waits_in_their_lane(
    central: CentralUnderTest, clock: Clock, posts: tuple[Post, Post]
) -> None:
    lost, other = posts
    sent = [
        action
        for visit, desk in (("v1", "91"), ("v2", "90"), ("v3", "91"))
        for action in (Call(visit, "92"), Start(visit), Redirect(visit, "B", desk))
    ]
    assert set(other.says(*sent)) == {None}
    assert set(lost.says(Call("v3", "91"), Miss("v3"))) == {None}
    since = other.pull()["cursor"]
    vanish(central, clock, other)
    visit, elsewhere, missed = (found(central, key) for key in ("v1", "v2", "v3"))
    assert (visit.status, visit.lane, visit.for_desk) == (VisitStatus.WAITING, "B", None)
    (step,) = visit.steps
    assert (step.how, step.gone, step.ended_at) == (Ended.REDIRECTED, "91", START)
    assert (elsewhere.for_desk, elsewhere.steps[-1].gone) == ("90", None)
    assert (missed.for_desk, missed.steps[-1].how, missed.steps[-1].gone) == (
        None, Ended.MISSED, "91",
    )  # fmt: skip
    told = {each["key"] for each in other.pull(since)["changes"] if each["kind"] == "visit"}
    assert told == {"v1", "v3"}


def test_what_a_lost_desk_says_late_changes_nothing_at_the_one_that_has_them(
    central: CentralUnderTest, clock: Clock, posts: tuple[Post, Post]
) -> None:
    lost, other = posts
    assert set(lost.says(Call("v1", "91"), Start("v1"))) == {None}
    vanish(central, clock, other)
    later: list[tuple[Action, list[Action]]] = [
        (Call("v1", "92"), [Start("v1"), Recall("v1"), Miss("v1"), Complete("v1", "served")]),
        (Start("v1"), [Park("v1", "document"), Redirect("v1", "B"), Complete("v1", "served"),
                       UndoStep("v1", "by_mistake")]),
    ]  # fmt: skip
    for there, late in later:
        assert other.says(there) == [None]
        before = found(central, "v1")
        assert lost.says(*late, ago=12) == ["called_elsewhere"] * 4
        assert found(central, "v1") == before
        assert before.desk == "92"


def test_a_desk_cut_off_that_called_who_was_called_ends_nothing(
    central: CentralUnderTest, clock: Clock, posts: tuple[Post, Post]
) -> None:
    lost, other = posts
    assert other.says(Call("v1", "92")) == [None]
    clock.advance(minutes=5)
    late = lost.says(Call("v1", "91"), Start("v1"), Complete("v1", "served"), ago=4)
    assert late == ["already_called", "called_elsewhere", "called_elsewhere"]
    assert found(central, "v1").status is VisitStatus.CALLED


def test_who_was_received_and_sent_on_since_is_not_ended_late_either(
    central: CentralUnderTest, clock: Clock, posts: tuple[Post, Post]
) -> None:
    lost, other = posts
    assert set(lost.says(Call("v1", "91"), Start("v1"))) == {None}
    vanish(central, clock, other)
    assert set(other.says(Call("v1", "92"), Start("v1"), Redirect("v1", "B"))) == {None}
    assert lost.says(Complete("v1", "served"), ago=12) == ["called_elsewhere"]
    assert lost.says(Complete("v1", "left")) == [None]  # said now, of who waits: no late word


def test_who_settles_or_gives_back_speaks_for_no_desk(
    central: CentralUnderTest, posts: tuple[Post, Post]
) -> None:
    lost, other = posts
    assert other.says(Call("v1", "92"), Call("v2", "92")) == [None, None]
    assert lost.says(UndoStep("v1", "desk_gone")) == [None]
    assert lost.says(Complete("v2", "served", afterwards=True)) == [None]
    assert found(central, "v2").settled_by is not None
