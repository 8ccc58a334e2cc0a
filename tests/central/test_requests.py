import gzip
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from guichet.domain.operations import CheckIn, Register
from guichet.store.wire import operation_json, read_verdict
from tests.central.samples import Caller, book, furnish, operation, person, publish, slot
from tests.servers import CentralUnderTest, Clock

# Nothing here depends on which database it is, but the two that ask for both.
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def caller(central: CentralUnderTest, clock: Clock) -> Iterator[Caller]:
    furnish(central.engine, slot("matin"), person("p1"))
    with Caller(central.url, central.enrol(1), clock()) as caller:
        yield caller


def problem(answer: httpx.Response, status: int, reason: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    body: dict[str, Any] = answer.json()
    assert body["type"] == f"urn:guichet:problem:{reason}"
    assert (body["reason"], body["status"]) == (reason, status)
    assert body["title"].endswith(".")
    return body


def changed(caller: Caller, where: str, value: Any) -> str:
    """A good operation of which one field is replaced."""
    body = json.loads(operation_json(operation(caller.station, book("matin", "p1"), caller.at)))
    part = body
    *path, last = where.split(".")
    for step in path:
        part = part[step]
    part[last] = value
    return json.dumps({"operations": [body]})


@SQLITE
@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "null",
        "[]",
        "{}",
        '{"operations": {}}',
        '{"operations": [1]}',
        '{"operations": [{}]}',
        '{"operations": [{"id": "\\ud800"}]}',
        "\xff",
        "[" * 100_000,
    ],
)
def test_malformed_requests_are_refused(caller: Caller, content: str) -> None:
    answer = caller.http.post("/v1/operations", content=content.encode("latin-1"))
    problem(answer, 422, "invalid_request")


@SQLITE
@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("at", "yesterday"),
        ("at", "2026-11-23T08:00:00"),
        ("at", "9999-12-31T23:59:59Z"),
        ("at", "0001-01-01T00:00:00Z"),
        ("site", "Bobigny"),
        ("agent", ["a"]),
        ("action", None),
        ("action.kind", "explode"),
        ("action.appointment", "not hexadecimal"),
        ("action.appointment", "0123456789abcdeF"),
        ("action.person", "nul\0"),
        ("action.accord", {"given_at": "1234"}),
    ],
)
def test_a_poisoned_operation_is_refused_and_those_behind_it_are_judged(
    caller: Caller, where: str, value: Any
) -> None:
    bad, good = (
        json.loads(changed(caller, *each))["operations"][0]
        for each in ((where, value), ("action.person", "p1"))
    )
    answer = caller.http.post("/v1/operations", json={"operations": [bad, good, bad]})
    refused, applied, again = answer.json()["verdicts"]
    assert (refused["operation"], refused["reason"]) == (bad["id"], "invalid_operation")
    assert refused["detail"].keys() == {"where", "what"}
    assert refused["changes"] == []
    assert again == refused
    assert (applied["operation"], applied["reason"]) == (good["id"], None)
    assert "not hexadecimal" not in answer.text
    read_verdict(refused)  # as a station does


@SQLITE
@pytest.mark.parametrize("value", [None, "", "x" * 501, "nul\0"])
def test_without_an_id_nobody_knows_whose_verdict_it_is(caller: Caller, value: Any) -> None:
    body = problem(
        caller.http.post("/v1/operations", content=changed(caller, "id", value)),
        422,
        "invalid_request",
    )
    assert body["errors"]


def test_a_fault_of_ours_stops_one_operation_only(
    caller: Caller, central: CentralUnderTest, caplog: pytest.LogCaptureFixture
) -> None:
    publish(central.engine, 1, slot("broken"), person("p2"))
    with central.engine.begin() as connection:
        connection.execute(text("UPDATE slot SET procedures = '3' WHERE id = 'broken'"))
    doomed, sound = book("broken", "p1"), book("matin", "p2")
    failed, applied = caller.do(doomed, sound)
    assert (failed["reason"], failed["changes"]) == ("failed", [])
    assert applied["reason"] is None
    assert doomed.appointment not in caplog.text
    # Not kept: once the fault is mended, the station may send it again.
    with central.engine.begin() as connection:
        connection.execute(text("UPDATE slot SET procedures = '[\"RENOUV\"]' WHERE id = 'broken'"))
    assert caller.do(doomed)[0]["reason"] is None


@SQLITE
def test_what_is_compressed_is_not_read(caller: Caller) -> None:
    bomb = gzip.compress(b" " * (64 * 1024 * 1024))
    headers = {"Content-Encoding": "gzip"}
    answer = caller.http.post("/v1/operations", content=bomb, headers=headers)
    problem(answer, 415, "unsupported_encoding")


