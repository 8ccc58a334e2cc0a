from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.domain.day import DayState, counts, filtered, state_of
from guichet.domain.model import AppointmentStatus, VisitStatus
from tests.domain.samples import START, line

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("appointment", [None, *AppointmentStatus])
@pytest.mark.parametrize("visit", [None, *VisitStatus])
def test_every_pair_has_a_state(
    appointment: AppointmentStatus | None, visit: VisitStatus | None
) -> None:
    by_visit = {
        VisitStatus.WAITING: DayState.WAITING,
        VisitStatus.CALLED: DayState.CALLED,
        VisitStatus.SERVING: DayState.SERVING,
        VisitStatus.PARKED: DayState.PARKED,
        VisitStatus.DONE: DayState.DONE,
    }
    by_appointment = {
        None: DayState.EXPECTED,
        AppointmentStatus.BOOKED: DayState.EXPECTED,
        AppointmentStatus.ARRIVED: DayState.WAITING,
        AppointmentStatus.ABSENT: DayState.ABSENT,
        AppointmentStatus.CANCELLED: DayState.CANCELLED,
    }
    expected = by_visit.get(visit) if visit else None
    assert state_of(appointment, visit) is (expected or by_appointment[appointment])


def test_who_left_is_never_counted_as_received() -> None:
    for appointment in (None, *AppointmentStatus):
        assert state_of(appointment, VisitStatus.DONE, "left") is DayState.LEFT
        assert state_of(appointment, VisitStatus.DONE, "served") is DayState.DONE
        assert state_of(appointment, VisitStatus.WAITING, "left") is DayState.WAITING


def test_counts_name_every_state() -> None:
    rows = [line("a"), line("b"), line("c", DayState.DONE)]
    assert counts(rows) == dict.fromkeys(DayState, 0) | {DayState.WAITING: 2, DayState.DONE: 1}
    assert counts([]) == dict.fromkeys(DayState, 0)


ADA = line("ada", ticket="B101", desk="Guichet 4")
BOB = line("bob", name="N’DIAYE Jean-Pierre", ticket="A205", reference="0000-01A8-1",
           procedure="Première demande")  # fmt: skip
EVE = line("eve", name="DIALLO Ousmane", ticket="B112", reference="ABCD-EFGH-J")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "ada bob eve"),
        ("   ", "ada bob eve"),
        ("diallo", "ada eve"),
        ("aissatou", "ada"),
        ("Aïssatou DIALLO", "ada"),
        ("DIALLO aïss", "ada"),
        ("jean pierre", "bob"),
        ("n'diaye", "bob"),
        ("première", "bob"),
        ("PREMIERE", "bob"),
        ("b1", "ada eve"),
        ("b101", "ada"),
        ("diallo b112", "eve"),
        ("diallo a205", ""),
        ("aïssatou 999", ""),
        ("7k4q-92xd-3", "ada"),
        ("abcd-efgh-j", "eve"),
        ("guichet 4", "ada"),
        ("guichet", "ada"),
        ("nobody", ""),
    ],
)
def test_filtering(query: str, expected: str) -> None:
    assert [row.key for row in filtered([ADA, BOB, EVE], query)] == expected.split()


@given(st.text(max_size=12))
def test_filtering_never_fails_and_keeps_the_order(query: str) -> None:
    rows = [ADA, BOB, EVE]
    kept = filtered(rows, query)
    assert kept == [row for row in rows if row in kept]
    assert filtered(kept, query) == kept


def test_who_waits_waits_since_arriving() -> None:
    assert line("a").waiting_since == START
    assert line("a", DayState.CALLED).waiting_since is None
