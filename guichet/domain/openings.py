"""When a site receives: its dated rules, exceptional days and closures, as records.

A rule changes by a new version, whose word counts from its first day on; no version is ever
rewritten. So what a past day was made by can always be read, and a decision is taken back by
another one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from guichet.domain.calendar_fr import holidays


@dataclass(frozen=True, slots=True)
class Opening:
    """One version of a rule: on these days, from `opens` to `closes`, a start every `minutes`.

    `id` is "site:rule:version"; the days are from `first` to `last`, both included, None for no
    end, and of them the `weekdays` (ISO: 1 is Monday). Times are the site's own. Each start has
    `seats`, of which `pan` are kept for the points d'accès numérique and `urgent` for urgent cases
    (guichet.domain.quotas), for these `procedures` (codes). No seats: closed from `first` on.

    `exceptional`: it is of one day only. `override` says why it opens on a public holiday.
    `template`: the name of the set it is a model of; then it makes no slots itself.
    """

    id: str
    site: int
    rule: str
    version: int
    name: str
    first: date
    last: date | None
    weekdays: tuple[int, ...]
    opens: time
    closes: time
    minutes: int
    seats: int
    procedures: tuple[str, ...]
    pan: int = 0
    urgent: int = 0
    exceptional: bool = False
    override: str | None = None
    template: str | None = None


class ClosedFor(StrEnum):
    """Why a site receives nobody, from a closed list."""

    STAFF = "staff"
    STRIKE = "strike"
    WORKS = "works"
    BREAKDOWN = "breakdown"
    TRAINING = "training"
    BRIDGE = "bridge"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Closure:
    """Days from `first` to `last`, both included, when the site receives nobody.

    With `opens` and `closes` only between these times of each day (the site's own), else all day.
    `withdrawn`: it was taken back.
    """

    id: str
    site: int
    first: date
    last: date
    reason: ClosedFor
    opens: time | None = None
    closes: time | None = None
    withdrawn: bool = False

    def covers(self, day: date, start: time, end: time) -> bool:
        """Whether any of what lasts from `start` to `end` that day (site's own) falls into it."""
        if self.withdrawn or not self.first <= day <= self.last:
            return False
        return (self.closes is None or start < self.closes) and (
            self.opens is None or end > self.opens
        )


def opening_id(site: int, rule: str, version: int) -> str:
    """The id of a version of a site's rule."""
    return f"{site}:{rule}:{version}"


def latest(openings: Iterable[Opening]) -> list[Opening]:
    """The newest version of each rule, models left out, by the hour and name."""
    newest: dict[str, Opening] = {}
    for each in openings:
        if each.template is None and each.version >= newest.get(each.rule, each).version:
            newest[each.rule] = each
    return sorted(newest.values(), key=lambda each: (each.opens, each.name, each.rule))


def in_force(openings: Iterable[Opening], day: date) -> list[Opening]:
    """What a day is made by: of each rule the newest version that has begun, where it applies."""
    begun = [each for each in openings if each.first <= day]
    return [each for each in latest(begun) if applies(each, day)]


def applies(opening: Opening, day: date) -> bool:
    """Whether a version, were it the newest, opens on that day."""
    return (
        opening.seats > 0
        and opening.first <= day
        and (opening.last is None or day <= opening.last)
        and day.isoweekday() in opening.weekdays
        and (opening.override is not None or day not in holidays(day.year))
    )
