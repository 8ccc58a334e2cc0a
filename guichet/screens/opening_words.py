"""Openings, closures and what they change, in words."""

from collections.abc import Mapping
from datetime import date

from guichet.domain.agenda import Day
from guichet.domain.calendar_fr import long_date
from guichet.domain.opening_text import days_text
from guichet.domain.openings import ClosedFor, Closure, Opening
from guichet.domain.operations import Refused
from guichet.domain.timetable import Preview
from guichet.i18n import _, ngettext
from guichet.screens.ask import Choices
from guichet.screens.words import refusal
from guichet.widgets.columns import Column, Row

CLOSED_FOR: Choices = {
    ClosedFor.STAFF: ("e", _("Effectif insuffisant")),
    ClosedFor.STRIKE: ("g", _("Grève")),
    ClosedFor.WORKS: ("t", _("Travaux")),
    ClosedFor.BREAKDOWN: ("p", _("Panne")),
    ClosedFor.TRAINING: ("f", _("Formation")),
    ClosedFor.BRIDGE: ("j", _("Jour de pont")),
    ClosedFor.OTHER: ("a", _("Autre")),
}
"""For each reason of a closure its key and its words."""

WRONG: dict[str, str] = {
    "empty": _("À remplir."),
    "days": _("Des jours, par exemple lun-ven, ou lun,mer."),
    "date": _("Une date, par exemple 24/11/2026."),
    "time": _("Une heure, par exemple 08:30."),
    "number": _("Un nombre entier."),
    "surplus": _(
        "Des cellules de trop après cette colonne\u00a0: mettez entre guillemets un texte qui "
        "contient une virgule ou un point-virgule."
    ),
}
"""For each way in which a field cannot be read: what it takes."""

NOT_MOVED: dict[str, str] = {
    "no_slot": _("aucun créneau libre ne convient"),
    "slot_full": _("les places proposées ont été prises"),
}

RULES = (
    Column("name", _("Ouverture"), flex=1),
    Column("hours", _("Heures"), width=11),
    Column("seats", _("Places"), width=7),
    Column("days", _("Jours"), width=9, min_terminal=100),
)
"""Of the list of rules."""
DAYS = (
    Column("day", _("Jour"), width=10),
    Column("slots", _("Cr."), width=4, align="right"),
    Column("seats", _("Pl."), width=4, align="right"),
    Column("booked", _("RDV"), width=4, align="right"),
    Column("note", "", flex=1, min_terminal=100),
)
"""Of the list of days."""

_SHOWN_WEEKS = 3


def field_of(refused: Refused) -> str | None:
    """The field of a form that a refusal is about."""
    field = refused.detail.get("field")
    return "days" if field == "weekdays" else field


def sentence(refused: Refused) -> str:
    """What is wrong and what would do, dates as people read them."""
    nearest = refused.detail.get("nearest", "")
    try:
        shown = (
            f"{date.fromisoformat(nearest):%d/%m/%Y}"
            if len(nearest) == len("2026-11-24")
            else nearest
        )
    except ValueError:
        shown = nearest
    detail = refused.detail | ({"nearest": shown} if nearest else {})
    said = refusal(Refused(refused.reason, detail))
    other = refused.detail.get("with")
    return f"{said} ({other})" if other else said


def hours(it: Opening) -> str:
    """From when to when."""
    return f"{it.opens:%H:%M}–{it.closes:%H:%M}"


def rule_row(it: Opening) -> Row:
    """A rule in the list."""
    length = _("{seats}×{minutes}").format(seats=it.seats, minutes=it.minutes)
    name = f"{it.name} ({it.first:%d/%m})" if it.exceptional else it.name
    return Row(it.rule, (name, hours(it), length, days_text(it.weekdays)))


