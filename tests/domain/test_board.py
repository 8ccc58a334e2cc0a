from dataclasses import replace
from datetime import timedelta

from guichet.domain.board import board
from guichet.domain.desks import DeskState
from guichet.domain.model import VisitStatus
from tests.domain.test_tension import at, desk, done, visit

MINUTE = timedelta(minutes=1)


def test_nobody_is_there_yet() -> None:
    empty = board([], [], 45, at(0))
    assert (empty.waiting, empty.longest, empty.p90, empty.each) == (0, None, None, None)
    assert (empty.open, empty.paused, empty.received) == (0, 0, 0)


def test_nine_of_ten_who_wait_now_wait_no_longer() -> None:
    for many, p90 in ((1, 1), (9, 9), (10, 9), (11, 10), (20, 18)):
        seen = board([visit(n, -n) for n in range(1, many + 1)], [], 45, at(0))
        assert (seen.waiting, seen.longest, seen.p90) == (many, many * MINUTE, p90 * MINUTE)


def test_the_last_hour_by_hand_and_who_left_was_not_received() -> None:
    visits = [
        done(visit(1, -120, -90), -60),  # an hour ago to the second: no more
        done(visit(2, -60, -50), -30),  # 20 minutes
        done(visit(3, -60, -40), -30),  # 10 minutes
        replace(done(visit(4, -60, -40), -10), outcome="left"),
        replace(done(visit(5, -60, -40), -10), ended_at=None, settled_at=at(-10)),
        replace(visit(6, -30, -20), status=VisitStatus.SERVING, started_at=at(-19)),
    ]
    seen = board(visits, [desk("2"), desk("3", state=DeskState.PAUSED)], 45, at(0), owed=2)
    assert (seen.received, seen.each) == (2, 15.0)
    assert (seen.open, seen.paused, seen.owed) == (2, 1, 2)  # 1, where the sixth is, and 2


def test_how_long_one_takes_is_measured_from_five_on() -> None:
    visits = [done(visit(n, -60, -40 + n), -36 + n) for n in range(5)]
    assert board(visits[:4], [], 45, at(0)).tension.each == 15.0
    assert board(visits, [], 45, at(0)).tension.each == 4.0
