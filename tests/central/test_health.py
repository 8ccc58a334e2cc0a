"""What machines ask central: does it live, can it serve, what has it done."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from guichet.domain.operations import Register
from guichet.store.engine import HEAD, writing
from guichet.store.wire import operation_json
from tests.central.samples import Caller, furnish, operation, person
from tests.databases import administration
from tests.servers import CentralUnderTest, Clock
from tests.waiting import until


@contextmanager
def closed(engine: Engine) -> Iterator[None]:
    """The database meanwhile lets nobody in, and whoever was in is thrown out."""
    name = engine.url.database
    server = engine.url.set(database="template1").render_as_string(hide_password=False)
    with administration(server) as outside:
        outside.execute(sa.text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        outside.execute(
            sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
            {"name": name},
        )
        yield
        outside.execute(sa.text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))


@pytest.fixture
def caller(central: CentralUnderTest, clock: Clock) -> Iterator[Caller]:
    furnish(central.engine, person("p1"))
    with Caller(central.url, central.enrol(1), clock()) as caller:
        yield caller


def test_it_is_ready_with_its_tables_and_a_key(central: CentralUnderTest, clock: Clock) -> None:
    answer = httpx.get(f"{central.url}/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})
    clock.advance(days=4000)  # long after the key: another is made
    assert httpx.get(f"{central.url}/readyz").status_code == 200


def test_tables_of_another_version_are_not_ready(central: CentralUnderTest) -> None:
    with writing(central.engine) as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    answer = httpx.get(f"{central.url}/readyz")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["reason"] == "not_ready"
    assert answer.json()["errors"] == [{"where": "schema", "what": "0001"}]
    with writing(central.engine) as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :at"), {"at": HEAD})
    assert httpx.get(f"{central.url}/readyz").status_code == 200


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_database_that_goes_and_comes_back(caller: Caller, central: CentralUnderTest) -> None:
    asked = operation(caller.station, Register(person("p1", family_name="Sow")), caller.at)
    with closed(central.engine):
        ready = caller.http.get("/readyz")
        assert ready.json()["errors"] == [{"where": "database", "what": "unavailable"}]
        assert caller.http.get("/healthz").status_code == 200
        refused = caller.http.get("/v1/changes")
        assert (refused.status_code, refused.json()["reason"]) == (503, "unavailable")
        assert int(refused.headers["Retry-After"]) > 0
    until(lambda: caller.http.get("/readyz").status_code == 200)
    (verdict,) = caller.send(asked)
    assert verdict["reason"] is None
    assert caller.send(asked) == [verdict]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_full_disk_is_answered_and_loses_nothing(
    caller: Caller, central: CentralUnderTest
) -> None:
    pages: list[int] = []

    @sa.event.listens_for(central.engine, "begin")
    def limit(connection: sa.Connection) -> None:
        most = connection.exec_driver_sql("PRAGMA page_count").scalar_one() if pages else 2**30
        connection.exec_driver_sql(f"PRAGMA max_page_count={most}")

    kept = caller.do(Register(person("p1", family_name="Sow")))
    pages.append(1)
    more = [
        operation(caller.station, Register(person(f"n{rank}", family_name="Kone")), caller.at)
        for rank in range(100)
    ]
    body = ",".join(operation_json(each) for each in more)
    answer = caller.http.post("/v1/operations", content=f'{{"operations":[{body}]}}')
    assert (answer.status_code, answer.json()["reason"]) == (503, "unavailable")
    assert "Retry-After" in answer.headers
    pages.clear()
    assert [each["reason"] for each in caller.send(*more)] == [None] * 100
    found = {row["key"]: row["record"] for row in caller.pull_all() if row["kind"] == "person"}
    assert found["p1"]["family_name"] == kept[0]["changes"][0]["record"]["family_name"] == "Sow"
    assert {f"n{rank}" for rank in range(100)} < found.keys()


def test_measures_are_for_who_has_the_token(
    caller: Caller, central: CentralUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def measures(token: str) -> httpx.Response:
        bearer = {"Authorization": f"Bearer {token}"}
        return httpx.get(f"{central.url}/metrics", headers=bearer)

    monkeypatch.delenv("GUICHET_METRICS_TOKEN", raising=False)
    assert measures("None").status_code == 404
    monkeypatch.setenv("GUICHET_METRICS_TOKEN", "secret")
    assert measures("other").status_code == 404
    before = counted(measures("secret").text)
    caller.do(Register(person("p1", family_name="Kouyaté")))
    caller.http.post("/v1/operations", content="{")
    httpx.get(f"{central.url}/diallo")
    text = measures("secret").text
    after = counted(text)

    def more(name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    posts = 'guichet_requests_total{method="POST",route="/v1/operations",status="%d"}'
    assert more(posts % 200) == 1
    assert more(posts % 422) == 1
    assert more('guichet_requests_total{method="none",route="none",status="404"}') == 1
    assert more('guichet_verdicts_total{kind="register",reason=""}') == 1
    assert more('guichet_request_seconds_count{route="/v1/operations"}') == 2
    until(lambda: counted(measures("secret").text)['guichet_database_connections{state="idle"}'])
    for private in ("Kouyat", "diallo", "agent1", caller.station.station):
        assert private not in text


def counted(text: str) -> dict[str, float]:
    lines = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _space, value in lines}
