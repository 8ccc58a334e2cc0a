"""Statistics as plots of characters. What draws them is imported when the first one is drawn.

Every plot says its numbers in words too: bars are one colour, and nothing is told by it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from rich.text import Text
from textual.content import Content

from guichet.domain.statistics import CAUSES, Line
from guichet.i18n import _
from guichet.screens.statistics_words import COUNTS, MASKED

_STEP = 5
"""Minutes in a bar of waits or durations."""
_MOST = 24
"""Bars of waits and durations: what is longer stands in the last one."""
_HOUR = 4
"""Quarters of an hour."""
_LABEL_CELLS = 8
_TITLES = {
    "activity": _("Arrivées par quart d’heure"),
    "waits": _("Attentes et durées"),
    "losses": _("Places perdues"),
    "no_shows": _("Rendez-vous"),
}


def plot(pane: str, total: Line, width: int, height: int, *, masked: bool = False) -> Content:
    """The plot that goes with a pane, in so many cells; empty where there is nothing to draw.

    Outside the site (`masked`) nothing is drawn of a masked line, nor any histogram.
    """
    if masked and (total.masked or pane in ("activity", "waits")):
        return Content(_("{title}\u00a0: {masked}").format(title=_TITLES[pane], masked=MASKED))
    match pane:
        case "activity":
            return _drawn(_TITLES["activity"], *_arrivals(total), width, height)
        case "waits":
            half = width // 2 - 1
            waits = _minutes(_("Attente, minutes"), total.waits.histogram, half, height)
            durations = _minutes(_("Durée, minutes"), total.durations.histogram, half, height)
            return _beside(waits, durations, half)
        case "losses":
            counts = {COUNTS[cause]: total.counts[cause] or 0 for cause in CAUSES}
            return _lying(_TITLES["losses"], counts, width, height)
        case "no_shows":
            told = ("arrived", "absent", "unsettled", "cancelled")
            counts = {COUNTS[name]: total.counts[name] or 0 for name in told}
            return _lying(_TITLES["no_shows"], counts, width, height)
        case _:
            return Content("")


def _arrivals(total: Line) -> tuple[list[str], list[int]]:
    found = total.arrivals
    if not found:
        return [], []
    first, last = min(found) // _HOUR * _HOUR, max(found)
    quarters = range(first, last + 1)
    labels = [f"{q // _HOUR}\u00a0h" if q % _HOUR == 0 else "" for q in quarters]
    return labels, [found.get(q, 0) for q in quarters]


def _minutes(title: str, found: Mapping[int, int], width: int, height: int) -> Content:
    bars: Counter[int] = Counter()
    for minutes, number in found.items():
        bars[min(minutes // _STEP, _MOST - 1)] += number
    last = max(bars, default=-1)
    labels = [str(bar * _STEP) if bar % 2 == 0 else "" for bar in range(last + 1)]
    return _drawn(title, labels, [bars[bar] for bar in range(last + 1)], width, height)


def _drawn(
    title: str, labels: Sequence[str], values: Sequence[int], width: int, height: int
) -> Content:
    """Standing bars under a title."""
    if not any(values):
        return Content(_("{title}\u00a0: rien à montrer").format(title=title))
    from textual_plotext.plot import Plot  # noqa: PLC0415 - slow, and not every screen draws

    drawn = Plot()
    drawn.plotsize(width, height - 1)
    drawn.theme("clear")
    drawn.frame(False)
    places = list(range(len(values)))
    drawn.bar(places, values, width=0.9, marker="sd")
    every = max(1, -(-_LABEL_CELLS * sum(map(bool, labels)) // width))
    said = [place for place in places if labels[place]][::every]
    drawn.xticks([*map(float, said)], [labels[place] for place in said])
    top = max(values)
    ticks = sorted({0, -(-top // 2), top})
    drawn.yticks([*map(float, ticks)], [str(tick) for tick in ticks])
    drawn.ylim(0, top)
    return _under(title, drawn.build())


def _lying(title: str, counts: Mapping[str, int], width: int, height: int) -> Content:
    """Lying bars, one a line, each with its number and its part."""
    whole = sum(counts.values())
    if not whole:
        return Content(_("{title}\u00a0: rien à montrer").format(title=title))
    from textual_plotext.plot import Plot  # noqa: PLC0415 - as above

    labels = [f"{label} {n} ({100 * n / whole:.0f}\u00a0%) " for label, n in counts.items()]
    drawn = Plot()
    drawn.plotsize(width, min(height - 1, len(counts)))
    drawn.theme("clear")
    drawn.frame(False)
    places = list(range(len(counts), 0, -1))
    drawn.bar(places, list(counts.values()), orientation="horizontal", width=0.4, marker="sd")
    drawn.yticks([*map(float, places)], labels)
    drawn.xticks([], [])
    drawn.xlim(0, max(counts.values()))
    return _under(title, drawn.build())


def _under(title: str, built: str) -> Content:
    return Content("\n").join([Content(title), Content(Text.from_ansi(built).plain.rstrip())])


def _beside(left: Content, right: Content, width: int) -> Content:
    """Two plots side by side."""
    lines = [each.plain.split("\n") for each in (left, right)]
    high = max(map(len, lines))
    first, second = (each + [""] * (high - len(each)) for each in lines)
    return Content("\n".join(f"{a:<{width}}  {b}" for a, b in zip(first, second, strict=True)))