@SQLITE
def test_huge_site_numbers_are_another_site_s(caller: Caller) -> None:
    answer = caller.http.post("/v1/operations", content=changed(caller, "site", 2**70))
    assert answer.json()["verdicts"][0]["reason"] == "other_site"


@SQLITE
def test_too_many_operations_are_refused(caller: Caller) -> None:
    one = operation_json(operation(caller.station, CheckIn("v", "a", "A101", None), caller.at))
    body = '{"operations":[' + ",".join([one] * 201) + "]}"
    problem(caller.http.post("/v1/operations", content=body), 422, "invalid_request")


@SQLITE
def test_a_body_that_is_too_large_is_refused(caller: Caller) -> None:
    body = b'{"operations":[]}'
    padded = body + b" " * (1024 * 1024 - len(body))
    assert caller.http.post("/v1/operations", content=padded).status_code == 200
    problem(caller.http.post("/v1/operations", content=padded + b" "), 413, "too_large")

    def chunks() -> Iterator[bytes]:
        for _ in range(40):
            yield b" " * 65536

    problem(caller.http.post("/v1/operations", content=chunks()), 413, "too_large")


@SQLITE
def test_a_body_must_say_it_is_json(caller: Caller) -> None:
    headers = {"Content-Type": "text/plain"}
    answer = caller.http.post("/v1/operations", content='{"operations":[]}', headers=headers)
    problem(answer, 422, "invalid_request")


@SQLITE
def test_an_unknown_address_and_a_wrong_method(caller: Caller) -> None:
    problem(caller.http.get("/v1/nowhere"), 404, "not_found")
    problem(caller.http.get("/docs"), 404, "not_found")
    answer = caller.http.delete("/v1/changes")
    problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET"


@SQLITE
@pytest.mark.parametrize("limit", ["0", "1001", "-1", "x", "9" * 400])
def test_a_page_has_its_limits(caller: Caller, limit: str) -> None:
    answer = caller.http.get("/v1/changes", params={"limit": limit})
    problem(answer, 422, "invalid_request")


def test_a_broken_database_is_a_fault_to_try_again_after(
    caller: Caller, central: CentralUnderTest, caplog: pytest.LogCaptureFixture
) -> None:
    with central.engine.begin() as connection:
        connection.execute(text("DROP TABLE person"))
    answer = caller.http.post("/v1/persons", json={"q": "diallo"})
    problem(answer, 503, "unavailable")
    assert answer.headers["retry-after"] == "5"
    assert "diallo" not in caplog.text


@SQLITE
def test_a_fault_of_ours_gives_nothing_away(
    caller: Caller, central: CentralUnderTest, caplog: pytest.LogCaptureFixture
) -> None:
    with central.engine.begin() as connection:
        connection.execute(text("UPDATE person SET language = 'Diallo', needs = '{}'"))
        connection.execute(text("UPDATE site SET time_zone = 'Diallo/Nowhere'"))
    answer = caller.http.get("/v1/changes")
    problem(answer, 500, "internal")
    assert "Diallo" not in answer.text
    assert "Diallo" not in caplog.text
    assert "ZoneInfoNotFoundError" in caplog.text


def test_persons_are_those_of_the_site(caller: Caller, central: CentralUnderTest) -> None:
    publish(central.engine, 2, person("p2", site=2))
    caller.do(Register(person("p3", family_name="Sow")))
    found = caller.http.post("/v1/persons", json={"q": "aissatou"}).json()["persons"]
    assert {each["id"] for each in found} == {"p1", "p3"}
    found = caller.http.post("/v1/persons", json={"q": "dial"}).json()["persons"]
    assert [each["family_name"] for each in found] == ["Diallo"]


def test_fifty_persons_are_found_at_most(caller: Caller, central: CentralUnderTest) -> None:
    publish(central.engine, 1, *(person(f"many{n}") for n in range(60)))
    found = caller.http.post("/v1/persons", json={"q": "diallo"}).json()["persons"]
    assert len(found) == 50


@SQLITE
@pytest.mark.parametrize("query", ["", "x" * 101, "nul\0"])
def test_a_search_has_its_limits(caller: Caller, query: str) -> None:
    answer = caller.http.post("/v1/persons", json={"q": query})
    problem(answer, 422, "invalid_request")


def test_healthz_needs_no_token(central: CentralUnderTest) -> None:
    assert httpx.get(f"{central.url}/healthz").json() == {"status": "ok"}
