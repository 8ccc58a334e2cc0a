"""How a person is named at a desk."""

from guichet.domain.day import DayRow
from guichet.i18n import _


def who(row: DayRow) -> str:
    """A person by ticket and name, or so many on one ticket."""
    return f"{row.ticket} {name_and_number(row)}".strip()


def name_and_number(row: DayRow) -> str:
    """Their name, and how many they are on one ticket if they are several."""
    if row.people == 1:
        return row.name
    return _("{name} ({n} pers.)").format(name=row.name, n=row.people).strip()
