"""What `guichet arrive` does: somebody is at the door, with or without an appointment."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from guichet.cli_desk import asking, said
from guichet.cli_desk.counter import ticket_of
from guichet.cli_desk.reads import procedure_of
from guichet.cli_desk.said import Answer, Line
from guichet.domain.admission import Admit, Finding
from guichet.domain.estimate import rounded
from guichet.domain.foreigner_number import form
from guichet.domain.identity import Check, Shown
from guichet.domain.lifecycle import UNDO_WITHIN
from guichet.domain.model import Procedure, Visit
from guichet.domain.names import display_name
from guichet.domain.operations import Refused
from guichet.domain.reference import ReferenceProblem
from guichet.i18n import _
from guichet.station import Reading, Station

if TYPE_CHECKING:
    from guichet.widgets.verdict import VerdictView

Outcome = Answer | Refused

UNKNOWN = "-"
"""In place of a démarche: what the person comes for is not known."""
_ID = ("number", "name", "year")


@dataclass(frozen=True, slots=True)
class How:
    """How an arrival is dealt with.

    `admit`: received even where the agent is asked. `identity`: the ID shown is compared;
    `stdin`: what is read on it is a JSON object. `ask`: somebody is there to answer.
    """

    admit: bool
    identity: bool
    stdin: bool
    ask: bool


def by_reference(station: Station, reference: str, how: How) -> Outcome:
    """Receive who has an appointment of this reference, if they are expected."""
    found = station.reception.look_up(reference)
    if isinstance(found, ReferenceProblem):
        return Refused("bad_reference", {"problem": found.value})
    return _received(station, found, how)


def by_code(station: Station, source: Path, how: How) -> Outcome:
    """The same by the convocation's code: typed by a keyboard scanner ("-"), or in a picture."""
    typed = str(source) == "-"
    text = asking.line(_("Code de la convocation")) if typed else _pictured(source)
    if isinstance(text, Refused):
        return text
    from guichet.scanner.layouts import Kind, understood  # noqa: PLC0415 - for codes only

    scan = understood(text)
    if scan.kind is Kind.GARBLED:
        return Refused("garbled")
    if scan.kind is Kind.PLAIN:
        return by_reference(station, scan.text, how)
    return _received(station, station.reception.scan(scan.text), how)


def walk_in(station: Station, code: str, people: int) -> Outcome:
    """Give a ticket to who has no appointment."""
    procedure: Procedure | None = None
    if code != UNKNOWN:
        known = procedure_of(station, code)
        if isinstance(known, Refused):
            return known
        procedure = known
    visit = station.reception.walk_in(procedure, people)
    if isinstance(visit, Refused):
        return visit
    facts = {
        "checked_in": True,
        "ticket": visit.ticket,
        "procedure": procedure.label if procedure else None,
        "people": visit.people,
    }
    waits, told = _wait(station, visit)
    lines = [
        (_("ticket"), visit.ticket),
        (_("démarche"), procedure.label if procedure else _("inconnue, ou autre")),
        (_("personnes"), str(people) if people > 1 else ""),
        told,
        (_("à faire"), _("Donnez le ticket, et faites patienter.")),
    ]
    return Answer({**facts, **waits}, [lines])


def undo(station: Station, ticket: str, reason: str) -> Outcome:
    """Take back the arrival of a ticket, within the minute."""
    row = ticket_of(station, ticket)
    if row is None or row.arrived_at is None:
        return Refused("unknown_ticket")
    if station.now() - row.arrived_at > UNDO_WITHIN:
        return Refused("arrived_long_ago")
    outcome = station.reception.undo_check_in(row.visit or "", reason)
    if isinstance(outcome, Refused):
        return outcome
    stands = outcome.detail.get("stands")
    facts = {"ticket": row.ticket, "name": row.name, "undone": True, "stands": stands}
    kept = _("Reprenez le ticket {ticket}\u202f: il ne vaut plus.").format(ticket=row.ticket)
    lines = [
        (_("fait"), _("Arrivée annulée")),
        (_("nom"), row.name),
        (_("à faire"), kept),
        (_("ticket qui reste valable"), stands or ""),
    ]
    return Answer(facts, [lines])


