"""Operations as stations send them, checked before anything is done with them."""

import re
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

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
