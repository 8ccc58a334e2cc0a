"""Tension from the facts alone: raised after ten minutes, ending by itself."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from guichet.domain.desks import Desk, DeskState
from guichet.domain.model import Visit, VisitStatus
from guichet.domain.tension import CALM, Tension, tension
from tests.domain.samples import START

EACH, THRESHOLD = 10.0, 45
DAY = date(2026, 11, 23)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def visit(key: int, arrived: float, called: float | None = None, desk: str = "1") -> Visit:
    made = Visit(
        id=f"v{key}", site=93, day=DAY, appointment=None, person=None, procedure=None, ticket="",
        status=VisitStatus.WAITING, arrived_at=at(arrived), called_at=None, started_at=None,
        ended_at=None, desk=None, outcome=None, anomaly=None,
    )  # fmt: skip
    if called is None:
        return made
    return replace(made, status=VisitStatus.CALLED, called_at=at(called), desk=desk)


def done(each: Visit, minutes: float) -> Visit:
    return replace(each, status=VisitStatus.DONE, ended_at=at(minutes), outcome="served")


def desk(name: str, since: float = -60, state: DeskState = DeskState.OPEN) -> Desk:
    return Desk(f"93:{name}", 93, name, (), state, "MARTIN", at(since))


def found(visits: list[Visit], desks: list[Desk], now: float) -> Tension:
    return tension(visits, desks, EACH, THRESHOLD, at(now))


NINE = [visit(n, 0) for n in range(9)]
TWO = [desk("1"), desk("2")]


def test_the_rule_is_work_for_each_desk() -> None:
    calm = found(NINE[:8], TWO, 5)
    assert (calm.waiting, calm.desks, calm.minutes) == (8, 2, 40.0)
    assert (calm.since, calm.alert) == (None, False)
    assert found([], [], 5).minutes == 0.0
    assert found(NINE, [], 5).minutes is None


def test_an_alert_once_above_for_ten_minutes() -> None:
    for minutes, alert in ((9.9, False), (10, True), (60, True)):
        above = found(NINE, TWO, minutes)
        assert (above.minutes, above.since, above.alert) == (45.0, at(0), alert)
    assert found(NINE, [], 10).alert  # nobody can be received at all


def test_a_break_starts_the_ten_minutes_again() -> None:
    first = [*NINE[:8], visit(8, 0, 6), visit(9, 7)]  # below at the 6th minute, above at the 7th
    assert (found(first, TWO, 16).since, found(first, TWO, 16).alert) == (at(7), False)
    assert found(first, TWO, 17).alert


def called(count: int, minutes: float) -> list[Visit]:
    """Nine who wait, so many of whom were called then, one after another to the same desk."""
    return [
        *(done(visit(n, 0, minutes + n / 100, "1"), minutes + (n + 1) / 100) for n in range(count)),
        *NINE[count:],
    ]


def test_it_ends_by_itself_but_not_on_the_threshold() -> None:
    nearly = found(called(2, 20), TWO, 21)
    assert (nearly.since, nearly.alert) == (None, True)
    assert nearly.minutes == 35.0 >= THRESHOLD * CALM
    calm = found(called(3, 20), TWO, 21)
    assert (calm.minutes, calm.alert) == (30.0, False)


def test_another_desk_calms_it_at_once_and_a_pause_does_not_alarm_at_once() -> None:
    assert not found(NINE, [*TWO, desk("3", 20)], 21).alert
    paused = [desk("1"), desk("2", 20, DeskState.PAUSED)]
    assert found(NINE[:8], paused, 21).since == at(20)
    assert not found(NINE[:8], paused, 29).alert
    assert found(NINE[:8], paused, 30).alert


def test_a_desk_where_somebody_is_received_is_open_whatever_was_said_of_it() -> None:
    assert found([*NINE, visit(10, 0, 1, "7")], [], 2).desks == 1
    assert found([*NINE, visit(10, 0, 1, "1")], TWO, 2).desks == 2
    assert found([*NINE, done(visit(10, 0, 1, "7"), 2)], [], 3).desks == 0


@given(
    st.lists(st.tuples(st.integers(0, 120), st.none() | st.integers(0, 60)), max_size=30),
    st.lists(st.tuples(st.sampled_from("1234"), st.integers(-30, 150)), max_size=4),
    st.integers(0, 150),
    st.randoms(),
)
def test_every_station_says_the_same_whatever_the_order_it_learned_things_in(
    lives: list[tuple[int, int | None]], opened: list[tuple[str, int]], now: int, order: object
) -> None:
    visits = [
        visit(n, arrived, None if waited is None else arrived + waited)
        for n, (arrived, waited) in enumerate(lives)
        if arrived <= now and (waited is None or arrived + waited <= now)
    ]
    desks = [desk(name, since) for name, since in dict(opened).items() if since <= now]
    said = found(visits, desks, now)
    order.shuffle(visits)  # type: ignore[attr-defined]  # a Random, which Hypothesis wraps
    order.shuffle(desks)  # type: ignore[attr-defined]
    assert found(visits, desks, now) == said
    assert said.waiting == sum(each.status is VisitStatus.WAITING for each in visits)
    busy = {each.desk for each in visits if each.status is VisitStatus.CALLED}
    assert said.desks == len(busy | {each.name for each in desks})
    assert not said.alert or said.minutes is None or said.minutes >= THRESHOLD * CALM
