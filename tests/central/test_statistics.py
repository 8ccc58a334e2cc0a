"""Statistics over HTTP: one's own site, every site masked, and nonsense refused."""

from collections.abc import Iterator
from datetime import date, timedelta

import httpx
import pytest

from guichet.domain.statistics import By
from guichet.errors import CentralRefused
from guichet.sync.client import CentralClient
from tests.central.samples import DAY, Caller, furnish, person, publish, slot
from tests.servers import CentralUnderTest, Clock


@pytest.fixture
def caller(central: CentralUnderTest, clock: Clock) -> Iterator[Caller]:
    furnish(central.engine, slot("s1", seats=9), *(person(f"p{n}") for n in range(6)))
    publish(central.engine, 2, slot("r1", 2, 4))
    clock.now += timedelta(days=1, hours=2)  # the day of the slots, at noon
    with Caller(central.url, central.enrol(1), clock()) as made:
        yield made


def test_a_station_is_told_of_its_own_site(caller: Caller, central: CentralUnderTest) -> None:
    client = CentralClient(central.url, caller.http.headers["Authorization"].split()[1])
    found = client.statistics(DAY, DAY, By.DAY)
    client.close()
    assert (found.site, found.first, found.complete, found.masked) == (1, DAY, True, False)
    assert found.total.counts["seats"] == 9
    assert [line.key for line in found.lines] == [DAY.isoformat()]


def test_every_site_together_is_masked(caller: Caller) -> None:
    answer = caller.http.get(
        "/v1/statistics", params={"from": str(DAY), "to": str(DAY), "by": "site"}
    )
    found = answer.raise_for_status().json()["statistics"]
    assert (found["masked"], found["site"]) == (True, None)
    assert {line["key"]: line["counts"]["seats"] for line in found["lines"]} == {
        "1": None, "2": None,
    }  # fmt: skip
    assert found["total"]["counts"]["seats"] == 13


def test_one_asks_for_what_may_be_told(caller: Caller) -> None:
    asked = {"from": str(DAY), "to": str(DAY), "by": "day", "masked": "true"}
    found = caller.http.get("/v1/statistics", params=asked).json()["statistics"]
    assert found["masked"]
    assert found["total"]["arrivals"] == {}


@pytest.mark.parametrize(
    ("first", "last", "by"),
    [
        (DAY, DAY - timedelta(days=1), "day"),
        (date(2020, 1, 1), DAY, "year"),
        (date(2025, 1, 1), DAY, "day"),
        (date(9998, 1, 1), date(9999, 12, 31), "month"),
        (date(1, 1, 1), date(1, 1, 1), "week"),
    ],
)
def test_a_period_that_is_none_is_refused(caller: Caller, first: date, last: date, by: str) -> None:
    answer = caller.http.get(
        "/v1/statistics", params={"from": str(first), "to": str(last), "by": by}
    )
    assert (answer.status_code, answer.json()["reason"]) == (422, "bad_period")


def test_nonsense_and_strangers_are_refused(caller: Caller, central: CentralUnderTest) -> None:
    for query in ("", "from=2026-11-24", "from=x&to=y", "from=2026-11-24&to=2026-11-24&by=agent"):
        answer = caller.http.get(f"/v1/statistics?{query}")
        assert (answer.status_code, answer.json()["reason"]) == (422, "invalid_request")
    url = f"{central.url}/v1/statistics?from={DAY}&to={DAY}"
    assert httpx.get(url, headers={"Guichet-Protocol": "1"}).status_code == 401
    client = CentralClient(central.url, caller.http.headers["Authorization"].split()[1])
    with pytest.raises(CentralRefused, match="période"):
        client.statistics(DAY, DAY - timedelta(days=1), By.DAY)
    client.close()
