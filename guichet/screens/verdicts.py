"""A reading of the station, put into the words of the verdict panel and into its bell."""

from datetime import datetime, timedelta
from typing import Literal

from textual.screen import Screen

from guichet.domain.admission import Admit, Finding
from guichet.domain.calendar_fr import clock, long_date
from guichet.domain.day import DayRow
from guichet.domain.desks import Ended
from guichet.domain.identity import Check
from guichet.domain.model import Visit, VisitStatus
from guichet.domain.names import display_name
from guichet.domain.needs import Need
from guichet.domain.verdicts import BELLS, Tone
from guichet.i18n import _, mid_sentence, ngettext
from guichet.screens.finding_words import FINDINGS
from guichet.screens.words import IDENTITIES, NEEDS, refusal
from guichet.station import Reading, Station
from guichet.station.calling import Missed
from guichet.widgets.level import SIGNS
from guichet.widgets.verdict import VerdictView

_HOUR = 60
_BELL_GAP = 0.25
"""Seconds between two bells: closer ones are heard as one."""

READY = VerdictView(
    level="idle",
    sign="",
    word=_("Prêt"),
    next_action=_("Présentez une convocation à la caméra, ou tapez une référence ou un nom."),
)
"""What the panel says before anybody comes."""


def waiting_for_agent(reading: Reading) -> bool:
    """Whether the agent must say if this person is received."""
    return reading.decision.admit is Admit.ASK and not reading.checked_in


def view_of(reading: Reading, station: Station) -> VerdictView:
    """What the panel says of a reading."""
    if reading.refused is not None:
        return fault_view(refusal(reading.refused))
    level, word, then = _words(reading)
    visit = reading.visit
    holds = reading.checked_in or reading.decision.finding in _WITH_TICKET
    return VerdictView(
        level=level,
        sign=SIGNS[level],
        word=word,
        name=_name(reading),
        lines=tuple(_lines(reading, station)),
        ticket=visit.ticket if visit and holds else "",
        next_action=then,
    )


def _name(reading: Reading) -> str:
    """Whose appointment it is, nothing when that is not known here."""
    person = reading.person
    return display_name(person.family_name, person.given_names) if person else ""


def reported_view(reading: Reading) -> VerdictView:
    """What the panel says once a report was sent: the person still leaves with something."""
    visit = reading.visit
    return VerdictView(
        level="warn",
        sign=SIGNS["warn"],
        word=_("Signalé"),
        name=_name(reading),
        lines=(_("Le ticket reste valable."),) if visit else (),
        ticket=visit.ticket if visit else "",
        next_action=_(
            "Le superviseur peut faire recevoir quand même\u202f; "
            "sinon, le PAN donne un autre rendez-vous."
        ),
    )


def in_short(view: VerdictView) -> str:
    """A verdict in one line, for who has something else before their eyes."""
    return "  ".join(filter(None, (f"{view.sign} {view.word}".strip(), view.name, view.ticket)))


def ring(screen: Screen[None], view: VerdictView) -> None:
    """Ring once for yes, twice to ask or warn, three times for no."""
    times = 0 if view.level == "idle" else BELLS[Tone(view.level)]
    if times:
        screen.app.bell()
    for later in range(1, times):
        screen.set_timer(later * _BELL_GAP, screen.app.bell)


def needs_of(needs: tuple[str, ...]) -> str:
    """The needs in words, nothing when there are none."""
    return ", ".join(NEEDS[need] for need in Need if need in needs)


