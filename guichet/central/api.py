"""The endpoints. Answers are JSON text put together from what the database holds as JSON."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Header, Query, Request
from pydantic import AfterValidator, BaseModel, Field
from sqlalchemy import Connection, Engine
from starlette.responses import Response, StreamingResponse

from guichet.central import devices, existence, leases, pull, registry
from guichet.central.auth import Device, Heard, admit, note
from guichet.central.budgets import Budgets
from guichet.central.events import Events
from guichet.central.intake import verdicts
from guichet.central.problems import Problem
from guichet.central.schemas import (
    BAD_CODE,
    CHANGES,
    DURATIONS,
    EVENTS,
    LEASES,
    OPERATIONS,
    PERSONS,
    SECURED,
    SLOTS,
    VERDICTS,
    WEEK,
    EnrolledBody,
    ExistenceBody,
    HelloBody,
    TokenBody,
)
from guichet.central.sent import MAX_OPERATIONS, read_operations
from guichet.domain.calibration import SINCE
from guichet.domain.model import Site
from guichet.domain.week import elsewhere
from guichet.store import cooling
from guichet.store import week as weeks
from guichet.store.durations import durations
from guichet.store.engine import reading
from guichet.store.queries import coming_slots, everything, nearest_slots
from guichet.store.search import find_indexed

PROTOCOL = 1
MAX_PAGE = 1000
MAX_DAYS = 60
MAX_LEASES = 50
MAX_SITE = 2**31 - 1
_UPGRADE = {"Upgrade": f"guichet/{PROTOCOL}"}

router = APIRouter()


def _printable(text: str) -> str:
    if "\0" in text:
        raise ValueError("a text holds a null character")
    return text


Text = Annotated[str, AfterValidator(_printable)]


def _in_reach(day: date) -> date:
    if not 2000 <= day.year < 2200:  # noqa: PLR2004 - the years that operations may name
        raise ValueError("a day lies in the years 2000 to 2199")
    return day


Day = Annotated[date, AfterValidator(_in_reach)]


class EnrolBody(BaseModel):
    """What a new station sends: the code it was given, and what people call it."""

    code: Annotated[Text, Field(min_length=1, max_length=40, examples=["7K4Q9-2XD3M"])]
    name: Annotated[Text, Field(min_length=1, max_length=60, examples=["poste 3"])]


class SearchBody(BaseModel):
    """A name, a phone number or a numéro étranger, or the beginning of one."""

    q: Annotated[Text, Field(min_length=1, max_length=100)]


class NumberBody(BaseModel):
    """A numéro étranger."""

    number: Annotated[str, Field(pattern="^[0-9]{10}$", examples=["9301234567"])]


class LeasesBody(BaseModel):
    """How many seats a station would have lent in all, and those it has booked on already."""

    wanted: Annotated[int, Field(ge=0, le=MAX_LEASES)]
    busy: Annotated[list[Annotated[Text, Field(max_length=64)]], Field(max_length=MAX_OPERATIONS)]


async def _engine(request: Request) -> Engine:
    engine: Engine = request.app.state.engine
    return engine


async def _now(request: Request) -> datetime:
    clock: Callable[[], datetime] = request.app.state.clock
    return clock()


async def spoken(
    guichet_protocol: Annotated[str | None, Header(description="Protocol of the station.")] = None,
) -> None:
    """Raise Problem (426) for a station that speaks an older protocol."""
    _speak(guichet_protocol)


def _speak(protocol: str | None) -> None:
    number = protocol or ""
    if not (number.isascii() and number.isdecimal() and int(number) >= PROTOCOL):
        raise Problem(426, "protocol_too_old", _UPGRADE)


def _heard(request: Request, connection: Connection) -> Heard:
    """Who asks, counted; raises Problem (401, 429)."""
    state, named = request.app.state, request.headers
    heard = admit(
        connection,
        named.get("authorization"),
        named.get("user-agent"),
        state.clock(),
        state.protection.unused_days,
    )
    state.budgets.request(heard.device.id)
    return heard


def _device(request: Request, engine: Annotated[Engine, Depends(_engine)]) -> Device:
    with reading(engine) as connection:
        heard = _heard(request, connection)
    note(engine, heard)
    return heard.device


Database = Annotated[Engine, Depends(_engine)]
Now = Annotated[datetime, Depends(_now)]
Caller = Annotated[Device, Depends(_device)]


def _searcher(request: Request, device: Caller) -> Device:
    request.app.state.budgets.search(device.id)
    return device


Searcher = Annotated[Device, Depends(_searcher)]


def _json(text: str | bytes) -> Response:
    return Response(text, media_type="application/json")


@router.post("/v1/enrol", status_code=201, responses=BAD_CODE)
def enrol(body: EnrolBody, request: Request, engine: Database, now: Now) -> EnrolledBody:
    """Exchange a one-time code for a device's credentials."""
    budgets: Budgets = request.app.state.budgets
    address = request.client.host if request.client else ""
    budgets.may_try(address)
    given = registry.enrol(engine, body.code, body.name, now)
    if isinstance(given, str):
        budgets.tried(address)
        raise Problem(400, given)
    return EnrolledBody(**asdict(given))


@router.get("/v1/hello", responses=SECURED)
def hello(device: Caller, engine: Database, now: Now) -> HelloBody:
    """Say which protocols central speaks, and what holds at the device's site."""
    with reading(engine) as connection:
        flags = cooling.flags(connection, device.site)
    return HelloBody(
        now=now,
        protocol_min=PROTOCOL,
        protocol_max=PROTOCOL,
        site=device.site,
        station=device.id,
        flags=flags,
    )


