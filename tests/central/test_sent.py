"""What central reads is what stations write, and nothing else."""

import json
from typing import Any

import pytest
from fastapi.exceptions import RequestValidationError
from hypothesis import given
from pydantic import TypeAdapter, ValidationError

from guichet.central.sent import SentOperation, Unreadable, read_operations
from guichet.domain.operations import Operation
from guichet.store.wire import operation_json, read_operation
from tests.store.test_wire import OPERATIONS, as_body

SENT = TypeAdapter[Operation](SentOperation)


@given(OPERATIONS)
def test_central_reads_an_operation_as_its_station_does(sent: Operation) -> None:
    text = operation_json(sent)
    try:
        read = SENT.validate_json(text)
    except ValidationError as error:  # more than any station writes
        refused = error
    else:
        assert read == read_operation(text)
        return
    assert {error["type"] for error in refused.errors()} == {"value_error"}


@pytest.mark.parametrize(
    "body",
    [
        as_body(visit="v1"),  # a Start and an UndoCheckIn alike
        as_body(visit="v1", kind="vanish"),
        as_body(visit="v1", kind="call"),
        as_body(visit=1, kind="start"),
        as_body(visit="v1", kind="start") | {"at": "2026-11-23T08:00:00"},
        as_body(visit="v1", kind="start") | {"at": "yesterday"},
        as_body(visit="v1", kind="start") | {"site": "Bobigny"},
        {"action": {"visit": "v1", "kind": "start"}},
        [],
    ],
)
def test_an_operation_that_is_none_is_not_guessed(body: Any) -> None:
    with pytest.raises(ValidationError):
        SENT.validate_json(json.dumps(body))


def test_an_accord_needs_its_time_zone_too() -> None:
    accord = {"given_at": "2026-11-23T08:00:00", "mode": "printed", "language": "fr", "agent": "A"}
    booked = {"appointment": "0" * 16, "hold": "h", "slot": "s", "person": "p", "procedure": "r"}
    body = as_body(kind="book", accord=accord, **booked)
    with pytest.raises(ValidationError, match="time zone"):
        SENT.validate_python(body)
    aware = accord | {"given_at": "2026-11-23T08:00:00Z"}
    assert SENT.validate_python(as_body(kind="book", accord=aware, **booked)).site == 93


@given(OPERATIONS)
def test_the_quick_way_reads_what_the_thorough_one_does(sent: Operation) -> None:
    text = operation_json(sent)
    try:
        thorough = SENT.validate_json(text)
    except ValidationError:
        if not sent.id.isprintable() or not 0 < len(sent.id) <= 500:  # whose verdict would it be
            with pytest.raises(RequestValidationError):
                read_operations(f'{{"operations":[{text}]}}'.encode(), "application/json")
            return
        (read,) = read_operations(f'{{"operations":[{text}]}}'.encode(), "application/json")
        assert isinstance(read, Unreadable)
        return
    body = f'{{"operations":[{text},{text}]}}'.encode()
    assert read_operations(body, "application/json") == [thorough, thorough]


@pytest.mark.parametrize(
    "content_type", ["application/json", "Application/JSON; charset=utf-8", "application/x+json"]
)
def test_json_by_any_of_its_names(content_type: str) -> None:
    assert read_operations(b'{"operations":[]}', content_type) == []


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/jsonp", "text/json"])
def test_what_is_not_called_json_is_not_read(content_type: str) -> None:
    with pytest.raises(RequestValidationError):
        read_operations(b'{"operations":[]}', content_type)


def test_numbers_as_texts_are_read_as_ever() -> None:
    body = as_body(visit="v1", kind="start") | {"site": "93"}
    (read,) = read_operations(json.dumps({"operations": [body]}).encode(), "application/json")
    assert isinstance(read, Operation)
    assert read.site == 93
