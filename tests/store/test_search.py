"""Both searches find what reading every person would, and the words are those of the persons."""

import re
from dataclasses import replace

import pytest
from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, delete, insert, select

from guichet.central import feed
from guichet.domain.model import Person
from guichet.domain.names import search_words
from guichet.store import search
from guichet.store.engine import HEAD, reading, writing
from guichet.store.records import TABLES, columns, put
from guichet.store.schema import METADATA
from tests.store.samples import ADA, BOB, BOBIGNY, EVE
from tests.store.test_migrations import config

WORD = METADATA.tables["person_word"]
PERSON = TABLES["person"]
SITE = ADA.site
HYPOTHESIS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

FAMILIES = ["DIALLO", "DIARRA", "DIA", "N’DIAYE", "MARTIN", "PÉREZ-LÓPEZ", "D", "ZZZ", ""]
GIVEN = ["Mohamed", "Mohamed Ali", "Jean-Marie", "Marie", "Aïssatou", "Martin", "M", "Ali Dia"]
PHONES = [None, "+33639981234", "+33639985678", "+33612341234", "+4915112345678", "+3314"]
NUMBERS = [None, "7503012345", "7503999999", "9399900001", "1234567890"]
PERSONS = st.builds(
    lambda key, site, family, given, phone, number: replace(
        ADA, id=f"p-{key}", site=site, family_name=family, given_names=given, phone=phone,
        number=number,
    ),
    st.integers(0, 30),
    st.sampled_from([SITE, SITE, SITE, 94]),
    st.sampled_from(FAMILIES),
    st.sampled_from(GIVEN),
    st.sampled_from(PHONES),
    st.sampled_from(NUMBERS),
)  # fmt: skip
BEGINNINGS = st.builds(
    lambda word, size: word[:size],
    st.sampled_from([*FAMILIES, *GIVEN, "NDIAYE", "jeanmarie", "XYZ"]),
    st.integers(1, 9),
)
DIGITS = st.builds(
    lambda prefix, number, start, size: prefix + number[start : start + size],
    st.sampled_from(["", "", "0", "+33", "+33 (0)", "0033 "]),
    st.sampled_from([*filter(None, (*PHONES, *NUMBERS)), "99999999"]),
    st.integers(0, 10),
    st.integers(1, 10),
)
QUERIES = st.lists(BEGINNINGS, min_size=1, max_size=4).map(" ".join) | DIGITS


def naive(persons: list[Person], query: str) -> list[Person]:
    """Who is found, by reading everyone."""
    digits = "".join(re.findall("[0-9]", query))
    phone = "".join(re.findall("[0-9]", re.sub(r"^((\+|00) ?33 ?(\(0\))?|0)", "", query)))[-9:]
    words = search_words(query)

    def found(row: dict[str, str | None]) -> bool:
        if len(digits) >= 4:
            number = (row["number"] or "").startswith(digits)
            return number or (phone != "" and phone in (row["phone_key"] or ""))
        own = (row["match_key"] or "").split()
        return words != () and all(any(name.startswith(w) for name in own) for w in words)

    mine = [person for person in persons if person.site == SITE and found(columns(person))]
    return sorted(mine, key=key)


def key(person: Person) -> str:
    return str(columns(person)["match_key"])


def empty(connection: Connection) -> None:
    for table in METADATA.sorted_tables:
        connection.execute(delete(table))


def words(connection: Connection) -> set[tuple[int, str, str]]:
    return {(site, word, name) for site, word, name in connection.execute(select(WORD))}


def wanted(*persons: Person) -> set[tuple[int, str, str]]:
    rows = [columns(person) for person in persons]
    return {
        (row["site"], word, row["match_key"])
        for row in rows
        for word in search.words_of(row["match_key"], row["phone_key"], row["number"])
    }


@HYPOTHESIS
@given(
    persons=st.lists(PERSONS, max_size=25, unique_by=lambda person: person.id),
    queries=st.lists(QUERIES, min_size=5, max_size=5),
    limit=st.sampled_from([1, 3, 50]),
    few=st.sampled_from([0, 3, search.FEW]),
)
def test_whoever_is_found_by_reading_everyone_is_found(
    engine: Engine, persons: list[Person], queries: list[str], limit: int, few: int
) -> None:
    with writing(engine) as connection:
        empty(connection)
        put(connection, *persons)
        for site in (SITE, 94):
            search.index(connection, site, [], [p for p in persons if p.site == site])
    with reading(engine) as connection:
        for query in queries:
            expected = naive(persons, query)
            for found in (
                search.find_persons(connection, SITE, query, limit),
                search.find_indexed(connection, SITE, query, limit, few),
            ):
                assert [key(p) for p in found] == [key(p) for p in expected[:limit]], query
                assert len({p.id for p in found}) == len(found)
                assert {p.id for p in found} <= {p.id for p in expected}


