"""One loop is throttled; those who share its address, and a day's outbox, never are."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace

import httpx
import pytest

from guichet.central import registry
from guichet.central.app import create_app
from guichet.central.budgets import Budgets, Protection
from guichet.central.problems import Problem
from guichet.central.serve import running
from guichet.domain.operations import Action, Call, Hold, Operation, Register
from guichet.errors import ConfigError
from guichet.store.wire import operation_json
from tests.central.samples import Caller, agent, book, furnish, operation, person, publish, slot
from tests.servers import CentralUnderTest, Clock

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SMALL = Protection(requests=60, searches=5, holds=4, seats=200, codes=3)

Guarded = Callable[[], Caller]


@pytest.fixture
def enrolled(central: CentralUnderTest, clock: Clock) -> Iterator[Guarded]:
    """Makes stations of one site, all at one address, of a central with SMALL budgets."""
    furnish(central.engine, slot("s1", seats=300), person("p1"))
    with ExitStack() as opened:
        app = create_app(central.engine, clock=clock, protection=SMALL)
        url = opened.enter_context(running(app))
        yield lambda: opened.enter_context(Caller(url, central.enrol(1), clock()))


def limited(answer: httpx.Response) -> bool:
    """Whether it was one too many; then it says for how long."""
    if answer.status_code != 429:
        return False
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:guichet:problem:rate_limited"
    assert 1 <= int(answer.headers["retry-after"]) <= 3600
    return True


def send(by: Caller, operations: list[Operation]) -> httpx.Response:
    texts = ",".join(map(operation_json, operations))
    return by.http.post("/v1/operations", content=f'{{"operations":[{texts}]}}')


@SQLITE
def test_one_looping_client_is_throttled_and_ten_beside_it_are_not(enrolled: Guarded) -> None:
    looping, *others = (enrolled() for _ in range(11))
    answers = [looping.http.get("/v1/changes", params={"limit": 1}) for _ in range(70)]
    assert [limited(answer) for answer in answers] == [False] * 60 + [True] * 10
    for other in others:
        for _ in range(3):
            assert other.http.get("/v1/changes", params={"limit": 1}).status_code == 200
    assert limited(looping.http.get("/v1/changes"))


@SQLITE
def test_an_agent_who_holds_again_and_again_is_throttled(
    enrolled: Guarded, central: CentralUnderTest
) -> None:
    publish(central.engine, 1, replace(agent(1), code="other"))
    caller, beside = enrolled(), enrolled()

    def hold(by: Caller, code: str = "agent1") -> httpx.Response:
        asked = replace(operation(by.station, Hold("h", "s1"), by.at), agent=code)
        return send(by, [asked])

    assert [limited(hold(caller)) for _ in range(6)] == [False] * 4 + [True] * 2
    assert limited(hold(beside))  # whichever station they go to
    assert not limited(hold(caller, "other"))
    # What is not about seats still goes through, the agent's own too.
    assert caller.do(Register(person("p1")))[0]["reason"] is None


@SQLITE
def test_a_request_that_is_throttled_has_judged_nothing(enrolled: Guarded) -> None:
    caller = enrolled()
    for _ in range(4):
        caller.hold("s1")
    both = [
        operation(caller.station, Register(person("new")), caller.at),
        operation(caller.station, Hold("h", "s1"), caller.at),
    ]
    assert limited(send(caller, both))
    assert not [c for c in caller.pull_all() if c["key"] == "new"]


@SQLITE
def test_a_search_loop_is_throttled_apart(enrolled: Guarded) -> None:
    caller = enrolled()
    answers = [caller.http.post("/v1/persons", json={"q": "diallo"}) for _ in range(7)]
    assert [limited(answer) for answer in answers] == [False] * 5 + [True] * 2
    assert limited(caller.http.get("/v1/slots", params={"procedure": "RENOUV"}))
    assert caller.http.get("/v1/changes").status_code == 200


@SQLITE
def test_codes_are_not_tried_out(
    enrolled: Guarded, central: CentralUnderTest, clock: Clock
) -> None:
    url = str(enrolled().http.base_url)

    def enrol(code: str) -> httpx.Response:
        return httpx.post(f"{url}/v1/enrol", json={"code": code, "name": "poste"})

    good = [registry.add_enrol_code(central.engine, 1, clock()) for _ in range(6)]
    assert [enrol(code).status_code for code in good[:5]] == [201] * 5  # however many
    assert [enrol(f"AAAAA-AAAA{n}").status_code for n in range(3)] == [400] * 3
    assert limited(enrol(good[5]))


@SQLITE
@pytest.mark.parametrize(("proxy", "apart"), [("127.0.0.1", True), ("10.0.0.31", False)])
def test_codes_through_a_trusted_proxy_are_counted_by_whose_they_are(
    central: CentralUnderTest,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    *,
    proxy: str,
    apart: bool,
) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", proxy)
    app = create_app(central.engine, clock=clock, protection=SMALL)
    with running(app) as url:

        def enrol(address: str) -> httpx.Response:
            body = {"code": "AAAAA-AAAAA", "name": "poste"}
            headers = {"X-Forwarded-For": address}
            return httpx.post(f"{url}/v1/enrol", json=body, headers=headers)

        assert [enrol("192.0.2.7").status_code for _ in range(3)] == [400] * 3
        assert limited(enrol("192.0.2.7"))
        assert limited(enrol("192.0.2.8")) is not apart


def test_a_day_s_outbox_always_drains() -> None:
    """With the usual budgets: 1,000 operations in batches, half of them bookings of one agent."""
    budgets, now = Budgets(Protection()), Clock().now
    actions: list[Action] = [book("s1", "p1"), Call("v1", "1")] * 500
    sent = [Operation(str(n), "st", "agent1", 1, now, action) for n, action in enumerate(actions)]
    for start in range(0, 1000, 100):
        budgets.request("st")
        budgets.operations(1, sent[start : start + 100])
    with pytest.raises(Problem, match="rate_limited"):
        budgets.operations(1, sent * 20)


def test_a_batch_alone_is_never_too_much() -> None:
    budgets = Budgets(Protection(holds=3))
    holds = [Operation(str(n), "st", "a", 1, Clock().now, Hold("h", "s")) for n in range(200)]
    budgets.operations(1, holds)
    with pytest.raises(Problem, match="rate_limited"):
        budgets.operations(1, holds[:1])
    budgets.operations(2, holds[:1])  # the agent of that name at another site is another one


def test_the_environment_sets_budgets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUICHET_PROTECTION", "requests=0, unused_days=30")
    found = Protection.from_environment()
    assert (found.requests, found.unused_days, found.holds) == (0, 30, Protection().holds)
    budgets = Budgets(found)
    for _ in range(5000):
        budgets.request("st")  # none is set
    for nonsense in ("requests", "requests=-1", "speed=3", "requests=²"):
        monkeypatch.setenv("GUICHET_PROTECTION", nonsense)
        with pytest.raises(ConfigError, match="GUICHET_PROTECTION"):
            Protection.from_environment()
