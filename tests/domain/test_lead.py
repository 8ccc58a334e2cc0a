"""How long people wait for their appointment."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from guichet.domain.lead import lead
from guichet.domain.model import Appointment, AppointmentStatus

BOOKED_AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def after(days: float) -> Appointment:
    return Appointment(
        "00000000aa000001", "0000-01B8-2", 1, "s", BOOKED_AT.date(),
        BOOKED_AT + timedelta(days=days), 20, "RENO", "sejour", "p", AppointmentStatus.BOOKED, 1,
        None, BOOKED_AT, "MB1", None, None,
    )  # fmt: skip


def test_the_mean_the_median_and_the_ninth_decile() -> None:
    found = lead([after(days) for days in (3, 9, 20, 30, 73)])
    assert found is not None
    assert (found.count, found.mean, found.median) == (5, 27.0, 20.0)
    assert found.p90 == pytest.approx(55.8)  # between the fourth and the fifth, as numpy has it


def test_cancelled_ones_do_not_count() -> None:
    cancelled = replace(after(300), status=AppointmentStatus.CANCELLED)
    found = lead([*(after(27) for _ in range(5)), cancelled])
    assert found is not None
    assert (found.count, found.mean, found.median, found.p90) == (5, 27.0, 27.0, 27.0)


def test_a_few_say_nothing() -> None:
    assert lead([after(27) for _ in range(4)]) is None
    assert lead([]) is None
