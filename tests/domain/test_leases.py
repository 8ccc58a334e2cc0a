"""Which seats are lent to a station, how many, and until when."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.domain.leases import LeaseRules, choose, last_day, lease_until
from guichet.domain.model import Slot

PARIS = ZoneInfo("Europe/Paris")
DAY = date(2026, 11, 25)
RULES = LeaseRules(each=6, share=0.25)


def slot(name: str, hour: int, free: int, day: date = DAY, code: str = "renew") -> Slot:
    at = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    return Slot(name, 1, day, at, 20, (code,), free, free)


@pytest.mark.parametrize(
    ("today", "end"),
    [
        (date(2026, 11, 24), datetime(2026, 11, 25, 23, tzinfo=UTC)),
        (date(2026, 11, 27), datetime(2026, 11, 30, 23, tzinfo=UTC)),  # over the weekend
        (date(2026, 12, 24), datetime(2026, 12, 28, 23, tzinfo=UTC)),
        (date(2026, 7, 13), datetime(2026, 7, 15, 22, tzinfo=UTC)),
    ],
)
def test_a_lease_ends_with_the_next_open_day(today: date, end: datetime) -> None:
    assert lease_until(today, PARIS) == end


def test_only_so_many_open_days_are_lent_of() -> None:
    assert last_day(date(2026, 11, 24), LeaseRules(days=4)) == date(2026, 11, 30)


def test_at_most_a_share_of_a_days_open_seats_is_lent_to_all_together() -> None:
    slots = [slot(f"s{hour}", hour, 2) for hour in range(8, 14)]  # 12 open seats
    assert choose(slots, {}, (), 6, RULES) == ["s8", "s9", "s10"]
    full = [slot("s8", 8, 0), slot("s9", 9, 1), *slots[2:]]
    assert choose(full, {"s8": 2, "s9": 1}, (), 6, RULES) == []
    assert choose(full, {"s8": 1, "s9": 1}, ("s9",), 6, LeaseRules(share=0.3)) == ["s10"]


def test_a_day_with_few_open_seats_keeps_them() -> None:
    assert choose([slot("s", 9, 3)], {}, (), 6, RULES) == []


def test_urgent_seats_are_never_counted() -> None:
    urgent = replace(slot("s", 9, 0), urgent=8, free_urgent=8)
    assert choose([urgent], {}, (), 6, RULES) == []


def test_the_demarches_take_turns() -> None:
    slots = [slot(f"r{hour}", hour, 4) for hour in range(8, 12)]
    slots += [slot("c14", 14, 4, code="collect"), slot("c15", 15, 4, code="collect")]
    assert choose(slots, {}, (), 3, RULES) == ["r8", "c14", "r9"]
    assert choose(slots, {"r8": 1}, ("r8",), 1, RULES) == ["c14"]


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(8, 17), st.integers(0, 6), st.integers(0, 3)),
        max_size=12,
    ),
    st.integers(0, 20),
    st.floats(0, 1),
)
def test_nothing_is_lent_beyond_the_rules(
    drawn: list[tuple[int, int, int, int]], wanted: int, share: float
) -> None:
    slots = [
        slot(f"s{n}", hour, free, DAY + timedelta(days=after))
        for n, (after, hour, free, _) in enumerate(drawn)
    ]
    lent = {f"s{n}": out for n, (_, _, _, out) in enumerate(drawn)}
    chosen = choose(slots, lent, (), wanted, LeaseRules(share=share))
    assert len(chosen) == len(set(chosen)) <= wanted
    by_id = {each.id: each for each in slots}
    assert all(by_id[key].free > 0 for key in chosen)
    for day in {by_id[key].day for key in chosen}:
        theirs = [each for each in slots if each.day == day]
        out = sum(lent[each.id] for each in theirs)
        new = sum(by_id[key].day == day for key in chosen)
        assert out + new <= share * (sum(each.free for each in theirs) + out)
