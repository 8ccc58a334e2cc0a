"""How much each may ask for, and what a device that asks for more is told.

By device and by agent, never by address: the mediators of a site share one. Only codes that enrol
nobody are counted by address, since whoever tries them out is no device yet. Each server process
counts for itself, in memory: what matters is that a loop is stopped, not at which turn.
"""

import math
import os
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Self

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from guichet.central.problems import Problem
from guichet.domain.operations import Operation
from guichet.errors import ConfigError
from guichet.i18n import _

VARIABLE = "GUICHET_PROTECTION"


@dataclass(frozen=True, slots=True)
class Protection:
    """What an operator may set, as ``GUICHET_PROTECTION="requests=6000,holds=120"``.

    A budget that is nought is none.
    """

    requests: int = 1200
    """A device's a minute. A busy one sends about three pulls and a few operations a second."""
    searches: int = 300
    """A device's a minute, for persons, slots and numbers: typing fast asks twice a second."""
    holds: int = 60
    """An agent's a minute: choosing a slot takes one, a family one each, a human some seconds."""
    seats: int = 600
    """An agent's bookings, moves and cancellations an hour. No agent makes as many by hand in a
    day away from the network; more than one request may hold, so that an outbox always drains."""
    codes: int = 20
    """Codes an hour, of one address, that enrol nobody: they are typed, and there are 2^50."""
    unused_days: int = 90
    """After which a device that was not heard of is let in no more."""
    slow_seconds: int = 60
    """That the body of a request may take: 1 MiB at 140 kbit/s."""

    @classmethod
    def from_environment(cls) -> Self:
        """What the environment says, else the usual. Raises ConfigError for nonsense."""
        known = {field.name for field in fields(cls)}
        values: dict[str, int] = {}
        for part in filter(None, os.environ.get(VARIABLE, "").split(",")):
            name, _equals, value = part.strip().partition("=")
            if name not in known or not (value.isascii() and value.isdecimal()):
                raise ConfigError(
                    _(
                        "{variable}\u00a0: «\u00a0{part}\u00a0» n’est pas un réglage\u202f; "
                        "écrivez nom=nombre, séparés par des virgules, parmi {known}."
                    ).format(variable=VARIABLE, part=part.strip(), known=", ".join(sorted(known)))
                )
            values[name] = int(value)
        return cls(**values)


UNLIMITED = Protection(requests=0, searches=0, holds=0, seats=0, codes=0)
"""For measuring, and for tests that ask faster than any station does."""


class Budgets:
    """What has been asked for, and by whom. Safe to share between threads."""

    def __init__(self, protection: Protection) -> None:
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._requests = _a_minute(protection.requests)
        self._searches = _a_minute(protection.searches)
        self._holds = _a_minute(protection.holds)
        self._seats = _an_hour(protection.seats)
        self._codes = _an_hour(protection.codes)

    def request(self, device: str) -> None:
        """Count a request of a device. Raises Problem (429) when it is one too many."""
        self._take(self._requests, "request", device)

    def search(self, device: str) -> None:
        """Count a search of a device. Raises Problem (429) when it is one too many."""
        self._take(self._searches, "search", device)

    def operations(self, site: int, sent: Iterable[Operation]) -> None:
        """Count what takes or gives up seats, by agent of the site.

        Raises Problem (429) before any of them is judged, when some agent's are too many: the
        station keeps all of them and comes back. A request alone is never too much.
        """
        holds: Counter[str] = Counter()
        seats: Counter[str] = Counter()
        for operation in sent:
            if operation.action.kind == "hold":
                holds[operation.agent] += 1
            elif operation.action.kind in ("book", "move", "cancel"):
                seats[operation.agent] += 1
        for budget, name, asked in ((self._holds, "hold", holds), (self._seats, "seat", seats)):
            for agent, number in asked.items():
                self._take(budget, name, f"{site}:{agent}", number)

    def tried(self, address: str) -> None:
        """Count a code that enrolled nobody."""
        if self._codes is not None:
            self._limiter.hit(self._codes, "code", address)

    def may_try(self, address: str) -> None:
        """Raises Problem (429) when too many codes of this address enrolled nobody."""
        if self._codes is not None and not self._limiter.test(self._codes, "code", address):
            raise self._later(self._codes, "code", address)

    def _take(self, budget: RateLimitItem | None, name: str, whose: str, number: int = 1) -> None:
        if budget is not None and not self._limiter.hit(
            budget, name, whose, cost=min(number, budget.amount)
        ):
            raise self._later(budget, name, whose)

    def _later(self, budget: RateLimitItem, name: str, whose: str) -> Problem:
        reset = self._limiter.get_window_stats(budget, name, whose).reset_time
        seconds = max(1, math.ceil(reset - time.time()))
        return Problem(429, "rate_limited", {"Retry-After": str(seconds)})


def _a_minute(amount: int) -> RateLimitItem | None:
    return RateLimitItemPerMinute(amount) if amount else None


def _an_hour(amount: int) -> RateLimitItem | None:
    return RateLimitItemPerHour(amount) if amount else None
