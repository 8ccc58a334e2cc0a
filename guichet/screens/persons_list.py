"""Persons as a list on the screen."""

from guichet.domain.model import Person
from guichet.i18n import _
from guichet.screens import describe
from guichet.widgets.columns import Column, Row

COLUMNS = (
    Column("name", _("Usager"), flex=1),
    Column("birth", _("Naissance"), width=10),
    Column("number", _("N° étranger"), width=11),
    Column("phone", _("Téléphone"), width=16, min_terminal=96),
    Column("commune", _("Commune"), width=20, min_terminal=120),
    Column("where", "", width=8),
)


def row(person: Person, where: str = "", status: str = "") -> Row:
    """A person; `where` they were found, when that is not here."""
    cells = (
        describe.name(person),
        describe.birth(person),
        person.number or "–",
        describe.phone(person),
        person.commune,
        where,
    )
    return Row(person.id, cells, status)