@router.post("/v1/rotate", dependencies=[Depends(spoken)], responses=SECURED)
def rotate(device: Caller, engine: Database) -> TokenBody:
    """Give the device a new token; the one it has is good until that one is used."""
    return TokenBody(token=devices.rotate(engine, device.id))


@router.post(
    "/v1/operations",
    responses=VERDICTS | SECURED,
    response_class=Response,
    openapi_extra=OPERATIONS,
)
async def operations(request: Request) -> Response:
    """Judge operations one by one; each verdict is the same whenever it is asked for again.

    None is judged when the cursor is unknown: the station sends first what a restore has lost.
    """
    # Read here: FastAPI would take a tenth of what a booking costs to read them.
    state, headers, since = request.app.state, request.headers, request.query_params.get("since")
    now = state.clock()
    _speak(headers.get("guichet-protocol"))
    sent = read_operations(await request.body(), headers.get("content-type", ""))
    texts = await verdicts(state, headers, sent, since, now)
    state.events.wrote()
    return _json(f'{{"now":"{now.isoformat()}","verdicts":[{",".join(texts)}]}}')


@router.post(
    "/v1/leases",
    dependencies=[Depends(spoken)],
    responses=LEASES | SECURED,
    response_class=Response,
)
def lend(
    body: LeasesBody, device: Caller, request: Request, engine: Database, now: Now
) -> Response:
    """Lend the station seats to book on while it is cut off; all that it has now."""
    state = request.app.state
    authority = registry.authority(engine, now, state.hold_minutes, state.waiting)
    has = leases.lend(engine, device, body.wanted, body.busy, now, authority, state.leases)
    state.events.wrote()
    return _json(msgspec.json.encode({"now": now, "leases": has}))


@router.get(
    "/v1/changes",
    dependencies=[Depends(spoken)],
    responses=CHANGES | SECURED,
    response_class=Response,
)
def changes(
    request: Request,
    engine: Database,
    now: Now,
    since: Annotated[str | None, Query(description="Cursor of the last page.")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = MAX_PAGE,
) -> Response:
    """A page of the site's feed, from `since` on."""
    with reading(engine) as connection:
        heard = _heard(request, connection)
        text = pull.page(connection, heard.device.site, since, limit, now)
    note(engine, heard)
    return _json(text)


@router.get(
    "/v1/events",
    dependencies=[Depends(spoken)],
    responses=EVENTS | SECURED,
    response_class=StreamingResponse,
)
async def events(device: Caller, request: Request) -> StreamingResponse:
    """Say whenever the site's feed moves; a comment every 25 seconds."""
    source: Events = request.app.state.events
    return StreamingResponse(
        source.stream(device.site, device.id),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


@router.get(
    "/v1/slots",
    dependencies=[Depends(spoken)],
    responses=SLOTS | SECURED,
    response_class=Response,
)
def slots(
    device: Searcher,
    engine: Database,
    now: Now,
    procedure: Annotated[Text, Query(max_length=20, description="Code of the démarche.")],
    days: Annotated[int, Query(ge=1, le=MAX_DAYS)] = MAX_DAYS,
    site: Annotated[int | None, Query(ge=1, le=MAX_SITE, description="Number of a site.")] = None,
) -> Response:
    """The nearest slots of every site with a seat for a mediator, three a site.

    With `site`, every slot of that one, full ones included, by time.
    """
    del device
    until = now + timedelta(days=days)
    with reading(engine) as connection:
        if site is None:
            found = nearest_slots(connection, procedure, now, until)
        else:
            found = coming_slots(connection, site, procedure, now, until)
    return _json(msgspec.json.encode({"slots": found}))


@router.get(
    "/v1/durations",
    dependencies=[Depends(spoken)],
    responses=DURATIONS | SECURED,
    response_class=Response,
)
def measured(device: Searcher, engine: Database, now: Now) -> Response:
    """How many people were received for how many minutes at the device's site, by démarche."""
    with reading(engine) as connection:
        found = durations(connection, device.site, (now - SINCE).date())
    return _json(msgspec.json.encode({"durations": found}))


@router.get(
    "/v1/week",
    dependencies=[Depends(spoken)],
    responses=WEEK | SECURED,
    response_class=Response,
)
def week(
    device: Searcher,
    engine: Database,
    now: Now,
    first: Annotated[Day, Query(alias="from", description="The first of seven days.")],
) -> Response:
    """Seven days of every site in figures; of other sites' none behind which are few persons."""
    with reading(engine) as connection:
        found = weeks.week(connection, everything(connection, Site), first, now)
    told = [each if each.site == device.site else elsewhere(each) for each in found]
    return _json(msgspec.json.encode({"days": told}))


@router.post(
    "/v1/persons",
    dependencies=[Depends(spoken)],
    responses=PERSONS | SECURED,
    response_class=Response,
)
def persons(body: SearchBody, device: Searcher, engine: Database) -> Response:
    """Find persons of the device's site, 50 at most.

    A POST, for addresses are logged on the way, and `q` names someone.
    """
    with reading(engine) as connection:
        found = find_indexed(connection, device.site, body.q)
    return _json(msgspec.json.encode({"persons": found}))


@router.post("/v1/registry", dependencies=[Depends(spoken)], responses=SECURED)
def register(body: NumberBody, device: Searcher, request: Request) -> ExistenceBody:
    """Ask the register that central is connected to whether a numéro étranger exists.

    A POST, for addresses are logged on the way. Nothing is kept of the answer.
    """
    del device
    return ExistenceBody(existence=existence.ask(request.app.state.connector, body.number))
