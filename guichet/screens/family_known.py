"""What to know of those who come together before seats are looked for."""

from collections.abc import Sequence
from dataclasses import dataclass

from guichet.domain.model import Appointment, AppointmentStatus, Person, Procedure
from guichet.i18n import _
from guichet.screens import describe
from guichet.screens.draft import Draft
from guichet.screens.family_member import Member, lacks_number
from guichet.screens.post import Post
from guichet.station.mediation import Elsewhere, Mediation
from guichet.widgets.level import Level


@dataclass(frozen=True, slots=True)
class Known:
    """Of one person: their appointments, and the démarches for which another site is theirs."""

    appointments: list[Appointment]
    elsewhere: dict[str, Elsewhere]


def known(mediation: Mediation, persons: Sequence[Person]) -> dict[str, Known]:
    """Ask the station about these persons, by their id; it blocks."""
    return {
        person.id: Known(mediation.appointments_of(person), mediation.elsewhere(person))
        for person in persons
    }


def state(post: Post, head: Draft, each: Draft, facts: Known | None) -> tuple[Level, str, str]:
    """What to know of one of those who come with `head`: a level, a word, a sentence."""
    procedure = each.procedure or head.procedure
    if procedure is None:
        return "idle", "", _("d\u00a0: choisir la démarche. F6\u00a0: ajouter quelqu’un.")
    if lacks_number(Member(each.person, procedure)):
        said = _("Numéro étranger exigé\u00a0: F7 pour compléter la fiche.")
        return "bad", _("numéro manquant"), said
    active = _active(facts, procedure)
    if active is not None:
        said = _("A déjà un rendez-vous de ce type\u00a0: {when}.")
        when = describe.when(post, active.starts_at)
        return "warn", _("déjà un rendez-vous"), said.format(when=when)
    other = facts.elsewhere.get(procedure.code) if facts else None
    if other is not None:
        said = _("Un autre site est compétent\u00a0: {site}.")
        return "warn", _("autre site"), said.format(site=other.site.name)
    if not head.family:
        return "idle", "", _("F6\u00a0: ajouter qui vient aussi.")
    return (
        "idle",
        "",
        _("Entrée\u00a0: chercher des places. d\u00a0: une démarche pour une personne."),
    )


def _active(facts: Known | None, procedure: Procedure) -> Appointment | None:
    """The appointment that stands in the way of another of the same family, if any."""
    booked = (
        each
        for each in (facts.appointments if facts else [])
        if each.family == procedure.family and each.status is AppointmentStatus.BOOKED
    )
    return next(booked, None)
