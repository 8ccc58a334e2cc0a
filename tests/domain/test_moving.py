"""Who stands on closed time, and where they could go."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from guichet.domain.model import Appointment, AppointmentStatus, Slot
from guichet.domain.moving import NOTICE, hit, propose
from guichet.domain.openings import ClosedFor, Closure

PARIS = ZoneInfo("Europe/Paris")
DAY = date(2026, 11, 26)
NINE = datetime(2026, 11, 26, 9, tzinfo=PARIS)
NOW = NINE - timedelta(days=3)
SHUT = Closure("c", 1, DAY, DAY, ClosedFor.WORKS, time(9), time(12))


def slot(key: str, hours: float = 0, **values: Any) -> Slot:
    at = NINE + timedelta(hours=hours)
    return replace(Slot(key, 1, at.date(), at, 20, ("RENO",), 1, 1), **values)


def booked(key: str, hours: float = 0, **values: Any) -> Appointment:
    at = NINE + timedelta(hours=hours)
    made = Appointment(
        key, key, 1, f"s-{key}", at.date(), at, 40, "RENO", "permit", "p", AppointmentStatus.BOOKED,
        1, "t", NOW, "M", None, None,
    )  # fmt: skip
    return replace(made, **values)


def test_those_on_closed_time_by_time() -> None:
    late, first, after = booked("b", 2.9), booked("a"), booked("c", 3)
    gone = booked("d", status=AppointmentStatus.CANCELLED)
    assert hit([late, first, after, gone], {}, [SHUT], PARIS) == [first, late]
    assert hit([first], {}, [replace(SHUT, withdrawn=True)], PARIS) == []
    # The slot says what is closed: of twenty minutes it is over at nine.
    before = booked("e", -1 / 3)
    assert hit([before], {}, [SHUT], PARIS) == [before]
    assert hit([before], {"s-e": slot("s-e", -1 / 3)}, [SHUT], PARIS) == []


def test_the_nearest_seat_that_fits_and_each_only_once() -> None:
    near, far, other = slot("near", 5), slot("far", 30), slot("other", 1, procedures=("REMI",))
    proposed = propose([booked("a"), booked("b", 1), booked("c", 2)], [other, far, near], NOW)
    assert proposed == {"a": near, "b": far, "c": None}


def test_nobody_is_moved_to_what_is_closed_full_or_too_soon() -> None:
    bad = [
        slot("closed", 5, closed=True),
        slot("full", 5, free=0),
        slot("urgent", 5, free=0, urgent=1, free_urgent=1),
        replace(slot("soon"), starts_at=NOW + NOTICE - timedelta(minutes=1)),
    ]
    assert propose([booked("a")], bad, NOW) == {"a": None}
    pan = slot("pan", 50, free=0, pan=1, free_pan=1)
    assert propose([booked("a")], [*bad, pan], NOW) == {"a": pan}


@given(
    st.lists(st.integers(1, 40), max_size=8, unique=True), st.lists(st.integers(1, 3), max_size=6)
)
def test_no_seat_is_proposed_twice_and_none_is_left_while_somebody_has_none(
    hours: list[int], seats: list[int]
) -> None:
    slots = [slot(f"s{n}", 50 + n, seats=free, free=free) for n, free in enumerate(seats)]
    people = [booked(f"a{hour}", hour) for hour in hours]
    proposed = propose(people, slots, NOW)
    given = [each.id for each in proposed.values() if each]
    assert all(given.count(each.id) <= each.free for each in slots)
    assert len(given) == min(len(people), sum(seats))
