"""The forms of openings: a rule's version, a closure, an exceptional day."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from textual.screen import Screen

from guichet.domain.model import Site
from guichet.domain.opening_text import (
    days_text,
    exceptional,
    read,
    read_codes,
    read_date,
    read_time,
    written,
)
from guichet.domain.openings import ClosedFor, Closure, Opening
from guichet.domain.operations import Refused
from guichet.i18n import _
from guichet.screens.ask import AskScreen, Choices
from guichet.screens.form import Checked, FormDialog, Line, refused_field
from guichet.screens.opening_words import CLOSED_FOR, WRONG, preview_lines
from guichet.station.steering import Steering

Openings = Sequence[Opening]
Done = Callable[[bool | None], None]
"""Hears of a form whether it was recorded."""


def opening_form(
    steering: Steering, site: int, known: Opening | None, values: Mapping[str, str]
) -> FormDialog[Openings]:
    """A new rule, or with `known` its next version; `values` are what the fields begin with."""
    rule = known.rule if known else steering.new_rule()
    version = known.version + 1 if known else 1

    def check(cells: dict[str, str]) -> Checked[Openings]:
        made = read(cells, site, rule, version)
        if isinstance(made, dict):
            return Checked(wrong={field: WRONG[why] for field, why in made.items()})
        return _previewed(steering, [made])

    title = _("Nouvelle ouverture")
    if known is not None:
        title = _("Nouvelle version de {name}").format(name=known.name)
    return FormDialog(title, _opening_rows(values), check, steering.open)


def first_values(today: date) -> dict[str, str]:
    """What a new rule begins with."""
    return {
        "days": days_text((1, 2, 3, 4, 5)), "first": f"{today:%d/%m/%Y}", "pan": "0", "urgent": "0"
    }  # fmt: skip


def next_values(opening: Opening, first: date) -> dict[str, str]:
    """What a rule's next version begins with."""
    values = written(opening) | {"first": f"{first:%d/%m/%Y}"}
    over = opening.last is not None and opening.last < first
    return values | ({"last": ""} if over else {})


def _opening_rows(values: Mapping[str, str]) -> list[list[Line]]:
    def line(name: str, label: str, example: str = "") -> Line:
        return Line(name, label, values.get(name, ""), example)

    return [
        [
            line("name", _("Nom"), _("File B")),
            line("procedures", _("Démarches (codes)"), "RENO,RENC"),
        ],
        [
            line("days", _("Jours"), "lun-ven"),
            line("first", _("Du"), "24/11/2026"),
            line("last", _("Au (vide\u00a0: sans fin)")),
        ],
        [
            line("opens", _("De"), "08:30"),
            line("closes", _("À"), "12:30"),
            line("minutes", _("Minutes"), "20"),
        ],
        [
            line("seats", _("Places (0\u00a0: fin)"), "4"),
            line("pan", _("dont PAN")),
            line("urgent", _("dont urgences")),
        ],
    ]  # fmt: skip


def _previewed(steering: Steering, openings: Openings) -> Checked[Openings]:
    found = steering.preview_openings(openings)
    if isinstance(found, Refused):
        return refused_field(found)
    return Checked(openings, preview_lines(found))


def ask_closure(
    screen: Screen[None], steering: Steering, site: Site, day: date, done: Done
) -> None:
    """Why the site closes, then when: from `day` on, unless it is changed."""

    def why(code: str | None) -> None:
        if code is not None:
            form = _closure_form(steering, site.number, ClosedFor(code), day)
            screen.app.push_screen(form, done)

    screen.app.push_screen(AskScreen(_("Pourquoi fermer\u202f?"), site.name, CLOSED_FOR), why)


def _closure_form(
    steering: Steering, site: int, reason: ClosedFor, day: date
) -> FormDialog[Closure]:
    """A closure for a reason, from a day on."""
    key = steering.new_rule()

    def check(cells: dict[str, str]) -> Checked[Closure]:
        first, last = read_date(cells["first"]), read_date(cells["last"] or cells["first"])
        opens, closes = read_time(cells["opens"]), read_time(cells["closes"])
        wrong = {
            "first": "date" if first is None else "",
            "last": "date" if last is None else "",
            "opens": "time" if cells["opens"].strip() and opens is None else "",
            "closes": "time" if cells["closes"].strip() and closes is None else "",
        }
        if first is None or last is None or any(wrong.values()):
            return Checked(wrong={field: WRONG[why] for field, why in wrong.items() if why})
        closure = Closure(key, site, first, last, reason, opens, closes)
        found = steering.preview_closure(closure)
        if isinstance(found, Refused):
            return refused_field(found)
        return Checked(closure, preview_lines(found))

    rows = [
        [Line("first", _("Du"), f"{day:%d/%m/%Y}"), Line("last", _("Au"), f"{day:%d/%m/%Y}")],
        [
            Line("opens", _("De (vide\u00a0: tout le jour)"), "", "13:30"),
            Line("closes", _("À"), "", "16:00"),
        ],
    ]
    return FormDialog(_("Fermeture"), rows, check, steering.close)


def ask_exceptional(
    screen: Screen[None], steering: Steering, templates: Openings, day: date, done: Done
) -> None:
    """After which model a day is made, then which day: `day`, unless it is changed."""
    models: dict[str, list[Opening]] = {}
    for each in templates:
        models.setdefault(each.template or "", []).append(each)
    names = {str(place): name for place, name in enumerate(models, 1)}

    def chosen(place: str | None) -> None:
        if place is not None:
            screen.app.push_screen(_exceptional_form(steering, models[names[place]], day), done)

    choices: Choices = {place: (place, name) for place, name in names.items()}
    screen.app.push_screen(AskScreen(_("D’après quel modèle\u202f?"), "", choices), chosen)


def _exceptional_form(steering: Steering, models: Openings, day: date) -> FormDialog[Openings]:
    """A day made from a model (all openings of one template), for the démarches chosen."""
    codes = list(dict.fromkeys(code for each in models for code in each.procedures))
    rules = [steering.new_rule() for _each in models]

    def check(cells: dict[str, str]) -> Checked[Openings]:
        when, chosen = read_date(cells["first"]), read_codes(cells["procedures"])
        if when is None:
            return Checked(wrong={"first": WRONG["date"]})
        stray = [code for code in chosen if code not in codes]
        made = exceptional(models, when, chosen, rules, cells["override"].strip())
        if stray or not made:
            told = _("Ce modèle est pour\u00a0: {codes}.").format(codes=", ".join(codes))
            return Checked(wrong={"procedures": told})
        return _previewed(steering, made)

    rows = [
        [Line("first", _("Jour"), f"{day:%d/%m/%Y}")],
        [Line("procedures", _("Démarches (codes)"), ",".join(codes))],
        [Line("override", _("Motif, si c’est un jour férié"))],
    ]
    title = _("Journée exceptionnelle\u00a0: {name}").format(name=models[0].template)
    return FormDialog(title, rows, check, steering.open)