def rule_detail(it: Opening, labels: Mapping[str, str]) -> str:
    """A rule in full."""
    until = _("jusqu’au {day}").format(day=f"{it.last:%d/%m/%Y}") if it.last else _("sans fin")
    kept = [
        _("{n} PAN").format(n=it.pan) if it.pan else "",
        _("{n} urgence").format(n=it.urgent) if it.urgent else "",
    ]
    seats = ngettext("{n} place", "{n} places", it.seats).format(n=it.seats)
    told = ", ".join(filter(None, kept))
    what = ", ".join(labels.get(code, code) for code in it.procedures)
    first = _("{name}, version {n}\u00a0: {days}, du {first}, {until}").format(
        name=it.name, n=it.version, days=days_text(it.weekdays),
        first=f"{it.first:%d/%m/%Y}", until=until,
    )  # fmt: skip
    second = _("{hours}, un départ toutes les {minutes} min, {seats}").format(
        hours=hours(it), minutes=it.minutes, seats=f"{seats} ({told})" if told else seats
    )
    return f"{first}\n{second}\n{what}"


def day_row(it: Day) -> Row:
    """A day of the calendar."""
    shut = bool(it.closures)
    note = _("fermé") if shut else _("except.") if it.exceptional else ""
    status = "bad" if shut and it.booked else "warn" if shut else "info" if it.exceptional else ""
    cells = (_short(it.day), str(it.slots), str(it.seats), str(it.booked), note)
    return Row(it.day.isoformat(), cells, status)


def day_detail(it: Day) -> str:
    """A day in full."""
    counts = _("{slots} créneaux, {seats} places, {free} libres, {booked} rendez-vous").format(
        slots=it.slots, seats=it.seats, free=it.free, booked=it.booked
    )
    first = long_date(it.day).capitalize()
    if it.exceptional:
        first += _(" · journée exceptionnelle, H\u00a0: inviter")
    lines = [first, counts]
    return "\n".join([*lines, *(closure_line(each) for each in it.closures)])


def closure_line(it: Closure) -> str:
    """A closure on a line."""
    days = _short(it.first) if it.first == it.last else f"{_short(it.first)} → {_short(it.last)}"
    parts = ""
    if it.opens or it.closes:
        begins = f"{it.opens:%H:%M}" if it.opens else _("l’ouverture")
        ends = f"{it.closes:%H:%M}" if it.closes else _("la fin")
        parts = _(", de {begins} à {ends}").format(begins=begins, ends=ends)
    return _("Fermé {days}{hours}\u00a0: {reason}").format(
        days=days, hours=parts, reason=CLOSED_FOR[it.reason][1].lower()
    )


def preview_lines(it: Preview) -> list[str]:
    """What a change would do, by week, in few lines."""
    total = _("En tout {slots} créneaux, {seats} places.").format(
        slots=_signed(it.slots), seats=_signed(it.seats)
    )
    weeks = [
        _("sem. du {day}\u00a0: {slots} cr., {seats} pl.").format(
            day=f"{week.monday:%d/%m}", slots=_signed(week.slots), seats=_signed(week.seats)
        )
        for week in it.weeks[:_SHOWN_WEEKS]
    ]
    more = len(it.weeks) - _SHOWN_WEEKS
    if more > 0:
        weeks.append(ngettext("{n} autre", "{n} autres", more).format(n=more))
    lines = [total, " · ".join(weeks)] if weeks else [_("Aucun créneau ne change.")]
    if it.kept:
        kept = ngettext(
            "{n} créneau réservé reste tel quel.",
            "{n} créneaux réservés restent tels quels.",
            it.kept,
        )
        lines.append(kept.format(n=it.kept))
    if it.hit:
        people = ngettext(
            "{n} rendez-vous pendant cette fermeture, à déplacer ensuite (D).",
            "{n} rendez-vous pendant cette fermeture, à déplacer ensuite (D).",
            len(it.hit),
        )
        lines.append(people.format(n=len(it.hit)))
    return lines


def _signed(number: int) -> str:
    return f"+{number}" if number > 0 else f"−{-number}" if number else "0"  # noqa: RUF001 - the minus sign


def _short(day: date) -> str:
    return f"{long_date(day)[:3]}. {day:%d/%m}"
