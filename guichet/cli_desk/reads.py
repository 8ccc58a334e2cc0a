"""What the desk's commands read: persons, démarches, free slots."""

from datetime import date, timedelta
from typing import Any

from guichet.cli_desk import said
from guichet.cli_desk.said import Answer
from guichet.domain.model import Person, Procedure
from guichet.domain.operations import Refused
from guichet.domain.quotas import open_seats
from guichet.errors import CentralUnavailable
from guichet.i18n import _
from guichet.station import Link, Station

Outcome = Answer | Refused

_DAYS = 7
_LEAST = 3
"""Characters from which central is asked for persons, as on the screen."""


def read(
    station: Station, facts: dict[str, Any], blocks: list[list[said.Line]], silent: str = ""
) -> Answer:
    """An answer that says whether central had its word in it; `silent`: why it had not."""
    state = station.sync_state
    online = state.link is Link.ONLINE and not silent
    if online:
        return Answer({"online": True, **facts}, blocks)
    local = _("Données de ce poste seulement. {why}").format(why=silent or state.problem)
    return Answer({"online": False, **facts}, blocks, local.strip())


def find(station: Station, text: str) -> Outcome:
    """The persons known here, then those that only central remembers."""
    here = station.mediation.find_persons(text)
    there: list[Person] = []
    silent = ""
    if len(text.strip()) >= _LEAST and station.sync_state.link is Link.ONLINE:
        known = {person.id for person in here}
        try:
            found = station.mediation.find_persons_at_central(text)
        except CentralUnavailable as error:
            silent = str(error)
        else:
            there = [person for person in found if person.id not in known]
    facts = [{**said.person_facts(person), "where": "station"} for person in here]
    facts += [{**said.person_facts(person), "where": "central"} for person in there]
    blocks = [[(_("personnes trouvées"), str(len(facts)))]]
    blocks += [said.person_lines(person) for person in here]
    blocks += [
        [*said.person_lines(person), (_("connue de"), _("la centrale seulement"))]
        for person in there
    ]
    return read(station, {"persons": facts}, blocks, silent)


def show(station: Station, key: str) -> Outcome:
    """A person and their appointments, the latest first."""
    person = station.mediation.person(key)
    if person is None:
        return Refused("unknown_person")
    held = station.mediation.appointments_of(person)
    known = labels(station)
    facts = {
        **said.person_facts(person),
        "appointments": [said.appointment_facts(station, each) for each in held],
    }
    count = [(_("rendez-vous"), str(len(held)))]
    blocks = [[*said.person_lines(person), *count]]
    blocks += [said.appointment_lines(station, each, known) for each in held]
    return read(station, facts, blocks)


def procedures(station: Station) -> Outcome:
    """The démarches, by label."""
    every = station.mediation.procedures()
    facts = [{"code": each.code, "label": each.label, "minutes": each.minutes} for each in every]
    return read(station, {"procedures": facts}, [said.procedure_lines(each) for each in every])


def slots(station: Station, code: str, first: date | None, days: int | None) -> Outcome:
    """The slots with a free seat, over some days."""
    procedure = procedure_of(station, code)
    if isinstance(procedure, Refused):
        return procedure
    start = first or station.today()
    end = start + timedelta(days=days or (_DAYS if first is None else 1))
    coming = station.mediation.slots(procedure.code)
    free = [
        slot
        for day, starts in coming.items()
        if start <= day < end
        for slot in starts
        if open_seats(slot) > 0
    ]
    facts = {
        "procedure": procedure.code,
        "slots": [said.slot_facts(station, slot) for slot in free],
    }
    head = [(_("démarche"), procedure.label), (_("créneaux libres"), str(len(free)))]
    return read(station, facts, [head, *(said.slot_lines(station, slot) for slot in free)])


def labels(station: Station) -> dict[str, str]:
    """The label of each démarche by its code."""
    return {each.code: each.label for each in station.mediation.procedures()}


def procedure_of(station: Station, code: str) -> Procedure | Refused:
    """The démarche of a code, in whatever case."""
    every = {each.code: each for each in station.mediation.procedures()}
    known = ", ".join(sorted(every))
    return every.get(code.strip().upper()) or Refused("unknown_procedure", {"known": known})
