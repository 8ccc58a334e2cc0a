"""Statistics and the day in words: the tables of the screen, of the commands and of the exports."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

from guichet.domain.calendar_fr import long_date
from guichet.domain.day import DayRow
from guichet.domain.model import Procedure
from guichet.domain.statistics import HEADLINES, By, Line, Statistics
from guichet.i18n import _
from guichet.screens.desk_words import UNSUCCESSFUL
from guichet.screens.words import STATES
from guichet.station.tables import Cell, Heading, Kind, Table

COUNTS: dict[str, str] = {
    "appointments": _("Rendez-vous"),
    "arrived": _("Venus"),
    "absent": _("Absents"),
    "unsettled": _("Non réglés"),
    "expected": _("À venir"),
    "cancelled": _("Annulés"),
    "mistakes": _("dont pris par erreur"),
    "visits": _("Passages"),
    "walk_ins": _("dont sans rendez-vous"),
    "served": _("Reçus"),
    "unsuccessful": _("Infructueux"),
    "left": _("Partis"),
    "open": _("Non clos"),
    "seats": _("Places"),
    "seat_unbooked": _("Jamais prises"),
    "seat_given_up": _("Rendues"),
    "seat_absent": _("Perdues, absents"),
    "seat_unsuccessful": _("Perdues, infructueux"),
    "seat_unsettled": _("Places non réglées"),
    "seat_used": _("Places utilisées"),
    "searches": _("Recherches vaines"),
}
"""The label of each count."""

BYS: dict[By, str] = {
    By.DAY: _("Jour"),
    By.WEEK: _("Semaine"),
    By.MONTH: _("Mois"),
    By.QUARTER: _("Trimestre"),
    By.YEAR: _("Année"),
    By.SITE: _("Site"),
    By.PROCEDURE: _("Démarche"),
    By.CHANNEL: _("Canal"),
}
_CHANNELS = {
    "web": _("Internet"),
    "person": _("Médiateur, pour la personne"),
    "relative": _("Médiateur, par un proche"),
    "association": _("Médiateur, par une association"),
    "intermediary": _("Médiateur, par un intermédiaire"),
    "walk_in": _("Sans rendez-vous"),
}
MASKED = _("masqué")
"""What stands for a number that is not told."""


class Figure(NamedTuple):
    """A column: its heading, and what it shows of a line."""

    label: str
    kind: Kind
    of: Callable[[Line], Cell]


def _count(name: str) -> Figure:
    return Figure(COUNTS[name], "number", lambda line: line.counts[name])


_NO_SHOW = Figure(_("Absences"), "percent", lambda line: line.no_show)
_LOSS = Figure(_("Perte"), "percent", lambda line: line.loss)
_WAITS = (
    Figure(_("Attente p50"), "number", lambda line: line.waits.p50),
    Figure(_("Attente p80"), "number", lambda line: line.waits.p80),
    Figure(_("Attente p90"), "number", lambda line: line.waits.p90),
)
_DURATIONS = (
    Figure(_("Durée p50"), "number", lambda line: line.durations.p50),
    Figure(_("Durée p80"), "number", lambda line: line.durations.p80),
    Figure(_("Durée p90"), "number", lambda line: line.durations.p90),
)
_DELAYS = (
    Figure(_("Publication → prise"), "decimal", lambda line: line.publication.mean),
    Figure(_("méd."), "decimal", lambda line: line.publication.median),
    Figure(_("p90"), "decimal", lambda line: line.publication.p90),
    Figure(_("Prise → rendez-vous"), "decimal", lambda line: line.lead.mean),
    Figure(_("méd."), "decimal", lambda line: line.lead.median),
    Figure(_("p90"), "decimal", lambda line: line.lead.p90),
)


def _short(label: str, name: str) -> Figure:
    return Figure(label, "number", lambda line: line.counts[name])


PANES: dict[str, tuple[Figure, ...]] = {
    "activity": (
        _count("visits"),
        _short(_("sans RDV"), "walk_ins"),
        _count("served"),
        _short(_("Infruct."), "unsuccessful"),
        _count("left"),
        _short(_("Non clos"), "open"),
        _short(_("Rech."), "searches"),
    ),
    "waits": (_WAITS[0], *(each._replace(label=each.label[-3:]) for each in _WAITS[1:]),
              _DURATIONS[0], *(each._replace(label=each.label[-3:]) for each in _DURATIONS[1:])),
    "losses": (
        _count("seats"),
        _short(_("Jamais"), "seat_unbooked"),
        _count("seat_given_up"),
        _short(_("Absents"), "seat_absent"),
        _short(_("Infruct."), "seat_unsuccessful"),
        _short(_("à régler"), "seat_unsettled"),
        _LOSS,
    ),
    "no_shows": (
        _short(_("RDV"), "appointments"),
        _count("arrived"),
        _count("absent"),
        _short(_("à régler"), "unsettled"),
        _count("cancelled"),
        _NO_SHOW._replace(label=_("Taux")),
    ),
    "delays": (
        _DELAYS[0]._replace(label=_("Publ.→prise")),
        *_DELAYS[1:3],
        _DELAYS[3]._replace(label=_("Prise→RDV")),
        *_DELAYS[4:],
        _short(_("Jamais"), "seat_unbooked"),
    ),
}  # fmt: skip
"""The columns of each pane of the screen, under labels that leave room on 80 columns."""
_ALL = (*map(_count, COUNTS), _NO_SHOW, _LOSS, *_WAITS, *_DURATIONS, *_DELAYS)
_TOTAL = _("Ensemble")


class Names(NamedTuple):
    """How démarches are called, by their codes."""

    procedures: Mapping[str, str]

    @classmethod
    def of(cls, procedures: Iterable[Procedure]) -> "Names":
        """Those of the démarches."""
        return cls({each.code: each.label for each in procedures})

    def line(self, by: By, key: str) -> str:
        """What a line is of."""
        match by:
            case By.DAY:
                return f"{date.fromisoformat(key):%d/%m/%Y}"
            case By.WEEK:
                year, week = key.split("-W")
                return _("semaine {week} de {year}").format(week=int(week), year=year)
            case By.MONTH:
                year, month = key.split("-")
                return f"{month}/{year}"
            case By.QUARTER:
                year, quarter = key.split("-Q")
                return _("T{quarter} {year}").format(quarter=quarter, year=year)
            case By.PROCEDURE:
                return self.procedures.get(key, key) or _("Non dite")
            case By.CHANNEL:
                return _CHANNELS.get(key, key)
            case _:
                return key


def table(
    it: Statistics, names: Names, figures: Sequence[Figure] = _ALL, *, total: bool = True
) -> Table:
    """The lines of statistics in which there is anything, and the total last."""
    rows = [
        _row(names.line(it.by, each.key), each, figures)
        for each in it.lines
        if each.masked or any(each.counts[name] for name in HEADLINES)
    ]
    if total:
        rows.append(_row(_TOTAL, it.total, figures))
    headings = (Heading(BYS[it.by]), *(Heading(each.label, each.kind) for each in figures))
    return Table(title(it), headings, rows)


def _row(name: str, line: Line, figures: Iterable[Figure]) -> tuple[Cell, ...]:
    said = (each.of(line) for each in figures)
    return (name, *(MASKED if cell is None and line.masked else cell for cell in said))


def title(it: Statistics) -> str:
    """What the statistics are of."""
    if it.first == it.last:
        return _("Statistiques du {day}").format(day=long_date(it.first))
    return _("Statistiques du {first:%d/%m/%Y} au {last:%d/%m/%Y}").format(
        first=it.first, last=it.last
    )


def incomplete(it: Statistics) -> str:
    """What is missing of statistics that a station counted by itself."""
    if it.complete:
        return ""
    return _(
        "Centrale injoignable\u00a0: compté sur ce poste, du {first:%d/%m} au {last:%d/%m}. Les "
        "places rendues y sont parmi les jamais prises."
    ).format(first=it.first, last=it.last)


def reasons(line: Line) -> list[tuple[str, str]]:
    """Why people were received in vain, the commonest first: the reason, and how many."""
    return [
        (UNSUCCESSFUL.get(name, ("", name))[1], MASKED if number is None else str(number))
        for name, number in line.reasons.items()
    ]


def day_list(
    rows: Iterable[DayRow],
    day: date,
    local: Callable[[datetime], datetime],
    *,
    named: bool,
) -> Table:
    """The day as a table by time; who people are only if `named`."""

    def clock(moment: datetime | None) -> Cell:
        return None if moment is None else local(moment).time().replace(second=0, microsecond=0)

    headings = [
        Heading(_("Heure"), "time"), Heading(_("Ticket")), Heading(_("Référence")),
        *([Heading(_("Usager"))] if named else []),
        Heading(_("Démarche")), Heading(_("État")), Heading(_("Arrivée"), "time"),
        Heading(_("Guichet")),
    ]  # fmt: skip
    never = datetime.max.replace(tzinfo=UTC)
    ordered = sorted(rows, key=lambda row: (row.starts_at or row.arrived_at or never, row.key))
    cells = [
        (
            clock(row.starts_at),
            row.ticket,
            row.reference,
            *((row.name,) if named else ()),
            row.procedure,
            STATES[row.state][1],
            clock(row.arrived_at),
            row.desk,
        )
        for row in ordered
    ]
    heading = _("Journée du {day}").format(day=long_date(day))
    return Table(heading, tuple(headings), cells, named)
