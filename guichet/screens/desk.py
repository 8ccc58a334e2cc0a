"""How a person is named at a desk."""

from guichet.domain.day import DayRow


def who(row: DayRow) -> str:
    """A person by ticket and name."""
    return f"{row.ticket} {row.name}".strip()
