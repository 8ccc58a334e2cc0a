"""Operations: one intended change each, the same for stations and central."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from guichet.domain.model import Accord, Demand, Person
from guichet.domain.openings import Closure, Opening
from guichet.domain.replicated import Change


@dataclass(frozen=True, slots=True)
class Hold:
    """Keep a seat of a slot for a few minutes, under an id drawn by the station.

    `quota` says whose seats may be taken (guichet.domain.quotas).
    """

    hold: str
    slot: str
    quota: str = "pan"
    kind: Literal["hold"] = "hold"


@dataclass(frozen=True, slots=True)
class Release:
    """Give a held seat back."""

    hold: str
    kind: Literal["release"] = "release"


@dataclass(frozen=True, slots=True)
class Register:
    """Record a person, or what has changed about them."""

    person: Person
    kind: Literal["register"] = "register"


@dataclass(frozen=True, slots=True)
class Book:
    """Give the held seat to a person.

    `override`: why a supervisor lets them have a second appointment in the family.
    """

    appointment: str
    hold: str
    slot: str
    person: str
    procedure: str
    accord: Accord | None
    override: str | None = None
    kind: Literal["book"] = "book"


@dataclass(frozen=True, slots=True)
class Move:
    """Swap an appointment's seat for the held one: same reference, older prints superseded."""

    appointment: str
    hold: str
    slot: str
    kind: Literal["move"] = "move"


@dataclass(frozen=True, slots=True)
class Cancel:
    """End an appointment before it takes place. `by`: "person", "service" or "mistake"."""

    appointment: str
    by: str
    kind: Literal["cancel"] = "cancel"


@dataclass(frozen=True, slots=True)
class Present:
    """Record which of the documents asked for the person has shown."""

    appointment: str
    documents: tuple[str, ...]
    kind: Literal["present"] = "present"


@dataclass(frozen=True, slots=True)
class WithdrawAccord:
    """Record that the person no longer agrees to being helped; their appointment stands."""

    appointment: str
    kind: Literal["withdraw_accord"] = "withdraw_accord"


@dataclass(frozen=True, slots=True)
class RecordDemand:
    """Record a search that found nothing, or that its person no longer waits."""

    demand: Demand
    kind: Literal["record_demand"] = "record_demand"


@dataclass(frozen=True, slots=True)
class AnswerOffer:
    """Record what came of telling someone who waits; `slot` is what they were offered, if anything.

    `answer` comes from a closed list (guichet.domain.waiting.Answer). Whoever accepts is booked
    with the demand's id as hold.
    """

    demand: str
    slot: str | None
    answer: str
    kind: Literal["answer_offer"] = "answer_offer"


@dataclass(frozen=True, slots=True)
class CheckIn:
    """Record that a person is here.

    A fact of the physical world: central records it whatever it knows, and says what was odd.
    `appointment` is None for who has none; then `procedure` says what they come for, if known.
    `people`: so many have come on one ticket (guichet.domain.tickets.MOST_PEOPLE at most).
    """

    visit: str
    appointment: str | None
    ticket: str
    anomaly: str | None
    procedure: str | None = None
    people: int = 1
    kind: Literal["check_in"] = "check_in"


@dataclass(frozen=True, slots=True)
class UndoCheckIn:
    """Take back a check-in, for a reason (guichet.domain.lifecycle.UNDO_REASONS).

    None is of before reasons were asked for.
    """

    visit: str
    reason: str | None = None
    kind: Literal["undo_check_in"] = "undo_check_in"


@dataclass(frozen=True, slots=True)
class MarkAbsent:
    """Note that the person has not come: after the site's tolerance, and its closing."""

    appointment: str
    kind: Literal["mark_absent"] = "mark_absent"


@dataclass(frozen=True, slots=True)
class UndoAbsent:
    """Take back that somebody was absent, for a reason (STEP_UNDO_REASONS).

    Who comes after all needs no such thing: their check-in says so.
    """

    appointment: str
    reason: str
    kind: Literal["undo_absent"] = "undo_absent"


@dataclass(frozen=True, slots=True)
class Call:
    """Call a waiting person to a desk.

    `reason`: why before their turn (guichet.domain.lifecycle.CALL_REASONS), None when it is.
    """

    visit: str
    desk: str
    reason: str | None = None
    kind: Literal["call"] = "call"


@dataclass(frozen=True, slots=True)
class Recall:
    """Call again who was called and has not come yet."""

    visit: str
    kind: Literal["recall"] = "recall"


@dataclass(frozen=True, slots=True)
class Miss:
    """The person called has not come: back in the line, or gone after as many calls as allowed."""

    visit: str
    kind: Literal["miss"] = "miss"


@dataclass(frozen=True, slots=True)
class Park:
    """Put aside who is at the desk, for a reason (guichet.domain.lifecycle.PARK_REASONS)."""

    visit: str
    reason: str
    kind: Literal["park"] = "park"


