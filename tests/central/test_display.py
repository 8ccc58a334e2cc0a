"""The page of calls of a waiting room: who may hear what, and that it names nobody."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from guichet.central import display
from guichet.domain.model import Person, Visit, VisitStatus
from tests.central.samples import PROCEDURE, furnish, person, publish
from tests.servers import START, CentralUnderTest, Clock

PAGE = Path(display.__file__).with_name("display.html").read_text("utf-8")


def visit(ticket: str, minutes: float = 0, site: int = 1, **values: Any) -> Visit:
    """Somebody of the day called to desk 4."""
    at = START + timedelta(minutes=minutes)
    made = Visit(
        id=f"v-{ticket}-{site}", site=site, day=START.date(), appointment=None, person="p1",
        procedure=PROCEDURE.code, ticket=ticket, status=VisitStatus.CALLED, arrived_at=START,
        called_at=at, started_at=None, ended_at=None, desk="4", outcome=None, anomaly=None, calls=1,
    )  # fmt: skip
    return replace(made, **values)


@pytest.fixture
def key(central: CentralUnderTest) -> str:
    """That of site 1, where somebody has been called."""
    furnish(central.engine, someone(), visit("B101"))
    return display.make_key(central.engine, 1, START)[0]


def someone() -> Person:
    return replace(person("p1"), number="9301234567", needs=("interpreter",))


Told = tuple[str, Any]


@contextmanager
def listening(
    central: CentralUnderTest, key: str, site: int = 1, event: str = "calls"
) -> Iterator[Iterator[Told]]:
    """The calls as the stream tells them: its raw text, and what that says; until it ends."""
    headers = {"Authorization": f"Bearer {key}"}
    url = f"{central.url}/display/{site}/events"
    with httpx.stream("GET", url, headers=headers, timeout=30) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["cache-control"] == "no-store"

        def events() -> Iterator[Told]:
            kind = ""
            for line in response.iter_lines():
                kind = line if line.startswith("event: ") else kind
                if line.startswith("data: ") and kind == f"event: {event}":
                    yield line, json.loads(line.removeprefix("data: "))

        yield events()


def test_calls_are_told_as_they_are_made(central: CentralUnderTest, key: str) -> None:
    with listening(central, key) as told:
        _text, (first,) = next(told)
        assert first == {
            "ticket": "B101",
            "desk": "4",
            "at": "09:00",  # in Paris
            "call": f"{START.timestamp()}/1",
            "awaited": True,
        }
        publish(central.engine, 1, visit("B102", 1, desk="12"))
        assert [each["ticket"] for each in next(told)[1]] == ["B102", "B101"]
        publish(central.engine, 1, person("p2"))  # nothing to tell of
        publish(central.engine, 1, visit("B102", 1, desk="12", calls=2))
        recalled = next(told)[1][0]
        assert recalled["call"].endswith("/2")
        publish(central.engine, 1, visit("B101", status=VisitStatus.SERVING))
        assert [each["awaited"] for each in next(told)[1]] == [True, False]


def test_nothing_told_names_anybody(central: CentralUnderTest, key: str) -> None:
    with listening(central, key) as told:
        text, _calls = next(told)
    who = someone()
    private = (
        who.family_name, who.given_names, who.number, who.birth, "interpreter", who.id,
        PROCEDURE.code, PROCEDURE.label, "Claire", "v-B101",
    )  # fmt: skip
    assert [each for each in private if each and each.lower() in text.lower()] == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_key_opens_its_site_only_and_while_it_is_good(
    central: CentralUnderTest, key: str, clock: Clock
) -> None:
    other, replaced = display.make_key(central.engine, 2, clock())
    assert not replaced

    def asked(shown: str, site: int) -> int:
        headers = {"Authorization": shown}
        answer = httpx.get(f"{central.url}/display/{site}/events", headers=headers)
        assert answer.json()["reason"] == "display_unknown"
        return answer.status_code

    device = central.enrol(1).token
    for shown, site in ((f"Bearer {key}", 2), (f"Bearer {other}", 1), (f"Bearer {device}", 1)):
        assert asked(shown, site) == 401
    for shown in ("", "Bearer", f"Basic {key}", "Bearer nobody's"):
        assert asked(shown, 1) == 401
    newer, replaced = display.make_key(central.engine, 1, clock())
    assert replaced
    assert asked(f"Bearer {key}", 1) == 401
    with listening(central, newer) as told:
        assert next(told)[1]
    assert display.revoke_key(central.engine, 1)
    assert not display.revoke_key(central.engine, 1)
    assert asked(f"Bearer {newer}", 1) == 401


def test_a_stream_ends_once_its_key_is_revoked(central: CentralUnderTest, key: str) -> None:
    with listening(central, key) as told:
        assert next(told)
        display.revoke_key(central.engine, 1)
        publish(central.engine, 1, visit("B103", 2))
        assert list(told) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_key_opens_nothing_else(central: CentralUnderTest, key: str) -> None:
    headers = {"Authorization": f"Bearer {key}", "Guichet-Protocol": "1"}
    for path in ("/v1/changes", "/v1/hello", "/v1/slots?procedure=RENOUV"):
        assert httpx.get(f"{central.url}{path}", headers=headers).status_code == 401
    with central.engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT * FROM display_key").all()
    assert key not in str(kept)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_page_loads_nothing_and_runs_its_own_script_only(central: CentralUnderTest) -> None:
    answer = httpx.get(f"{central.url}/display/1")  # without a key: there is nothing in it
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text == PAGE == httpx.get(f"{central.url}/display/2").text
    policy = dict(
        rule.strip().split(" ", 1) for rule in answer.headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["connect-src"] == "'self'"
    for tag in ("script", "style"):
        (inside,) = re.findall(f"<{tag}>(.*?)</{tag}>", answer.text, re.DOTALL)
        hashed = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert policy[f"{tag}-src"] == f"'sha256-{hashed}'"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    # Nothing that the policy would stop: attributes with style or script, addresses elsewhere.
    assert not re.search(r"\bstyle=|\bon\w+=|https?:|src=|url\(|@import|innerHTML", answer.text)
    assert httpx.get(f"{central.url}/display/nowhere").status_code == 422


def test_the_page_can_be_read_by_everybody() -> None:
    assert '<html lang="fr">' in PAGE
    assert 'aria-live="assertive"' in PAGE
    assert "prefers-reduced-motion: reduce" in PAGE
    colours = set(re.findall(r"#[0-9a-f]{3}(?:[0-9a-f]{3})?\b", PAGE.partition("</style>")[0]))
    assert colours == {"#000", "#fff", "#ffe14d", "#ffd23d"}
    for light in colours - {"#000"}:
        assert (_luminance(light) + 0.05) / 0.05 >= 7
    (duration, times) = re.findall(r"animation: flash (\d+)s step-end (\d+);", PAGE)[0]
    assert (int(duration), int(times)) == (1, 3)


def _luminance(colour: str) -> float:
    """WCAG's relative luminance of "#rgb" or "#rrggbb"."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_how_long_who_came_now_would_wait_is_told_by_lane(
    central: CentralUnderTest, key: str, clock: Clock
) -> None:
    lane = PROCEDURE.lane
    with listening(central, key, event="waits") as told:
        _text, waits = next(told)
        low, high = waits[lane]
        assert 0 <= low < high
        publish(central.engine, 1, visit("B101", status=VisitStatus.DONE, ended_at=clock()))
        clock.advance(minutes=1)
        publish(central.engine, 1, person("p2"))
        assert next(told)[1] == {lane: None}
