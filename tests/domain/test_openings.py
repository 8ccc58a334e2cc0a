"""Rules, closures and the slots they make: pure, dated, the same whoever asks."""

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.domain.calendar_fr import holidays
from guichet.domain.model import Slot
from guichet.domain.opening_checks import (
    closure_refused,
    nearest_day,
    nearest_length,
    opening_refused,
    openings_refused,
)
from guichet.domain.openings import ClosedFor, Closure, Opening, in_force, opening_id
from guichet.domain.timetable import Week, plan, preview, slots_of, taken_here, timetable

PARIS = ZoneInfo("Europe/Paris")
TODAY = date(2026, 11, 23)  # a Monday
CODES = ("RENO", "REMI")


def opening(**values: Any) -> Opening:
    made = Opening(
        "1:b:1", 1, "b", 1, "Renouvellements", TODAY, None, (1, 2, 3, 4, 5), time(9), time(12), 20,
        4, ("RENO",),
    )  # fmt: skip
    made = replace(made, **values)
    return replace(made, id=opening_id(made.site, made.rule, made.version))


def closure(**values: Any) -> Closure:
    return replace(Closure("c1", 1, TODAY, TODAY, ClosedFor.STRIKE), **values)


def starts(slots: list[Slot]) -> list[str]:
    return [f"{slot.starts_at.astimezone(PARIS):%d %H:%M}" for slot in slots]


def test_a_rule_makes_its_slots() -> None:
    first, *_, last = slots = list(slots_of(opening(pan=1, urgent=1), TODAY, PARIS))
    assert len(slots) == 9
    assert first.id == "1-b-202611230800"
    assert (first.starts_at, last.starts_at) == (
        datetime(2026, 11, 23, 8, tzinfo=UTC),
        datetime(2026, 11, 23, 10, 40, tzinfo=UTC),
    )
    assert (first.seats, first.free, first.free_pan, first.free_urgent) == (4, 2, 1, 1)
    assert first.pan_until == first.starts_at - timedelta(days=3)


def test_a_newer_version_counts_from_its_first_day_on() -> None:
    old = opening()
    new = opening(version=2, first=TODAY + timedelta(days=2), minutes=30)
    end = opening(version=3, first=TODAY + timedelta(days=3), seats=0)
    days = [TODAY + timedelta(days=n) for n in range(5)]
    found = [in_force([old, new, end], day) for day in days]
    assert found == [[old], [old], [new], [], []]


def test_a_version_that_has_ended_lets_no_older_one_back() -> None:
    old, new = opening(), opening(version=2, last=TODAY)
    assert in_force([old, new], TODAY) == [new]
    assert in_force([old, new], TODAY + timedelta(days=1)) == []


def test_public_holidays_are_kept_and_models_make_nothing() -> None:
    christmas = date(2026, 12, 25)
    assert in_force([opening()], christmas) == []
    worked = opening(
        first=christmas, last=christmas, weekdays=(5,), exceptional=True, override="remise"
    )
    assert in_force([worked], christmas) == [worked]
    assert in_force([opening(template="Samedi")], TODAY) == []


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        (date(2027, 3, 28), 2),  # from 02:00 to 03:00 does not exist
        (date(2026, 10, 25), 4),  # is there twice
        (date(2026, 10, 26), 3),
    ],
)
def test_starts_follow_real_time_when_the_clocks_change(day: date, hours: int) -> None:
    night = opening(opens=time(1), closes=time(4), minutes=60, weekdays=(1, 7))
    slots = list(slots_of(night, day, PARIS))
    assert len({slot.id for slot in slots}) == len(slots) == hours
    assert slots[0].starts_at.astimezone(PARIS).time() == time(1)
    gaps = {b.starts_at - a.starts_at for a, b in itertools.pairwise(slots)}
    assert gaps == {timedelta(hours=1)}


def test_a_morning_is_at_nine_in_winter_and_in_summer() -> None:
    slots = [
        next(slots_of(opening(), day, PARIS)) for day in (date(2027, 3, 26), date(2027, 3, 29))
    ]
    assert [s.starts_at.astimezone(PARIS).time() for s in slots] == [time(9), time(9)]
    assert [s.starts_at.time() for s in slots] == [time(8), time(7)]


def test_a_closure_takes_what_it_touches_of_each_of_its_days() -> None:
    shut = closure(last=TODAY + timedelta(days=1), opens=time(9, 30), closes=time(11))
    left = timetable([opening()], [shut], TODAY, TODAY + timedelta(days=2), PARIS)
    morning = ["09:00", "11:00", "11:20", "11:40"]
    assert starts(left)[:8] == [f"{day} {at}" for day in (23, 24) for at in morning]
    assert len(left) == 8 + 9
    assert len(timetable([opening()], [replace(shut, withdrawn=True)], TODAY, TODAY, PARIS)) == 9
    whole = closure(last=TODAY + timedelta(days=1))
    assert timetable([opening()], [whole], TODAY, TODAY + timedelta(days=1), PARIS) == []


