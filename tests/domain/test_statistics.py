"""Spans of a period, percentiles, and what may be told outside the site."""

from collections import Counter
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from guichet.domain.masking import masked
from guichet.domain.statistics import (
    ATTENDANCE,
    CAUSES,
    HEADLINES,
    OUTCOMES,
    PARTS,
    SEATS,
    By,
    Statistics,
    Tally,
    line,
    percentile,
    spans,
    summed,
)

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)


def test_a_period_is_cut_at_the_calendar_and_at_its_ends() -> None:
    weeks = spans(date(2026, 12, 30), date(2027, 1, 12), By.WEEK)
    assert [(each.key, each.first.day, each.last.day) for each in weeks] == [
        ("2026-W53", 30, 3), ("2027-W01", 4, 10), ("2027-W02", 11, 12),
    ]  # fmt: skip
    quarters = spans(date(2026, 11, 15), date(2027, 4, 1), By.QUARTER)
    assert [(each.key, each.last) for each in quarters] == [
        ("2026-Q4", date(2026, 12, 31)), ("2027-Q1", date(2027, 3, 31)),
        ("2027-Q2", date(2027, 4, 1)),
    ]  # fmt: skip
    assert [each.key for each in spans(FIRST, LAST, By.MONTH)] == ["2026-11"]
    assert [each.key for each in spans(FIRST, LAST, By.YEAR)] == ["2026"]
    assert len(spans(FIRST, LAST, By.DAY)) == 30


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 900), st.sampled_from(list(By)))
def test_the_spans_of_a_period_are_the_period(first: date, days: int, by: By) -> None:
    last = date.fromordinal(first.toordinal() + days)
    parts = spans(first, last, by)
    covered = [day for p in parts for day in range(p.first.toordinal(), p.last.toordinal() + 1)]
    assert covered == list(range(first.toordinal(), last.toordinal() + 1))
    assert len({part.key for part in parts}) == len(parts)


def test_a_percentile_is_a_value_that_was_measured() -> None:
    ten = Counter({1: 5, 7: 4, 90: 1})
    assert [percentile(ten, part) for part in (0, 50, 51, 90, 91, 100)] == [1, 1, 7, 7, 90, 90]
    assert percentile({}, 50) is None


# Masking -----------------------------------------------------------------------------------------


def tally(arrived: int, absent: int, vain: int = 0, unbooked: int = 0, **counts: int) -> Tally:
    """Everybody who had an appointment arrived or was absent; those in vain are among the first."""
    made = Counter(counts)
    made.update(
        appointments=arrived + absent, arrived=arrived, absent=absent, visits=arrived,
        served=arrived - vain, unsuccessful=vain, seats=arrived + absent + unbooked,
        seat_taken=arrived + absent, seat_absent=absent, seat_unsuccessful=vain,
    )  # fmt: skip
    return Tally(counts=made, reasons=Counter(missing_document=vain) if vain else Counter())


def told(tallies: dict[str, Tally]) -> Statistics:
    lines = tuple(line(key, each) for key, each in tallies.items())
    return Statistics(FIRST, LAST, By.PROCEDURE, 93, lines, line("", summed(tallies.values())))


def test_parts_add_up_to_their_wholes() -> None:
    counts = line("a", tally(40, 10, vain=7, unbooked=3)).counts
    for whole, parts in (("appointments", ATTENDANCE), ("visits", OUTCOMES), ("seats", SEATS)):
        assert counts[whole] == sum(counts[part] or 0 for part in parts)
    assert [counts[cause] for cause in CAUSES] == [3, 0, 10, 7]


def test_a_small_number_takes_its_line_and_the_next_smallest_with_it() -> None:
    found = masked(told({"a": tally(50, 3), "b": tally(90, 10), "c": tally(30, 6)}))
    a, b, c = found.lines
    assert (a.masked, b.masked, c.masked, found.total.masked) == (True, False, True, False)
    assert (a.counts["appointments"], a.counts["absent"], a.no_show) == (53, None, None)
    assert b.counts["absent"] == 10
    assert found.total.counts["absent"] == 19


def test_a_line_of_few_people_is_not_told_at_all() -> None:
    found = masked(told({"a": tally(2, 0), "b": tally(90, 10), "c": tally(30, 6)}))
    a, _b, c = found.lines
    assert [a.counts[name] for name in (*HEADLINES, *PARTS)] == [None] * (
        len(HEADLINES) + len(PARTS)
    )
    assert c.counts["appointments"] is None


def test_with_no_other_line_the_total_is_not_told_either() -> None:
    found = masked(told({"a": tally(50, 3)}))
    assert found.total.counts["absent"] is None
    assert found.total.counts["appointments"] == 53
    assert masked(found) is found


def test_reasons_are_told_when_there_are_enough_of_each() -> None:
    one = tally(100, 0, vain=30)
    one.reasons = Counter(missing_document=17, identity=8, other=5)
    assert masked(told({"a": one})).total.reasons == {
        "missing_document": 17, "identity": 8, "other": 5,
    }  # fmt: skip
    one.reasons = Counter(missing_document=19, identity=8, other=3)
    assert masked(told({"a": one})).total.reasons == {
        "missing_document": 19, "identity": None, "other": None,
    }  # fmt: skip


_TALLIES = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=2),
    st.builds(tally, st.integers(0, 40), st.integers(0, 12), unbooked=st.integers(0, 9)),
    max_size=6,
)


@given(_TALLIES)
def test_no_small_number_is_told_nor_left_to_be_worked_out(tallies: dict[str, Tally]) -> None:
    plain = told(tallies)
    found = masked(plain)
    for name in (*HEADLINES, *PARTS):
        cells = [each.counts[name] for each in found.lines]
        assert not any(0 < (cell or 0) < 5 for cell in (*cells, found.total.counts[name]))
        hidden = [p.counts[name] or 0 for p, cell in zip(plain.lines, cells, strict=True)
                  if cell is None]  # fmt: skip
        if hidden and found.total.counts[name] is not None:
            assert len(hidden) >= 2
            assert sum(hidden) == 0 or sum(hidden) >= 5
    for each in (*found.lines, found.total):
        parts = [each.counts[name] for name in PARTS]
        assert None not in parts or set(parts) == {None}, "two unknown in every sum, or none"
        assert not each.arrivals
        assert not each.waits.histogram