@HYPOTHESIS
@given(steps=st.lists(st.tuples(PERSONS, st.booleans()), max_size=20))
def test_the_words_are_those_of_the_persons(
    engine: Engine, steps: list[tuple[Person, bool]]
) -> None:
    """Whatever is written, corrected and removed, homonyms keep what the others no longer need."""
    known: dict[str, Person] = {}
    with writing(engine) as connection:
        empty(connection)
    for person, stays in steps:
        written = replace(person, site=SITE)
        with writing(engine) as connection:
            if stays:
                known[person.id] = written
                put(connection, written)
            elif known.pop(person.id, None) is None:
                continue
            else:
                connection.execute(delete(PERSON).where(PERSON.c.id == person.id))
            feed.publish(connection, SITE, [("person", person.id)])
        with reading(engine) as connection:
            assert words(connection) == wanted(*known.values())


def test_a_publication_is_searchable_and_a_second_one_changes_nothing(engine: Engine) -> None:
    many = [replace(BOB, id=f"p-{n}", given_names=f"Ousmane {n % 7 * 'A'}") for n in range(1200)]
    for _turn in range(2):
        with writing(engine) as connection:
            feed.publish_records(connection, SITE, [BOBIGNY, ADA, EVE, *many])
        with reading(engine) as connection:
            assert words(connection) == wanted(ADA, EVE, *many)
            assert search.find_indexed(connection, SITE, "ada dial") == []
            assert search.find_indexed(connection, SITE, "AÏS dial") == [ADA]
            assert len(search.find_indexed(connection, SITE, "ousmane")) == search.LIMIT


def test_a_corrected_name_is_found_and_the_old_one_is_not(engine: Engine) -> None:
    corrected = replace(ADA, family_name="Sow", phone="+33639980000", number=None)
    for person in (ADA, corrected):
        with writing(engine) as connection:
            feed.publish_records(connection, SITE, [person])
    with reading(engine) as connection:
        for gone in ("diallo", "1234", "7503012345"):
            assert search.find_indexed(connection, SITE, gone) == []
        for now in ("sow", "0000", "06 39 98 00 00"):
            assert search.find_indexed(connection, SITE, now) == [corrected]
        assert words(connection) == wanted(corrected)


def test_the_migration_fills_the_words_of_those_in_a_feed(engine: Engine) -> None:
    with writing(engine) as connection:
        feed.publish_records(connection, SITE, [ADA, EVE])
        feed.publish_records(connection, 94, [replace(BOB, site=94)])
        put(connection, replace(ADA, id="p-unpublished", family_name="Inconnue"))
        before = words(connection)
    assert before == wanted(ADA, EVE, replace(BOB, site=94))
    with writing(engine) as connection:
        made = config()
        made.attributes["connection"] = connection
        command.downgrade(made, "0002")
        command.upgrade(made, HEAD)
    with reading(engine) as connection:
        assert words(connection) == before
        assert search.find_indexed(connection, SITE, "perez") == [EVE]


@pytest.mark.parametrize("few", [0, search.FEW])
def test_of_many_the_first_by_name_are_met_without_reading_them_all(
    engine: Engine, few: int
) -> None:
    """A thousand homonyms and those after them: as many as asked, the first by name."""
    rows = [
        {**columns(replace(ADA, id=f"p-{n}", given_names=f"Mohamed {'ABCDEFGHIJ'[n % 10]}"))}
        for n in range(1000)
    ]
    with writing(engine) as connection:
        connection.execute(insert(PERSON), rows)
        entries = {
            (word, row["match_key"])
            for row in rows
            for word in search.words_of(row["match_key"], row["phone_key"], row["number"])
        }
        search.add_words(connection, SITE, entries)
    with reading(engine) as connection:
        found = search.find_indexed(connection, SITE, "diallo moh", 150, few)
        expected = sorted(row["match_key"] for row in rows)[:150]
        assert [key(person) for person in found] == expected
        by_phone = search.find_indexed(connection, SITE, "1234", 150, few)
        assert [key(person) for person in by_phone] == expected
        assert search.find_indexed(connection, 94, "diallo") == []
