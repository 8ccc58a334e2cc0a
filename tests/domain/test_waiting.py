"""Who is offered a seat that has become free, and for how long."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.domain.calendar_fr import is_open_day
from guichet.domain.model import Demand, Slot
from guichet.domain.waiting import (
    Answer,
    Ended,
    Rules,
    closed,
    first_match,
    matches,
    offer_until,
    withdrawn,
)

PARIS = ZoneInfo("Europe/Paris")
RULES = Rules()
DAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 8, 40, tzinfo=UTC)
"""A Tuesday, 09:40 in Paris."""
SLOT = Slot("s1", 1, date(2026, 12, 1), NOW + timedelta(days=7), 20, ("RENO", "DUPL"), 3, 0)
ADA = Demand("d1", 1, "RENO", "p1", NOW - timedelta(days=9), "MB1", waiting=True)
BOB = replace(ADA, id="d2", person="p2", at=NOW - timedelta(days=8))


def match(*waiting: Demand, told: frozenset[str] = frozenset()) -> str | None:
    found = first_match(waiting, SLOT, DAY, told, RULES)
    return found.id if found else None


def test_the_first_in_the_queue_is_offered_the_seat() -> None:
    assert match(ADA, BOB) == "d1"
    assert match(BOB, ADA) == "d2"
    assert match() is None


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"waiting": False}, "waits no more"),
        ({"site": 2}, "waits at another site"),
        ({"procedure": "NATU"}, "waits for what the slot is not for"),
        ({"offered": "s9"}, "has an offer standing"),
        ({"offers": 3}, "had three offers"),
        ({"offers": 4}, "had more than three"),
        ({"offered_on": DAY, "offers": 1}, "had one today"),
    ],
)
def test_who_may_not_have_it_is_passed_over(changes: dict[str, object], why: str) -> None:
    assert match(replace(ADA, **changes), BOB) == "d2", why  # type: ignore[arg-type]


def test_who_had_an_offer_for_another_procedure_today_is_passed_over() -> None:
    assert match(ADA, BOB, told=frozenset({"p1"})) == "d2"


def test_an_offer_yesterday_and_two_in_all_do_not_count_against_anybody() -> None:
    yesterday = DAY - timedelta(days=1)
    assert match(replace(ADA, offers=2, offered_on=yesterday), BOB) == "d1"


def test_a_seat_that_was_only_held_goes_to_searches_made_meanwhile() -> None:
    since = NOW - timedelta(minutes=10)
    recent = replace(BOB, at=since)
    assert first_match([ADA, recent], SLOT, DAY, set(), RULES, since) == recent
    assert first_match([ADA], SLOT, DAY, set(), RULES, since) is None


DEMANDS = st.lists(
    st.builds(
        Demand,
        id=st.uuids().map(str),
        site=st.sampled_from([1, 2]),
        procedure=st.sampled_from(["RENO", "DUPL", "NATU"]),
        person=st.sampled_from(["p1", "p2", "p3"]),
        at=st.just(NOW),
        agent=st.just("MB1"),
        waiting=st.booleans(),
        offered=st.sampled_from([None, "s1", "s9"]),
        offers=st.integers(0, 4),
        offered_on=st.sampled_from([None, DAY, DAY - timedelta(days=1)]),
    ),
    max_size=8,
)


@given(DEMANDS, st.sets(st.sampled_from(["p1", "p2"])))
def test_nobody_gets_more_than_the_rules_give(waiting: list[Demand], told: set[str]) -> None:
    found = first_match(waiting, SLOT, DAY, told, RULES)
    if found is None:
        return
    assert found.waiting
    assert found.site == SLOT.site
    assert found.procedure in SLOT.procedures
    assert found.offered is None
    assert found.offers < 3
    assert found.offered_on != DAY
    assert found.person not in told
    before = waiting[: waiting.index(found)]
    assert first_match(before, SLOT, DAY, told, RULES) is None


SLOTS = st.lists(
    st.builds(
        lambda hours, free, codes: replace(
            SLOT, id=f"s{hours}", starts_at=NOW + timedelta(hours=hours), procedures=codes,
            day=(NOW + timedelta(hours=hours)).date(), seats=3, free=free,
        ),
        hours=st.integers(1, 90),
        free=st.integers(0, 3),
        codes=st.sampled_from([("RENO", "DUPL"), ("DUPL",), ("NATU", "RENO")]),
    ),
    max_size=8,
    unique_by=lambda slot: slot.starts_at,
)  # fmt: skip
DAYS = st.one_of(st.none(), st.integers(0, 4).map(lambda n: NOW.date() + timedelta(days=n)))


WISHES = st.lists(st.tuples(st.sampled_from(["RENO", "DUPL", "NATU"]), DAYS, DAYS), max_size=8)


@given(WISHES, SLOTS)
def test_many_slots_go_to_those_whom_each_seat_would_have_gone_to(
    wishes: list[tuple[str, date | None, date | None]], slots: list[Slot]
) -> None:
    waiting = [
        replace(ADA, id=f"d{n}", person=f"p{n}", procedure=code, first_day=first, last_day=last)
        for n, (code, first, last) in enumerate(wishes)
    ]
    expected, told = list[tuple[Demand, Slot]](), set[str]()
    for slot in sorted(slots, key=lambda each: each.starts_at):
        for _seat in range(slot.free):
            found = first_match(waiting, slot, DAY, told, RULES)
            if found is not None:
                told.add(found.person or "")
                expected.append((found, slot))
    given = matches(waiting, slots, DAY, set(), RULES)
    assert sorted(given, key=str) == sorted(expected, key=str)


def test_many_slots_are_offered_to_a_person_once() -> None:
    again = replace(ADA, id="d3", procedure="DUPL")
    assert matches([ADA, again], [replace(SLOT, free=3)], DAY, set(), RULES) == [
        (ADA, replace(SLOT, free=3))
    ]
    assert matches([ADA], [replace(SLOT, free=3)], DAY, {"p1"}, RULES) == []


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-24 09:40", "2026-11-24 17:00"),  # the afternoon is the first whole half-day
        ("2026-11-24 13:30", "2026-11-24 17:00"),
        ("2026-11-24 13:31", "2026-11-25 12:30"),
        ("2026-11-24 20:00", "2026-11-25 12:30"),
        ("2026-11-27 16:00", "2026-11-30 12:30"),  # over the weekend
        ("2026-12-24 16:00", "2026-12-28 12:30"),  # Christmas, then a weekend
        ("2027-05-05 16:00", "2027-05-07 12:30"),  # Ascension
    ],
)
def test_an_offer_holds_until_a_whole_half_day_has_passed(now: str, until: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=PARIS)
    slot = replace(SLOT, starts_at=moment + timedelta(days=30))
    expected = datetime.fromisoformat(until).replace(tzinfo=PARIS)
    assert offer_until(slot, moment, PARIS, RULES) == expected


@pytest.mark.parametrize(
    ("now", "starts", "until"),
    [
        ("2026-11-24 09:40", "2026-11-25 09:00", "2026-11-24 17:00"),
        ("2026-11-24 16:00", "2026-11-25 14:00", "2026-11-25 02:00"),  # one hour left to call
        ("2026-11-24 16:10", "2026-11-25 14:00", None),
        ("2026-11-24 20:00", "2026-11-25 09:00", None),
        ("2026-11-24 20:00", "2026-11-25 23:30", "2026-11-25 11:30"),
        ("2026-11-24 09:40", "2026-11-24 15:00", None),
        ("2026-11-24 09:40", "2026-11-24 09:00", None),
    ],
)
def test_an_offer_leaves_time_to_come(now: str, starts: str, until: str | None) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=PARIS)
    slot = replace(SLOT, starts_at=datetime.fromisoformat(starts).replace(tzinfo=PARIS))
    expected = datetime.fromisoformat(until).replace(tzinfo=PARIS) if until else None
    assert offer_until(slot, moment, PARIS, RULES) == expected


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    st.timedeltas(timedelta(days=-2), timedelta(days=40)),
)
def test_every_offer_ends_in_time_and_can_be_told(now: datetime, ahead: timedelta) -> None:
    slot = replace(SLOT, starts_at=now + ahead)
    until = offer_until(slot, now, PARIS, RULES)
    if until is None:
        return
    assert now < until <= slot.starts_at - RULES.notice
    assert until - now >= RULES.least
    quarter = timedelta(minutes=15)
    moments = (now.astimezone(PARIS) + quarter * n for n in range((until - now) // quarter))
    called = sum(
        is_open_day(moment.date())
        and any(start <= moment.time() < end for start, end in RULES.half_days)
        for moment in moments
    )
    assert called * quarter >= RULES.least - quarter


def test_each_prefecture_sets_its_rules() -> None:
    saturday = datetime(2026, 11, 28, 9, 0, tzinfo=PARIS)
    evening = Rules(half_days=((time(18), time(20)),), offers=1)
    slot = replace(SLOT, starts_at=saturday + timedelta(days=30))
    expected = datetime(2026, 11, 30, 20, 0, tzinfo=PARIS)
    assert offer_until(slot, saturday, PARIS, evening) == expected
    assert offer_until(slot, saturday, PARIS, Rules(half_days=())) is None
    once = replace(ADA, offers=1)
    assert first_match([once], SLOT, DAY, set(), evening) is None
    assert first_match([once], SLOT, DAY, set(), RULES) == once


def test_who_waits_no_more_is_named_no_more() -> None:
    offered = replace(ADA, offered="s1", until=NOW, offers=1, offered_on=DAY)
    assert withdrawn(offered) == replace(ADA, offers=1, offered_on=DAY)
    assert closed(offered, Ended.BOOKED) == replace(
        ADA, offers=1, offered_on=DAY, waiting=False, person=None, ended="booked"
    )


def test_answers_and_ends_are_the_words_on_the_wire() -> None:
    assert [*Answer] == ["unreached", "declined", "left"]
    assert [*Ended] == ["booked", "left"]
