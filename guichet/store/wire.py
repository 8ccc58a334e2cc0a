"""Operations, verdicts and changes as JSON: the same code reads and writes them on both sides."""

from typing import Any

from pydantic import TypeAdapter, ValidationError

from guichet.domain.model import Change
from guichet.domain.operations import Operation, Verdict
from guichet.errors import ProtocolError
from guichet.i18n import _
from guichet.store.records import from_json

OPERATION = TypeAdapter(Operation)


def operation_json(operation: Operation) -> str:
    """The operation as JSON text."""
    return OPERATION.dump_json(operation).decode()


def read_change(body: Any) -> Change:
    """A change of parsed JSON; raises ProtocolError when it is not one."""
    try:
        kind, record = body["kind"], body["record"]
        return Change(
            kind=kind,
            key=str(body["key"]),
            sequence=int(body["sequence"]),
            record=None if record is None else from_json(kind, record),
        )
    except (KeyError, TypeError, ValueError, ValidationError) as error:
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
            "La centrale a donné une réponse incompréhensible. Le travail continue sur ce poste ; "
            "prévenez le support si cela dure."
        )
    )
