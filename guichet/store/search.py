"""Finding persons by name, phone number or numéro étranger: among some, and among a million.

A station has few: `find_persons` reads them all. Central has many: `find_indexed` asks the words
that `index` keeps with the feed. Both give the same persons in the same order.

A word leads to names (`match_key`), so that the thousand Mohamed Diallo of a site have it once:

- ``DIALLO``: a word of the name;
- ``+DI``: how one begins, with every such name in order behind it;
- ``+DI MO``: how two begin, for two words that are each too common;
- ``39981234``: a phone number from any digit on, down to four;
- ``#7503012345``: a numéro étranger.

No search reads more than some thousands of words, however many names begin alike.
"""

import re
import string
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import combinations
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    delete,
    func,
    literal,
    or_,
    select,
)

from guichet.domain.model import Person
from guichet.domain.names import search_words
from guichet.phones import digits_key
from guichet.store.records import TABLES, columns, records
from guichet.store.schema import METADATA
from guichet.store.upsert import insert_into

LIMIT = 50
_PERSON = TABLES["person"]
_WORD = METADATA.tables["person_word"]
_MIN_DIGITS = 4
_BEGINNING = 2
FEW = 1000
"""As many names as are sorted at once; among more, those wanted are met soon enough in order."""
_LAST = "Z" * 100
"""After whatever a word goes on with, in any collation."""
_CHUNK = 500
_PREFIX = re.compile(r"^\s*(?:(?:\+|00)\s*33\s*(?:\(0\))?|0)")
"""What stands before the nine digits of a French number, so that a part of one is found too."""


def find_persons(connection: Connection, site: int, query: str, limit: int = LIMIT) -> list[Person]:
    """The persons of a site found by name (any order, no accents needed), phone or number.

    The first by name. Takes time in proportion to the persons there are.
    """
    digits, phone = _digits(query)
    words = () if digits else _words(query)
    if not digits and not words:
        return []
    statement = _scan(len(words), by_phone=bool(phone))
    return _persons(connection, statement, site, words, limit, digits=digits, phone=phone)


def find_indexed(
    connection: Connection, site: int, query: str, limit: int = LIMIT, few: int = FEW
) -> list[Person]:
    """What find_persons gives, from the words of `index`; quick however many persons there are."""
    digits, phone = _digits(query)
    if digits:
        return _by_digits(connection, site, digits, phone, limit, few)
    words = _words(query)
    if not words:
        return []
    wanted = sorted(words, key=len, reverse=True)
    for word in wanted:
        if len(word) > _BEGINNING and _count(connection, site, word, few) < few:
            statement = _of_range(len(words))
            return _persons(connection, statement, site, words, limit, word=word, last=word + _LAST)
    begun = [word[:_BEGINNING] for word in wanted if len(word) >= _BEGINNING][:2]
    if not begun:
        return find_persons(connection, site, query, limit)
    word = "+" + " ".join(sorted(begun))
    return _persons(connection, _of_word(len(words)), site, words, limit, word=word)


def index(
    connection: Connection, site: int, before: Iterable[Person], after: Iterable[Person]
) -> None:
    """Keep the words in step with persons of a site that were written: as they were, as they are.

    In the transaction that wrote them, and with the site's feed locked: a name may be another's.
    """
    old, new = _entries(before), _entries(after)
    gone = sorted(old - new)
    for start in range(0, len(gone), _CHUNK):
        _forget(connection, site, gone[start : start + _CHUNK])
    add_words(connection, site, new - old)


def add_words(connection: Connection, site: int, entries: Iterable[tuple[str, str]]) -> None:
    """Write (word, match_key) that may be there already."""
    rows = [
        {"site": site, "word": word, "match_key": match_key}
        for word, match_key in sorted(entries)  # side by side on disk
    ]
    if rows:
        connection.execute(insert_into(connection, _WORD).on_conflict_do_nothing(), rows)


def words_of(match_key: str, phone_key: str, number: str | None) -> set[str]:
    """All that leads to a person, from three columns of their row."""
    words = set(match_key.split())
    begun = sorted(word[:_BEGINNING] for word in words if len(word) >= _BEGINNING)
    found = words | {f"+{one}" for one in begun}
    found |= {f"+{one} {other}" for one, other in combinations(begun, 2)}
    found |= {phone_key[start:] for start in range(len(phone_key) - _MIN_DIGITS + 1)}
    return found | {f"#{number}"} if number else found


def _entries(persons: Iterable[Person]) -> set[tuple[str, str]]:
    rows = [columns(person) for person in persons]
    return {
        (word, row["match_key"])
        for row in rows
        for word in words_of(row["match_key"], row["phone_key"], row["number"])
    }


def _forget(connection: Connection, site: int, gone: Sequence[tuple[str, str]]) -> None:
    """Remove (word, match_key), unless somebody of that name still answers to the word."""
    kept = (_PERSON.c.match_key, _PERSON.c.phone_key, _PERSON.c.number)
    names = {match_key for _word, match_key in gone}
    homonyms = select(*kept).where(_PERSON.c.site == site, _PERSON.c.match_key.in_(names))
    needed = {
        (word, row.match_key) for row in connection.execute(homonyms) for word in words_of(*row)
    }
    rows = [{"old_word": word, "old": key} for word, key in gone if (word, key) not in needed]
    if rows:
        statement = delete(_WORD).where(
            _WORD.c.site == site,
            _WORD.c.word == bindparam("old_word"),
            _WORD.c.match_key == bindparam("old"),
        )
        connection.execute(statement, rows)


