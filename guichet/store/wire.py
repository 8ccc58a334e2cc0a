"""Operations, verdicts and changes as JSON: the same code reads and writes them on both sides."""

from dataclasses import fields
from datetime import datetime
from typing import Any, get_args

import msgspec

from guichet.domain.operations import Action, Operation, Verdict
from guichet.domain.replicated import RECORDS, Change
from guichet.errors import ProtocolError
from guichet.i18n import _
from guichet.store.records import from_json

ACTIONS: dict[str, type[Action]] = {
    str(field.default): action
    for action in get_args(Action)
    for field in fields(action)
    if field.name == "kind"
}
"""Every action by its name on the wire."""


def operation_json(operation: Operation) -> str:
    """The operation as JSON text."""
    return msgspec.json.encode(operation).decode()


def read_operation(text: str) -> Operation:
    """The operation of a JSON text; raises ValueError when it is not one."""
    try:
        body = msgspec.json.decode(text)
        action = body["action"]
        return Operation(
            id=str(body["id"]),
            station=str(body["station"]),
            agent=str(body["agent"]),
            site=int(body["site"]),
            at=msgspec.convert(body["at"], datetime),
            action=msgspec.convert(action, ACTIONS[action["kind"]]),
        )
    except (KeyError, TypeError, ValueError, msgspec.DecodeError) as error:
        raise ValueError("not an operation") from error


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
    except (KeyError, TypeError, ValueError, OverflowError, msgspec.ValidationError) as error:
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
