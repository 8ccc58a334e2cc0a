"""The order of the day's table: whole, stable, and with what is empty at the end."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from guichet.domain.day import DayRow, DayState
from guichet.domain.desks import Ended, Step
from guichet.domain.line import line as in_line
from guichet.domain.order import Order, ordered
from tests.domain.samples import BOBIGNY, START, line

MINUTE = timedelta(minutes=1)
NOW = START + timedelta(hours=2)


def keys(rows: list[DayRow], by: Order, *, backwards: bool = False) -> str:
    turns = {each.row.key: each.turn for each in in_line(rows, BOBIGNY)}
    found = ordered(rows, by, turns, NOW, backwards=backwards)
    return " ".join(each.key for each in found)


LEFT = Step("3", None, START, START, START, START + 90 * MINUTE, Ended.REDIRECTED)
ROWS = [
    line("noor", DayState.EXPECTED, ticket="", name="NOOR", arrived_at=None, procedure="Remise"),
    line("élan", ticket="B102", name="ÉLAN", starts_at=START - MINUTE, arrived_at=START - MINUTE),
    line("abou", ticket="A101", name="ABOU", starts_at=None, arrived_at=START + MINUTE, desk="10"),
    line("zola", ticket="B101", name="ZOLA", starts_at=START + MINUTE, last=LEFT, desk="9"),
    line("done", DayState.DONE, ticket="A102", name="", procedure="", starts_at=START + 9 * MINUTE),
]


def test_each_column_orders_and_nothing_there_comes_last() -> None:
    assert keys(ROWS, Order.TIME) == "élan noor abou zola done"
    assert keys(ROWS, Order.TURN) == "élan zola abou noor done"
    assert keys(ROWS, Order.TICKET) == "abou done zola élan noor"
    assert keys(ROWS, Order.NAME) == "abou élan noor zola done"
    assert keys(ROWS, Order.PROCEDURE) == "noor élan abou zola done"
    assert keys(ROWS, Order.STATE) == "noor élan abou zola done"
    assert keys(ROWS, Order.WAITING) == "élan abou zola noor done"
    assert keys(ROWS, Order.DESK) == "zola abou élan noor done"


def test_backwards_what_is_empty_still_comes_last() -> None:
    assert keys(ROWS, Order.NAME, backwards=True) == "zola noor élan abou done"
    assert keys(ROWS, Order.WAITING, backwards=True) == "zola abou élan noor done"


@given(st.permutations(ROWS), st.sampled_from(Order))
def test_the_order_is_one_whatever_it_was_before(rows: list[DayRow], by: Order) -> None:
    for backwards in (False, True):
        assert keys(rows, by, backwards=backwards) == keys(ROWS, by, backwards=backwards)
    assert sorted(keys(rows, by).split()) == sorted(row.key for row in ROWS)
