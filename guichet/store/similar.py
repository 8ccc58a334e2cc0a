"""Among whom the same person is looked for (guichet.domain.similar)."""

from sqlalchemy import ColumnElement, Connection, or_, select

from guichet.domain.model import Person
from guichet.store.records import TABLES, records

_PERSON = TABLES["person"]


def persons_like(connection: Connection, person: Person, limit: int = 2000) -> list[Person]:
    """The persons of the same site with the same year of birth, number, phone or e-mail.

    Among whom to look for the same person: names are spelt in too many ways to ask for them.
    """
    conditions: list[ColumnElement[bool]] = []
    if person.birth:
        conditions.append(_PERSON.c.birth.like(f"{person.birth[:4]}%"))
    conditions += [
        _PERSON.c[name] == value
        for name, value in (
            ("number", person.number),
            ("phone", person.phone),
            ("email", person.email),
        )
        if value
    ]
    if not conditions:
        return []
    statement = select(_PERSON).where(_PERSON.c.site == person.site, or_(*conditions)).limit(limit)
    return records(connection, Person, statement)
