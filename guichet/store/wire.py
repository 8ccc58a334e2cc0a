"""Operations, verdicts and changes as JSON: the same code reads and writes them on both sides."""

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, TypeAdapter, ValidationError

from guichet.domain.model import RECORDS, Change
from guichet.domain.operations import Book, Operation, Verdict
from guichet.errors import ProtocolError
from guichet.i18n import _
from guichet.store.records import from_json


def _named(body: Any) -> Any:
    # Without its kind, an action would be read as the first one that has the same fields.
    action = body.get("action") if isinstance(body, dict) else None
    if isinstance(action, dict) and "kind" not in action:
        raise ValueError("the action has no kind")
    return body


def _aware(operation: Operation) -> Operation:
    moments = [operation.at]
    if isinstance(operation.action, Book) and operation.action.accord is not None:
        moments.append(operation.action.accord.given_at)
    if any(moment.utcoffset() is None for moment in moments):
        raise ValueError("a moment has no time zone")
    return operation


SentOperation = Annotated[Operation, BeforeValidator(_named), AfterValidator(_aware)]
"""An operation as it is read from JSON."""

OPERATION = TypeAdapter[Operation](SentOperation)


def operation_json(operation: Operation) -> str:
    """The operation as JSON text."""
    return OPERATION.dump_json(operation).decode()


def read_change(body: Any) -> Change:
    """A change of parsed JSON; raises ProtocolError when it is not one."""
    try:
        kind, record = body["kind"], body["record"]
        if kind not in RECORDS:
            raise nonsense()
        return Change(
            kind=kind,
            key=str(body["key"]),
            sequence=int(body["sequence"]),
            record=None if record is None else from_json(kind, record),
        )
    except (KeyError, TypeError, ValueError, OverflowError, ValidationError) as error:
        raise nonsense() from error


def read_verdict(body: Any) -> Verdict:
    """A verdict of parsed JSON; raises ProtocolError when it is not one."""
    try:
        return Verdict(
            operation=str(body["operation"]),
            reason=None if body["reason"] is None else str(body["reason"]),
            detail={str(name): str(value) for name, value in body["detail"].items()},
            changes=tuple(read_change(change) for change in body["changes"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise nonsense() from error


def nonsense() -> ProtocolError:
    """The fault of an answer that is not guichet's protocol."""
    return ProtocolError(
        _(
            "La centrale a donné une réponse incompréhensible. "
            "Le travail continue sur ce poste\u202f; prévenez le support si cela dure."
        )
    )
