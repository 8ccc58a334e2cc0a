"""A visit from desk to desk, and back."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from guichet.domain.desks import Ended
from guichet.domain.model import Visit, VisitStatus
from guichet.domain.passage import (
    last_at,
    left_desk,
    missed,
    missed_at,
    parked,
    times_missed,
    undone,
    waited,
    waits_since,
)
from guichet.domain.turn import TurnRules

NINE = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
RULES = TurnRules(calls=3)
VISIT = Visit(
    "v", 93, date(2026, 11, 23), None, None, None, "A101", VisitStatus.WAITING, NINE,
    None, None, None, None, None, None,
)  # fmt: skip


def at(minute: int) -> datetime:
    return NINE + timedelta(minutes=minute)


def called(visit: Visit, minute: int, desk: str = "3") -> Visit:
    return replace(visit, status=VisitStatus.CALLED, called_at=at(minute), desk=desk, calls=1)


def started(visit: Visit, minute: int) -> Visit:
    return replace(visit, status=VisitStatus.SERVING, started_at=at(minute))


def sent(visit: Visit, minute: int, lane: str = "B") -> Visit:
    return replace(left_desk(visit, VisitStatus.WAITING, Ended.REDIRECTED, at(minute)), lane=lane)


def test_the_wait_is_counted_for_each_desk_and_not_while_put_aside() -> None:
    visit = sent(started(called(VISIT, 10), 12), 20)
    assert waits_since(visit) == at(20)
    assert waited(visit) == timedelta(minutes=10)
    visit = started(called(visit, 25), 26)
    assert waited(visit) == timedelta(minutes=15)
    visit = left_desk(visit, VisitStatus.PARKED, Ended.PARKED, at(30), "photocopy")
    aside = parked(visit)
    assert aside is not None
    assert (aside.ended_at, aside.reason) == (at(30), "photocopy")
    assert waited(called(visit, 50)) == timedelta(minutes=15)


def test_who_does_not_come_is_in_the_line_again_until_the_last_call() -> None:
    visit = VISIT
    for turn in (1, 2):
        visit = missed(called(visit, 10 * turn), at(10 * turn + 2), RULES)
        assert visit.status is VisitStatus.WAITING
        assert missed_at(visit) == at(10 * turn + 2)
    ended = missed(called(visit, 30), at(32), RULES)
    assert (ended.status, ended.outcome, ended.ended_at) == (VisitStatus.DONE, "left", at(32))
    again = undone(ended)
    assert isinstance(again, Visit)
    assert again == called(visit, 30)
    patient = missed(called(visit, 30), at(32), replace(RULES, calls=0))
    assert patient.status is VisitStatus.WAITING


def test_having_been_received_since_makes_earlier_calls_count_no_more() -> None:
    visit = missed(called(VISIT, 10), at(12), RULES)
    visit = missed(called(visit, 14), at(15), RULES)
    visit = sent(started(called(visit, 20), 21), 30)
    assert missed_at(visit) is None
    assert missed(called(visit, 40), at(41), RULES).status is VisitStatus.WAITING


def test_when_something_was_last_done_at_a_desk() -> None:
    assert last_at(VISIT) is None
    visit = called(VISIT, 10)
    assert last_at(visit) == at(10)
    assert last_at(started(visit, 12)) == at(12)
    assert last_at(sent(started(visit, 12), 20)) == at(20)
    assert times_missed(missed(visit, at(15), RULES)) == 1
    assert times_missed(sent(started(visit, 12), 20)) == 0


STEPS = st.lists(
    st.sampled_from(["call", "start", "miss", "park", "redirect", "served", "left"]), max_size=12
)


def stepped(visit: Visit, kind: str, minute: int) -> Visit | None:
    match kind, visit.status:
        case "call", VisitStatus.WAITING | VisitStatus.PARKED:
            return called(visit, minute, f"{minute}")
        case "start", VisitStatus.CALLED:
            return started(visit, minute)
        case "miss", VisitStatus.CALLED:
            return missed(visit, at(minute), RULES)
        case "park", VisitStatus.SERVING:
            return left_desk(visit, VisitStatus.PARKED, Ended.PARKED, at(minute), "document")
        case "redirect", VisitStatus.CALLED | VisitStatus.SERVING:
            return sent(visit, minute, f"lane {minute}")
        case "served" | "left", status if status is not VisitStatus.DONE:
            return replace(visit, status=VisitStatus.DONE, ended_at=at(minute), outcome=kind)
        case _:
            return None


@given(STEPS)
def test_every_step_can_be_taken_back_one_after_the_other(kinds: list[str]) -> None:
    past = [VISIT]
    for minute, kind in enumerate(kinds, 1):
        after = stepped(past[-1], kind, minute)
        if after is not None:
            past.append(after)
    visit = past.pop()
    while past:
        before = undone(visit)
        assert isinstance(before, Visit)
        assert before == past.pop()
        visit = before
    assert undone(VISIT) == "nothing_to_undo"
