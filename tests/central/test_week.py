"""The week in figures, over HTTP, on both databases."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from guichet.domain.model import Appointment, AppointmentStatus
from guichet.domain.week import SiteDay, elsewhere
from tests.central.samples import DAY, Caller, appointment, furnish, person, publish, slot
from tests.servers import CentralUnderTest, Clock

BOOKED, ARRIVED = AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED
ABSENT, CANCELLED = AppointmentStatus.ABSENT, AppointmentStatus.CANCELLED


@pytest.fixture
def caller(central: CentralUnderTest, clock: Clock) -> Iterator[Caller]:
    furnish(central.engine, slot("s1", seats=9), *(person(f"p{n}") for n in range(9)))
    statuses = [BOOKED, BOOKED, ARRIVED, *[ABSENT] * 5, CANCELLED]
    made: list[Appointment] = [
        replace(appointment(f"{n:010x}abcdef", "s1", f"p{n}", clock()), status=status)
        for n, status in enumerate(statuses)
    ]
    publish(central.engine, 1, *made)
    publish(central.engine, 2, slot("s2", site=2, seats=4))
    with Caller(central.url, central.enrol(1), clock()) as caller:
        yield caller


def days(caller: Caller, first: date) -> dict[tuple[int, str], dict[str, Any]]:
    answer = caller.http.get("/v1/week", params={"from": first.isoformat()})
    assert answer.status_code == 200
    return {(each["site"], each["day"]): each for each in answer.json()["days"]}


def test_a_week_is_counted_by_site_and_day(caller: Caller, clock: Clock) -> None:
    found = days(caller, DAY - timedelta(days=1))
    assert len(found) == 2 * 7
    here = {"seats": 9, "booked": 8, "arrived": 0, "absent": 5, "unsettled": 0}
    assert found[1, f"{DAY}"] == {"site": 1, "day": f"{DAY}", **here}
    assert found[2, f"{DAY}"]["seats"] == 4
    assert found[1, f"{DAY + timedelta(days=1)}"]["seats"] == 0
    clock.advance(days=1, hours=1, minutes=35)  # 20 minutes from 09:00 on, and the tolerance
    assert days(caller, DAY)[1, f"{DAY}"]["unsettled"] == 2


def test_few_persons_are_not_told_to_other_sites(
    caller: Caller, central: CentralUnderTest, clock: Clock
) -> None:
    clock.advance(days=2)
    with Caller(central.url, central.enrol(2), clock()) as other:
        told = days(other, DAY)[1, f"{DAY}"]
    assert (told["seats"], told["booked"]) == (9, 8)
    assert (told["arrived"], told["absent"], told["unsettled"]) == (None, None, None)
    assert days(caller, DAY)[1, f"{DAY}"]["unsettled"] == 2


@pytest.mark.parametrize("first", ["", "demain", "1999-12-31", "9999-12-31"])
def test_a_day_that_is_none_is_refused(caller: Caller, first: str) -> None:
    assert caller.http.get("/v1/week", params={"from": first}).status_code == 422


@pytest.mark.parametrize("told", [(0, 0, 0), (5, 12, 0)])
def test_what_is_about_nobody_or_about_many_is_told(told: tuple[int, int, int]) -> None:
    day = SiteDay(1, DAY, 20, 20, *told)
    assert elsewhere(day) == day
    for place in range(3):
        few = [4 if n == place else each for n, each in enumerate(told)]
        assert elsewhere(SiteDay(1, DAY, 20, 20, *few)) == SiteDay(1, DAY, 20, 20, None, None, None)