# What is asked ------------------------------------------------------------------------------------


def _digits(query: str) -> tuple[str, str]:
    """The digits of a query that is a number, and the part of a phone number they may be."""
    digits = "".join(c for c in query if c in string.digits)
    if len(digits) < _MIN_DIGITS:
        return "", ""
    return digits, digits_key(_PREFIX.sub("", query))


def _words(query: str) -> tuple[str, ...]:
    """The words of a query, without those that begin another: whoever has the other has them."""
    words = set(search_words(query))
    return tuple(sorted(w for w in words if not any(o != w and o.startswith(w) for o in words)))


def _by_digits(
    connection: Connection, site: int, digits: str, phone: str, limit: int, few: int
) -> list[Person]:
    number = f"#{digits}"
    given = {"digits": digits, "phone": phone}
    # So many have a digit or three in their phone number that they are met soon.
    if not phone or len(phone) >= _MIN_DIGITS:
        count = _count(connection, site, number, few)
        if phone:
            count += _count(connection, site, phone, few)
        if count < few:
            statement = _of_numbers(by_phone=bool(phone))
            given |= {"word": number, "last": number + _LAST}
            given |= {"from_phone": phone, "last_phone": phone + _LAST}
            return _persons(connection, statement, site, (), limit, **given)
    return _persons(connection, _scan(0, by_phone=bool(phone)), site, (), limit, **given)


def _count(connection: Connection, site: int, word: str, few: int) -> int:
    """How many words begin so, `few` at most."""
    given = {"site": site, "word": word, "last": word + _LAST, "few": few}
    count: int = connection.execute(_counted(), given).scalar_one()
    return count


def _persons(
    connection: Connection,
    statement: Select[Any],
    site: int,
    words: Sequence[str],
    limit: int,
    **given: str,
) -> list[Person]:
    given |= {f"word_{rank}": f"% {word}%" for rank, word in enumerate(words)}
    if "digits" in given:
        given |= {"digits": f"{given['digits']}%", "phone": f"%{given['phone']}%"}
    return records(connection, Person, statement, {"site": site, "limit": limit, **given})


# The statements, made once a shape: that takes longer than the database does to answer -----------


@cache
def _counted() -> Select[Any]:
    begun = (
        select(literal(1))
        .where(_WORD.c.site == bindparam("site"), _ranged())
        .limit(bindparam("few"))
    )
    return select(func.count()).select_from(begun.subquery())


@cache
def _scan(words: int, *, by_phone: bool) -> Select[Any]:
    """The persons themselves, by name."""
    condition = (
        and_(*_filters(_PERSON.c.match_key, words)) if words else _numbered(by_phone=by_phone)
    )
    names = select(_PERSON.c.match_key).where(_PERSON.c.site == bindparam("site"), condition)
    return _outer(names.order_by(_PERSON.c.match_key), condition)


@cache
def _of_word(words: int) -> Select[Any]:
    """The names behind one word, which are in order there."""
    return _outer(_names(_WORD.c.word == bindparam("word"), words).order_by(_WORD.c.match_key))


@cache
def _of_range(words: int) -> Select[Any]:
    """The names behind the few words that begin so."""
    return _outer(_names(_ranged(), words).distinct().order_by(_WORD.c.match_key))


@cache
def _of_numbers(*, by_phone: bool) -> Select[Any]:
    either = _ranged()
    if by_phone:
        either = or_(either, _WORD.c.word.between(bindparam("from_phone"), bindparam("last_phone")))
    names = _names(either, 0).distinct().order_by(_WORD.c.match_key)
    return _outer(names, _numbered(by_phone=by_phone))


def _names(condition: ColumnElement[bool], words: int) -> Select[Any]:
    filters = _filters(_WORD.c.match_key, words)
    return select(_WORD.c.match_key).where(_WORD.c.site == bindparam("site"), condition, *filters)


def _ranged() -> ColumnElement[bool]:
    return _WORD.c.word.between(bindparam("word"), bindparam("last"))


def _filters(name: ColumnElement[str], words: int) -> list[ColumnElement[bool]]:
    return [literal(" ").concat(name).like(bindparam(f"word_{rank}")) for rank in range(words)]


def _numbered(*, by_phone: bool) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = _PERSON.c.number.like(bindparam("digits"))
    return or_(condition, _PERSON.c.phone_key.like(bindparam("phone"))) if by_phone else condition


def _outer(names: Select[Any], *conditions: ColumnElement[bool]) -> Select[Any]:
    """The first persons of the first names."""
    chosen = names.limit(bindparam("limit"))
    return (
        select(_PERSON)
        .where(_PERSON.c.site == bindparam("site"), _PERSON.c.match_key.in_(chosen), *conditions)
        .order_by(_PERSON.c.match_key)
        .limit(bindparam("limit"))
    )
