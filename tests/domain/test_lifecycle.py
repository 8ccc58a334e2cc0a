"""The whole of both tables, entry by entry, as the law of the house says them."""

import pytest

from guichet.domain.lifecycle import APPOINTMENT, OUTCOMES, UNDO_REASONS, VISIT, after_check_in
from guichet.domain.model import AppointmentStatus, VisitStatus

APPOINTMENTS = """
            move             cancel             check_in   undo_check_in
booked      =booked          =cancelled         =arrived   not_arrived
arrived     already_arrived  already_arrived    double     =booked
absent      already_absent   already_absent     =arrived   not_arrived
cancelled   already_cancelled already_cancelled cancelled  not_arrived
"""

ABSENCES = """
            mark_absent       undo_absent
booked      =absent           not_absent
arrived     already_arrived   already_arrived
absent      =absent           =booked
cancelled   already_cancelled already_cancelled
"""

VISITS = """
            call            start            complete      undo_check_in
waiting     =called         not_called       =done         =undone
called      already_called  =serving         =done         already_called
serving     already_called  already_started  =done         already_called
parked      =called         not_called       =done         already_called
done        already_done    already_done     already_done  already_done
duplicate   duplicate       duplicate        duplicate     =undone
undone      undone          undone           undone        undone
"""

AT_THE_DESK = """
            recall           miss             park          redirect      undo_step
waiting     not_called       not_called       not_called    not_called    =waiting
called      =called          =waiting         not_started   =waiting      =waiting
serving     already_started  already_started  =parked       =waiting      =called
parked      not_called       not_called       not_called    not_called    =serving
done        already_done     already_done     already_done  already_done  =serving
duplicate   duplicate        duplicate        duplicate     duplicate     duplicate
undone      undone           undone           undone        undone        undone
"""


def entries(table: str) -> dict[tuple[str, str], str]:
    head, *lines = [line.split() for line in table.strip().splitlines()]
    return {
        (status, operation): step
        for status, *steps in lines
        for operation, step in zip(head, steps, strict=True)
    }


@pytest.mark.parametrize(
    ("entry", "expected"), [*entries(APPOINTMENTS).items(), *entries(ABSENCES).items()]
)
def test_appointment(entry: tuple[str, str], expected: str) -> None:
    step = APPOINTMENT[AppointmentStatus(entry[0]), entry[1]]
    assert isinstance(step, AppointmentStatus) is expected.startswith("=")
    assert step == expected.removeprefix("=")


@pytest.mark.parametrize(
    ("entry", "expected"), [*entries(VISITS).items(), *entries(AT_THE_DESK).items()]
)
def test_visit(entry: tuple[str, str], expected: str) -> None:
    step = VISIT[VisitStatus(entry[0]), entry[1]]
    assert isinstance(step, VisitStatus) is expected.startswith("=")
    assert step == expected.removeprefix("=")


def test_both_tables_are_total_and_hold_nothing_else() -> None:
    of_appointments = ["move", "cancel", "check_in", "undo_check_in"]
    of_appointments += ["mark_absent", "undo_absent"]
    of_visits = ["call", "start", "complete", "undo_check_in"]
    of_visits += ["recall", "miss", "park", "redirect", "undo_step"]
    assert set(APPOINTMENT) == {(s, o) for s in AppointmentStatus for o in of_appointments}
    assert set(VISIT) == {(s, o) for s in VisitStatus for o in of_visits}
    assert len(entries(APPOINTMENTS) | entries(ABSENCES)) == len(APPOINTMENT)
    assert len(entries(VISITS) | entries(AT_THE_DESK)) == len(VISIT)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("booked", ("arrived", None)),
        ("absent", ("arrived", None)),
        ("arrived", ("arrived", "double")),
        ("cancelled", ("cancelled", "cancelled")),
    ],
)
def test_after_a_check_in(status: str, expected: tuple[str, str | None]) -> None:
    after, oddity = after_check_in(AppointmentStatus(status))
    assert isinstance(after, AppointmentStatus)
    assert (after, oddity) == expected


def test_outcomes() -> None:
    assert OUTCOMES == ("served", "unsuccessful", "left")
    assert not set(OUTCOMES) & set(UNDO_REASONS)  # both are kept as the visit's outcome