@dataclass(frozen=True, slots=True)
class Redirect:
    """Send who is at the desk on to another lane, to be received by `desk` alone if it is given."""

    visit: str
    lane: str
    desk: str | None = None
    kind: Literal["redirect"] = "redirect"


@dataclass(frozen=True, slots=True)
class UndoStep:
    """Take back what was last done with a visit at a desk; `reason` says why, from a closed list
    (guichet.domain.lifecycle.STEP_UNDO_REASONS).
    """

    visit: str
    reason: str
    kind: Literal["undo_step"] = "undo_step"


@dataclass(frozen=True, slots=True)
class SetDesk:
    """Open, pause or close a desk (guichet.domain.desks.Desk)."""

    desk: str
    state: str
    lanes: tuple[str, ...] = ()
    kind: Literal["set_desk"] = "set_desk"


@dataclass(frozen=True, slots=True)
class Start:
    """The person called has come to the desk."""

    visit: str
    kind: Literal["start"] = "start"


@dataclass(frozen=True, slots=True)
class Complete:
    """Close a visit with its outcome, from a closed list (guichet.domain.lifecycle.OUTCOMES).

    An unsuccessful one needs its `reason` (UNSUCCESSFUL there); `missing` are the documents that
    were not there, by their names. `afterwards`: nobody had closed it, and the agent who does has
    not seen it end.
    """

    visit: str
    outcome: str
    reason: str | None = None
    missing: tuple[str, ...] = ()
    afterwards: bool = False
    kind: Literal["complete"] = "complete"


@dataclass(frozen=True, slots=True)
class NoteScan:
    """Keep trace of a scan that admitted nobody: which verdict, and the appointment when known."""

    verdict: str
    appointment: str | None
    kind: Literal["note_scan"] = "note_scan"


@dataclass(frozen=True, slots=True)
class NoteIdentity:
    """Record what checking the identity of who is here gave: "matched" or "mismatched"."""

    visit: str
    result: str
    kind: Literal["note_identity"] = "note_identity"


@dataclass(frozen=True, slots=True)
class FileReport:
    """Report what did not fit (guichet.domain.reports.Report)."""

    report: str
    finding: str
    appointment: str | None
    visit: str | None
    identity: str | None
    seen: tuple[str, ...]
    note: str
    kind: Literal["file_report"] = "file_report"


@dataclass(frozen=True, slots=True)
class Settle:
    """Record how a conflict was settled (guichet.domain.settling.Settlement)."""

    operation: str
    of: str
    reason: str
    made_at: datetime
    made_by: str
    about: str
    person: str | None
    how: str
    kind: Literal["settle"] = "settle"


@dataclass(frozen=True, slots=True)
class SetOpenings:
    """Record new versions of rules, all of them or none: their slots are made at once."""

    openings: tuple[Opening, ...]
    kind: Literal["set_openings"] = "set_openings"


@dataclass(frozen=True, slots=True)
class SetClosure:
    """Close a site for a while, or take that back: what is free then is offered to nobody."""

    closure: Closure
    kind: Literal["set_closure"] = "set_closure"


Action = (
    Hold | Release | Register | Book | Move | Cancel | Present | WithdrawAccord | RecordDemand
    | AnswerOffer | CheckIn | UndoCheckIn | MarkAbsent | UndoAbsent | Call | Recall | Miss | Start
    | Park | Redirect | Complete | UndoStep | SetDesk | NoteScan | NoteIdentity | FileReport
    | Settle | SetOpenings | SetClosure
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Operation:
    """An action with who, where and when. `id` (a UUID) makes sending it twice harmless.

    `at` is UTC by the station's clock.
    """

    id: str
    station: str
    agent: str
    site: int
    at: datetime
    action: Action


@dataclass(frozen=True, slots=True)
class Applied:
    """The operation took effect. `detail` holds what only its kind gives (a hold's end, say)."""

    changed: tuple[tuple[str, str], ...] = ()
    detail: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refused:
    """A reasoned no; `reason` is a code that screens translate."""

    reason: str
    detail: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Central's answer to one operation, the same for ever.

    `reason` is None when it was applied; `changes` are the records it concerns as central has them.
    """

    operation: str
    reason: str | None
    detail: dict[str, str]
    changes: tuple[Change, ...]


def concerned(action: Action) -> tuple[tuple[str, str], ...]:
    """The (kind, key) of each record an action reads or writes, known from the action alone."""
    fields = {
        "slot": getattr(action, "slot", None),
        "appointment": getattr(action, "appointment", None),
        "visit": getattr(action, "visit", None),
        "person": action.person.id
        if isinstance(action, Register)
        else getattr(action, "person", None),
        "demand": action.demand.id
        if isinstance(action, RecordDemand)
        else getattr(action, "demand", None),
        "report": getattr(action, "report", None),
        "settlement": getattr(action, "operation", None),
    }
    return tuple((kind, key) for kind, key in fields.items() if key is not None)
