"""The day's lines in words, made off the UI loop."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from textual.content import Content

from guichet.domain.day import DayRow, DayState, counts
from guichet.domain.identity import Check
from guichet.domain.lifecycle import PARKED_LONG, UNANSWERED
from guichet.domain.needs import Need
from guichet.domain.order import Order, ordered
from guichet.domain.turn import Turn
from guichet.i18n import _
from guichet.screens.desk import name_and_number
from guichet.screens.desk_words import WAITS_FOR, why
from guichet.screens.words import ANOMALIES, IDENTITIES, NEEDS, STATES
from guichet.widgets.columns import Column, Row
from guichet.widgets.level import SIGNS, Level

COLUMNS = (
    Column("time", _("Heure"), width=6),
    Column("turn", _("Ordre"), width=10, min_terminal=100),
    Column("ticket", _("Ticket"), width=7),
    Column("name", _("Usager"), flex=1),
    Column("procedure", _("Démarche"), flex=1, min_terminal=100),
    Column("state", _("État"), width=11),
    Column("waiting", _("Attente"), width=8, align="right"),
    Column("desk", _("Guichet"), width=8, align="right"),
)
"""Their keys are those of guichet.domain.order.Order."""


class Group(NamedTuple):
    """States that are counted and shown together."""

    name: str
    level: Level
    label: str
    states: frozenset[DayState]


GROUPS = (
    Group("expected", "idle", _("Attendus"), frozenset({DayState.EXPECTED})),
    Group("waiting", "warn", _("En attente"), frozenset({DayState.WAITING})),
    Group(
        "desk",
        "info",
        _("Au guichet"),
        frozenset({DayState.CALLED, DayState.SERVING, DayState.PARKED}),
    ),
    Group("done", "ok", _("Reçus"), frozenset({DayState.DONE})),
    Group("left", "warn", _("Partis"), frozenset({DayState.LEFT})),
    Group("absent", "bad", _("Absents"), frozenset({DayState.ABSENT})),
    Group("cancelled", "bad", _("Annulés"), frozenset({DayState.CANCELLED})),
)
_OVER = frozenset({DayState.DONE, DayState.LEFT, DayState.ABSENT, DayState.CANCELLED})


@dataclass(frozen=True, slots=True)
class DayTable:
    """The day as read at one moment: its rows by time, and each as a line of the list.

    `numbers`: how many in each group; `turns`: whose turn it is, by the line's key.
    """

    at: datetime
    rows: Sequence[DayRow]
    lines: dict[str, Row]
    by_key: dict[str, DayRow]
    numbers: dict[str, int]
    turns: Mapping[str, Turn]


def day_table(
    rows: Sequence[DayRow],
    turns: Mapping[str, Turn],
    now: datetime,
    local: Callable[[datetime], datetime],
) -> DayTable:
    """The day to show at `now` (UTC); who came without appointment stands where they arrived."""
    by_time = ordered(rows, Order.TIME, turns, now)
    found = counts(rows)
    return DayTable(
        at=now,
        rows=by_time,
        lines={row.key: _line(row, turns.get(row.key), now, local) for row in by_time},
        by_key={row.key: row for row in by_time},
        numbers={group.name: sum(found[state] for state in group.states) for group in GROUPS},
        turns=turns,
    )


def first_open(day: DayTable) -> str | None:
    """The key of the first line by time that is not over."""
    return next((row.key for row in day.rows if row.state not in _OVER), None)


def waiting(row: DayRow, now: datetime) -> int | None:
    """Whole minutes a person has waited, while they wait."""
    since = row.waiting_since
    return None if since is None else _minutes(now - since)


def unanswered(row: DayRow, now: datetime) -> bool:
    """Whether they were called so long ago without sequel that the desk may have vanished."""
    called = row.called_at if row.state is DayState.CALLED else None
    return called is not None and now - called >= UNANSWERED


def _standing(row: DayRow, now: datetime) -> tuple[Level, str, int | None]:
    """Level and word of where they stand, and for how many minutes they have waited there."""
    level, word = STATES[row.state]
    aside = row.parked
    if unanswered(row, now) and row.called_at is not None:
        return "bad", _("sans suite"), _minutes(now - row.called_at)
    if row.lost or row.released_from:
        return "warn", _("rendu"), waiting(row, now)
    if aside is not None:
        long = now - aside.ended_at >= PARKED_LONG
        return "warn" if long else "info", word, _minutes(now - aside.ended_at)
    return level, word, waiting(row, now)


def _minutes(lasted: timedelta) -> int:
    return max(0, int(lasted.total_seconds() // 60))


def waited(minutes: int) -> str:
    """A wait as people say it: 34 min, 1 h 04."""
    hours, left = divmod(minutes, 60)
    return f"{hours}\u00a0h\u00a0{left:02}" if hours else f"{left}\u00a0min"


def _line(
    row: DayRow, turn: Turn | None, now: datetime, local: Callable[[datetime], datetime]
) -> Row:
    level, word, minutes = _standing(row, now)
    return Row(
        row.key,
        (
            f"{local(row.starts_at):%H:%M}" if row.starts_at else "–",
            why(turn, local) if turn else "",
            row.ticket,
            ("! " if row.reported else "") + (name_and_number(row) or _("(usager inconnu ici)")),
            row.procedure,
            word,
            "" if minutes is None else waited(minutes),
            row.desk,
        ),
        status=level,
        dim=row.state in _OVER,
    )


def detail(row: DayRow, now: datetime, local: Callable[[datetime], datetime]) -> Content:
    """Three lines about one person: where they stand, what for, and what to know about them."""
    level, word, minutes = _standing(row, now)
    standing = f"{SIGNS[level].strip()} {word}".strip()
    if minutes is not None:
        standing += _(" depuis {wait}").format(wait=waited(minutes))
    if row.parked is not None:
        standing += f" – {WAITS_FOR[row.parked.reason or 'other']}"
    if row.lost is not None:
        since = f"{local(row.lost.ended_at):%H:%M}"
        gone = _("guichet {desk} sans signe depuis {time} : rendu à la file")
        standing = f"{SIGNS['warn'].strip()} {gone.format(desk=row.lost.desk, time=since)}"
    if row.released_from is not None:
        sent = _(" – envoyé au guichet {desk}, sans signe")
        standing += sent.format(desk=row.released_from)
    if unanswered(row, now):
        standing = _("{standing} (R\u00a0: rendre à la file)").format(standing=standing)
    first = [row.ticket, _("guichet {n}").format(n=row.desk) if row.desk else ""]
    if row.arrived_at is not None:
        first.append(_("arrivée à {time}").format(time=f"{local(row.arrived_at):%H:%M}"))
    start = (
        _("rendez-vous à {time}").format(time=f"{local(row.starts_at):%H:%M}")
        if row.starts_at
        else _("sans rendez-vous")
    )
    return Content("\n").join(
        [
            Content.assemble(
                (row.name or _("(usager inconnu ici)"), "bold"),
                "  ",
                (standing, "" if level == "idle" else f"${level}"),
                _dotted("", *first),
            ),
            Content(_dotted(row.procedure, start, row.reference)),
            _to_know(row),
        ]
    )


def _to_know(row: DayRow) -> Content:
    needs = [NEEDS[Need(need)] for need in row.needs]
    warnings = [ANOMALIES.get(row.anomaly, row.anomaly)] if row.anomaly else []
    if row.identity == Check.MISMATCHED:
        warnings.append(IDENTITIES[Check.MISMATCHED])
    if row.reported:
        warnings.append(_("signalé (Ctrl+O\u00a0: lire)"))
    if not row.confirmed:
        warnings.append(_("pas encore confirmé par la centrale"))
    parts = [
        Content(_("Besoins\u00a0: {needs}").format(needs=", ".join(needs))) if needs else None,
        Content(f"✓ {IDENTITIES[Check.MATCHED]}") if row.identity == Check.MATCHED else None,
        *(Content.assemble((f"! {warning}", "$warn")) for warning in warnings),
    ]
    return Content("  ·  ").join([part for part in parts if part is not None])


def _dotted(first: str, *others: str) -> str:
    return "  ·  ".join([first, *filter(None, others)])
