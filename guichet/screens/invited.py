"""Who is invited to an exceptional day, in words and on paper."""

from collections.abc import Callable, Sequence
from datetime import datetime

from guichet.domain.operations import Refused
from guichet.i18n import _, ngettext
from guichet.screens import describe
from guichet.screens.languages import language
from guichet.screens.opening_words import NOT_MOVED, hours
from guichet.screens.words import refusal
from guichet.screens.written import Written, written
from guichet.station import Station
from guichet.station.inviting import Guest, Occasion
from guichet.widgets.columns import Column
from guichet.widgets.level import Level

_NOT_INVITED: dict[str, str] = NOT_MOVED | {
    "bad_line": _("ni une référence de rendez-vous, ni un numéro étranger à dix chiffres"),
    "unknown_person": _("personne d’inscrit ici avec ce numéro"),
    "unknown_appointment": _("aucun rendez-vous connu ici avec cette référence"),
    "several_persons": _("plusieurs fiches portent ce numéro\u00a0: à inviter par référence"),
    "twice": _("déjà plus haut dans la liste"),
    "already_booked": _("a déjà un rendez-vous pour cela"),
    "central_unavailable": _("la centrale est injoignable\u00a0: à relancer plus tard"),
}


COLUMNS = (
    Column("line", _("Ligne"), width=5, align="right"),
    Column("name", _("Usager"), flex=2),
    Column("phone", _("Téléphone"), width=16, min_terminal=100),
    Column("state", _("Invitation"), flex=3),
)
"""Of the list of guests."""


def why_not(reason: str) -> str:
    """Why a line of the list invites nobody."""
    return _NOT_INVITED.get(reason) or refusal(Refused(reason))


def occasion_lines(it: Occasion) -> list[str]:
    """The seats there are, how they are given, and the openings they are of: a line each."""
    seats = ngettext("{n} place libre", "{n} places libres", it.seats).format(n=it.seats)
    order = _("{seats}, données au plus tôt, dans l’ordre de la liste").format(seats=seats)
    return [order, ", ".join(f"{each.name} {hours(each)}" for each in it.rules)]


def unreachable(it: Guest) -> bool:
    """Whether nobody can write to them nor call them."""
    return it.person is not None and not it.person.phone and not it.person.email


def left_out(guests: Sequence[Guest]) -> list[str]:
    """How many lines invite nobody, and how many of the others cannot be told; none are unsaid."""
    bad = sum(bool(each.refused) for each in guests)
    lost = sum(unreachable(each) for each in guests if not each.refused)
    lines = ngettext("{n} ligne n’invite personne", "{n} lignes n’invitent personne", bad)
    told = {
        lines: bad,
        _("{n} sans téléphone ni adresse e-mail"): lost,
    }
    return [words.format(n=number) for words, number in told.items() if number]


def state(it: Guest, local: Callable[[datetime], datetime]) -> tuple[Level, str]:
    """What becomes of a line, or has: its level and its words."""
    if it.refused:
        return "bad", why_not(it.refused)
    lost = unreachable(it)
    if it.appointment is None:
        return ("warn", _("à inviter, injoignable")) if lost else ("idle", _("à inviter"))
    told = (
        _("invité à {time}, {reference}, injoignable")
        if lost
        else _("invité à {time}, {reference}")
    )
    time = f"{local(it.appointment.starts_at):%H:%M}"
    return "warn" if lost else "ok", told.format(time=time, reference=it.appointment.reference)


def rows_of(station: Station, guests: Sequence[Guest], occasion: Occasion) -> list[list[str]]:
    """Whom to call, a header first: who, phone, language, what for and when.

    Those invited; before anybody is, those who can be, with no appointment yet.
    """
    rows = [
        [
            _("Référence"), _("Usager"), _("Téléphone ou adresse"), _("Langue"), _("Démarche"),
            _("Rendez-vous"),
        ]
    ]  # fmt: skip
    invited = any(each.appointment for each in guests)
    for each in guests:
        person, made = each.person, each.appointment
        if person is None or each.refused or (invited and made is None):
            continue
        rows.append(
            [
                made.reference if made else "",
                describe.name(person),
                describe.phone(person) or describe.reach(person),
                language(person.language),
                occasion.procedure.label,
                f"{station.local(made.starts_at):%d/%m/%Y %H:%M}" if made else "",
            ]
        )
    return rows


def papers_of(station: Station, guests: Sequence[Guest], occasion: Occasion) -> Written:
    """The convocations of those invited and confirmed, in one file, and whom to call.

    Raises DocumentError.
    """
    confirmed = [e.appointment.id for e in guests if e.appointment and e.confirmed]
    return written(station.papers, confirmed, rows_of(station, guests, occasion))
