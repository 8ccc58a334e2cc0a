"""Calls that must be made one at a time, in the order they were asked for."""

import threading
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Answer(NamedTuple, Generic[T]):
    """The `number`-th call's result, with what was `typed` to ask for it."""

    number: int
    typed: str
    result: T


class Turns(Generic[T]):
    """A line of calls. Whichever threads come to make them, the first asked is made first."""

    def __init__(self) -> None:
        self._calls: deque[tuple[str, Callable[[], T]]] = deque()
        self._lock = threading.Lock()
        self._made = 0

    def ask(self, call: Callable[[], T], typed: str) -> None:
        """Put a call at the end of the line."""
        self._calls.append((typed, call))

    def make(self) -> Answer[T]:
        """Make the call whose turn it is, once nobody else makes one. Blocks."""
        with self._lock:
            typed, call = self._calls.popleft()
            self._made += 1
            return Answer(self._made, typed, call())

    def alone(self) -> AbstractContextManager[object]:
        """A time when no call is made."""
        return self._lock
