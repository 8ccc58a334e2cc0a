"""Waiting for a condition instead of for a time."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(probe: Callable[[], T], timeout: float = 10.0, what: str = "") -> T:
    """Call `probe` until what it gives is true, and give that; fail after `timeout` seconds."""
    end = time.monotonic() + timeout
    while True:
        value = probe()
        if value:
            return value
        if time.monotonic() > end:
            message = f"not within {timeout} s: {what or probe}"
            raise AssertionError(message)
        time.sleep(0.005)
