"""A measured number beside what it is measured against."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

NEAR = 10
"""Below this, decimals tell something."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a measure.

    `peer` was measured in the same run, in the same unit; `limit` is for the value, or for its
    ratio to the peer when `of_ratio`.
    """

    name: str
    value: float
    unit: str
    peer: float | None = None
    peer_name: str = ""
    limit: float | None = None
    of_ratio: bool = False

    def __str__(self) -> str:
        parts = [f"{self.name:<46} {_short(self.value):>8} {self.unit:<8}"]
        ratio = self.value / self.peer if self.peer else None
        if self.peer is not None and ratio is not None:
            parts.append(f"{ratio:6.2f} × {self.peer_name} ({_short(self.peer)} {self.unit})")
        if self.limit is not None:
            judged = ratio if self.of_ratio and ratio is not None else self.value
            unit = "×" if self.of_ratio else self.unit
            share = "" if self.of_ratio else f"{self.value / self.limit:6.2f} × "
            sign = "✓" if judged <= self.limit else "✗"
            parts.append(f"{share}limit {_short(self.limit)} {unit} {sign}")
        return "  ".join(parts)


def _short(number: float) -> str:
    return f"{number:.2f}" if number < NEAR else f"{number:,.0f}"


def middle(values: Sequence[float]) -> float:
    """The median, in milliseconds from seconds."""
    return median(values) * 1000


def p95(values: Sequence[float]) -> float:
    """The 95th percentile (nearest rank), in milliseconds from seconds."""
    return sorted(values)[math.ceil(len(values) * 0.95) - 1] * 1000
