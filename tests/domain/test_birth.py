from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.domain.birth import BirthDate, BirthProblem, parse, same

TODAY = date(2026, 11, 23)
DAYS = st.dates(date(1900, 1, 1), TODAY)


@st.composite
def births(draw: st.DrawFn) -> BirthDate:
    day = draw(DAYS)
    known = draw(st.integers(1, 3))
    return BirthDate(*(day.year, day.month, day.day)[:known])


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("14/03/1985", BirthDate(1985, 3, 14)),
        (" 14 03 1985 ", BirthDate(1985, 3, 14)),
        ("14.3.1985", BirthDate(1985, 3, 14)),
        ("14 / 3 / 1985", BirthDate(1985, 3, 14)),
        ("14-03-1985", BirthDate(1985, 3, 14)),
        ("14031985", BirthDate(1985, 3, 14)),
        ("29/02/2024", BirthDate(2024, 2, 29)),
        ("00/00/1980", BirthDate(1980)),
        ("00001980", BirthDate(1980)),
        ("1980", BirthDate(1980)),
        ("03/1980", BirthDate(1980, 3)),
        ("3/1980", BirthDate(1980, 3)),
        ("00/03/1980", BirthDate(1980, 3)),
        ("01/01/1900", BirthDate(1900, 1, 1)),
        ("23/11/2026", BirthDate(2026, 11, 23)),
        ("11/2026", BirthDate(2026, 11)),
        ("2026", BirthDate(2026)),
        ("", BirthProblem.EMPTY),
        (" \u00a0", BirthProblem.EMPTY),
        ("mars 1985", BirthProblem.FORM),
        ("14/03", BirthProblem.SHORT_YEAR),
        ("14/03/85", BirthProblem.SHORT_YEAR),
        ("14.3.85", BirthProblem.SHORT_YEAR),
        ("85", BirthProblem.SHORT_YEAR),
        ("14/03/985", BirthProblem.FORM),
        ("1/14/03/1985", BirthProblem.FORM),
        ("١٩٨٠", BirthProblem.FORM),
        ("31/12/1899", BirthProblem.YEAR),
        ("14/03/0085", BirthProblem.YEAR),
        ("30/02/1985", BirthProblem.CALENDAR),
        ("29/02/1985", BirthProblem.CALENDAR),
        ("01/13/1985", BirthProblem.CALENDAR),
        ("14/00/1985", BirthProblem.CALENDAR),
        ("24/11/2026", BirthProblem.FUTURE),
        ("12/2026", BirthProblem.FUTURE),
        ("2027", BirthProblem.FUTURE),
        ("14/03/2985", BirthProblem.FUTURE),
    ],
)
def test_typed_date(typed: str, expected: BirthDate | BirthProblem) -> None:
    assert parse(typed, TODAY) == expected


@pytest.mark.parametrize(
    ("parts", "shown", "stored"),
    [
        ((1985, 3, 14), "14/03/1985", "1985-03-14"),
        ((1980, 3), "03/1980", "1980-03"),
        ((1980,), "1980", "1980"),
    ],
)
def test_texts(parts: tuple[int, ...], shown: str, stored: str) -> None:
    birth = BirthDate(*parts)
    assert (str(birth), birth.to_text()) == (shown, stored)


@given(births())
def test_texts_read_back(birth: BirthDate) -> None:
    assert BirthDate.from_text(birth.to_text()) == birth
    assert parse(str(birth), TODAY) == birth


@pytest.mark.parametrize(
    "parts",
    [
        (1899,),
        (2101,),
        (1985, None, 14),
        (1985, 0),
        (1985, 13),
        (1985, 2, 0),
        (1985, 2, 29),
    ],
)
def test_no_such_date(parts: tuple[int, int | None, int | None]) -> None:
    with pytest.raises(ValueError, match=r"."):
        BirthDate(*parts)


@pytest.mark.parametrize("text", ["", "85", "19850314", "1985-3-14", "14/03/1985", "1985-02-30"])
def test_what_was_never_stored_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        BirthDate.from_text(text)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("1985-03-14", "1985-03-14", True),
        ("1985-03-14", "1985-03-15", False),
        ("1985-03-14", "1985-04-14", False),
        ("1985-03-14", "1984-03-14", False),
        ("1985-03-14", "1985-03", True),
        ("1985-03-14", "1985-04", False),
        ("1985-03-14", "1985", True),
        ("1980", "1980-01-01", True),
        ("1980-06", "1980-12-31", True),
        ("1980-01-01", "1980-12-31", True),
        ("1980-01-01", "1981-12-31", False),
        ("1980-01-31", "1980-12-01", False),
    ],
)
def test_same_person_s_date(one: str, other: str, expected: bool) -> None:  # noqa: FBT001 - a column
    assert same(BirthDate.from_text(one), BirthDate.from_text(other)) is expected


@given(births(), births())
def test_sameness_has_no_direction_and_needs_the_year(one: BirthDate, other: BirthDate) -> None:
    assert same(one, other) is same(other, one)
    assert same(one, one)
    assert one.year == other.year or not same(one, other)
    assert same(one, BirthDate(one.year))
