"""Absences, and visits that nobody has closed, on both databases."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from guichet.domain.day import DayState
from guichet.domain.model import AppointmentStatus, VisitStatus
from guichet.domain.operations import (
    Action,
    Applied,
    Book,
    Call,
    CheckIn,
    Complete,
    Hold,
    MarkAbsent,
    Park,
    Refused,
    Start,
    UndoAbsent,
    UndoStep,
)
from guichet.store.days import day_rows, owed_days
from guichet.store.engine import reading
from tests.store.samples import ACCORD, ADA, BOB, BOBIGNY, DAY, FIRST, Counter, furnish, new_id

CLOSED = FIRST + timedelta(hours=1, minutes=20 + 15)
"""The last slot begins an hour after the first, and lasts 20 minutes."""


@pytest.fixture
def desk(engine: Engine) -> Counter:
    furnish(engine)
    return Counter(engine)


def at(minute: int) -> datetime:
    return FIRST + timedelta(minutes=minute)


def test_absent_only_once_the_site_has_closed_and_by_somebody(desk: Counter) -> None:
    ada = desk.book(ADA, "s1")
    assert desk.refusal(MarkAbsent(ada), CLOSED - timedelta(seconds=1)) == "not_closed"
    assert isinstance(desk.do(MarkAbsent(ada), CLOSED), Applied)
    found = desk.appointment(ada)
    assert (found.status, found.absent_at, found.absent_by) == (
        AppointmentStatus.ABSENT,
        CLOSED,
        "MARTIN",
    )
    assert desk.do(MarkAbsent(ada), CLOSED + timedelta(hours=1)) == Applied(
        detail={"reference": found.reference}
    )
    assert desk.appointment(ada) == found  # who said so first did


def test_the_hour_a_site_sets_counts_and_the_tolerance_after_it(desk: Counter) -> None:
    desk.put(replace(BOBIGNY, closes="10:30"))  # 09:30 UTC
    early, late = desk.book(ADA, "s1"), desk.book(BOB, "s2", "collect")
    assert desk.refusal(MarkAbsent(early), at(29)) == "not_closed"
    assert isinstance(desk.do(MarkAbsent(early), at(30)), Applied)
    assert desk.refusal(MarkAbsent(late), at(74)) == "not_closed"
    assert isinstance(desk.do(MarkAbsent(late), at(75)), Applied)


def test_who_comes_late_after_all_was_there(desk: Counter) -> None:
    ada = desk.book(ADA, "s1")
    desk.do(MarkAbsent(ada), CLOSED)
    assert isinstance(desk.do(CheckIn("v1", ada, "B101", "late"), CLOSED), Applied)
    assert desk.appointment(ada).status is AppointmentStatus.ARRIVED
    assert desk.refusal(MarkAbsent(ada), CLOSED) == "already_arrived"
    assert desk.refusal(UndoAbsent(ada, "by_mistake"), CLOSED) == "already_arrived"


def test_an_absence_is_taken_back_unless_they_have_booked_again(desk: Counter) -> None:
    ada = desk.book(ADA, "s1")
    assert desk.refusal(UndoAbsent(ada, "by_mistake"), CLOSED) == "not_absent"
    desk.do(MarkAbsent(ada), CLOSED)
    assert desk.refusal(UndoAbsent(ada, "because"), CLOSED) == "unknown_reason"
    assert isinstance(desk.do(UndoAbsent(ada, "by_mistake"), CLOSED), Applied)
    found = desk.appointment(ada)
    assert (found.status, found.absent_at, found.absent_by) == (
        AppointmentStatus.BOOKED,
        None,
        None,
    )
    desk.do(MarkAbsent(ada), CLOSED)
    desk.do(Hold("h", "s2"))
    assert isinstance(desk.do(Book(new_id(), "h", "s2", ADA.id, "renew", ACCORD)), Applied)
    assert desk.refusal(UndoAbsent(ada, "by_mistake"), CLOSED) == "already_booked"


def test_nobody_of_another_site_is_absent_here(desk: Counter) -> None:
    ada = desk.book(ADA, "s1")
    desk.put(replace(desk.appointment(ada), site=94))
    assert desk.refusal(MarkAbsent(ada), CLOSED) == "unknown_appointment"
    assert desk.refusal(MarkAbsent("none"), CLOSED) == "unknown_appointment"


def serving(desk: Counter) -> None:
    desk.check_in("v1", desk.book(ADA, "s1"))
    desk.do(Call("v1", "3"), at(1))
    desk.do(Start("v1"), at(2))


def test_a_forgotten_visit_ends_at_no_known_time(desk: Counter) -> None:
    serving(desk)
    desk.do(Complete("v1", "served", afterwards=True), CLOSED)
    visit = desk.visit("v1")
    assert (visit.status, visit.outcome, visit.ended_at) == (VisitStatus.DONE, "served", None)
    assert (visit.settled_at, visit.settled_by) == (CLOSED, "MARTIN")
    desk.do(UndoStep("v1", "by_mistake"), CLOSED)
    assert desk.visit("v1") == replace(
        visit, status=VisitStatus.SERVING, outcome=None, settled_at=None, settled_by=None
    )


def test_who_left_without_being_seen_is_never_one_who_was_received(desk: Counter) -> None:
    desk.check_in("v1", desk.book(ADA, "s1"))
    desk.do(Complete("v1", "left", afterwards=True), CLOSED)
    with reading(desk.engine) as connection:
        (row,) = day_rows(connection, 93, DAY)
    assert row.state is DayState.LEFT


def test_settled_twice_the_same_is_no_conflict_and_otherwise_is(desk: Counter) -> None:
    serving(desk)
    settled = Complete("v1", "left", afterwards=True)
    desk.do(settled, CLOSED)
    before = desk.visit("v1")
    assert isinstance(desk.do(settled, CLOSED + timedelta(minutes=1)), Applied)
    assert desk.visit("v1") == before
    assert desk.refusal(Complete("v1", "served", afterwards=True), CLOSED) == "already_done"


def test_what_a_desk_had_done_before_takes_the_settlement_back(desk: Counter) -> None:
    """The desk was cut off: what it did is heard of once another has settled the visit."""
    desk.check_in("v1", desk.book(ADA, "s1"))
    desk.do(Complete("v1", "left", afterwards=True), CLOSED)
    actions: list[Action] = [Call("v1", "3"), Start("v1"), Complete("v1", "served")]
    for minute, action in enumerate(actions, 1):
        assert isinstance(desk.do(action, at(minute)), Applied)
    visit = desk.visit("v1")
    assert (visit.outcome, visit.ended_at, visit.settled_at) == ("served", at(3), None)


def test_put_aside_before_a_settlement_and_heard_of_after_remains(desk: Counter) -> None:
    serving(desk)
    desk.do(Complete("v1", "served", afterwards=True), CLOSED)
    assert isinstance(desk.do(Park("v1", "photocopy"), at(3)), Applied)
    assert desk.visit("v1").status is VisitStatus.PARKED
    outcome = desk.do(Park("v1", "photocopy"), CLOSED + timedelta(minutes=1))
    assert isinstance(outcome, Refused)


def test_the_days_on_which_something_remains(desk: Counter) -> None:
    ada = desk.book(ADA, "s1")
    with reading(desk.engine) as connection:
        assert owed_days(connection, 93, DAY) == []
        assert owed_days(connection, 93, DAY + timedelta(days=1)) == [DAY]
        assert owed_days(connection, 94, DAY + timedelta(days=1)) == []
    desk.check_in("v1", ada)
    with reading(desk.engine) as connection:
        assert owed_days(connection, 93, DAY + timedelta(days=1)) == [DAY]
    desk.do(Complete("v1", "served"), at(5))
    with reading(desk.engine) as connection:
        assert owed_days(connection, 93, DAY + timedelta(days=1)) == []
