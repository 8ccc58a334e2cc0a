"""`guichet --help`, beside a Python that does nothing."""

import subprocess
import sys
import time
from collections.abc import Iterator

from bench.figures import Figure, middle

_RUNS = 9


def measure() -> Iterator[Figure]:
    helped, nothing = [], []
    for turn in range(_RUNS + 1):  # the first turn only warms the files
        nothing.append(_run("-c", "pass"))
        helped.append(_run("-m", "guichet", "--help"))
        if turn == 0:
            nothing.clear()
            helped.clear()
    yield Figure("guichet --help", middle(helped), "ms", middle(nothing), "python -c pass", 300)


def _run(*arguments: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start
