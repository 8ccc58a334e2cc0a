"""What a station asks of central, over HTTP. Every fault comes out as one of guichet.errors."""

import json
import logging
import socket
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import version
from typing import Any, TypeVar

import httpx
import msgspec

from guichet.domain.calibration import Measured
from guichet.domain.foreigner_number import Existence
from guichet.domain.history import History
from guichet.domain.leases import Lease
from guichet.domain.model import Person, Slot
from guichet.domain.operations import Verdict
from guichet.domain.replicated import Change
from guichet.domain.statistics import By, Statistics
from guichet.domain.week import SiteDay
from guichet.store.wire import nonsense, read_change, read_verdict
from guichet.sync.faults import bad_address, fault, unreachable
from guichet.sync.tls import trusted

PROTOCOL = "1"
_TIMEOUT = httpx.Timeout(10.0, connect=5.0)
_LONGEST = 30.0
"""Seconds until a request is given up whatever still comes: an answer may trickle in for ever."""
_HEARTBEAT = 40.0
"""Seconds of silence after which an event stream counts as cut: central speaks every 25 s."""

logger = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the feed; `cursor` says where the next one starts, `more` that there is one.

    `now` is central's clock when it was asked, `end` the sequence of the feed's end, if it told.
    """

    cursor: str
    more: bool
    changes: tuple[Change, ...]
    now: datetime | None
    end: int = 0


@dataclass(frozen=True, slots=True)
class Hello:
    """What central says of itself: its clock, the protocols it speaks, this site's flags."""

    now: datetime
    protocol_min: int
    protocol_max: int
    flags: dict[str, bool]


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What central gives to a new device. `number` is unique among the site's stations."""

    station: str
    number: int
    site: int
    token: str
    identity_secret: str


