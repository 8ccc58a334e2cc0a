"""Statistics as they may leave the site: no number below 5, nor any from which one follows.

A line has headlines (how many appointments, visits, seats, searches), which are made of parts.

- A line with a headline from 1 to 4 is masked whole; one with such a part keeps its headlines only:
  of the parts of one line, the others and the sum would tell the one that is missing.
- The total and the other lines would tell what a single masked line holds, or a few that hold
  little together. So the smallest other lines are masked with it, until what they hold together of
  every number is nothing or at least 5, which takes two of them; when no line is left, the total is
  masked too.

At least two lines by two parts are then unknown: between any two such lines people can be thought
from one part to the other and back without any number that is told changing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from guichet.domain.provenance import FEW
from guichet.domain.statistics import HEADLINES, PARTS, Days, Line, Minutes, Statistics


def masked(it: Statistics) -> Statistics:
    """The statistics as they may be told outside the site; asked again, the same."""
    if it.masked:
        return it
    hidden = _hidden(it.lines, it.total, HEADLINES)
    whole_total = _few(it.total, HEADLINES) or not _enough(it.lines, hidden, HEADLINES)
    bare = hidden | _hidden(it.lines, it.total, PARTS, hidden)
    bare_total = _few(it.total, PARTS) or not _enough(it.lines, bare, PARTS)
    return replace(
        it,
        masked=True,
        lines=tuple(
            _shown(each, whole=place in hidden, bare=place in bare)
            for place, each in enumerate(it.lines)
        ),
        total=_shown(it.total, whole=whole_total, bare=bare_total, detailed=True),
    )


def _hidden(
    lines: Sequence[Line], total: Line, names: Sequence[str], also: Iterable[int] = ()
) -> set[int]:
    """The places of the lines whose numbers of these names are not told."""
    hidden = {place for place, each in enumerate(lines) if _few(each, names)} | set(also)
    if _few(total, names):
        return hidden  # the total is not told either: nothing can be taken from it
    others = sorted(set(range(len(lines))) - hidden, key=lambda place: (_size(lines[place]), place))
    while hidden and others and not _enough(lines, hidden, names):
        hidden.add(others.pop(0))
    return hidden


def _enough(lines: Sequence[Line], hidden: set[int], names: Sequence[str]) -> bool:
    """Whether what the total tells of the hidden lines together tells nothing of one of them."""
    sums = (sum(lines[place].counts[name] or 0 for place in hidden) for name in names)
    return not any(0 < each < FEW for each in sums)


def _few(line: Line, names: Iterable[str]) -> bool:
    return any(0 < (line.counts[name] or 0) < FEW for name in names)


def _size(line: Line) -> int:
    return sum(line.counts[name] or 0 for name in HEADLINES)


def _shown(line: Line, *, whole: bool, bare: bool, detailed: bool = False) -> Line:
    """The line without what is hidden. Reasons are told in the total only."""
    names = (*HEADLINES, *PARTS) if whole else PARTS if whole or bare else ()
    hides = whole or bare
    return replace(
        line,
        counts=line.counts | dict.fromkeys(names),
        no_show=None if hides else line.no_show,
        loss=None if hides else line.loss,
        waits=_minutes(line.waits, told=not hides),
        durations=_minutes(line.durations, told=not hides),
        publication=_days(line.publication, told=not hides),
        lead=_days(line.lead, told=not hides),
        reasons=_reasons(line) if detailed and not hides else {},
        arrivals={},
        masked=hides,
    )


def _minutes(found: Minutes, *, told: bool) -> Minutes:
    """Percentiles of enough people; never how many, which the total would tell of a small line."""
    if not told or (found.count or 0) < FEW:
        return Minutes(None)
    return replace(found, count=None, histogram={})


def _days(found: Days, *, told: bool) -> Days:
    return replace(found, count=None) if told and (found.count or 0) >= FEW else Days(None)


def _reasons(line: Line) -> dict[str, int | None]:
    """Why people were received in vain: the small numbers, and with them the next ones, masked."""
    found = sorted(((n or 0, name) for name, n in line.reasons.items()), reverse=True)
    hidden: list[tuple[int, str]] = []
    while found and (found[-1][0] < FEW or 0 < sum(n for n, _name in hidden) < FEW):
        hidden.append(found.pop())
    told: dict[str, int | None] = {name: number for number, name in found}
    return told | {name: None for _n, name in sorted(hidden, key=lambda each: each[1])}
