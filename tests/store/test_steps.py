"""From the call to the outcome, on both databases."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from guichet.domain.desks import Desk, DeskState, Ended
from guichet.domain.model import Visit, VisitStatus
from guichet.domain.operations import (
    Action,
    Applied,
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
from guichet.domain.passage import given_back, missed_at
from guichet.store.days import day_rows
from guichet.store.engine import reading, writing
from guichet.store.queries import desks
from guichet.store.records import put
from tests.store.samples import ADA, DAY, FIRST, Counter, furnish


@pytest.fixture
def desk(engine: Engine) -> Counter:
    furnish(engine)
    counter = Counter(engine)
    counter.check_in("v1", counter.book(ADA, "s1"))
    return counter


def at(minute: int) -> datetime:
    return FIRST + timedelta(minutes=minute)


def done(desk: Counter, *actions: Action, first: int = 1, station: str = "st-1") -> Visit:
    """The visit after each of these, a minute apart."""
    for minute, action in enumerate(actions, first):
        assert isinstance(desk.do(action, at(minute), station=station), Applied)
    return desk.visit("v1")


def test_called_again_and_missed(desk: Counter) -> None:
    called = done(desk, Call("v1", "3", "frail"), Recall("v1"))
    assert (called.status, called.calls, called.desk) == (VisitStatus.CALLED, 2, "3")
    missed = done(desk, Miss("v1"))
    assert (missed.status, missed.desk, missed.called_at) == (VisitStatus.WAITING, None, None)
    assert [(step.desk, step.how) for step in missed.steps] == [("3", Ended.MISSED)]
    for _turn in range(2):
        missed = done(desk, Call("v1", "3"), Miss("v1"))
    assert (missed.status, missed.outcome) == (VisitStatus.DONE, "left")


def test_put_aside_and_sent_on_within_one_visit(desk: Counter) -> None:
    aside = done(desk, Call("v1", "3"), Start("v1"), Park("v1", "photocopy"))
    assert (aside.status, aside.steps[-1].reason) == (VisitStatus.PARKED, "photocopy")
    sent = done(desk, Call("v1", "3"), Start("v1"), Redirect("v1", "B", "7"))
    assert (sent.status, sent.lane, sent.for_desk) == (VisitStatus.WAITING, "B", "7")
    with reading(desk.engine) as connection:
        (row,) = (each for each in day_rows(connection, 93, DAY) if each.visit == "v1")
    assert (row.lane, row.for_desk, row.waiting_since) == ("B", "7", at(3))
    ended = done(desk, Call("v1", "7"), Start("v1"), Complete("v1", "served"))
    assert [step.how for step in ended.steps] == [Ended.PARKED, Ended.REDIRECTED]
    assert (ended.arrived_at, ended.status) == (FIRST, VisitStatus.DONE)


@pytest.mark.parametrize(
    ("before", "action"),
    [
        ([], Call("v1", "3")),
        ([Call("v1", "3")], Start("v1")),
        ([Call("v1", "3")], Miss("v1")),
        ([Call("v1", "3"), Start("v1")], Park("v1", "document")),
        ([Call("v1", "3"), Start("v1")], Redirect("v1", "B")),
        ([Call("v1", "3"), Start("v1")], Complete("v1", "unsuccessful", "other", ("Photo",))),
    ],
)
def test_what_was_last_done_is_taken_back(
    desk: Counter, before: list[Action], action: Action
) -> None:
    first = done(desk, *before)
    assert done(desk, action) != first
    assert done(desk, UndoStep("v1", "by_mistake")) == first


@pytest.mark.parametrize(
    ("before", "action", "reason"),
    [
        ([], Recall("v1"), "not_called"),
        ([], UndoStep("v1", "other"), "nothing_to_undo"),
        ([], Call("v1", "3", "a whim"), "unknown_reason"),
        ([Call("v1", "3")], Call("v1", "4"), "already_called"),
        ([Call("v1", "3")], Park("v1", "document"), "not_started"),
        ([Call("v1", "3"), Start("v1")], Park("v1", "a whim"), "unknown_reason"),
        ([Call("v1", "3"), Start("v1")], Complete("v1", "unsuccessful"), "reason_required"),
        ([Call("v1", "3"), Start("v1")], Complete("v1", "unsuccessful", "x"), "reason_required"),
        ([Call("v1", "3")], UndoStep("v1", "a whim"), "unknown_reason"),
        ([], SetDesk("3", "on fire"), "unknown_desk"),
        ([], SetDesk(" ", "open"), "unknown_desk"),
    ],
)
def test_refused_without_having_written(
    desk: Counter, before: list[Action], action: Action, reason: str
) -> None:
    done(desk, *before)
    assert desk.refusal(action) == reason


def test_why_a_visit_was_unsuccessful_is_kept(desk: Counter) -> None:
    ended = done(
        desk,
        Call("v1", "3"),
        Start("v1"),
        Complete("v1", "unsuccessful", "missing_document", ("Passeport", "Photo")),
    )
    assert (ended.reason, ended.missing) == ("missing_document", ("Passeport", "Photo"))


def test_a_desk_is_as_it_was_last_said(desk: Counter) -> None:
    for minute, (name, state) in enumerate([("4", "open"), ("3", "open"), ("3", "paused")]):
        assert isinstance(desk.do(SetDesk(name, state, ("A",)), at(minute)), Applied)
    assert isinstance(desk.do(SetDesk("4", "closed"), at(9)), Applied)
    with reading(desk.engine) as connection:
        three, four = desks(connection, 93)
    assert three == Desk("93:3", 93, "3", ("A",), DeskState.PAUSED, three.agent, at(2), "st-1")
    assert three.agent is not None
    assert (four.state, four.agent) == (DeskState.CLOSED, None)


def test_a_recall_has_a_moment_of_its_own_until_they_leave_the_desk(desk: Counter) -> None:
    called = done(desk, Call("v1", "3"), Recall("v1"))
    assert (called.called_at, called.recalled_at) == (at(1), at(2))
    assert done(desk, Start("v1")).recalled_at == at(2)
    assert done(desk, Redirect("v1", "C")).recalled_at is None
    assert (
        done(desk, Call("v1", "3"), Recall("v1"), UndoStep("v1", "by_mistake")).recalled_at is None
    )


@pytest.mark.parametrize(("typed", "kept"), [(1, 1), (4, 4), (0, 1), (-3, 1), (9999, 20)])
def test_so_many_come_on_one_ticket(desk: Counter, typed: int, kept: int) -> None:
    come = CheckIn("v2", None, "X101", None, people=typed)
    assert isinstance(desk.do(come, at(1)), Applied)
    assert desk.visit("v2").people == kept
    with reading(desk.engine) as connection:
        assert [r.people for r in day_rows(connection, 93, DAY) if r.visit == "v2"] == [kept]


def vanished(desk: Counter, *actions: Action, station: str = "st-1") -> Visit:
    """The visit once the desk where it was has vanished, and its station has done these since."""
    opened = SetDesk("3", "open")
    visit = done(desk, opened, Call("v1", "3"), Start("v1"), first=0, station=station)
    with writing(desk.engine) as connection:
        put(connection, given_back(visit, at(2)))
    return done(desk, *actions, first=3)


def test_who_is_given_back_keeps_their_place_and_the_trace(desk: Counter) -> None:
    before = desk.visit("v1")
    back = vanished(desk)
    assert (back.status, back.arrived_at, missed_at(back)) == (
        VisitStatus.WAITING, before.arrived_at, None,
    )  # fmt: skip
    assert [(s.desk, s.how, s.started_at, s.ended_at) for s in back.steps] == [
        ("3", Ended.GONE, at(2), at(2))
    ]


def test_a_desk_that_comes_back_goes_on_with_them(desk: Counter) -> None:
    ended = vanished(desk, Complete("v1", "served"), station="st-1")
    assert (ended.status, ended.desk, ended.started_at, ended.steps) == (
        VisitStatus.DONE, "3", at(2), (),
    )  # fmt: skip


def test_another_desk_ends_the_visit_of_who_waits(desk: Counter) -> None:
    ended = vanished(desk, Complete("v1", "left"), station="another")
    assert (ended.status, ended.desk, len(ended.steps)) == (VisitStatus.DONE, None, 1)


def test_a_supervisor_gives_back_with_the_same_trace(desk: Counter) -> None:
    back = done(desk, Call("v1", "3"), UndoStep("v1", "desk_gone"))
    assert [(step.desk, step.how) for step in back.steps] == [("3", Ended.GONE)]
    assert back.status is VisitStatus.WAITING
