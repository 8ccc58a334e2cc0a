"""Which operation leads from which status to which: the one table statuses are written by."""

from datetime import timedelta

from guichet.domain.model import AppointmentStatus as A
from guichet.domain.model import VisitStatus as V

OUTCOMES = ("served", "unsuccessful", "left")
"""How a visit ends: the person was served, could not be (infructueux), or left before."""

CANCELLED_BY = ("person", "service", "mistake")
"""Who ends an appointment, or why: « pris par erreur » is a mistake."""

UNDO_REASONS = ("wrong_person", "by_mistake", "gone_again", "other")
"""Why a check-in is taken back: somebody else's convocation, nobody was to be checked in, the
person has gone and will come back, or none of these."""

UNFINISHED = (V.WAITING, V.CALLED, V.SERVING, V.PARKED)
"""Where a visit stands until it is closed."""

UNSUCCESSFUL = (
    "missing_document",
    "wrong_procedure",
    "wrong_site",
    "out_of_time",
    "identity",
    "no_interpreter",
    "breakdown",
    "fingerprints",
    "other",
)
"""Why a visit was unsuccessful."""

CALL_REASONS = ("frail", "young_child", "urgent", "follow_up", "family", "other")
"""Why somebody is called before their turn. Nothing about health is written: frail is what an agent
sees, whatever it comes from; family: with somebody who is called or received at that desk."""

PARK_REASONS = ("photocopy", "document", "interpreter", "colleague", "other")
"""What somebody put aside waits for."""

STEP_UNDO_REASONS = ("wrong_person", "by_mistake", "other", "desk_gone")
"""Why what was last done at a desk is taken back; desk_gone: a supervisor does, for nobody is there
any more (a power cut)."""

UNDO_WITHIN = timedelta(seconds=60)
"""How long after a check-in, or a step at a desk, it may be taken back. Later the person's visit is
ended instead."""

ANSWER_WITHIN = timedelta(minutes=2)
"""How long a desk waits for the person it has called; shown, and enforced by nobody."""

PARKED_LONG = timedelta(minutes=15)
"""From when on somebody put aside is marked, so that they are not forgotten."""

UNANSWERED = timedelta(minutes=15)
"""From when on a call without sequel is the supervisor's affair: the desk may have vanished."""

APPOINTMENT: dict[tuple[A, str], A | str] = {
    (A.BOOKED, "move"): A.BOOKED,
    (A.BOOKED, "cancel"): A.CANCELLED,
    (A.BOOKED, "check_in"): A.ARRIVED,
    (A.BOOKED, "undo_check_in"): "not_arrived",
    (A.BOOKED, "mark_absent"): A.ABSENT,
    (A.BOOKED, "undo_absent"): "not_absent",
    (A.ARRIVED, "move"): "already_arrived",
    (A.ARRIVED, "cancel"): "already_arrived",
    (A.ARRIVED, "check_in"): "double",
    (A.ARRIVED, "undo_check_in"): A.BOOKED,
    (A.ARRIVED, "mark_absent"): "already_arrived",
    (A.ARRIVED, "undo_absent"): "already_arrived",
    (A.ABSENT, "move"): "already_absent",
    (A.ABSENT, "cancel"): "already_absent",
    (A.ABSENT, "check_in"): A.ARRIVED,
    (A.ABSENT, "undo_check_in"): "not_arrived",
    (A.ABSENT, "mark_absent"): A.ABSENT,
    (A.ABSENT, "undo_absent"): A.BOOKED,
    (A.CANCELLED, "move"): "already_cancelled",
    (A.CANCELLED, "cancel"): "already_cancelled",
    (A.CANCELLED, "check_in"): "cancelled",
    (A.CANCELLED, "undo_check_in"): "not_arrived",
    (A.CANCELLED, "mark_absent"): "already_cancelled",
    (A.CANCELLED, "undo_absent"): "already_cancelled",
}
"""(status, operation) → next status, or the reason code of the refusal.

Absent said twice is no conflict: the first who said so did.
For check_in a reason is not a refusal but the anomaly the visit is recorded with: the person is
there.
"""

