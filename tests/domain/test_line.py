"""The line, and whom a desk calls of it."""

from dataclasses import replace
from datetime import timedelta

from guichet.domain.day import DayRow, DayState
from guichet.domain.desks import Ended, Step
from guichet.domain.line import callable_at, line
from guichet.domain.turn import Why
from tests.domain.samples import BOBIGNY, START
from tests.domain.samples import line as row

MINUTE = timedelta(minutes=1)


def keys(*rows: DayRow) -> list[str]:
    ordered = [each.row.key for each in line(rows, BOBIGNY)]
    assert [each.row.key for each in line(rows[::-1], BOBIGNY)] == ordered
    return ordered


def test_only_who_waits_is_in_the_line() -> None:
    assert keys() == []
    others = [row(state.value, state) for state in DayState if state is not DayState.WAITING]
    assert keys(*others, row("a", visit=None), row("b", arrived_at=None)) == []


def test_the_earlier_appointment_goes_first_whoever_came_first() -> None:
    early = row("early", arrived_at=START + 5 * MINUTE)
    late = row("late", starts_at=START + MINUTE, arrived_at=START)
    assert keys(late, early) == ["early", "late"]


def test_of_the_same_time_the_first_to_come() -> None:
    assert keys(row("second", arrived_at=START + MINUTE), row("first")) == ["first", "second"]


def test_who_has_no_appointment_is_due_half_an_hour_after_coming() -> None:
    walk_in = row("walk-in", starts_at=None, arrived_at=START)
    before, after = (row(f"{at}", starts_at=START + at * MINUTE) for at in (29, 31))
    assert keys(after, walk_in, before) == ["29", "walk-in", "31"]


def test_the_priority_card_goes_first_but_not_for_ever() -> None:
    card = row("card", needs=("seat", "priority_card"), starts_at=START + 239 * MINUTE)
    later = replace(card, key="later", starts_at=START + 241 * MINUTE)
    assert keys(row("a"), later, card) == ["card", "a", "later"]
    assert line([card], BOBIGNY)[0].turn.why is Why.PRIORITY


def test_who_did_not_come_is_due_again_ten_minutes_later() -> None:
    step = Step("3", None, START, START + MINUTE, None, START + 3 * MINUTE, Ended.MISSED)
    missed = row("missed", last=step)
    assert missed.waiting_since == START + 3 * MINUTE
    before, after = (row(f"{at}", starts_at=START + at * MINUTE) for at in (12, 14))
    assert keys(after, missed, before) == ["12", "missed", "14"]


def test_a_site_sets_its_own_minutes() -> None:
    patient = replace(BOBIGNY, turns=replace(BOBIGNY.turns, walk_in=0, priority=0))
    rows = [row("a", starts_at=START - MINUTE), row("walk-in", starts_at=None)]
    rows.append(row("card", needs=("priority_card",), starts_at=START + MINUTE))
    assert [each.row.key for each in line(rows, patient)] == ["a", "walk-in", "card"]


def called(desk: str, *lanes: str, station: int | None = None) -> list[str]:
    rows = [
        row("a", lane="A", ticket="A101"),
        row("b", lane="B", ticket="B201"),
        row("mine", lane="A", ticket="A202", for_desk="7"),
    ]
    return [each.row.key for each in callable_at(line(rows, BOBIGNY), desk, lanes, station)]


def test_a_desk_calls_its_lanes_and_who_was_sent_to_it() -> None:
    assert called("7") == ["a", "b", "mine"]
    assert called("7", "B") == ["b"]
    assert called("7", "A") == ["a", "mine"]
    assert called("8", "A", "B") == ["a", "b"]


def test_cut_off_a_station_calls_those_it_has_received() -> None:
    assert called("7", station=2) == ["b", "mine"]
    assert called("7", station=3) == []
