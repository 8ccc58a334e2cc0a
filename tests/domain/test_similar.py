"""How alike two persons are: for a human to decide."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.domain.birth import BirthDate
from guichet.domain.model import Person
from guichet.domain.similar import LIKELY, WEIGHTS, Match, Reason, compare, likeness, other_year

FATOU = Person(
    id="f",
    site=1,
    family_name="DIALLO",
    given_names="Fatoumata",
    birth="1989-03-12",
    number="7503012345",
    number_absent=None,
    phone="+33639981234",
    email=None,
    commune="Bobigny",
    language="fr",
    needs=(),
)
BARE = replace(FATOU, id="b", number=None, phone=None)


def bare(**values: str | None) -> Person:
    return replace(BARE, id="other", **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("other", "reasons"),
    [
        (bare(), {Reason.NAME, Reason.BIRTH}),
        (bare(birth="1989"), {Reason.NAME, Reason.BIRTH_MAYBE}),
        (bare(birth="1989-01-01"), {Reason.NAME, Reason.BIRTH_MAYBE}),  # a convention, not a day
        (bare(birth="1988-03-12"), {Reason.NAME, Reason.OTHER_BIRTH}),
        (bare(birth=""), {Reason.NAME}),
        (bare(family_name="Fatoumata", given_names="Diallo"), {Reason.INVERTED, Reason.BIRTH}),
        (bare(family_name="Diallo", given_names="Fatoumatta"), {Reason.SPELLING, Reason.BIRTH}),
        (bare(family_name="Jallow", given_names="Fatoumata"), {Reason.SPELLING, Reason.BIRTH}),
        (bare(given_names="Fatoumata Binta"), {Reason.SPELLING, Reason.BIRTH}),
        (bare(family_name="Traoré", used_name="Diallo"), {Reason.USED_NAME, Reason.BIRTH}),
        (bare(family_name="Nguyen", given_names="Thi"), {Reason.BIRTH}),
        (bare(family_name="Diallo", given_names=""), {Reason.BIRTH}),  # one word is not a name
    ],
)
def test_reasons(other: Person, reasons: set[Reason]) -> None:
    found = likeness(BARE, other)
    assert set(found.reasons) == reasons
    assert found.score == max(0, sum(WEIGHTS[reason] for reason in reasons))


@pytest.mark.parametrize(
    ("other", "likely"),
    [
        # Persona 5: sisters of the same address and phone are shown, for a human to tell apart.
        (replace(FATOU, number=None, given_names="Fatou", birth="1991-07-02"), False),
        (replace(FATOU, number=None, given_names="Fatouma", birth="1991-07-02"), False),
        (replace(FATOU, number=None, given_names="Fatouma", birth="1989"), True),
        (replace(FATOU, number="9301234567", phone=None), True),  # a homonym born the same day
        (replace(FATOU, number="9301234567", phone=None, birth="1970-01-01"), False),
        (bare(), True),
        (bare(birth="1989"), True),
        (replace(FATOU, family_name="Sow", given_names="Awa", birth="1960"), True),  # same number
        (bare(family_name="Sow", given_names="Awa", birth="1960"), False),
    ],
)
def test_who_is_shown(other: Person, likely: bool) -> None:  # noqa: FBT001 - a column
    assert (likeness(FATOU, replace(other, id="o")).score >= LIKELY) is likely


def test_each_field_is_compared() -> None:
    other = bare(family_name="Jallow", birth="1989", phone="+33611111111", commune="BOBIGNY")
    assert compare(FATOU, other) == {
        "name": Match.NEAR,
        "birth": Match.NEAR,
        "number": Match.UNKNOWN,
        "phone": Match.DIFFERENT,
        "commune": Match.SAME,
    }
    assert compare(FATOU, FATOU)["birth"] is Match.SAME
    assert compare(FATOU, replace(FATOU, birth="1990-03-12"))["birth"] is Match.DIFFERENT


def test_another_year_is_certain_or_unsaid() -> None:
    assert other_year(BirthDate(1990), FATOU)
    assert not other_year(BirthDate(1989), FATOU)
    assert not other_year(BirthDate(1990), replace(FATOU, birth=""))


_NAMES = st.sampled_from(
    [
        "Diallo",
        "Jallow",
        "DIALLO",
        "Ba",
        "Bah",
        "Fatoumata",
        "Fatou",
        "N’Diaye",
        "",
        "Ouattara",
        "王",
    ]
)
_PERSONS = st.builds(
    lambda family, given, used, birth, number, phone: bare(
        family_name=family,
        given_names=given,
        used_name=used,
        birth=birth,
        number=number,
        phone=phone,
    ),
    _NAMES,
    _NAMES,
    _NAMES,
    st.sampled_from(["", "1989", "1989-03", "1989-03-12", "1989-01-01", "1990", "nonsense"]),
    st.sampled_from([None, "7503012345", "9301234567"]),
    st.sampled_from([None, "+33639981234"]),
)


@given(_PERSONS, _PERSONS)
def test_the_order_of_two_persons_does_not_matter(one: Person, other: Person) -> None:
    assert likeness(one, other) == likeness(other, one)
    assert compare(one, other) == compare(other, one)
    assert 0 <= likeness(one, other).score <= 100
