"""What a call display shows, and for how long."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.domain.display import (
    AT_LEAST,
    LAST,
    Board,
    DeskCall,
    desk_calls,
    latest,
    opened,
    turned,
)
from guichet.domain.model import Visit, VisitStatus
from guichet.domain.passage import left_desk, missed, undone
from guichet.domain.turn import TurnRules

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def visit(ticket: str, seconds: float = 0, desk: str = "4", calls: int = 1) -> Visit:
    """Somebody called to a desk."""
    return Visit(
        id=ticket, site=1, day=date(2026, 11, 24), appointment=None, person="p", procedure=None,
        ticket=ticket, status=VisitStatus.CALLED, arrived_at=NOON - timedelta(hours=1),
        called_at=after(seconds), started_at=None, ended_at=None, desk=desk, outcome=None,
        anomaly=None, calls=calls,
    )  # fmt: skip


def call(ticket: str, seconds: float = 0, times: int = 1, *, awaited: bool = True) -> DeskCall:
    return DeskCall(ticket, "4", after(seconds), times, awaited)


B1, B2 = visit("B101"), visit("B102", 10)


@pytest.mark.parametrize(
    ("visits", "tickets"),
    [
        ([], []),
        ([B1], ["B101"]),
        ([B1, B2], ["B102", "B101"]),
        ([B2, B1], ["B102", "B101"]),
        ([replace(B1, status=VisitStatus.WAITING, called_at=None, desk=None)], []),
        ([replace(B1, status=VisitStatus.SERVING, started_at=NOON)], ["B101"]),
        ([replace(B1, status=VisitStatus.DONE, started_at=NOON)], ["B101"]),
        ([missed(B1, after(60), TurnRules())], []),
        ([missed(B1, after(60), TurnRules(calls=1))], []),
        ([undone(B1)], []),
        ([left_desk(B1, VisitStatus.PARKED, "parked", after(60))], []),  # type: ignore[arg-type]
        ([left_desk(B1, VisitStatus.WAITING, "redirected", after(60))], []),  # type: ignore[arg-type]
        ([replace(B1, status=VisitStatus.DUPLICATE)], []),
        ([replace(B1, status=VisitStatus.UNDONE)], []),
    ],
)
def test_only_calls_that_stand_are_shown(visits: list[Visit], tickets: list[str]) -> None:
    assert [each.ticket for each in desk_calls(visits)] == tickets


def test_a_recall_is_another_call() -> None:
    (one,) = desk_calls([B1])
    (two, other) = desk_calls([replace(B1, calls=2, recalled_at=after(20)), B2])
    assert one != two
    assert (one.awaited, two.times, two.at) == (True, 2, after(20))
    assert other.ticket == "B102"  # called before the recall: two displays list them alike


def test_who_is_awaited_is_shown_however_many_came_after() -> None:
    came = [replace(visit(f"B{n}", n), status=VisitStatus.SERVING) for n in range(110, 130)]
    shown = desk_calls([B1, *came])
    assert [each.ticket for each in shown] == [*(f"B{n}" for n in range(129, 121, -1)), "B101"]
    assert len(shown) == LAST + 1


def test_what_was_called_before_is_not_announced() -> None:
    calls = [call("B102", 10), call("B101")]
    board = opened(calls)
    assert (board.current, board.rung) == (calls[0], None)
    again = turned(board, calls, after(60))
    assert (again.current, again.rung) == (calls[0], None)


def test_calls_at_once_have_their_time_each() -> None:
    board = opened([])
    calls = [call("B103", 2), call("B102", 1), call("B101")]
    seen = []
    for second in range(30):
        board = turned(board, calls, after(second))
        seen.append(board.current.ticket if board.current else "")
    assert seen == ["B101"] * 6 + ["B102"] * 6 + ["B103"] * 18
    assert latest(board, calls) == [calls[1], calls[2]]


def test_one_that_is_taken_back_makes_room_at_once() -> None:
    one, two, three = call("B101"), call("B102", 1), call("B103", 2)
    board = turned(opened([]), [three, two, one], NOON)
    board = turned(board, [three, two], after(1))  # B101 has not come
    assert (board.current, board.rung) == (two, after(1))
    board = turned(board, [two], after(2))  # B103's call is taken back unannounced
    assert (board.current, board.queue) == (two, ())
    assert turned(board, [], after(3)).current is None


def test_who_has_come_meanwhile_is_not_announced() -> None:
    late = call("B101", awaited=False)
    board = turned(opened([]), [late], NOON)
    assert (board.current, board.rung) == (late, None)


def test_a_recall_is_announced_and_comes_to_the_top() -> None:
    first, second, third = call("B101"), call("B102", 10), call("B103", 20)
    board = opened([third, second, first])
    recall = call("B101", 50, times=2)
    calls = [recall, third, second]
    board = turned(board, calls, after(60))
    assert (board.current, board.rung) == (recall, after(60))
    fourth = call("B104", 100)
    calls = [fourth, *calls]
    board = turned(board, calls, after(100))
    assert board.current == fourth
    assert latest(board, calls) == [recall, third, second]


def test_a_clock_set_back_holds_no_call_up() -> None:
    one, two = call("B101"), call("B102", 1)
    board = turned(opened([]), [one], NOON)
    assert turned(board, [two, one], after(-3600)).current == two


@st.composite
def days(draw: st.DrawFn) -> list[tuple[float, list[DeskCall]]]:
    """Moments, in seconds, and the calls that stand then; each call stands for good."""
    steps = draw(
        st.lists(st.tuples(st.floats(0.5, 9), st.integers(0, 3), st.booleans()), max_size=20)
    )
    now, number, standing, told = 0.0, 100, list[DeskCall](), []
    for pause, news, again in steps:
        now += pause
        standing = [*(call(f"B{number + n}", now) for n in range(news)), *standing]
        number += news
        if again and standing:
            last = standing[-1]
            standing[-1] = replace(last, times=last.times + 1)
        told.append((now, list(standing)))
    return told


@given(days())
def test_each_call_is_announced_once_and_for_long_enough(
    day: list[tuple[float, list[DeskCall]]],
) -> None:
    board, rung = opened([]), list[tuple[datetime, DeskCall]]()
    end = day[-1][0] if day else 0.0
    # Looked at beyond the end, until nothing is left to announce.
    rest = [(end + 1 + n, day[-1][1]) for n in range(7 * 80)] if day else []
    for now, calls in (*day, *rest):
        before, board = board, turned(board, calls, after(now))
        if board.rung != before.rung:
            assert board.current is not None
            rung.append((after(now), board.current))
        assert board.current is None or board.current in calls
        assert set(board.queue) <= set(calls)
        assert len(latest(board, calls)) == len(calls) - (board.current is not None)
    announced = [each for _at, each in rung]
    assert len(set(announced)) == len(announced)
    assert set(day[-1][1] if day else ()) <= set(announced)
    for (one, current), (two, _next) in pairwise(rung):
        recalled = any(each.ticket == current.ticket and each != current for each in announced)
        assert two - one >= AT_LEAST or recalled


@given(st.permutations([visit(f"B{n}", n // 2) for n in range(101, 115)]))
def test_the_order_in_which_visits_come_does_not_matter(visits: list[Visit]) -> None:
    ordered = sorted(visits, key=lambda each: each.ticket)
    assert desk_calls(visits) == desk_calls(ordered)


def test_an_empty_display_stays_empty() -> None:
    assert turned(opened([]), [], NOON) == Board()