# With an appointment ------------------------------------------------------------------------------


def _pictured(source: Path) -> str | Refused:
    """The one code in a picture or a PDF file."""
    from guichet.cli_scan import codes_in  # noqa: PLC0415 - for pictures only
    from guichet.doctor import CAMERA_FAULTS  # noqa: PLC0415

    texts: list[str] = []
    for seen in codes_in((source,)):
        if seen.fault is not None:
            return Refused("unreadable", {"why": CAMERA_FAULTS[seen.fault.reason]})
        texts += seen.texts
    if len(set(texts)) != 1:
        return Refused("several_codes" if texts else "no_code")
    return texts[0]


def _received(station: Station, reading: Reading, how: How) -> Outcome:
    """The identity, the agent's word where it is asked for, then what came of it."""
    checked = _identified(station, reading, how) if how.identity else reading
    if isinstance(checked, Refused):
        return checked
    if checked.decision.admit is Admit.ASK and not checked.checked_in:
        other = checked.identity is Check.MISMATCHED
        if (how.admit and not other) or (how.ask and _agreed(station, checked)):
            checked = station.reception.admit(checked)
    return _answer(station, checked)


def _identified(station: Station, reading: Reading, how: How) -> Reading | Refused:
    """The reading with what comparing the ID shown gave; nothing of the ID is kept."""
    if reading.claims is None and reading.appointment is None:
        return reading  # nobody to compare with: the verdict says it
    if how.ask:
        asking.tell(said.written([_lines(station, reading)]))
    shown = _given() if how.stdin else _asked()
    if isinstance(shown, Refused):
        return shown
    return station.identification.check(reading, shown)


def _asked() -> Shown:
    """What is read on the ID, asked until it can be compared."""
    while True:
        number = asking.line(_("Numéro étranger lu sur la pièce, ou rien"))
        name = "" if number else asking.line(_("Nom et prénoms"))
        year = "" if number else asking.line(_("Année de naissance"))
        shown = _shown(number, name, year)
        if shown is not None:
            return shown
        asking.tell(_("Tapez les 10 chiffres du numéro, ou le nom et l’année en 4 chiffres."))


def _given() -> Shown | Refused:
    found = asking.given(_ID)
    if isinstance(found, Refused):
        return found
    shown = _shown(*(str(found.get(name) or "") for name in _ID))
    return shown or Refused("bad_identity")


def _shown(number: str, name: str, year: str) -> Shown | None:
    """What can be compared: a number of ten digits, or a name and a year; None for anything else.

    Nothing is corrected silently.
    """
    from guichet.screens import checks  # noqa: PLC0415 - translated when imported

    number_is, name, year = form(number).value, name.strip(), year.strip()
    wrong = checks.name(name).level == "bad" or (year and checks.year(year).level != "ok")
    if (number.strip() and not number_is) or wrong or bool(name) is not bool(year):
        return None
    return Shown(number_is, name, year) if number_is or name else None


def _agreed(station: Station, reading: Reading) -> bool:
    """Whether the agent receives the person all the same."""
    asking.tell(said.written([_lines(station, reading)]))
    while True:
        match asking.line(_("Recevoir quand même\u202f? oui, ou non")).casefold():
            case "oui" | "o":
                return True
            case "non" | "n" | "":
                return False


# What is said -------------------------------------------------------------------------------------


