import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.domain.tickets import MOST_STATIONS, place_of, ticket

STATIONS = range(1, MOST_STATIONS + 1)
GIVEN = st.tuples(st.sampled_from("ABZ"), st.sampled_from(STATIONS), st.integers(1, 100_000))


@pytest.mark.parametrize(
    ("lane", "station", "sequence", "expected"),
    [
        ("B", 2, 1, "B201"),
        ("B", 2, 99, "B299"),
        ("B", 2, 100, "B2201"),
        ("B", 1, 100, "B2101"),
        ("A", 19, 1, "A1901"),
        ("A", 1, 199, "A4101"),
    ],
)
def test_numbers(lane: str, station: int, sequence: int, expected: str) -> None:
    assert ticket(lane, station, sequence) == expected


def test_no_two_tickets_of_a_long_day_are_the_same() -> None:
    given_out = [
        ticket(lane, station, sequence)
        for lane in "AB"
        for station in STATIONS
        for sequence in range(1, 500)
    ]
    assert len(set(given_out)) == len(given_out)


@given(GIVEN, GIVEN)
def test_two_tickets_are_the_same_only_if_given_as_one(
    one: tuple[str, int, int], other: tuple[str, int, int]
) -> None:
    assert (ticket(*one) == ticket(*other)) is (one == other)


@given(GIVEN, st.sampled_from("ABZ"), st.sampled_from(STATIONS))
def test_a_ticket_says_which_one_of_its_station_it_is(
    one: tuple[str, int, int], lane: str, station: int
) -> None:
    assert place_of(ticket(*one), lane, station) == (one[2] if one[:2] == (lane, station) else 0)


@pytest.mark.parametrize("text", ["", "B", "B2x", "B200", "B\u0662\u0660\u0661", "201"])
def test_what_is_no_ticket_counts_for_nothing(text: str) -> None:
    assert place_of(text, "B", 2) == 0


@pytest.mark.parametrize(
    ("lane", "station", "sequence", "message"),
    [
        ("", 1, 1, "lane"),
        ("b", 1, 1, "lane"),
        ("É", 1, 1, "lane"),
        ("B2", 1, 1, "lane"),
        ("B", 0, 1, "station"),
        ("B", 20, 1, "station"),
        ("B", 1, 0, "sequence"),
    ],
)
def test_out_of_range(lane: str, station: int, sequence: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ticket(lane, station, sequence)
