"""Operations as stations send them, checked before anything is done with them."""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from guichet.domain.operations import Book, Operation

_LONGEST = 500  # characters of one text
_YEARS = range(2000, 2200)
_APPOINTMENT_ID = re.compile("[0-9a-f]{16}")


def _named(body: Any) -> Any:
    # Without its kind, an action would be read as the first one that has the same fields.
    action = body.get("action") if isinstance(body, dict) else None
    if isinstance(action, dict) and "kind" not in action:
        raise ValueError("the action has no kind")
    return body


def _sound(operation: Operation) -> Operation:
    """Refuse what no station writes and a database or calendar would choke on."""
    for value in _leaves(asdict(operation)):
        if isinstance(value, str) and (len(value) > _LONGEST or "\0" in value):
            raise ValueError("a text is too long or holds a null character")
        if isinstance(value, datetime):
            if value.utcoffset() is None:
                raise ValueError("a moment has no time zone")
            if value.year not in _YEARS:
                raise ValueError("a moment is not of this century")
    if not operation.id:
        raise ValueError("an operation has no id")
    action = operation.action
    if isinstance(action, Book) and not _APPOINTMENT_ID.fullmatch(action.appointment):
        raise ValueError("an appointment id has 16 hexadecimal digits")
    return operation


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for part in value:
            yield from _leaves(part)
    else:
        yield value


SentOperation = Annotated[Operation, BeforeValidator(_named), AfterValidator(_sound)]
"""An operation as central reads it; guichet.store.wire.read_operation is for what is its own."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What was sent as an operation and is none; `where` and `what` never repeat it."""

    id: str
    where: str
    what: str


def _or_unreadable(body: Any, read: ValidatorFunctionWrapHandler) -> Operation | Unreadable:
    """The operation, or what is wrong with it, so that those behind it are judged all the same.

    Without an id, nobody could tell which one the verdict is on: that spoils the whole request.
    """
    try:
        operation: Operation = read(body)
    except ValidationError as error:
        known = body.get("id") if isinstance(body, dict) else None
        if not isinstance(known, str) or not 0 < len(known) <= _LONGEST or not known.isprintable():
            raise
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        return Unreadable(known, where, first["type"])
    return operation


SentOrUnreadable = Annotated[SentOperation, WrapValidator(_or_unreadable)]
"""As SentOperation, but a bad one is an Unreadable instead of an error."""
