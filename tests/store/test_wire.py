"""What goes over the network: exact both ways, and nonsense is said to be nonsense."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.domain.operations import Action, Operation, UndoCheckIn, Verdict
from guichet.domain.replicated import Change
from guichet.errors import ProtocolError
from guichet.store.records import change_json, to_json
from guichet.store.wire import operation_json, read_change, read_operation, read_verdict
from tests.store.samples import ADA, BOBIGNY, operation
from tests.store.test_records import ONE_OF_EACH, change

MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
st.register_type_strategy(datetime, MOMENTS)
st.register_type_strategy(date, st.dates())
st.register_type_strategy(str, TEXT)
OPERATIONS = st.builds(
    Operation, action=st.one_of([st.from_type(action) for action in get_args(Action)])
)


@given(OPERATIONS)
def test_every_operation_comes_back_as_it_was(sent: Operation) -> None:
    assert read_operation(operation_json(sent)) == sent


@given(st.sampled_from(ONE_OF_EACH), st.integers(0))
def test_every_change_comes_back_as_it_was(record: Any, sequence: int) -> None:
    sent = change(record, sequence)
    text = change_json(sent.kind, sent.key, sequence, to_json(record))
    assert read_change(json.loads(text)) == sent
    removed = change_json(sent.kind, sent.key, sequence, None)
    assert read_change(json.loads(removed)) == replace(sent, record=None)


def test_a_verdict_is_read() -> None:
    changes = [json.loads(change_json("site", "93", 4, to_json(BOBIGNY)))]
    body = {"operation": "o", "reason": None, "detail": {"n": 1}, "changes": changes}
    expected = Verdict("o", None, {"n": "1"}, (Change("site", "93", 4, BOBIGNY),))
    assert read_verdict(body) == expected
    assert read_verdict(body | {"reason": "slot_full"}).reason == "slot_full"


PERSON = json.loads(to_json(ADA))
GOOD = {"kind": "person", "key": "p-ada", "sequence": 1, "record": PERSON}


@pytest.mark.parametrize(
    "body",
    [
        None,
        3,
        "change",
        [],
        {},
        {"kind": "person"},
        GOOD | {"kind": "spaceship"},
        GOOD | {"kind": "spaceship", "record": None},
        GOOD | {"kind": ["person"]},
        GOOD | {"kind": None},
        GOOD | {"sequence": "x"},
        GOOD | {"sequence": None},
        GOOD | {"sequence": float("inf")},
        GOOD | {"record": {}},
        GOOD | {"record": "DIALLO"},
        GOOD | {"record": PERSON | {"site": "Bobigny"}},
        GOOD | {"kind": "site"},
    ],
)
def test_a_change_that_is_none_is_said_to_be_nonsense(body: Any) -> None:
    with pytest.raises(ProtocolError, match="réponse incompréhensible"):
        read_change(body)


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"operation": "o", "reason": None, "detail": [], "changes": []},
        {"operation": "o", "reason": None, "detail": {}, "changes": None},
        {"operation": "o", "reason": None, "detail": {}, "changes": [{}]},
        {"operation": "o", "detail": {}, "changes": []},
    ],
)
def test_a_verdict_that_is_none_is_said_to_be_nonsense(body: Any) -> None:
    with pytest.raises(ProtocolError, match="réponse incompréhensible"):
        read_verdict(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["kind", "key", "sequence", "record", "operation", "reason"])
            | st.sampled_from(["detail", "changes"]),
            inner,
        )
    ),
    max_leaves=8,
)


@given(JSON)
def test_whatever_central_says_there_is_a_change_or_a_protocol_error(body: Any) -> None:
    try:
        found: Change | Verdict = read_change(body)
    except ProtocolError:
        try:
            found = read_verdict(body)
        except ProtocolError:
            return
    assert isinstance(found, Change | Verdict)


def as_body(**action: Any) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(operation_json(operation(get_args(Action)[1]("h1"))))
    return body | {"action": action}


@pytest.mark.parametrize(
    "body",
    [
        as_body(visit="v1"),  # a Start and an UndoCheckIn alike
        as_body(visit="v1", kind="vanish"),
        as_body(visit="v1", kind="call"),
        as_body(visit=1, kind="start"),
        as_body(visit="v1", kind="start") | {"at": "yesterday"},
        as_body(visit="v1", kind="start") | {"site": "Bobigny"},
        {"action": {"visit": "v1", "kind": "start"}},
        [],
    ],
)
def test_an_operation_that_is_none_is_not_guessed(body: Any) -> None:
    with pytest.raises(ValueError, match="not an operation"):
        read_operation(json.dumps(body))


def test_an_undoing_of_before_reasons_is_read() -> None:
    written = operation_json(
        Operation(
            "o", "s", "CB1", 1, datetime(2026, 11, 24, tzinfo=UTC), UndoCheckIn("v1", "other")
        )
    ).replace(',"reason":"other"', "")
    assert "reason" not in written
    assert read_operation(written).action == UndoCheckIn("v1", None)
