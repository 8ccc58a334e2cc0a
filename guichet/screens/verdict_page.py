"""Writes docs/verdicts.md: ``python -m guichet.screens.verdict_page``. A test keeps it true."""

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from itertools import product
from pathlib import Path

from guichet.domain.verdicts import (
    AXES,
    BELLS,
    MEANINGS,
    TABLE,
    Admit,
    Facts,
    Finding,
    Next,
    Proof,
    Row,
    Tone,
    finding_of,
)
from guichet.screens.finding_words import FINDINGS
from guichet.widgets.level import SIGNS

PATH = Path("docs/verdicts.md")

_HEAD = """# Verdicts

Made by `python -m guichet.screens.verdict_page` from the table in `guichet/domain/verdicts.py`
and the words in `guichet/screens/words.py`; a test keeps it true. What a convocation is found to
be depends on seven facts:

{axes}

Place, day and time are those of what counts: the record known here, or the paper itself where
nothing is known here or the paper is newer. A paper signed by a revoked key never counts: only
our records do. Early and late are beyond the site's own tolerances. Of the states of an
appointment, one that is only held is none yet; a visit that was taken back, or that does not
count of two, is none either.

Each of the {total} combinations has exactly one verdict. A late person is asked, never refused;
each refusal names a way on, and nobody is turned away by the machine alone.

## What each verdict means

| Code | Word | Sign | Colour | Bells | Person | Next | Said to the agent |
|---|---|---|---|---|---|---|---|
"""
_RULES = """
## Which facts lead to which verdict

Read from the top: the first line that fits decides. An empty cell: whatever it is.

"""
_COLOURS = {Tone.OK: "green", Tone.WARN: "amber", Tone.BAD: "red"}
_ADMITS = {Admit.NOW: "checked in", Admit.ASK: "agent asked", Admit.NO: "not checked in"}
_NEXTS = {
    Next.TICKET: "give the ticket",
    Next.DECIDE: "agent decides",
    Next.IDENTITY: "check the identity, then decide",
    Next.DIRECT: "tell what holds",
    Next.PAN: "help with another appointment",
    Next.LOOK_UP: "look the person up",
    Next.SUPERVISOR: "call the supervisor",
}


def page() -> str:
    """The page as Markdown."""
    axes = "\n".join(
        f"- **{name}**: {', '.join(f'`{value}`' for value in axis)}" for name, axis in AXES.items()
    )
    combinations = [Facts(*values) for values in product(*AXES.values())]  # type: ignore[arg-type]
    counts = Counter(map(finding_of, combinations))
    head = _HEAD.format(axes=axes, total=f"{len(combinations):,}")
    names = list(AXES)
    table = [f"| {' | '.join(names)} | verdict |", "|---" * (len(names) + 1) + "|"]
    table += [_rule(row) for row in TABLE]
    tail = "\n\n## How many combinations come to each\n\n"
    tail += ", ".join(f"`{each}` {counts[each]:,}" for each in Finding)
    return head + "\n".join(_meanings()) + "\n" + _RULES + "\n".join(table) + tail + ".\n"


def _meanings() -> Iterator[str]:
    for finding, meaning in MEANINGS.items():
        word, said = FINDINGS[finding]
        cells = (
            f"`{finding}`",
            word,
            SIGNS[meaning.tone.value],
            _COLOURS[meaning.tone],
            str(BELLS[meaning.tone]),
            _ADMITS[meaning.admit],
            _NEXTS[meaning.next],
            said,
        )
        yield f"| {' | '.join(cells)} |"


def _rule(row: Row) -> str:
    cells = [_values(getattr(row, name), axis) for name, axis in AXES.items()]
    return f"| {' | '.join(cells)} | `{row.finding}` |"


def _values(taken: tuple[StrEnum, ...], axis: type[StrEnum]) -> str:
    left_out = [value for value in axis if value not in taken]
    if taken and len(left_out) == 1 and axis is not Proof and len(taken) > 1:
        return f"not `{left_out[0]}`"
    return ", ".join(f"`{value}`" for value in taken)


if __name__ == "__main__":
    PATH.write_text(page(), encoding="utf-8")