def _answer(station: Station, reading: Reading) -> Answer:
    decision, visit = reading.decision, reading.visit
    lines = _lines(station, reading)
    word, then = lines[0][1], lines[-1][1]
    waits: dict[str, Any] = {"estimated_minutes": None}
    if visit is not None and _holds(reading):
        waits, told = _wait(station, visit)
        lines.insert(-1, told)
    starts_at, person = decision.starts_at, reading.person
    facts = {
        "verdict": decision.finding.value,
        "admit": decision.admit.value,
        "checked_in": reading.checked_in,
        "ticket": visit.ticket if visit is not None and _holds(reading) else None,
        "reference": reading.reference or None,
        "name": display_name(person.family_name, person.given_names) if person else None,
        "procedure": reading.procedure.label if reading.procedure else None,
        "needs": list(person.needs) if person else [],
        "site": reading.site.name if reading.site else None,
        "starts_at": station.local(starts_at).isoformat() if starts_at else None,
        "minutes_off": decision.minutes_off if starts_at else None,
        "identity": reading.identity.value if reading.identity else None,
        **waits,
        "next": then,
    }
    if reading.checked_in:
        return Answer(facts, [lines])
    refused: dict[str, Any] = {
        "refused": decision.finding.value,
        "detail": {},
        "message": f"{word}. {then}",
    }
    return Answer({**refused, **facts}, [lines], code=1)


def _lines(station: Station, reading: Reading) -> list[Line]:
    """A verdict for people: its word first, what to do last."""
    from guichet.screens.verdicts import needs_of, view_of  # noqa: PLC0415 - translated
    from guichet.screens.words import IDENTITIES  # noqa: PLC0415

    view = view_of(reading, station)
    details = view_of(replace(reading, identity=None), station).lines
    word, then = _words(reading, view)
    person = reading.person
    return [
        (_("verdict"), word),
        (_("ticket"), view.ticket),
        (_("nom"), view.name),
        *((_("précision"), line) for line in details),
        (_("besoins"), needs_of(person.needs) if person else ""),
        (_("identité"), IDENTITIES[reading.identity] if reading.identity else ""),
        (_("à faire"), then),
    ]


def _holds(reading: Reading) -> bool:
    """Whether the person has a ticket that is still to be called, or is called."""
    already = (Finding.ALREADY_IN, Finding.ALREADY_CALLED)
    return reading.checked_in or reading.decision.finding in already


def _words(reading: Reading, view: "VerdictView") -> tuple[str, str]:
    """The screen's word, and what to do next; the screen's says it with its keys."""
    if reading.checked_in and reading.decision.admit is Admit.ASK:
        return view.word, view.next_action
    if reading.identity is Check.MISMATCHED:
        return view.word, _(
            "Relisez la pièce. Le superviseur peut faire recevoir\u202f; sinon, voyez le PAN."
        )
    receive = _("Pour recevoir\u202f: --admit.")
    identity = _("Vérifiez l’identité (--identity).")
    known = {
        Finding.EARLY: _("Recevez maintenant, ou faites attendre. {receive}"),
        Finding.LATE: _("Recevez quand même, ou proposez le PAN. {receive}"),
        Finding.UNCONFIRMED: _("La centrale n’a pas encore répondu. {receive}"),
        Finding.KEY_NOT_YET: _("Ce poste n’a pas la bonne date\u202f: corrigez-la. {receive}"),
        Finding.OLD_KEY: _("Signature ancienne, rendez-vous inconnu ici. {identity} {receive}"),
        Finding.REVOKED_KEY: _(
            "La personne n’y est pour rien. {identity} Avec le superviseur\u202f: --admit."
        ),
        Finding.ALREADY_RECEIVED: _("Quelqu’un est déjà reçu à ce titre. {identity}"),
    }
    then = known.get(reading.decision.finding, view.next_action)
    return view.word, then.format(receive=receive, identity=identity)


def _wait(station: Station, visit: Visit) -> tuple[dict[str, Any], Line]:
    """How long who holds the ticket will wait."""
    from guichet.screens.desk_words import wait_words  # noqa: PLC0415 - translated when imported

    wait = station.calling.waits().visits.get(visit.id)
    told = (_("attente"), wait_words(wait))
    return {"estimated_minutes": rounded(wait) if wait else None}, told
