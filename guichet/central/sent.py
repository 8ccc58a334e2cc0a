"""Operations as stations send them, checked before anything is done with them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from functools import cache
from typing import Annotated, Any

import msgspec
from fastapi.exceptions import RequestValidationError
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from guichet.domain.operations import Action, Book, Operation
from guichet.store.wire import ACTIONS

MAX_OPERATIONS = 200
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
    for value in _leaves(operation):
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
    if is_dataclass(value) and not isinstance(value, type):
        value = [getattr(value, name) for name in _fields(type(value))]
    elif isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for part in value:
            yield from _leaves(part)
    else:
        yield value


@cache
def _fields(model: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(model))


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


class OperationsBody(BaseModel):
    """Operations in the order they were made."""

    operations: Annotated[list[SentOrUnreadable], Field(max_length=MAX_OPERATIONS)]


class _Head(msgspec.Struct):
    id: str
    station: str
    agent: str
    site: int
    at: datetime
    action: msgspec.Raw


class _Body(msgspec.Struct):
    operations: Annotated[list[_Head], msgspec.Meta(max_length=MAX_OPERATIONS)]


class _Kind(msgspec.Struct):
    kind: str


_BODY, _KIND = msgspec.json.Decoder(_Body), msgspec.json.Decoder(_Kind)
_DECODERS: dict[str, msgspec.json.Decoder[Any]] = {
    kind: msgspec.json.Decoder(action) for kind, action in ACTIONS.items()
}


def read_operations(body: bytes, content_type: str) -> Sequence[Operation | Unreadable]:
    """The operations of a request's body; raises RequestValidationError (422).

    What is as it should be is read in a tenth of the time that saying what is not takes.
    """
    if not _JSON.match(content_type):
        raise RequestValidationError([{"loc": ("body",), "type": "json_type"}])
    try:
        return [_sound(_operation(head)) for head in _BODY.decode(body).operations]
    except (msgspec.MsgspecError, KeyError, ValueError, RecursionError):
        return _explained(body)


_JSON = re.compile(r"application/([^;]+\+)?json\s*(;|$)", re.IGNORECASE)


def _operation(head: _Head) -> Operation:
    action: Action = _DECODERS[_KIND.decode(head.action).kind].decode(head.action)
    return Operation(head.id, head.station, head.agent, head.site, head.at, action)


def _explained(body: bytes) -> Sequence[Operation | Unreadable]:
    try:
        return OperationsBody.model_validate_json(body).operations
    except ValidationError as error:
        told = error.errors(include_url=False, include_context=False, include_input=False)
        raise RequestValidationError(
            [{**each, "loc": ("body", *each["loc"])} for each in told]
        ) from error
