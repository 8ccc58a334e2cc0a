"""What `guichet arrive` says of who is at the door, for people and for scripts."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from guichet.cli_desk.said import Answer, Line
from guichet.domain.admission import Admit, Finding
from guichet.domain.day import DayRow
from guichet.domain.estimate import rounded
from guichet.domain.identity import Check
from guichet.domain.model import Visit
from guichet.domain.names import display_name
from guichet.domain.reports import Seen
from guichet.i18n import _
from guichet.station import Reading, Station

if TYPE_CHECKING:
    from guichet.widgets.verdict import VerdictView


def row_lines(station: Station, row: DayRow) -> list[Line]:
    """One of the day, for people."""
    from guichet.screens.words import STATES  # translated when imported

    return [
        (_("nom"), row.name),
        (_("heure"), f"{station.local(row.starts_at):%H:%M}" if row.starts_at else ""),
        (_("démarche"), row.procedure),
        (_("état"), STATES[row.state][1]),
        (_("référence"), row.reference),
    ]


def answer(station: Station, reading: Reading, reported: Sequence[Seen] = ()) -> Answer:
    """A verdict, and what was `reported`: exit code 0 once the person is checked in, else 1."""
    from guichet.screens.words import SEEN  # translated when imported

    decision, visit = reading.decision, reading.visit
    told = lines(station, reading)
    word, then = told[0][1], told[-1][1]
    waits: dict[str, Any] = {"estimated_minutes": None}
    if visit is not None and _holds(reading):
        waits, waiting = wait(station, visit)
        told.insert(-1, waiting)
    told.insert(-1, (_("signalé"), ", ".join(SEEN[each] for each in reported)))
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
        "reported": [each.value for each in reported],
        "next": then,
    }
    if reading.checked_in:
        return Answer(facts, [told])
    sentence = f"{word}. {then}"
    refused = {"refused": decision.finding.value, "detail": dict[str, str](), "message": sentence}
    return Answer({**refused, **facts}, [told], code=1)


def lines(station: Station, reading: Reading) -> list[Line]:
    """A verdict for people: its word first, what to do last."""
    from guichet.screens.verdicts import needs_of, view_of  # translated
    from guichet.screens.words import IDENTITIES

    view = view_of(reading, station)
    details = view_of(replace(reading, identity=None), station).lines
    word, then = words(reading, view)
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


def words(reading: Reading, view: "VerdictView") -> tuple[str, str]:
    """The screen's word, and what to do next; the screen's says it with its keys."""
    if reading.checked_in and reading.decision.admit is Admit.ASK:
        return view.word, view.next_action
    if reading.identity is Check.MISMATCHED:
        return view.word, _(
            "Relisez la pièce. Le superviseur peut faire recevoir\u202f; sinon, voyez le PAN."
        )
    receive = _("Pour recevoir\u00a0: --admit.")
    identity = _("Vérifiez l’identité (--identity).")
    known = {
        Finding.EARLY: _("Recevez maintenant, ou faites attendre. {receive}"),
        Finding.LATE: _("Recevez quand même, ou proposez le PAN. {receive}"),
        Finding.UNCONFIRMED: _("La centrale n’a pas encore répondu. {receive}"),
        Finding.KEY_NOT_YET: _("Ce poste n’a pas la bonne date\u00a0: corrigez-la. {receive}"),
        Finding.OLD_KEY: _("Signature ancienne, rendez-vous inconnu ici. {identity} {receive}"),
        Finding.REVOKED_KEY: _(
            "La personne n’y est pour rien. {identity} Avec le superviseur\u00a0: --admit."
        ),
        Finding.ALREADY_RECEIVED: _("Quelqu’un est déjà reçu à ce titre. {identity}"),
    }
    then = known.get(reading.decision.finding, view.next_action)
    return view.word, then.format(receive=receive, identity=identity)


def wait(station: Station, visit: Visit) -> tuple[dict[str, Any], Line]:
    """How long who holds the ticket will wait."""
    from guichet.screens.desk_words import wait_words  # translated when imported

    found = station.calling.waits().visits.get(visit.id)
    told = (_("attente"), wait_words(found))
    return {"estimated_minutes": rounded(found) if found else None}, told
