"""Whatever the OpenAPI document allows, and what it does not, central answers with reason.

Requests made from the document, over the application itself, on a real SQLite database.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error

from guichet.central import registry
from guichet.central.app import create_app
from guichet.central.budgets import UNLIMITED
from guichet.central.openapi import PATH
from guichet.store.engine import open_engine, sqlite_url
from tests.central.samples import furnish, person, slot
from tests.servers import START

QUICK, LONG = 10, 500  # requests of each kind to each address
ADDRESSES = [
    (path, method.upper())
    for path, item in json.loads(PATH.read_text(encoding="utf-8"))["paths"].items()
    for method in item
    # The first two have no end to wait for, the others take nothing.
    if path not in ("/v1/events", "/display/{site}/events", "/healthz", "/readyz")
]


@dataclass(frozen=True)
class Api:
    """The document, and the credentials of a device."""

    schema: Any
    device: registry.Enrolled


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Of a central that knows two sites, a slot and a person."""
    path: Path = tmp_path_factory.mktemp("fuzzed") / "central.sqlite3"
    engine = open_engine(sqlite_url(path))
    registry.create(engine, START)
    furnish(engine, slot("s1", seats=50), person("p1"))
    device = registry.enrol(engine, registry.add_enrol_code(engine, 1, START), "poste", START)
    assert isinstance(device, registry.Enrolled)
    app = create_app(engine, clock=lambda: START, protection=UNLIMITED)
    yield Api(schemathesis.openapi.from_asgi("/openapi.json", app), device)
    engine.dispose()


def answered(api: Api, path: str, method: str, token: str, examples: int) -> set[int]:
    """The statuses of that many answers to sound requests, and as many to others."""
    seen: set[int] = set()
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

        @settings(max_examples=examples, suppress_health_check=list(HealthCheck), database=None)
        @given(case=api.schema[path][method].as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:
            _make_ours(case, api.device)
            headers = {"Guichet-Protocol": "1", "Authorization": f"Bearer {token}"}
            response = case.call(headers=headers)
            case.validate_response(response, checks=[not_a_server_error])
            seen.add(response.status_code)
            assert response.status_code < 500
            if response.status_code >= 400:
                assert response.json()["type"].startswith("urn:guichet:problem:")
            elif path == "/v1/operations":
                reasons = [verdict["reason"] for verdict in response.json()["verdicts"]]
                assert "failed" not in reasons  # a fault of ours by another name

        ask()
    return seen


def _make_ours(case: Any, device: registry.Enrolled) -> None:
    """Have the operations come from the device and its agent, that they be looked into."""
    body = case.body if isinstance(case.body, dict) else {}
    operations = body.get("operations")
    for operation in operations if isinstance(operations, list) else []:
        if isinstance(operation, dict):
            operation.update(station=device.station, site=device.site, agent="agent1")


@pytest.mark.parametrize(("path", "method"), ADDRESSES)
def test_a_device_is_answered_with_reason(api: Api, path: str, method: str) -> None:
    # Some without any token: those that break what the document says of it.
    assert answered(api, path, method, api.device.token, QUICK) & {200, 400, 410}


@pytest.mark.parametrize(("path", "method"), ADDRESSES)
def test_a_stranger_is_answered_with_reason(api: Api, path: str, method: str) -> None:
    seen = answered(api, path, method, "nobody's", 3)
    assert path == "/v1/enrol" or not {200, 201} & seen


@pytest.mark.slow
@pytest.mark.parametrize(("path", "method"), ADDRESSES)
def test_a_device_is_answered_with_reason_at_length(api: Api, path: str, method: str) -> None:
    answered(api, path, method, api.device.token, LONG)
