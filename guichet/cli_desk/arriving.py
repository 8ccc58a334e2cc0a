"""What `guichet arrive` does: somebody is at the door, with or without an appointment."""

from dataclasses import dataclass
from pathlib import Path

from guichet.cli_desk import asking, said, verdict
from guichet.cli_desk.counter import ticket_of
from guichet.cli_desk.reads import procedure_of
from guichet.cli_desk.said import Answer
from guichet.domain.admission import Admit
from guichet.domain.day import DayRow, filtered
from guichet.domain.foreigner_number import form
from guichet.domain.identity import Check, Shown
from guichet.domain.lifecycle import UNDO_WITHIN
from guichet.domain.model import Procedure
from guichet.domain.operations import Refused
from guichet.domain.reference import ReferenceProblem
from guichet.domain.reports import Seen
from guichet.i18n import _
from guichet.station import Reading, Station

Outcome = Answer | Refused

UNKNOWN = "-"
"""In place of a démarche: what the person comes for is not known."""
_ID = ("number", "name", "year")
_MOST = 9
"""Who are told of those that a name finds: more are not listened to."""


@dataclass(frozen=True, slots=True)
class How:
    """How an arrival is dealt with.

    `admit`: received even where the agent is asked. `identity`: the ID shown is compared;
    `stdin`: what is read on it is a JSON object. `ask`: somebody is there to answer. `report`: what
    does not fit (guichet.domain.reports.Seen).
    """

    admit: bool
    identity: bool
    stdin: bool
    ask: bool
    report: tuple[Seen, ...] = ()


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
    from guichet.scanner.layouts import Kind, understood  # for codes only

    scan = understood(text)
    if scan.kind is Kind.GARBLED:
        return Refused("garbled")
    if scan.kind is Kind.PLAIN:
        return by_reference(station, scan.text, how)
    return _received(station, station.reception.scan(scan.text), how)


def by_name(station: Station, how: How) -> Outcome:
    """The same for who has no paper: a name typed finds them in the day.

    When nobody is there to choose, those found are told, with their references.
    """
    typed = asking.line(_("Nom"))
    found = [row for row in filtered(station.reception.day(), typed) if row.reference]
    if not typed or not found:
        return Refused("nobody_named")
    if len(found) > _MOST:
        return Refused("many_named", {"n": str(len(found))})
    if not how.ask:
        return _found(station, found)
    blocks = [
        [(_("numéro"), str(n)), *verdict.row_lines(station, e)] for n, e in enumerate(found, 1)
    ]
    asking.tell(said.written(blocks))
    ranks = {str(n): row for n, row in enumerate(found, 1)}
    while (rank := asking.line(_("Numéro de la personne, rien pour renoncer"))) not in ranks:
        if not rank:
            return Refused("not_recorded")
    return _received(station, station.reception.choose(ranks[rank].appointment or ""), how)


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
    waits, told = verdict.wait(station, visit)
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
    kept = _("Reprenez le ticket {ticket}\u00a0: il ne vaut plus.").format(ticket=row.ticket)
    lines = [
        (_("fait"), _("Arrivée annulée")),
        (_("nom"), row.name),
        (_("à faire"), kept),
        (_("ticket qui reste valable"), stands or ""),
    ]
    return Answer(facts, [lines])


def _found(station: Station, rows: list[DayRow]) -> Answer:
    """Who was found by a name."""
    refused = Refused("choose")
    sentence = said.refusal(refused)
    facts = {
        "refused": refused.reason,
        "detail": dict[str, str](),
        "message": sentence,
        "found": [
            {
                "reference": row.reference,
                "name": row.name,
                "procedure": row.procedure,
                "starts_at": station.local(row.starts_at).isoformat() if row.starts_at else None,
                "state": row.state.value,
            }
            for row in rows
        ],
    }
    return Answer(facts, [verdict.row_lines(station, row) for row in rows], sentence, 1)


# With an appointment ------------------------------------------------------------------------------


def _pictured(source: Path) -> str | Refused:
    """The one code in a picture or a PDF file."""
    from guichet.cli_scan import codes_in  # for pictures only
    from guichet.doctor import CAMERA_FAULTS

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
    refused = _reported(station, checked, how) if how.report else None
    if refused is not None:
        return refused
    if checked.decision.admit is Admit.ASK and not checked.checked_in:
        other = checked.identity is Check.MISMATCHED
        if (how.admit and not other) or (how.ask and _agreed(station, checked)):
            checked = station.reception.admit(checked)
    return verdict.answer(station, checked, how.report)


def _reported(station: Station, reading: Reading, how: How) -> Refused | None:
    """Report what does not fit; nothing changes for the person."""
    from guichet.screens.identity import possible  # translated when imported

    if not possible(reading):
        return Refused("nothing_to_report")
    asked = how.ask and Seen.OTHER in how.report
    note = asking.line(_("Précisez ce qui ne va pas")) if asked else ""
    return station.identification.report(reading, how.report, note)


def _identified(station: Station, reading: Reading, how: How) -> Reading | Refused:
    """The reading with what comparing the ID shown gave; nothing of the ID is kept."""
    if reading.claims is None and reading.appointment is None:
        return reading  # nobody to compare with: the verdict says it
    if how.ask:
        asking.tell(said.written([verdict.lines(station, reading)]))
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
    from guichet.screens import checks  # translated when imported

    number_is, name, year = form(number).value, name.strip(), year.strip()
    wrong = checks.name(name).level == "bad" or (year and checks.year(year).level != "ok")
    if (number.strip() and not number_is) or wrong or bool(name) is not bool(year):
        return None
    return Shown(number_is, name, year) if number_is or name else None


def _agreed(station: Station, reading: Reading) -> bool:
    """Whether the agent receives the person all the same."""
    asking.tell(said.written([verdict.lines(station, reading)]))
    while True:
        match asking.line(_("Recevoir quand même\u202f? oui, ou non")).casefold():
            case "oui" | "o":
                return True
            case "non" | "n" | "":
                return False
