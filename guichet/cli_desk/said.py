"""What the desk's commands say: plain lines « champ : valeur » to be read aloud, or JSON.

The fields of each answer are in docs/commands.md.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from guichet.domain.birth import BirthDate
from guichet.domain.calendar_fr import long_date
from guichet.domain.foreigner_number import AbsentReason
from guichet.domain.model import Appointment, AppointmentStatus, Person, Procedure, Slot
from guichet.domain.names import display_name
from guichet.domain.operations import Refused
from guichet.domain.quotas import open_seats
from guichet.i18n import _
from guichet.phones import Phone, parse_phone
from guichet.station import Station

Line = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command has to say: `facts` for JSON, blocks of lines for people.

    `warning` is a sentence beside the answer, for standard error; `code` the exit code.
    """

    facts: dict[str, Any]
    blocks: Sequence[Sequence[Line]] = field(default=())
    warning: str = ""
    code: int = 0


def say(answer: Answer, *, as_json: bool) -> int:
    """Write an answer; the exit code."""
    if as_json:
        click.echo(json.dumps(answer.facts, ensure_ascii=False))
    else:
        click.echo(written(answer.blocks))
    if answer.warning:
        click.echo(answer.warning, err=True)
    return answer.code


def written(blocks: Sequence[Sequence[Line]]) -> str:
    """The blocks as text, one line for each field that has something in it."""
    lines = ([f"{label}\u00a0: {value}" for label, value in block if value] for block in blocks)
    return "\n\n".join("\n".join(block) for block in lines)


def deny(refused: Refused, sentence: str, *, as_json: bool) -> int:
    """Write a refusal or a fault; the exit code."""
    if as_json:
        told = {"refused": refused.reason, "detail": refused.detail, "message": sentence}
        click.echo(json.dumps(told, ensure_ascii=False))
    click.echo(sentence, err=True)
    return 1


def refusal(refused: Refused) -> str:
    """One sentence for a refusal."""
    from guichet.cli_desk.refusals import OWN  # translated when imported
    from guichet.screens.words import refusal as on_screen  # as above

    own = OWN.get(refused.reason)
    sentence = own.format(**refused.detail) if own else on_screen(refused)
    if refused.reason == "already_booked" and "reference" in refused.detail:
        told = _(" Sa référence\u00a0: {reference}.")
        return sentence + told.format(reference=refused.detail["reference"])
    return sentence


def person_facts(person: Person) -> dict[str, Any]:
    """A person for a script, as recorded."""
    return {
        "id": person.id,
        "name": name(person),
        "birth": person.birth,
        "number": person.number,
        "number_absent": person.number_absent,
        "phone": person.phone,
        "commune": person.commune,
        "language": person.language,
    }


def person_lines(person: Person) -> list[Line]:
    """A person for people, as the screens show them."""
    return [
        (_("nom"), name(person)),
        (_("naissance"), _birth(person)),
        (_("numéro étranger"), _number(person)),
        (_("téléphone"), _phone(person)),
        (_("commune"), person.commune),
        (_("fiche"), person.id),
    ]


def slot_facts(station: Station, slot: Slot) -> dict[str, Any]:
    """A slot for a script; the time is the site's."""
    local = station.local(slot.starts_at)
    return {
        "id": slot.id,
        "day": slot.day.isoformat(),
        "starts_at": local.isoformat(),
        "minutes": slot.minutes,
        "free": open_seats(slot),
    }


def slot_lines(station: Station, slot: Slot) -> list[Line]:
    """A slot for people."""
    return [
        (_("quand"), _when(station, slot)),
        (_("durée"), _("{n} minutes").format(n=slot.minutes)),
        (_("places libres"), str(open_seats(slot))),
        (_("créneau"), slot.id),
    ]


def appointment_facts(station: Station, it: Appointment) -> dict[str, Any]:
    """An appointment for a script. `confirmed`: central has said yes to it."""
    place = station.assistance.sites()[it.site]
    return {
        "reference": it.reference,
        "status": it.status.value,
        "confirmed": it.token is not None,
        "person": it.person,
        "procedure": it.procedure,
        "slot": it.slot,
        "day": it.day.isoformat(),
        "starts_at": station.local(it.starts_at).isoformat(),
        "minutes": it.minutes,
        "site": place.name,
        "address": place.address,
    }


def appointment_lines(
    station: Station, it: Appointment, labels: dict[str, str], person: Person | None = None
) -> list[Line]:
    """An appointment for people; `labels` are the démarches' by code."""
    state = {
        AppointmentStatus.BOOKED: _("à venir"),
        AppointmentStatus.ARRIVED: _("venu"),
        AppointmentStatus.ABSENT: _("absent"),
        AppointmentStatus.CANCELLED: _("annulé"),
    }[it.status]
    place = station.assistance.sites()[it.site]
    if it.status is AppointmentStatus.BOOKED and it.token is None:
        state = _("en attente de la réponse de la centrale")
    return [
        (_("référence"), it.reference),
        (_("état"), state),
        (_("personne"), name(person) if person else ""),
        (_("démarche"), labels.get(it.procedure, it.procedure)),
        (_("quand"), _when(station, it)),
        (_("où"), ", ".join((place.name, *place.address.splitlines()))),
    ]


def paper_line(path: Path | None) -> Line:
    """Where the convocation is."""
    return (_("convocation"), str(path or ""))


def procedure_lines(procedure: Procedure) -> list[Line]:
    """A démarche for people."""
    return [(_("démarche"), procedure.label), (_("code"), procedure.code)]


def name(person: Person) -> str:
    """The person's name as screens show it."""
    return display_name(person.family_name, person.given_names)


def _birth(person: Person) -> str:
    try:
        return str(BirthDate.from_text(person.birth))
    except ValueError:
        return ""


def _phone(person: Person) -> str:
    parsed = parse_phone(person.phone or "")
    return parsed.display if isinstance(parsed, Phone) else person.phone or ""


def _number(person: Person) -> str:
    from guichet.screens.person_words import NO_NUMBER  # translated when imported

    if person.number is None and person.number_absent in set(AbsentReason):
        return NO_NUMBER[AbsentReason(person.number_absent)]
    return person.number or _("manquant")


def _when(station: Station, what: Slot | Appointment) -> str:
    local = station.local(what.starts_at)
    return _("{day} à {time}").format(day=long_date(local.date()), time=f"{local:%H:%M}")
