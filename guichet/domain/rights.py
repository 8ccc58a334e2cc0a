"""Which role may do what. Every operation and every mode asks here."""

from guichet.domain.model import Agent, Role
from guichet.domain.operations import Action, Book, Hold

_BOOKING = frozenset({Role.MEDIATOR, Role.SUPERVISOR})
_RECEIVING = frozenset({Role.COUNTER, Role.SUPERVISOR})
_STEERING = frozenset({Role.SUPERVISOR})

ALLOWED: dict[str, frozenset[Role]] = {
    "hold": _BOOKING,
    "release": _BOOKING,
    "register": _BOOKING,
    "book": _BOOKING,
    "move": _BOOKING,
    "cancel": _BOOKING,
    "present": _BOOKING,
    "withdraw_accord": _BOOKING,
    "record_demand": _BOOKING,
    "answer_offer": _BOOKING,
    "check_in": _RECEIVING,
    "undo_check_in": _RECEIVING,
    "mark_absent": _RECEIVING,
    "undo_absent": _RECEIVING,
    "call": _RECEIVING,
    "recall": _RECEIVING,
    "miss": _RECEIVING,
    "start": _RECEIVING,
    "park": _RECEIVING,
    "redirect": _RECEIVING,
    "complete": _RECEIVING,
    "undo_step": _RECEIVING,
    "set_desk": _RECEIVING,
    "note_scan": _RECEIVING,
    "note_identity": _RECEIVING,
    "file_report": _RECEIVING,
    "settle": frozenset(Role),
    "set_openings": _STEERING,
    "set_closure": _STEERING,
}
"""The roles that may do each kind of operation."""


def may(agent: Agent, kind: str, site: int) -> bool:
    """Whether the agent may do that kind of operation at that site."""
    return agent.active and agent.site == site and not ALLOWED[kind].isdisjoint(agent.roles)


def exceptional(action: Action) -> bool:
    """Whether only a supervisor may decide it: an urgent seat, a second appointment."""
    match action:
        case Hold(quota="urgent"):
            return True
        case Book(override=str()):
            return True
        case _:
            return False


def modes(agent: Agent) -> tuple[Role, ...]:
    """The modes the agent may open, the main one first."""
    if Role.SUPERVISOR in agent.roles:
        return (Role.SUPERVISOR, Role.COUNTER, Role.MEDIATOR)
    return agent.roles
