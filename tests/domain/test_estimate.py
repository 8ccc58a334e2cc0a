"""The waiting time that is announced: what it must never do, whatever the day."""

from dataclasses import replace
from datetime import timedelta
from math import exp

from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.domain.day import DayRow, DayState
from guichet.domain.desks import Desk, DeskState
from guichet.domain.estimate import Facts, Wait, rounded, waits
from guichet.domain.pace import Held, paces
from guichet.domain.turn import TurnRules
from tests.domain.samples import BOBIGNY, START, line

Told = dict[str, Wait]


def told(facts: Facts) -> Told:
    """What is told to those who wait, and by lane."""
    found = waits(facts, START)
    both = {**found.visits, **found.lanes}
    return {key: wait for key, wait in both.items() if wait is not None}


PLANNED = {"Remise": 5, "Renouvellement": 20, "Première demande": 40}
MINUTE = timedelta(minutes=1)


def desk(name: str, *lanes: str, state: DeskState = DeskState.OPEN) -> Desk:
    return Desk(f"93:{name}", 93, name, lanes, state, "a", START - 60 * MINUTE)


def here(key: str, due: int = 0, procedure: str = "Renouvellement", lane: str = "A") -> DayRow:
    return line(key, starts_at=START + due * MINUTE, procedure=procedure, lane=lane)


def facts(rows: list[DayRow], desks: list[Desk], held: tuple[Held, ...] = ()) -> Facts:
    return Facts(BOBIGNY, rows, desks, PLANNED, held, ("A", "B"))


ROWS = st.lists(
    st.builds(
        lambda due, procedure, minutes, at_desk: (due, procedure, minutes, at_desk),
        st.integers(-60, 60),
        st.sampled_from(sorted(PLANNED)),
        st.integers(0, 90),
        st.integers(0, 5),
    ),
    max_size=12,
)


def day(made: list[tuple[int, str, int, int]], lane: str = "A") -> list[DayRow]:
    """Persons who wait, and at most one at each of the desks 1 to 3."""
    rows, taken = [], set()
    for number, (due, procedure, minutes, place) in enumerate(made):
        row = here(f"{number:02}", due, procedure, lane)
        if 1 <= place <= 3 and place not in taken:
            taken.add(place)
            row = replace(
                row, state=DayState.SERVING, desk=str(place), called_at=START - minutes * MINUTE
            )
        rows.append(row)
    return rows


THREE = [desk("1"), desk("2"), desk("3")]


@settings(max_examples=25)
@given(ROWS)
def test_it_is_never_negative_and_low_is_below_high(made: list[tuple[int, str, int, int]]) -> None:
    found = waits(facts(day(made), THREE), START)
    for wait in (*found.visits.values(), found.lanes["A"]):
        assert wait is not None
        assert 0 <= wait.low <= wait.high
        low, high = rounded(wait)
        assert low <= wait.low
        assert wait.high <= high
        assert high > 0


@settings(max_examples=25)
@given(ROWS)
def test_the_same_facts_in_any_order_give_the_same(made: list[tuple[int, str, int, int]]) -> None:
    rows = day(made)
    assert waits(facts(rows, THREE), START) == waits(facts(rows[::-1], THREE[::-1]), START)


@settings(max_examples=25)
@given(ROWS, st.sampled_from(sorted(PLANNED)))
def test_one_more_ahead_never_shortens(
    made: list[tuple[int, str, int, int]], procedure: str
) -> None:
    """At desks that call everybody; where desks differ, who is ahead may make another one free."""
    rows = day(made)
    before = told(facts(rows, THREE))
    after = told(facts([*rows, here("first", -90, procedure)], THREE))
    assert before
    for key, wait in before.items():
        assert after[key].low >= wait.low
        assert after[key].high >= wait.high


@settings(max_examples=25)
@given(ROWS)
def test_one_more_desk_never_lengthens(made: list[tuple[int, str, int, int]]) -> None:
    rows = day(made)
    before = told(facts(rows, THREE))
    after = told(facts(rows, [*THREE, desk("4")]))
    for key, wait in before.items():
        assert after[key].low <= wait.low
        assert after[key].high <= wait.high


def test_who_is_ahead_and_who_is_served_makes_the_wait() -> None:
    rows = [here("a", 0), here("b", 1), here("c", 2)]
    found = told(facts(rows, [desk("1")]))
    assert found["v-a"] == Wait(0, 0)
    assert 8 < found["v-b"].low < 20.75 < found["v-b"].high < 50
    assert found["v-c"].low > found["v-b"].low + 10