# Refusals -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "reason", "field", "nearest"),
    [
        ({"closes": time(8)}, "opening_hours", "closes", "09:20"),
        ({"minutes": 25}, "slot_length", "minutes", "30"),
        ({"minutes": 21}, "slot_length", "minutes", "20"),
        ({"pan": 3, "urgent": 2}, "opening_shares", "pan", "2"),
        ({"urgent": 9}, "opening_shares", "urgent", "4"),
        ({"last": date(2026, 11, 1)}, "opening_days", "last", "2026-11-23"),
        ({"first": date(2026, 11, 20)}, "opening_past", "first", "2026-11-23"),
        ({"first": date(2036, 11, 20)}, "opening_far", "first", "2029-11-25"),
        ({"version": 3}, "version_taken", "version", "1"),
        ({"weekdays": ()}, "opening_values", "weekdays", None),
        ({"weekdays": (8,)}, "opening_values", "weekdays", None),
        ({"opens": time(9, 0, 1)}, "opening_values", "opens", None),
        ({"opens": time(9, tzinfo=UTC)}, "opening_values", "opens", None),
        ({"procedures": ("NONE",)}, "unknown_procedure", "procedures", None),
        ({"procedures": ()}, "unknown_procedure", "procedures", None),
        ({"rule": "b;--"}, "opening_values", "rule", None),
        ({"override": "because"}, "opening_values", "override", None),
    ],
)
def test_refused_with_the_field_and_the_nearest_that_would_do(
    values: dict[str, Any], reason: str, field: str, nearest: str | None
) -> None:
    refused = opening_refused(opening(**values), [], CODES, TODAY)
    assert refused is not None
    assert (refused.reason, refused.detail["field"]) == (reason, field)
    assert refused.detail.get("nearest") == nearest
    if nearest is not None and field in ("minutes", "pan", "urgent", "version"):
        assert opening_refused(opening(**values | {field: int(nearest)}), [], CODES, TODAY) is None


def test_a_worked_saturday_is_of_one_day_and_no_holiday() -> None:
    saturday = date(2026, 12, 26)
    day = opening(first=saturday, last=saturday, weekdays=(6,), exceptional=True)
    assert opening_refused(day, [], CODES, TODAY) is None
    christmas = date(2026, 12, 25)
    holiday = replace(day, first=christmas, last=christmas, weekdays=(5,))
    refused = opening_refused(holiday, [], CODES, TODAY)
    assert refused is not None
    assert (refused.reason, refused.detail["nearest"]) == ("public_holiday", "2026-12-18")
    assert opening_refused(replace(holiday, override="remise"), [], CODES, TODAY) is None
    two = replace(day, last=saturday + timedelta(days=1))
    assert (found := opening_refused(two, [], CODES, TODAY))
    assert found.reason == "opening_days"


@given(st.dates(TODAY, date(2060, 1, 1)))
def test_the_nearest_day_is_the_nearest(day: date) -> None:
    found = nearest_day(day, TODAY)
    assert found >= TODAY
    assert found.weekday() == day.weekday()
    assert found not in holidays(found.year)
    between = [day + timedelta(days=7 * n) for n in range(-52, 53) if n]
    nearer = [each for each in between if abs(each - day) < abs(found - day) and each >= TODAY]
    assert all(each in holidays(each.year) for each in nearer)


@given(st.integers(10, 720), st.integers(5, 480))
def test_the_nearest_length_divides_or_is_the_whole(window: int, minutes: int) -> None:
    assert window % nearest_length(window, minutes) == 0


def test_two_openings_of_one_demarche_never_meet() -> None:
    mine = opening()
    other = opening(rule="c", name="Autre", opens=time(11), closes=time(14))
    refused = opening_refused(other, [mine], CODES, TODAY)
    assert refused is not None
    assert (refused.reason, refused.detail["with"]) == ("opening_overlap", "Renouvellements")
    assert (refused.detail["field"], refused.detail["nearest"]) == ("opens", "12:00")
    moved = replace(other, opens=time(12), closes=time(15))
    assert opening_refused(moved, [mine], CODES, TODAY) is None
    for harmless in (
        {"procedures": ("REMI",)},
        {"weekdays": (6,)},
        {"first": TODAY + timedelta(days=9), "rule": "b", "version": 2},
    ):
        assert opening_refused(replace(opening(), rule="d", id="1:d:1"), [], CODES, TODAY) is None
        other_one = opening(**{"rule": "d", "opens": time(11), "closes": time(14)} | harmless)
        assert opening_refused(other_one, [mine], CODES, TODAY) is None, harmless


def test_a_rule_that_ended_is_in_nobodys_way() -> None:
    mine = [opening(), opening(version=2, first=TODAY + timedelta(days=7), seats=0)]
    later = opening(rule="c", first=TODAY + timedelta(days=7))
    assert opening_refused(later, mine, CODES, TODAY) is None
    sooner = replace(later, first=TODAY + timedelta(days=4))
    assert (found := opening_refused(sooner, mine, CODES, TODAY)) is not None
    assert found.reason == "opening_overlap"


