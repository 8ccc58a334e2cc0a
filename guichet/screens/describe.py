"""Persons and appointments in words, as the mediator's screens show them."""

import re
from datetime import datetime

from guichet.domain.birth import BirthDate
from guichet.domain.calendar_fr import long_date
from guichet.domain.foreigner_number import AbsentReason
from guichet.domain.model import AppointmentStatus, Person, Site
from guichet.domain.names import display_name
from guichet.domain.needs import Need
from guichet.domain.proofs import Proof
from guichet.i18n import _
from guichet.phones import Phone, PhoneKind, parse_phone
from guichet.screens.languages import language
from guichet.screens.person_words import NO_NUMBER, PROOFS
from guichet.screens.post import Post
from guichet.screens.words import NEEDS
from guichet.widgets.level import Level

APPOINTMENTS: dict[AppointmentStatus, tuple[Level, str]] = {
    AppointmentStatus.BOOKED: ("ok", _("à venir")),
    AppointmentStatus.ARRIVED: ("info", _("venu")),
    AppointmentStatus.ABSENT: ("warn", _("absent")),
    AppointmentStatus.CANCELLED: ("bad", _("annulé")),
}
"""For each status of an appointment: its level and its word."""

_TOWN = re.compile(r"^[0-9]{5} +(.+?)(?: +CEDEX.*)?$", re.MULTILINE | re.IGNORECASE)
"""As La Poste has the last line of an address: postal code, town, CEDEX for who has much mail."""


def name(person: Person) -> str:
    """The person's name as screens show it."""
    return display_name(person.family_name, person.given_names)


def birth(person: Person) -> str:
    """The birth date as people read it, empty when the record has none that can be read."""
    try:
        return str(BirthDate.from_text(person.birth))
    except ValueError:
        return ""


def phone(person: Person) -> str:
    """The phone number as it is dialled in France."""
    if person.phone is None:
        return ""
    parsed = parse_phone(person.phone)
    return parsed.display if isinstance(parsed, Phone) else person.phone


def number(person: Person) -> str:
    """The numéro étranger, or why there is none."""
    if person.number is not None:
        return person.number
    if person.number_absent in set(AbsentReason):
        return _("sans numéro : {why}").format(why=NO_NUMBER[AbsentReason(person.number_absent)])
    return _("numéro étranger manquant")


def reach(person: Person) -> str:
    """How the person can be reached."""
    parsed = parse_phone(person.phone) if person.phone else None
    calls = isinstance(parsed, Phone) and parsed.kind is not PhoneKind.MOBILE
    note = _("{phone} (à appeler, pas de SMS)") if calls else "{phone}"
    parts = [note.format(phone=phone(person)) if person.phone else "", person.email or ""]
    return " · ".join(part for part in parts if part) or _("ni téléphone ni adresse e-mail")


def needs(person: Person) -> str:
    """The person's needs, empty when there are none."""
    return ", ".join(NEEDS[Need(need)] for need in person.needs if need in set(Need))


def used_name(person: Person) -> str:
    """The nom d'usage, said as such; empty when there is none."""
    if not person.used_name:
        return ""
    return _("nom d’usage {name}").format(name=display_name(person.used_name))


def proof(person: Person) -> str:
    """What the person shows of who they are, empty when nothing was said of it."""
    return PROOFS[Proof(person.proof)] if person.proof in set(Proof) else ""


def summary(person: Person) -> str:
    """The person in a few lines, without the name."""
    lines = [
        " · ".join(
            filter(
                None,
                (
                    used_name(person),
                    _("naissance {date}").format(date=birth(person)),
                    number(person),
                    proof(person),
                ),
            )
        ),
        reach(person),
        " · ".join(filter(None, (person.commune, language(person.language), needs(person)))),
    ]
    return "\n".join(line for line in lines if line)


def town(site: Site) -> str:
    """The town a site is in, by the last line of its address: "Le Raincy"; else its name."""
    found = _TOWN.search(site.address)
    return found[1] if found else site.name


def when(post: Post, moment: datetime) -> str:
    """A moment of the site in words: "mardi 24 novembre 2026 à 09:40"."""
    local = post.station.local(moment)
    return _("{day} à {time}").format(day=long_date(local.date()), time=f"{local:%H:%M}")
