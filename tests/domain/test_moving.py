"""Who stands on closed time, and where they could go."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from guichet.domain.model import Appointment, AppointmentStatus, Person, Procedure, Slot
from guichet.domain.moving import BOOKED_WITHIN, NOTICE, families, hit, propose
from guichet.domain.openings import ClosedFor, Closure

PARIS = ZoneInfo("Europe/Paris")
DAY = date(2026, 11, 26)
NINE = datetime(2026, 11, 26, 9, tzinfo=PARIS)
NOW = NINE - timedelta(days=3)
RENO = Procedure("RENO", "Renouvellement", "permit", 20, "B", False, "", ())
PROCEDURES = {"RENO": RENO, "REMI": replace(RENO, code="REMI")}
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


def alone(people: list[Appointment], slots: list[Slot]) -> dict[str, Slot | None]:
    return propose([[each] for each in people], slots, PROCEDURES, NOW)


def person(key: str, name: str, phone: str | None = None) -> Person:
    return Person(key, 1, name, "", "1990", None, None, phone, None, "", "fr", ())


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
    proposed = alone([booked("a"), booked("b", 1), booked("c", 2)], [other, far, near])
    assert proposed == {"a": near, "b": far, "c": None}


def test_nobody_is_moved_to_what_is_closed_full_or_too_soon() -> None:
    bad = [
        slot("closed", 5, closed=True),
        slot("full", 5, free=0),
        slot("urgent", 5, free=0, urgent=1, free_urgent=1),
        replace(slot("soon"), starts_at=NOW + NOTICE - timedelta(minutes=1)),
    ]
    assert alone([booked("a")], bad) == {"a": None}
    pan = slot("pan", 50, free=0, pan=1, free_pan=1)
    assert alone([booked("a")], [*bad, pan]) == {"a": pan}


@given(
    st.lists(st.integers(1, 40), max_size=8, unique=True), st.lists(st.integers(1, 3), max_size=6)
)
def test_no_seat_is_proposed_twice_and_none_is_left_while_somebody_has_none(
    hours: list[int], seats: list[int]
) -> None:
    slots = [slot(f"s{n}", 50 + n, seats=free, free=free) for n, free in enumerate(seats)]
    people = [booked(f"a{hour}", hour) for hour in hours]
    proposed = alone(people, slots)
    given = [each.id for each in proposed.values() if each]
    assert all(given.count(each.id) <= each.free for each in slots)
    assert len(given) == min(len(people), sum(seats))


def test_who_was_booked_together_is_guessed_from_day_agent_moment_and_name_or_phone() -> None:
    persons = {
        key: person(key, name, phone)
        for key, name, phone in [
            ("p1", "Diallo", "+331"), ("p2", "DIALLO", None), ("p3", "Sow", "+331"),
            ("p4", "Bah", "+334"), ("p5", "", None), ("p6", "", None),
        ]
    }  # fmt: skip

    def made(key: str, seconds: float, hours: float = 0, **values: Any) -> Appointment:
        at = NOW + timedelta(seconds=seconds)
        return booked(key, hours, **({"person": f"p{key}", "booked_at": at} | values))

    ours = [made("1", 0, 1), made("2", 50), made("3", 100, 2)]
    others = [
        made("4", 101),  # a stranger
        made("5", 300), made("6", 301),  # nothing known is nothing shared
        made("7", 200, person="gone"),
        made("8", -1 - BOOKED_WITHIN.total_seconds(), person="p1"),
        made("9", 0, person="p1", booked_by="N"),
        made("a", 0, 30, person="p1"),
    ]  # fmt: skip
    found = families([*others, *ours], persons)
    assert [[each.id for each in group] for group in found if len(group) > 1] == [["2", "1", "3"]]
    assert sorted(each.id for group in found for each in group) == [*"123456789a"]
    assert [group[0].starts_at for group in found] == sorted(g[0].starts_at for g in found)


def test_a_family_is_moved_together_or_not_at_all() -> None:
    two = [booked("a"), booked("b", 1 / 3)]
    lone = [slot("l1", 48), slot("l2", 49)]  # nearer, but with a gap
    run = [slot("r1", 97), slot("r2", 97 + 1 / 3)]
    assert propose([two], [*lone, *run], PROCEDURES, NOW) == {"a": run[0], "b": run[1]}
    assert propose([two], lone, PROCEDURES, NOW) == {"a": None, "b": None}
    both = slot("both", 73, seats=2, free=2)
    assert propose([two], [both, *run], PROCEDURES, NOW) == {"a": both, "b": both}
    # Who comes first takes the seat; the family then goes where there are two.
    taken = propose([[booked("z", -1)], two], [both, *run], PROCEDURES, NOW)
    assert taken == {"z": both, "a": run[0], "b": run[1]}
    unknown = [replace(each, procedure="GONE") for each in two]
    assert propose([unknown], [both], PROCEDURES, NOW) == {"a": None, "b": None}