class CentralClient:
    """Central as one station sees it. Safe to share between threads."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._ended = False
        headers = {"Guichet-Protocol": PROTOCOL, "User-Agent": f"guichet/{version('guichet')}"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        try:
            self._http = httpx.Client(
                base_url=url,
                headers=headers,
                timeout=_TIMEOUT,
                verify=trusted(url),
            )
        except (httpx.InvalidURL, ValueError) as error:
            raise bad_address(url) from error

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def end(self) -> None:
        """Cut whatever another thread waits for, now and later: nothing more is asked."""
        self._ended = True
        self._cut()

    def _cut(self) -> None:
        """Cut every connection; who waits on one gets CentralUnavailable at once."""
        for plug in list(self._sockets):
            try:
                plug.shutdown(socket.SHUT_RDWR)
            except OSError as error:
                logger.debug("already closed: %s", error)

    def _traced(self, event: str, info: dict[str, Any]) -> None:
        """Note each connection that is made."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._sockets.add(info["return_value"].get_extra_info("socket"))
            if self._ended:
                self._cut()

    def enrol(self, code: str, name: str) -> Enrolled:
        """Exchange a one-time code for a device's credentials."""
        body = self._ask("POST", "/v1/enrol", json={"code": code, "name": name})
        with _readable():
            return Enrolled(
                station=str(body["station"]),
                number=int(body["number"]),
                site=int(body["site"]),
                token=str(body["token"]),
                identity_secret=bytes.fromhex(body["identity_secret"]).hex(),
            )

    def hello(self) -> Hello:
        """What central says of itself, whatever protocol it speaks."""
        return _read(self._ask("GET", "/v1/hello"), Hello)

    def rotate(self) -> str:
        """A new token for this device; the present one is good until `use` has used it."""
        return _read(self._ask("POST", "/v1/rotate"), str, "token")

    def use(self, token: str) -> None:
        """Bear this token from now on."""
        self._http.headers["Authorization"] = f"Bearer {token}"

    def push(self, operations: Sequence[str], cursor: str = "") -> list[Verdict]:
        """Central's verdicts on operations given as JSON texts, in their order.

        A central that does not know the cursor, for it was restored, judges nothing.
        """
        content = '{"operations":[' + ",".join(operations) + "]}"
        body = self._ask(
            "POST",
            "/v1/operations",
            content=content.encode(),
            headers={"Content-Type": "application/json"},
            params={"since": cursor} if cursor else None,
        )
        with _readable():
            verdicts = [read_verdict(verdict) for verdict in body["verdicts"]]
        if [v.operation for v in verdicts] != [json.loads(o)["id"] for o in operations]:
            raise nonsense()
        return verdicts

    def pull(self, cursor: str, limit: int = 1000) -> Page:
        """The next page of the site's feed; an empty cursor starts from the beginning."""
        params: dict[str, str | int] = {"limit": limit}
        if cursor:
            params["since"] = cursor
        body = self._ask("GET", "/v1/changes", params=params)
        with _readable():
            return Page(
                cursor=str(body["cursor"]),
                more=bool(body["more"]),
                changes=tuple(read_change(change) for change in body["changes"]),
                now=datetime.fromisoformat(body["now"]) if "now" in body else None,
                end=int(body.get("end", 0)),
            )

    def persons(self, query: str) -> list[Person]:
        """Persons of the site whom the replica may no longer hold."""
        body = self._ask("POST", "/v1/persons", json={"q": query})
        return _read(body, list[Person], "persons")

    def history(self, person: str) -> History:
        """The person's appointments and visits at the site, as far back as central knows."""
        body = self._ask("POST", "/v1/history", json={"person": person})
        return _read(body, History, "history")

    def nearest(self, procedure: str) -> list[Slot]:
        """The nearest slots of every site with a seat for a mediator, by time."""
        return self._slots({"procedure": procedure})

    def slots(self, procedure: str, site: int) -> list[Slot]:
        """Every coming slot of a site for a procedure, full ones included, by time."""
        return self._slots({"procedure": procedure, "site": site})

    def _slots(self, params: dict[str, str | int]) -> list[Slot]:
        return _read(self._ask("GET", "/v1/slots", params=params), list[Slot], "slots")

    def statistics(self, first: date, last: date, by: By, *, masked: bool = False) -> Statistics:
        """What a period was like at the site."""
        asked = {"from": str(first), "to": str(last), "by": by.value, "masked": str(masked).lower()}
        return _read(self._ask("GET", "/v1/statistics", params=asked), Statistics, "statistics")

    def week(self, first: date) -> list[SiteDay]:
        """Seven days of every site in figures, by day."""
        body = self._ask("GET", "/v1/week", params={"from": first.isoformat()})
        return _read(body, list[SiteDay], "days")

    def leases(self, wanted: int, busy: Sequence[str]) -> tuple[datetime, list[Lease]]:
        """Central's clock, and all the seats it lends this station once asked for `wanted`.

        `busy` are those that have been booked on already.
        """
        body = self._ask("POST", "/v1/leases", json={"wanted": wanted, "busy": list(busy)})
        return _read(body, datetime, "now"), _read(body, list[Lease], "leases")

    def durations(self) -> Measured:
        """By démarche, how many people were received for how many minutes at this site."""
        return _read(self._ask("GET", "/v1/durations"), dict[str, dict[int, int]], "durations")

    def existence(self, number: str) -> Existence:
        """What a register says of a numéro étranger."""
        body = self._ask("POST", "/v1/registry", json={"number": number})
        return _read(body, Existence, "existence")

    def events(self, opened: Callable[[], None]) -> Iterator[bool]:
        """Whether the site's feed has moved, each time that central speaks, until the stream ends.

        `opened` is called once central lets this station listen.
        """
        timeout = httpx.Timeout(5.0, read=_HEARTBEAT)
        options: dict[str, Any] = {"timeout": timeout, "extensions": {"trace": self._traced}}
        with self._reached(), self._http.stream("GET", "/v1/events", **options) as response:
            if response.is_error:
                response.read()
                raise fault(response)
            opened()
            for line in response.iter_lines():
                if line.startswith(("data:", ":")):
                    yield line.startswith("data:")

    def _ask(self, method: str, path: str, **options: Any) -> Any:
        given_up = threading.Timer(_LONGEST, self._cut)
        given_up.daemon = True
        given_up.start()
        try:
            options["extensions"] = {"trace": self._traced}
            with self._reached():
                response = self._http.request(method, path, **options)
        finally:
            given_up.cancel()
        if response.is_error:
            raise fault(response)
        with _readable():
            return msgspec.json.decode(response.content)

    @contextmanager
    def _reached(self) -> Iterator[None]:
        """Central is asked meanwhile: what httpx raises is one of our faults."""
        try:
            yield
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise bad_address(str(self._http.base_url)) from error
        except (httpx.HTTPError, OSError) as error:
            raise unreachable(error) from error


def _read(body: Any, kind: type[T], name: str | None = None) -> T:
    """What an answer says under `name`, or in all. Raises ProtocolError for anything else."""
    with _readable():
        return msgspec.convert(body if name is None else body[name], kind, str_keys=True)


@contextmanager
def _readable() -> Iterator[None]:
    """What cannot be read meanwhile is a fault of the protocol."""
    try:
        yield
    except (KeyError, TypeError, ValueError) as error:
        raise nonsense() from error
