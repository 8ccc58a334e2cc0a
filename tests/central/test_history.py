"""A person's comings to a site, over HTTP, on both databases."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from guichet.domain.model import Visit, VisitStatus
from tests.central.samples import DAY, Caller, appointment, furnish, person, publish, slot
from tests.servers import CentralUnderTest, Clock

OLD, OTHER, THERE = (f"{n:010x}abcdef" for n in range(3))


def visit(key: str, of: str, site: int, now: Any, status: VisitStatus) -> Visit:
    return Visit(
        key, site, DAY, of, "p1", None, "A101", status, now, None, None, None, None, None, None
    )


def test_the_comings_to_the_site_are_told_and_no_others(
    central: CentralUnderTest, clock: Clock
) -> None:
    now = clock()
    old = replace(
        appointment(OLD, "s1", "p1", now), day=DAY - timedelta(days=400), token="signed",
        presented=("passport",),
    )  # fmt: skip
    furnish(central.engine, slot("s1"), person("p1"), person("p2"), old,
            appointment(OTHER, "s1", "p2", now))  # fmt: skip
    publish(central.engine, 1, visit("came", OLD, 1, now, VisitStatus.DONE),
            visit("double", OLD, 1, now, VisitStatus.DUPLICATE),
            visit("theirs", OTHER, 1, now, VisitStatus.DONE))  # fmt: skip
    publish(central.engine, 2, replace(appointment(THERE, "s1", "p1", now), site=2, family="other"),
            visit("gone", THERE, 2, now, VisitStatus.DONE))  # fmt: skip
    with Caller(central.url, central.enrol(1), now) as caller:
        answer = caller.http.post("/v1/history", json={"person": "p1"})
        assert answer.status_code == 200
        found = answer.json()["history"]
        unknown = caller.http.post("/v1/history", json={"person": "nobody"}).json()["history"]
    assert [each["id"] for each in found["appointments"]] == [OLD]
    assert [each["id"] for each in found["visits"]] == ["came"]
    told = found["appointments"][0]
    assert (told["token"], told["accord"], told["presented"]) == (None, None, [])
    assert unknown == {"appointments": [], "visits": []}
