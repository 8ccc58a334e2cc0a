"""More than central can answer in time come at once: it answers some, and asks the rest to wait."""

import asyncio
import json
from collections import Counter

import httpx
import pytest

from guichet.central import limits
from tests.central.samples import furnish
from tests.servers import CentralUnderTest

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
CROWD, AT_ONCE = 32, 900
"""Of a smaller crowd than central takes in, more come at once than it answers meanwhile."""


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/v1/changes"), ("GET", "/v1/events"), ("POST", "/v1/operations")],
)
def test_a_crowd_is_partly_told_to_come_back_each_at_a_time_of_its_own(
    central: CentralUnderTest, method: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "CROWD", CROWD)
    furnish(central.engine)
    station = central.enrol(1)
    statuses, pauses = asyncio.run(crowd(central.url, method, path, station.token))
    assert sum(statuses.values()) == AT_ONCE
    assert set(statuses) == {200, 503}
    assert statuses[200] >= CROWD
    assert len(set(pauses)) > 5
    assert 1 <= min(pauses) <= max(pauses) <= 15
    # Afterwards nobody is counted any more, though the streams of those let in were open.
    with httpx.Client(base_url=central.url, headers=headers(station.token)) as client:
        assert client.get("/v1/changes").status_code == 200
        assert client.post("/v1/operations", content='{"operations":[]}').status_code == 200


def headers(token: str) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {token}",
        "Guichet-Protocol": "1",
        "Content-Type": "application/json",
    }


async def crowd(url: str, method: str, path: str, token: str) -> tuple[Counter[int], list[int]]:
    """The statuses that so many get who ask at once, and the pauses that some were asked for."""
    where = httpx.URL(url)
    body = json.dumps({"operations": []}) if method == "POST" else ""
    fields = {**headers(token), "Host": "central", "Content-Length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    sent = f"{method} {path} HTTP/1.1\r\n{head}\r\n{body}".encode()
    pipes = [await asyncio.open_connection(where.host, where.port) for _ in range(AT_ONCE)]
    for _reader, writer in pipes:
        writer.write(sent)
    answers = [await reader.readuntil(b"\r\n\r\n") for reader, _writer in pipes]
    for _reader, writer in pipes:
        writer.close()
    statuses = Counter(int(answer.split(None, 2)[1]) for answer in answers)
    named = [line for answer in answers for line in answer.lower().split(b"\r\n")]
    pauses = [int(line.split(b":")[1]) for line in named if line.startswith(b"retry-after:")]
    return statuses, pauses
