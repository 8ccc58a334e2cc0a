from datetime import UTC, datetime, timedelta

import pytest

from guichet.domain.together import Arrival, together

NOON = datetime(2026, 11, 24, 11, tzinfo=UTC)


def arrival(seconds: int, name: str, phone: str | None, ticket: str) -> Arrival:
    return Arrival(NOON + timedelta(seconds=seconds), name, phone, ticket)


@pytest.mark.parametrize(
    ("arrivals", "tickets"),
    [
        ([], []),
        ([(0, "Diallo", None, "A1")], ["A1"]),
        ([(0, "Diallo", None, "A1"), (30, "DIALLO", None, "A2")], ["A1", "A2"]),
        ([(0, "Diallo", "+331", "A1"), (30, "Bah", "+331", "A2")], ["A1", "A2"]),
        ([(0, "Diallo", None, "A1"), (30, "Bah", None, "A2")], ["A2"]),
        ([(0, "", "", "A1"), (30, "", "", "A2")], ["A2"]),  # nothing known is nothing shared
        ([(0, "Diallo", None, "A1"), (60, "Diallo", None, "A2")], ["A1", "A2"]),
        ([(0, "Diallo", None, "A1"), (61, "Diallo", None, "A2")], ["A2"]),
        # Each within a minute of the next, akin to any of the others.
        (
            [(0, "Bah", "+331", "A1"), (50, "Sow", "+332", "A2"), (100, "Bah", "+332", "A3")],
            ["A1", "A2", "A3"],
        ),
        # A stranger in between ends it.
        (
            [(0, "Bah", None, "A1"), (10, "Sow", None, "A2"), (20, "Bah", None, "A3")],
            ["A3"],
        ),
    ],
)
def test_who_seems_to_have_come_together(
    arrivals: list[tuple[int, str, str | None, str]], tickets: list[str]
) -> None:
    found = together([arrival(*each) for each in arrivals])
    assert [each.ticket for each in found] == tickets