VISIT: dict[tuple[V, str], V | str] = {
    (V.WAITING, "call"): V.CALLED,
    (V.WAITING, "start"): "not_called",
    (V.WAITING, "complete"): V.DONE,
    (V.WAITING, "undo_check_in"): V.UNDONE,
    (V.WAITING, "recall"): "not_called",
    (V.WAITING, "miss"): "not_called",
    (V.WAITING, "park"): "not_called",
    (V.WAITING, "redirect"): "not_called",
    (V.WAITING, "undo_step"): V.WAITING,
    (V.CALLED, "call"): "already_called",
    (V.CALLED, "start"): V.SERVING,
    (V.CALLED, "complete"): V.DONE,
    (V.CALLED, "undo_check_in"): "already_called",
    (V.CALLED, "recall"): V.CALLED,
    (V.CALLED, "miss"): V.WAITING,
    (V.CALLED, "park"): "not_started",
    (V.CALLED, "redirect"): V.WAITING,
    (V.CALLED, "undo_step"): V.WAITING,
    (V.SERVING, "call"): "already_called",
    (V.SERVING, "start"): "already_started",
    (V.SERVING, "complete"): V.DONE,
    (V.SERVING, "undo_check_in"): "already_called",
    (V.SERVING, "recall"): "already_started",
    (V.SERVING, "miss"): "already_started",
    (V.SERVING, "park"): V.PARKED,
    (V.SERVING, "redirect"): V.WAITING,
    (V.SERVING, "undo_step"): V.CALLED,
    (V.PARKED, "call"): V.CALLED,
    (V.PARKED, "start"): "not_called",
    (V.PARKED, "complete"): V.DONE,
    (V.PARKED, "undo_check_in"): "already_called",
    (V.PARKED, "recall"): "not_called",
    (V.PARKED, "miss"): "not_called",
    (V.PARKED, "park"): "not_called",
    (V.PARKED, "redirect"): "not_called",
    (V.PARKED, "undo_step"): V.SERVING,
    (V.DONE, "call"): "already_done",
    (V.DONE, "start"): "already_done",
    (V.DONE, "complete"): "already_done",
    (V.DONE, "undo_check_in"): "already_done",
    (V.DONE, "redirect"): "already_done",
    (V.DONE, "undo_step"): V.SERVING,
    (V.DONE, "park"): "already_done",
    (V.DONE, "miss"): "already_done",
    (V.DONE, "recall"): "already_done",
    (V.DUPLICATE, "call"): "duplicate",
    (V.DUPLICATE, "start"): "duplicate",
    (V.DUPLICATE, "complete"): "duplicate",
    (V.DUPLICATE, "undo_check_in"): V.UNDONE,
    (V.DUPLICATE, "redirect"): "duplicate",
    (V.DUPLICATE, "undo_step"): "duplicate",
    (V.DUPLICATE, "park"): "duplicate",
    (V.DUPLICATE, "miss"): "duplicate",
    (V.DUPLICATE, "recall"): "duplicate",
    (V.UNDONE, "call"): "undone",
    (V.UNDONE, "start"): "undone",
    (V.UNDONE, "complete"): "undone",
    (V.UNDONE, "undo_check_in"): "undone",
    (V.UNDONE, "redirect"): "undone",
    (V.UNDONE, "undo_step"): "undone",
    (V.UNDONE, "park"): "undone",
    (V.UNDONE, "miss"): "undone",
    (V.UNDONE, "recall"): "undone",
}
"""(status, operation) → next status, or the reason code of the refusal.

For undo_step the usual one: which it is, guichet.domain.passage says from the visit's own steps.
"""


def after(status: A, kind: str) -> A:
    """The status an operation leads to; raises ValueError where the table refuses it."""
    return A(APPOINTMENT[status, kind])


def after_check_in(status: A) -> tuple[A, str | None]:
    """The appointment's status once the person is here, and what was unusual, if anything."""
    step = APPOINTMENT[status, "check_in"]
    return (step, None) if isinstance(step, A) else (status, step)
