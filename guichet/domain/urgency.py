"""How urgent a person's situation is, as points that are each explained.

What counts comes from the project's feature F36 (priority to those losing their right to stay); the
weights are proposals, for no text gives any: each préfecture is to set its own. The score orders
attention. It decides nothing, and a human may correct it with a reason.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from guichet.domain.continuation import Verdict


class Circumstance(StrEnum):
    """What the person says of their situation; a closed list, so that no story is recorded."""

    WORK_AT_RISK = "work_at_risk"
    NO_INTERIM_DOCUMENT = "no_interim_document"
    """Neither récépissé nor attestation de prolongation d'instruction."""
    MINORS = "minors"


class PointCode(StrEnum):
    """What each point of a score stands for."""

    EXPIRED = "expired"
    WITHIN_15_DAYS = "within_15_days"
    WITHIN_30_DAYS = "within_30_days"
    WITHIN_60_DAYS = "within_60_days"
    WORK_AT_RISK = "work_at_risk"
    NO_INTERIM_DOCUMENT = "no_interim_document"
    NO_CONTINUATION = "no_continuation"
    MINORS = "minors"
    HUMAN = "human"  # the correction of an Override


WEIGHTS: Mapping[PointCode, int] = MappingProxyType(
    {
        PointCode.EXPIRED: 40,
        PointCode.WITHIN_15_DAYS: 30,
        PointCode.WITHIN_30_DAYS: 20,
        PointCode.WITHIN_60_DAYS: 10,
        PointCode.WORK_AT_RISK: 20,
        PointCode.NO_INTERIM_DOCUMENT: 15,
        PointCode.NO_CONTINUATION: 15,
        PointCode.MINORS: 10,
    }
)
"""Proposed points."""

_NEAR = (
    (15, PointCode.WITHIN_15_DAYS),
    (30, PointCode.WITHIN_30_DAYS),
    (60, PointCode.WITHIN_60_DAYS),
)


@dataclass(frozen=True, slots=True)
class Override:
    """A human's correction: points added, or taken away if negative, and why.

    Raises ValueError for a reason without a letter or a digit.
    """

    points: int
    reason: str

    def __post_init__(self) -> None:
        if not any(character.isalnum() for character in self.reason):
            raise ValueError("a correction of the urgency needs a reason")


@dataclass(frozen=True, slots=True)
class Point:
    """One reason for urgency and what it counts."""

    code: PointCode
    value: int


@dataclass(frozen=True, slots=True)
class Urgency:
    """The score's breakdown, in a fixed order; `reason` is the human's for their correction."""

    points: tuple[Point, ...]
    reason: str = ""

    @property
    def total(self) -> int:
        """The sum of the breakdown and nothing else; negative if a human took more away."""
        return sum(point.value for point in self.points)


def urgency(
    expiry: date | None,
    today: date,
    circumstances: Collection[Circumstance] = (),
    *,
    kept: Verdict | None = None,
    override: Override | None = None,
) -> Urgency:
    """The urgency today. `expiry` is None without a title, `kept` when continuation is not known.

    One point at most is about the date, the nearest; circumstances count once.
    """
    codes = [code] if (code := _by_date(expiry, today)) else []
    codes += [PointCode(each) for each in Circumstance if each in circumstances]
    if kept is Verdict.NONE:
        codes.append(PointCode.NO_CONTINUATION)
    points = [Point(code, WEIGHTS[code]) for code in PointCode if code in codes]
    if override is None:
        return Urgency(tuple(points))
    points.append(Point(PointCode.HUMAN, override.points))
    return Urgency(tuple(points), override.reason)


def _by_date(expiry: date | None, today: date) -> PointCode | None:
    if expiry is None:
        return None
    left = (expiry - today).days
    if left < 0:
        return PointCode.EXPIRED
    return next((code for days, code in _NEAR if left <= days), None)
