import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import Engine

from guichet.central import keyring, registry
from guichet.central.registry import Enrolled
from guichet.domain.reference import ALPHABET
from tests.central.samples import Caller, appointment, furnish, person
from tests.servers import CentralUnderTest, Clock

PATHS = ("/v1/changes", "/v1/events")

# Nothing here depends on which database it is, but what asks for both.
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def refused(central: CentralUnderTest, code: str) -> str:
    answer = httpx.post(f"{central.url}/v1/enrol", json={"code": code, "name": "poste 3"})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    reason: str = answer.json()["reason"]
    return reason


def test_a_code_enrols_one_station(central: CentralUnderTest, clock: Clock) -> None:
    code = registry.add_enrol_code(central.engine, 1, clock())
    assert [len(half) for half in code.split("-")] == [5, 5]
    assert set(code) <= set(ALPHABET) | {"-"}
    typed = code.lower().replace("0", "o").replace("1", "l").replace("-", " ")
    answer = httpx.post(f"{central.url}/v1/enrol", json={"code": typed, "name": "poste 3"})
    assert answer.status_code == 201
    given = answer.json()
    assert (given["site"], given["number"]) == (1, 1)
    assert len(bytes.fromhex(given["identity_secret"])) == 32
    assert refused(central, code) == "enrol_code_used"
    (device,) = registry.stations(central.engine, 1)
    assert (device.id, device.name) == (given["station"], "poste 3")


def test_a_code_expires(central: CentralUnderTest, clock: Clock) -> None:
    code = registry.add_enrol_code(central.engine, 1, clock(), minutes=60)
    clock.advance(minutes=60)
    assert refused(central, code) == "enrol_code_expired"


def test_a_code_that_was_never_given_is_unknown(central: CentralUnderTest) -> None:
    assert refused(central, "AAAAA-AAAAA") == "enrol_code_unknown"


def test_a_code_used_by_two_at_once_enrols_one(engine: Engine, clock: Clock) -> None:
    registry.create(engine, clock())
    code = registry.add_enrol_code(engine, 1, clock())
    with ThreadPoolExecutor(8) as pool:
        given = list(pool.map(lambda _: registry.enrol(engine, code, "poste", clock()), range(8)))
    assert sum(isinstance(each, Enrolled) for each in given) == 1
    assert given.count("enrol_code_used") == 7


def test_numbers_are_unique_at_a_site_and_come_back_last(engine: Engine, clock: Clock) -> None:
    registry.create(engine, clock())

    def enrol(site: int = 1) -> Enrolled | str:
        clock.advance(seconds=1)
        code = registry.add_enrol_code(engine, site, clock())
        return registry.enrol(engine, code, "poste", clock())

    def number(given: Enrolled | str) -> int:
        assert isinstance(given, Enrolled)
        return given.number

    given = [enrol() for _ in range(3)]
    assert [number(each) for each in given] == [1, 2, 3]
    assert number(enrol(site=2)) == 1
    # A number that was given up is not the next one: its tickets of today are still about.
    assert isinstance(given[1], Enrolled)
    assert registry.revoke(engine, given[1].station, clock())
    assert not registry.revoke(engine, given[1].station, clock())
    assert [number(enrol()) for _ in range(16)] == list(range(4, 20))
    assert number(enrol()) == 2
    assert enrol() == "site_full"


def test_creating_twice_changes_nothing(engine: Engine, clock: Clock) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: registry.create(engine, clock()), range(4)))
    (key,) = keyring.keys(engine)
    with engine.connect() as connection:
        epoch = registry.epoch(connection)
    registry.create(engine, clock())
    assert keyring.keys(engine) == [key]
    with engine.connect() as connection:
        assert registry.epoch(connection) == epoch
    assert key.not_after == clock() + timedelta(days=730)


def test_a_key_signs_at_once_though_a_clock_is_late(engine: Engine, clock: Clock) -> None:
    registry.create(engine, clock())
    late = clock() - timedelta(hours=8)
    one = appointment("0123456789abcdef", "slot", "p1", late)
    assert registry.authority(engine, late).sign(one, person("p1"))


@SQLITE
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer wrong", "Basic eDp5", "Bearer é"])
def test_a_token_is_required(central: CentralUnderTest, path: str, header: str | None) -> None:
    headers = [(b"Guichet-Protocol", b"1")]
    if header is not None:
        headers.append((b"Authorization", header.encode()))
    answer = httpx.get(f"{central.url}{path}", headers=headers)
    assert answer.status_code == 401
    assert answer.json()["reason"] == "device_unknown"
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_revoked_device_is_let_in_no_more(central: CentralUnderTest, clock: Clock) -> None:
    furnish(central.engine)
    with Caller(central.url, central.enrol(1), clock()) as caller:
        assert caller.http.get("/v1/changes").status_code == 200
        registry.revoke(central.engine, caller.station.station, clock())
        for path in PATHS:
            answer = caller.http.get(path)
            assert (answer.status_code, answer.json()["reason"]) == (401, "device_revoked")
        answer = caller.http.post("/v1/operations", json={"operations": []})
        assert answer.status_code == 401


@SQLITE
@pytest.mark.parametrize("protocol", [None, "0", "-1", "un", "²"])
def test_an_old_station_is_told_to_update(
    central: CentralUnderTest, clock: Clock, protocol: str | None
) -> None:
    with Caller(central.url, central.enrol(1), clock()) as caller:
        del caller.http.headers["Guichet-Protocol"]
        headers = [] if protocol is None else [(b"Guichet-Protocol", protocol.encode())]
        answer = caller.http.get("/v1/changes", headers=headers)
    assert answer.status_code == 426
    assert answer.json()["reason"] == "protocol_too_old"


@SQLITE
def test_the_log_names_no_token_and_no_search(
    central: CentralUnderTest, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    furnish(central.engine)
    with caplog.at_level(logging.DEBUG), Caller(central.url, central.enrol(1), clock()) as caller:
        caplog.clear()
        caller.http.post("/v1/persons", json={"q": "diallo"})
        caller.http.get("/v1/nowhere", params={"q": "diallo"})
        token = caller.station.token
    written = [
        r.getMessage() for r in caplog.records if not r.name.startswith(("httpx", "httpcore"))
    ]
    assert not [line for line in written if "diallo" in line or token in line]