def test_of_several_the_one_that_is_wrong_is_named() -> None:
    twice = [opening(), opening(rule="c")]
    refused = openings_refused(twice, [], CODES, TODAY)
    assert refused is not None
    assert (refused.reason, refused.detail["index"]) == ("opening_overlap", "1")


@pytest.mark.parametrize(
    ("values", "reason", "nearest"),
    [
        ({"first": date(2026, 11, 1), "last": date(2026, 11, 2)}, "closure_past", "2026-11-23"),
        ({"first": date(2026, 11, 1)}, "closure_past", "2026-11-23"),
        ({"first": date(2026, 11, 25), "last": date(2026, 11, 24)}, "closure_days", "2026-11-25"),
        ({"opens": time(14), "closes": time(12)}, "closure_hours", "15:00"),
        ({"last": date(2036, 1, 1)}, "opening_far", "2029-11-25"),
    ],
)
def test_a_closure_is_refused_with_the_nearest(
    values: dict[str, Any], reason: str, nearest: str
) -> None:
    refused = closure_refused(closure(**values), None, TODAY)
    assert refused is not None
    assert (refused.reason, refused.detail["nearest"]) == (reason, nearest)


def test_a_closure_under_way_may_be_shortened_and_one_withdrawn_is_over() -> None:
    running = closure(first=date(2026, 11, 20), last=date(2026, 11, 30))
    assert closure_refused(replace(running, last=TODAY), running, TODAY) is None
    over = replace(running, withdrawn=True)
    assert closure_refused(over, running, TODAY) is None
    assert (found := closure_refused(running, over, TODAY)) is not None
    assert found.reason == "closure_withdrawn"


# Plans --------------------------------------------------------------------------------------


def day_of(*openings: Opening, shut: tuple[Closure, ...] = ()) -> list[Slot]:
    return timetable(openings, shut, TODAY, TODAY, PARIS)


def test_publishing_twice_makes_nothing_twice() -> None:
    slots = day_of(opening())
    assert plan([], slots, (), (), PARIS).make == tuple(slots)
    assert plan(slots, slots, (), (), PARIS) == plan([], [], (), (), PARIS)


def test_a_new_length_spares_who_has_a_seat() -> None:
    known = day_of(opening())
    known[0] = replace(known[0], free=3)
    known[1] = replace(known[1], free=0)
    taken = taken_here(known)
    assert taken == {known[0].id, known[1].id}
    wanted = day_of(opening(minutes=30))
    planned = plan(known, wanted, taken, (), PARIS)
    assert planned.kept == (known[0],)  # at nine by either rule
    assert planned.close == (known[1],)  # at twenty past by the old one alone
    assert set(planned.drop) == {s for s in known[2:] if s.id not in {w.id for w in wanted}}
    shown = preview(known, planned)
    assert shown.weeks == (Week(TODAY, 6 - 9, 4 * (6 - 9)),)


def test_a_closure_closes_and_its_end_reopens() -> None:
    known = day_of(opening())
    known[3] = replace(known[3], free=3)
    shut = (closure(),)
    planned = plan(known, day_of(opening(), shut=shut), taken_here(known), shut, PARIS)
    assert planned.close == (known[3],)
    assert set(planned.drop) == set(known) - {known[3]}
    after = [replace(known[3], closed=True, free=0)]
    again = plan(after, day_of(opening()), taken_here(after), (), PARIS)
    assert again.reopen == tuple(after)
    assert len(again.make) == 8


def test_what_no_rule_has_made_is_closed_and_never_dropped() -> None:
    own = Slot("s1", 1, TODAY, datetime(2026, 11, 23, 9, tzinfo=UTC), 20, ("RENO",), 2, 2)
    assert plan([own], [], (), (), PARIS) == plan([], [], (), (), PARIS)
    planned = plan([own], [], (), (closure(),), PARIS)
    assert (planned.close, planned.drop) == ((own,), ())


SHAPES = st.builds(
    lambda minutes, seats, hours, pan: opening(
        minutes=minutes, seats=seats, closes=time(9 + hours), pan=min(pan, seats)
    ),
    st.sampled_from([10, 15, 20, 30, 60]),
    st.integers(1, 4),
    st.integers(1, 4),
    st.integers(0, 2),
)


@given(SHAPES, SHAPES, st.data())
def test_whatever_changes_nobody_who_has_a_seat_is_touched(
    old: Opening, new: Opening, data: st.DataObject
) -> None:
    known = day_of(old)
    taken = data.draw(st.sets(st.sampled_from([slot.id for slot in known])))
    wanted = day_of(new)
    planned = plan(known, wanted, taken, (), PARIS)
    assert not {slot.id for slot in (*planned.make, *planned.drop)} & taken
    after = (
        {slot.id for slot in known} - {s.id for s in planned.drop} - {s.id for s in planned.close}
    )
    after |= {slot.id for slot in planned.make}
    assert after == {slot.id for slot in wanted}  # what is bookable is what the rule says
