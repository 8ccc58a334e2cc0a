"""The page of calls for a waiting room's screen, and what it is told.

The page holds nothing of a site, and anybody may have it. Its script reads the key from the
address's fragment, which browsers send nowhere and no proxy writes down, and asks with it for the
events: tickets, desks and times, nothing else.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from fastapi import Path as InPath
from sqlalchemy import Connection, Engine, bindparam, delete, insert, select
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from guichet.central.auth import digest
from guichet.central.problems import Problem
from guichet.central.schemas import DISPLAY_EVENTS
from guichet.central.transactions import transact
from guichet.domain.estimate import rounded
from guichet.domain.estimate import waits as estimate
from guichet.domain.model import Site
from guichet.store import waits
from guichet.store.display import calls_of
from guichet.store.engine import reading
from guichet.store.records import get
from guichet.store.schema import METADATA

_KEYS = METADATA.tables["display_key"]
_GOOD = select(_KEYS.c.site).where(
    _KEYS.c.key_hash == bindparam("wanted"), _KEYS.c.site == bindparam("asked")
)
_SECRET_BYTES = 24
_CHALLENGE = {"WWW-Authenticate": "Bearer"}
_MAX_SITE = 2**31 - 1
_ALIVE = ":\n\n"

router = APIRouter()
Number = Annotated[int, InPath(ge=1, le=_MAX_SITE, description="Number of the site.")]


# Keys ---------------------------------------------------------------------------------------------


def make_key(engine: Engine, site: int, now: datetime) -> tuple[str, bool]:
    """A new key for the screens of a site, told once; whether it replaces another."""
    key = secrets.token_urlsafe(_SECRET_BYTES)
    row = {"site": site, "key_hash": digest(key), "made_at": now}

    def work(connection: Connection) -> bool:
        replaced = connection.execute(_without(site)).rowcount == 1
        connection.execute(insert(_KEYS).values(row))
        return replaced

    return key, transact(engine, work)


def revoke_key(engine: Engine, site: int) -> bool:
    """Tell the screens of a site nothing more; whether there was a key."""
    return transact(engine, lambda c: c.execute(_without(site)).rowcount == 1)


def _without(site: int) -> Any:
    return delete(_KEYS).where(_KEYS.c.site == site)


# The page -----------------------------------------------------------------------------------------


@router.get("/display/{site}", include_in_schema=False)
async def page(site: Number) -> Response:
    """The page, the same for every site."""
    del site  # its script reads it from the address
    text, policy = _page()
    headers = {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(text, media_type="text/html", headers=headers)


@cache
def _page() -> tuple[str, str]:
    """The page, and the policy by which it runs its own script and style and loads nothing."""
    text = Path(__file__).with_name("display.html").read_text("utf-8")
    script, style = (_hash(text, tag) for tag in ("script", "style"))
    rules = (
        "default-src 'none'",
        f"script-src '{script}'",
        f"style-src '{style}'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
    return text, "; ".join(rules)


def _hash(text: str, tag: str) -> str:
    inside = text.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0]
    return "sha256-" + base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()


# What it is told ----------------------------------------------------------------------------------


@router.get("/display/{site}/events", responses=DISPLAY_EVENTS, response_class=StreamingResponse)
async def events(site: Number, request: Request) -> StreamingResponse:
    """Tell the calls and waits of the site now, and at each change; a comment every 15 s."""
    scheme, _space, key = (request.headers.get("authorization") or "").partition(" ")
    wanted = digest(key.strip()) if scheme.lower() == "bearer" else ""
    first = await run_in_threadpool(_told, request, site, wanted)
    if first is None:
        raise Problem(401, "display_unknown", _CHALLENGE)
    request.app.state.budgets.request(f"display {site}")
    return StreamingResponse(
        _stream(request, site, wanted, first),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


async def _stream(request: Request, site: int, wanted: str, first: str) -> AsyncIterator[str]:
    """Each time the site's feed moves, and every 15 s, it is seen whether the key is still good."""
    said = first
    yield said
    async for _moved in request.app.state.events.stream(site, f"display {site}"):
        told = await run_in_threadpool(_told, request, site, wanted)
        if told is None:
            return
        yield told if told != said else _ALIVE
        said = told


def _told(request: Request, site: int, wanted: str) -> str | None:
    """The events of the calls and waits as they are now; None when the key is not the site's."""
    with reading(request.app.state.engine) as connection:
        if not _good(connection, site, wanted):
            return None
        known = get(connection, Site, site)
        if known is None:
            return None
        zone = ZoneInfo(known.time_zone)
        now = request.app.state.clock()
        day = now.astimezone(zone).date()
        calls = [
            {
                "ticket": call.ticket,
                "desk": call.desk,
                "at": f"{call.at.astimezone(zone):%H:%M}",
                "call": f"{call.at.timestamp()}/{call.times}",
                "awaited": call.awaited,
            }
            for call in calls_of(connection, site, day)
        ]
        lanes = _lanes(request.app.state.waits, connection, known, day, now)
        if not _good(connection, site, wanted):
            return None  # revoked since: what was read after that is not for it
    return f"event: calls\ndata: {json.dumps(calls, ensure_ascii=False)}\n\n{lanes}"


def _good(connection: Connection, site: int, wanted: str) -> bool:
    return connection.execute(_GOOD, {"wanted": wanted, "asked": site}).first() is not None


def _lanes(
    kept: dict[int, tuple[datetime, str]],
    connection: Connection,
    site: Site,
    day: date,
    now: datetime,
) -> str:
    """The event of how long who came now would wait; the same for a while, for all displays."""
    at, told = kept.get(site.number, (None, ""))
    if at is None or not timedelta(0) <= now - at < waits.EVERY:
        found = estimate(waits.facts(connection, site, day), now).lanes
        lanes = {lane: wait and rounded(wait) for lane, wait in sorted(found.items())}
        told = f"event: waits\ndata: {json.dumps(lanes)}\n\n"
        kept[site.number] = (now, told)
    return told
