"""A convocation as PDF, beside an empty page made by the same engine."""

import time
from collections.abc import Callable, Iterator

import typst

from bench.figures import Figure, middle, p95
from guichet.convocation.document import render
from tests.convocation.samples import CONVOCATION

_RUNS = 50


def measure() -> Iterator[Figure]:

    warm, empty = [], []
    first = _timed(lambda: render(CONVOCATION))
    _timed(_empty_page)
    for _turn in range(_RUNS):
        warm.append(_timed(lambda: render(CONVOCATION)))
        empty.append(_timed(_empty_page))
    peer = middle(empty)
    yield Figure("convocation PDF, warm", middle(warm), "ms", peer, "an empty page", 50)
    yield Figure("convocation PDF, warm, p95", p95(warm), "ms")
    yield Figure("convocation PDF, the first", first * 1000, "ms", peer, "an empty page")


def _empty_page() -> None:
    typst.compile(b'#set page("a4")', format="pdf")


def _timed(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