def called_view(row: DayRow, desk: str, waited: timedelta) -> VerdictView:
    """What the panel says of the person just called to the desk, `waited` in all."""
    then = _("Appelez ce ticket. F6\u00a0: la personne est là. F5\u00a0: rappeler.")
    minutes = int(waited.total_seconds() // _HOUR)
    before = row.last.desk if row.last else ""
    so_far = {
        Ended.REDIRECTED: _("Vient du guichet {desk}, a attendu {n} min"),
        Ended.PARKED: _("Reprend, mis de côté au guichet {desk}"),
    }.get(row.last.how if row.last else Ended.MISSED, _("A attendu {n} min"))
    return _desk_view(row, desk, then, so_far.format(desk=before, n=minutes))


def served_view(row: DayRow, desk: str) -> VerdictView:
    """What the panel says of the person received at the desk."""
    then = _("F6\u00a0: terminer. Maj+F6\u00a0: mettre de côté. Ctrl+R\u00a0: rediriger.")
    return _desk_view(row, desk, then)


def _desk_view(row: DayRow, desk: str, then: str, so_far: str = "") -> VerdictView:
    people = _("{n} personnes").format(n=row.people) if row.people > 1 else ""
    return VerdictView(
        level="idle",
        sign="→",
        word=_("Guichet {desk}").format(desk=desk),
        name=row.name,
        lines=tuple(filter(None, (row.procedure, people, so_far))),
        ticket=row.ticket,
        next_action=then,
    )


def missed_view(row: DayRow, missed: Missed) -> VerdictView:
    """What the panel says of who was called and has not come."""
    if missed.ended:
        then = _("Dernier appel\u00a0: le passage est terminé.")
    elif missed.left is None:
        then = _("De retour dans la file.")
    else:
        then = ngettext(
            "De retour dans la file\u00a0: encore {n} appel.",
            "De retour dans la file\u00a0: encore {n} appels.",
            missed.left,
        ).format(n=missed.left)
    return VerdictView(
        level="idle",
        sign="",
        word=_("Pas venu"),
        name=row.name,
        ticket=row.ticket,
        next_action=_("{then} Ctrl+Z\u00a0: annuler.").format(then=then),
    )


def step_undone_view(row: DayRow) -> VerdictView:
    """What the panel says once what was last done at the desk was taken back."""
    return VerdictView(
        level="idle",
        sign="",
        word=_("Étape annulée"),
        name=row.name,
        ticket=row.ticket,
        next_action=_("Tout est comme avant, la personne garde sa place."),
    )


def undone_view(visit: Visit, stands: str = "") -> VerdictView:
    """What the panel says once a check-in was taken back; `stands` is another ticket they hold."""
    kept = _("Celui de l’autre arrivée, {ticket}, reste valable.").format(ticket=stands)
    return VerdictView(
        level="idle",
        sign="",
        word=_("Arrivée annulée"),
        next_action=_("Le ticket {ticket} ne vaut plus\u00a0: reprenez-le.").format(
            ticket=visit.ticket
        )
        + (f" {kept}" if stands else ""),
    )


def fault_view(sentence: str) -> VerdictView:
    """What the panel says when a reading could not be recorded."""
    return VerdictView("bad", SIGNS["bad"], _("Non enregistré"), next_action=sentence)


def _words(reading: Reading) -> tuple[Literal["ok", "warn", "bad"], str, str]:
    decision = reading.decision
    if reading.checked_in and decision.admit is Admit.ASK:
        return "ok", _("Admis"), FINDINGS[Finding.EXPECTED][1]
    if reading.identity is Check.MISMATCHED:
        anyway = _(" (Entrée)") if waiting_for_agent(reading) else ""
        return "warn", _("Autre identité"), _OTHER_IDENTITY.format(anyway=anyway)
    word, then = FINDINGS[decision.finding]
    if decision.finding is Finding.ALREADY_IN and reading.visit is None:
        then = _("Arrivée enregistrée ailleurs\u00a0: son ticket n’est pas encore connu ici.")
    return decision.meaning.tone.value, word, then


_OTHER_IDENTITY = _(
    "Ctrl+O\u00a0: relire ou signaler. Le superviseur peut faire recevoir{anyway}\u202f; "
    "sinon, voyez le PAN."
)


def _lines(reading: Reading, station: Station) -> list[str]:
    """When and for what, how far off, where else, and the reference when there is no name."""
    decision = reading.decision
    lines = []
    if decision.starts_at is not None:
        lines.append(_appointed(reading, decision.starts_at, station))
    if decision.finding is Finding.WRONG_SITE:
        lines += _elsewhere(reading)
    elif decision.finding in _TELLING_VISIT and reading.visit is not None:
        lines.append(_so_far(reading.visit, station))
    elif decision.finding in _TIMED and decision.starts_at is not None:
        lines.append(_off(decision.minutes_off))
    if reading.identity is not None:
        sign = SIGNS["ok" if reading.identity is Check.MATCHED else "warn"]
        lines.append(f"{sign} {IDENTITIES[reading.identity]}")
    if reading.person is None and reading.reference:
        lines.append(_("Référence {reference}").format(reference=reading.reference))
    return lines


_WITH_TICKET = {Finding.ALREADY_IN, Finding.ALREADY_CALLED}
_TELLING_VISIT = {
    *_WITH_TICKET,
    Finding.ALREADY_RECEIVED,
    Finding.ALREADY_DONE,
    Finding.SUPERSEDED,
}
_TIMED = {
    Finding.EXPECTED,
    Finding.EARLY,
    Finding.LATE,
    Finding.UNKNOWN_HERE,
    Finding.UNCONFIRMED,
    Finding.OLD_KEY,
    Finding.REVOKED_KEY,
}
_DATED = {
    Finding.KEY_NOT_YET,
    Finding.WRONG_DAY,
    Finding.WRONG_SITE,
    Finding.SUPERSEDED,
    Finding.CANCELLED,
}


def _appointed(reading: Reading, starts_at: datetime, station: Station) -> str:
    local = station.local(starts_at)
    when = clock(local)
    if reading.decision.finding in _DATED:
        when = _("{day} à {time}").format(day=long_date(local.date()).capitalize(), time=when)
    if reading.decision.finding is Finding.SUPERSEDED:
        when = _("Déplacé au {when}").format(when=mid_sentence(when))
    return f"{when} – {reading.procedure.label}" if reading.procedure else when


def _elsewhere(reading: Reading) -> list[str]:
    if reading.site is None:
        return [_("Site n° {number}").format(number=reading.decision.site)]
    return [reading.site.name, reading.site.address]


def _so_far(visit: Visit, station: Station) -> str:
    """How far the visit has come."""
    match visit.status:
        case VisitStatus.CALLED:
            return _("Appelé au guichet {desk}").format(desk=visit.desk)
        case VisitStatus.SERVING:
            return _("Reçu au guichet {desk}").format(desk=visit.desk)
        case VisitStatus.PARKED if visit.steps:
            return _("Mis de côté au guichet {desk}").format(desk=visit.steps[-1].desk)
        case VisitStatus.DONE if visit.ended_at is not None:
            return _("Passage terminé à {time}").format(time=clock(station.local(visit.ended_at)))
        case _:
            return _("Arrivé à {time}").format(time=clock(station.local(visit.arrived_at)))


def _off(minutes: int) -> str:
    """How early or late, in words."""
    if minutes == 0:
        return _("À l’heure")
    hours, rest = divmod(abs(minutes), _HOUR)
    long = f"{hours}\u00a0h\u00a0{rest:02}" if hours else f"{rest}\u00a0min"
    said = _("{long} de retard") if minutes > 0 else _("{long} d’avance")
    return said.format(long=long)