def test_nothing_is_said_where_no_desk_calls() -> None:
    rows = [here("a", lane="A"), here("b", lane="B")]
    closed = [desk("1", state=DeskState.CLOSED), desk("2", state=DeskState.PAUSED)]
    assert waits(facts(rows, closed), START).visits == {"v-a": None, "v-b": None}
    found = waits(facts(rows, [desk("1", "B")]), START)
    assert (found.visits["v-a"], found.lanes["A"]) == (None, None)
    assert found.visits["v-b"] == Wait(0, 0)


def test_who_is_sent_to_one_desk_waits_for_it() -> None:
    busy = replace(here("x"), state=DayState.SERVING, desk="1", called_at=START)
    sent = replace(here("a"), for_desk="1")
    found = told(facts([busy, sent, here("b", 5)], [desk("1"), desk("2")]))
    assert found["v-b"] == Wait(0, 0)
    assert found["v-a"].low > 5


def test_a_desk_that_receives_unopened_counts_for_its_lane() -> None:
    busy = replace(here("x"), state=DayState.SERVING, desk="7", called_at=START)
    found = waits(facts([busy, here("a"), here("b", lane="B")], []), START)
    assert found.visits["v-b"] is None
    assert found.visits["v-a"] is not None


def test_those_expected_before_a_newcomer_count_when_they_are_early_enough() -> None:
    rows = [
        replace(here(f"e{n}", 10, "Première demande"), state=DayState.EXPECTED, visit=None)
        for n in range(3)
    ]
    busy = replace(here("x"), state=DayState.SERVING, desk="1", called_at=START - 2 * MINUTE)
    alone = told(facts([busy], [desk("1")]))["A"]
    behind = told(facts([busy, *rows], [desk("1")]))["A"]
    assert behind.high > alone.high + 60
    gone = [replace(row, starts_at=START - 16 * MINUTE) for row in rows]  # later than tolerated
    assert told(facts([busy, *gone], [desk("1")]))["A"] == alone


def test_measured_durations_take_the_place_of_the_planned_ones() -> None:
    def held(minutes: int, count: int) -> list[Held]:
        ago = START - timedelta(days=1)
        return [Held("Remise", ago, ago + minutes * MINUTE)] * count

    none, few, many = (paces(PLANNED, held(20, n), [], START)["Remise"] for n in (0, 4, 400))
    assert abs(exp(none.middle) - 5) < 0.01
    assert none.middle < few.middle < many.middle
    assert abs(exp(many.middle) - 20) < 1


def test_a_slow_hour_slows_every_demarche_and_who_is_still_there_counts() -> None:
    now = START
    slow = [Held("Remise", now - 30 * MINUTE, now - 10 * MINUTE)] * 8
    calm = paces(PLANNED, [], [], now)["Première demande"]
    assert paces(PLANNED, slow, [], now)["Première demande"].middle > calm.middle + 0.4
    stuck = paces(PLANNED, [], [("Remise", 25.0)] * 3, now)["Première demande"]
    assert stuck.middle > calm.middle + 0.2
    begun = paces(PLANNED, [], [("Première demande", 1.0)] * 3, now)["Première demande"]
    assert abs(begun.middle - calm.middle) < 0.01


def test_a_priority_card_is_ahead_of_those_who_came_before() -> None:
    site = replace(BOBIGNY, turns=TurnRules())
    rows = [here("a", 0), replace(here("p", 20), needs=("priority_card",))]
    found = told(replace(facts(rows, [desk("1")]), site=site))
    assert found["v-p"] == Wait(0, 0)
    assert found["v-a"].low > 0


def test_rounded_for_people() -> None:
    assert rounded(Wait(0, 0)) == (0, 5)
    assert rounded(Wait(21.2, 33)) == (20, 35)
    assert rounded(Wait(58, 92)) == (55, 105)


def test_a_desk_for_two_lanes_calls_by_the_one_order() -> None:
    busy = replace(here("x"), state=DayState.SERVING, desk="1", called_at=START)
    rows = [busy, here("a", 5, lane="A"), here("b", 0, lane="B"), here("c", 10, lane="B")]
    found = told(facts(rows, [desk("1", "A", "B")]))
    assert found["v-b"].low < found["v-a"].low < found["v-c"].low


def test_who_is_at_the_desk_with_their_family_keeps_it_for_longer() -> None:
    one = replace(here("x"), state=DayState.SERVING, desk="1", called_at=START)
    two = replace(here("y"), state=DayState.CALLED, desk="1", called_at=START)
    alone = told(facts([one, here("a")], [desk("1")]))["v-a"]
    both = told(facts([one, two, here("a")], [desk("1")]))["v-a"]
    assert both.low > alone.low + 5
