"""Statistics from the database: a day counted by hand, any days counted again in plain Python."""

import math
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from guichet.domain.desks import Ended, Step
from guichet.domain.lifecycle import UNSUCCESSFUL
from guichet.domain.model import (
    Accord,
    AccordMode,
    Appointment,
    AppointmentStatus,
    Demand,
    Slot,
    Visit,
    VisitStatus,
)
from guichet.domain.operations import Applied, Cancel, Move
from guichet.domain.passage import served, waited
from guichet.domain.statistics import ATTENDANCE, OUTCOMES, SEATS, By, Line, Statistics, spans
from guichet.store.booking import NEVER
from guichet.store.engine import migrate, reading, writing
from guichet.store.records import put
from guichet.store.schema import METADATA
from guichet.store.statistics import statistics
from tests.databases import step_back
from tests.store.samples import ADA, BOB, BOBIGNY, NOW, furnish
from tests.store.samples import Counter as Desk

PARIS = ZoneInfo("Europe/Paris")
SEAT = METADATA.tables["seat"]
MONDAY = date(2026, 11, 23)
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment of the site's clock, in UTC."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=PARIS).astimezone(UTC)


@dataclass
class Site:
    """What is in the database of a site, as records; the seats beside their slots."""

    slots: list[Slot] = field(default_factory=list)
    appointments: list[Appointment] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    demands: list[Demand] = field(default_factory=list)
    seats: list[dict[str, Any]] = field(default_factory=list)

    def slot(self, start: datetime, seats: int) -> Slot:
        day = start.astimezone(PARIS).date()
        made = Slot(f"s{len(self.slots)}", 93, day, start, 20, ("renew",), seats, 0)
        self.slots.append(made)
        return made

    def seat(
        self, slot: Slot, taker: str | None, published: datetime | None, *, given_up: bool = False
    ) -> None:
        self.seats.append(
            {"slot": slot.id, "number": len(self.seats), "quota": "public", "hold": None,
             "free_at": NEVER if taker else NOW, "appointment": taker,
             "published_at": published, "given_up": given_up}
        )  # fmt: skip

    def appointment(
        self, slot: Slot, status: str, procedure: str, booked_at: datetime, **values: Any
    ) -> Appointment:
        number = f"a{len(self.appointments)}"
        made = Appointment(
            number, number, 93, slot.id, slot.day, slot.starts_at, 20, procedure, number, number,
            AppointmentStatus(status), 1, None, booked_at, "MARTIN", None, None,
        )  # fmt: skip
        made = replace(made, **values)
        self.appointments.append(made)
        return made

    def visit(self, arrived_at: datetime, of: Appointment | None = None, **values: Any) -> Visit:
        made = Visit(
            f"v{len(self.visits)}", 93, arrived_at.astimezone(PARIS).date(),
            of.id if of else None, None, of.procedure if of else None, "A1",
            VisitStatus.WAITING, arrived_at, None, None, None, None, None, None,
        )  # fmt: skip
        made = replace(made, **values)
        self.visits.append(made)
        return made

    def search(self, moment: datetime, procedure: str = "renew") -> None:
        number = f"d{len(self.demands)}"
        self.demands.append(Demand(number, 93, procedure, None, moment, "MARTIN", waiting=False))

    def write(self, engine: Engine) -> None:
        with writing(engine) as connection:
            for table in ("slot", "appointment", "visit", "demand", "seat"):
                connection.execute(METADATA.tables[table].delete())
            put(connection, *self.slots, *self.appointments, *self.visits, *self.demands)
            if self.seats:
                connection.execute(SEAT.insert(), self.seats)


def accord(through: str, moment: datetime) -> Accord:
    return Accord(moment, AccordMode.READ_ALOUD, "fr", "MARTIN", through)


def counted(
    engine: Engine, by: By, now: datetime, first: date = MONDAY, last: date = MONDAY
) -> Statistics:
    with reading(engine) as connection:
        return statistics(connection, [BOBIGNY], first, last, by, now)


def told(line: Line, *names: str) -> list[int | None]:
    return [line.counts[name] for name in names]


def by_key(found: Statistics) -> dict[str, Line]:
    return {line.key: line for line in found.lines}


# A day counted by hand ---------------------------------------------------------------------------


@pytest.fixture
def monday(engine: Engine) -> Engine:
    """Monday 23 November 2026 at Bobigny, looked at on Tuesday. Ten seats, published on 1 November
    at midnight UTC:

    09:00, 4 seats:
      - web, renew: came 08:50, called 09:10, received 09:12–09:32, served (waited 20, received 20);
      - a mediator for the person, renew: came 09:00, called 09:05, received 09:05–09:35, in vain,
        a document was missing (waited 5, received 30);
      - through a relative, first: absent;
      - web, first: nobody has said whether they came.
    10:00, 3 seats: one given up and taken by nobody, two never booked; who gave it up: mistake.
    14:00, 3 seats:
      - web, renew: came 14:05, called 14:15 but did not come, called again 14:25, put aside
        14:35–15:35 after ten minutes of reception, called 15:40, received 15:45–15:50, served
        (waited 10 + 10, received 10 + 5);
      - web, renew: came, and left before being called;
      - web, renew: cancelled by the service; the seat was given up, and booked again by
      - web, renew: still waits (nobody closed the visit).
    Besides: one without appointment, first, came 09:14, called 09:40, received 09:40–10:10, served
    (waited 26, received 30), a check-in taken back, and two searches that found nothing on Monday,
    one on Sunday evening.

    By hand: appointments 9 = arrived 5, absent 1, unsettled 1, cancelled 2 (1 mistake).
    Visits 6 = served 3, unsuccessful 1, left 1, open 1; 1 walk-in.
    Seats 10 = unbooked 2 + given up 1 + absent 1 + unsuccessful 1 + unsettled 1 + used 4.
    No-shows 1 / (1 + 5). Losses 5 / 10.
    Waits 5, 20, 20, 26: p50 20, p80 26, p90 26. Received 15, 20, 30, 30: p50 20, p80 30, p90 30.
    Arrivals by quarter: 08:45 1, 09:00 2, 14:00 3.
    """
    site = Site()
    published = datetime(2026, 11, 1, tzinfo=UTC)
    booked = at(date(2026, 11, 13), 9)
    nine, ten, two = (site.slot(at(MONDAY, hour), n) for hour, n in ((9, 4), (10, 3), (14, 3)))
    done = {"status": VisitStatus.DONE}

    def seated(slot: Slot, status: str, code: str, **values: Any) -> Appointment:
        made = site.appointment(slot, status, code, booked, **values)
        site.seat(slot, made.id, published)
        return made

    one = seated(nine, "arrived", "renew")
    site.visit(at(MONDAY, 8, 50), one, **done, called_at=at(MONDAY, 9, 10), outcome="served",
               started_at=at(MONDAY, 9, 12), ended_at=at(MONDAY, 9, 32))  # fmt: skip
    two_ = seated(nine, "arrived", "renew", accord=accord("person", booked))
    site.visit(at(MONDAY, 9), two_, **done, called_at=at(MONDAY, 9, 5), outcome="unsuccessful",
               reason="missing_document", started_at=at(MONDAY, 9, 5),
               ended_at=at(MONDAY, 9, 35))  # fmt: skip
    seated(nine, "absent", "first", accord=accord("relative", booked))
    seated(nine, "booked", "first")

    site.appointment(ten, "cancelled", "renew", booked, cancel_reason="mistake")
    site.seat(ten, None, at(MONDAY, 9), given_up=True)
    site.seat(ten, None, published)
    site.seat(ten, None, published)

    three = seated(two, "arrived", "renew")
    steps = (
        Step("1", None, at(MONDAY, 14, 5), at(MONDAY, 14, 15), None, at(MONDAY, 14, 15),
             Ended.MISSED),
        Step("1", None, at(MONDAY, 14, 15), at(MONDAY, 14, 25), at(MONDAY, 14, 25),
             at(MONDAY, 14, 35), Ended.PARKED, "photocopy"),
    )  # fmt: skip
    site.visit(at(MONDAY, 14, 5), three, **done, called_at=at(MONDAY, 15, 40), outcome="served",
               started_at=at(MONDAY, 15, 45), ended_at=at(MONDAY, 15, 50), steps=steps)  # fmt: skip
    gone = seated(two, "arrived", "renew")
    site.visit(at(MONDAY, 14, 10), gone, **done, ended_at=at(MONDAY, 15), outcome="left")
    site.appointment(two, "cancelled", "renew", booked, cancel_reason="service")
    waits = site.appointment(two, "arrived", "renew", booked)
    site.seat(two, waits.id, published, given_up=True)
    site.visit(at(MONDAY, 14, 14), waits)
    site.visit(at(MONDAY, 9, 14), None, **done, procedure="first", called_at=at(MONDAY, 9, 40),
               outcome="served", started_at=at(MONDAY, 9, 40),
               ended_at=at(MONDAY, 10, 10))  # fmt: skip
    site.visit(at(MONDAY, 11), None, status=VisitStatus.UNDONE)
    for moment in (at(MONDAY, 0, 0), at(MONDAY, 23, 59), at(MONDAY - _DAY, 23, 59)):
        site.search(moment)
    site.write(engine)
    return engine


TUESDAY = at(date(2026, 11, 24), 8)


def test_the_day_is_as_counted_by_hand(monday: Engine) -> None:
    found = counted(monday, By.DAY, TUESDAY)
    (line,) = found.lines
    assert (line.key, line.counts) == ("2026-11-23", found.total.counts)
    assert told(line, "appointments", *ATTENDANCE, "mistakes") == [9, 5, 1, 1, 0, 2, 1]
    assert told(line, "visits", *OUTCOMES, "walk_ins") == [6, 3, 1, 1, 1, 1]
    assert told(line, "seats", *SEATS) == [10, 2, 1, 1, 1, 1, 4]
    assert (line.counts["searches"], line.reasons) == (2, {"missing_document": 1})
    assert line.no_show == pytest.approx(1 / 6)
    assert line.loss == pytest.approx(5 / 10)
    waits, durations = line.waits, line.durations
    assert waits.histogram == {5: 1, 20: 2, 26: 1}
    assert (waits.count, waits.p50, waits.p80, waits.p90) == (4, 20, 26, 26)
    assert durations.histogram == {15: 1, 20: 1, 30: 2}
    assert (durations.count, durations.p50, durations.p80, durations.p90) == (4, 20, 30, 30)
    assert line.arrivals == {35: 1, 36: 2, 56: 3}


def test_the_day_by_demarche_and_by_channel(monday: Engine) -> None:
    lines = by_key(counted(monday, By.PROCEDURE, TUESDAY))
    assert told(lines["renew"], "appointments", "absent", "visits", "searches", "seats") == [
        7, 0, 5, 2, None,
    ]  # fmt: skip
    assert told(lines["first"], "appointments", "absent", "visits", "searches") == [2, 1, 1, 0]
    assert lines["first"].no_show == 1.0
    lines = by_key(counted(monday, By.CHANNEL, TUESDAY))
    assert {key: told(line, "appointments", "visits") for key, line in lines.items()} == {
        "web": [7, 4], "person": [1, 1], "relative": [1, 0], "walk_in": [0, 1],
    }  # fmt: skip
    assert lines["web"].waits.histogram == {}


def test_who_comes_against_what_was_booked_counts_for_the_channel_of_the_booking(
    engine: Engine,
) -> None:
    furnish(engine)
    site, moment = Site(), at(MONDAY, 9)
    slots = site.slot(moment, 3), site.slot(at(MONDAY - 30 * _DAY, 9), 1)
    helped = {"accord": accord("relative", moment)}
    early = site.appointment(slots[1], "booked", "renew", moment, **helped)
    cancelled = site.appointment(slots[0], "cancelled", "renew", moment, **helped)
    alone = site.appointment(slots[0], "cancelled", "renew", moment)
    for one in (early, cancelled, alone, replace(alone, id="unknown")):
        site.visit(moment, one)
    site.visit(moment, cancelled, status=VisitStatus.DUPLICATE)
    site.write(engine)
    lines = by_key(counted(engine, By.CHANNEL, at(MONDAY, 20)))
    assert {key: line.counts["visits"] for key, line in lines.items()} == {
        "relative": 2, "web": 2
    }  # fmt: skip


def test_what_is_to_come_is_neither_lost_nor_unsettled(monday: Engine) -> None:
    """At 09:30 only the four seats of 09:00 have had their time."""
    line = counted(monday, By.DAY, at(MONDAY, 9, 30)).total
    assert told(line, "seats", "seat_unbooked", "seat_given_up") == [4, 0, 0]
    assert told(line, "unsettled", "expected") == [1, 0]
    line = counted(monday, By.DAY, at(MONDAY, 8, 30)).total
    assert told(line, "unsettled", "expected") == [0, 1]


def test_arrivals_are_told_by_the_clock_of_the_site(engine: Engine) -> None:
    """At nine before the clocks went back, on 25 October 2026, and at nine after."""
    site = Site()
    for day in (date(2026, 10, 23), date(2026, 10, 26)):
        site.visit(at(day, 9))
    site.write(engine)
    found = counted(engine, By.WEEK, TUESDAY, date(2026, 10, 19), date(2026, 10, 30))
    assert [(line.key, line.arrivals) for line in found.lines] == [
        ("2026-W43", {36: 1}),
        ("2026-W44", {36: 1}),
    ]
    assert found.total.arrivals == {36: 2}


# Delays ------------------------------------------------------------------------------------------


def test_delays_by_quarter_are_those_of_the_ministry(engine: Engine) -> None:
    """Two seats a quarter are booked 11 and 13 days after publication, then 14 and 16: 12.0, 15.0
    in the mean. All appointments are 27 days after booking. One seat a quarter is never booked.
    """
    site = Site()
    for first, delays in ((date(2024, 2, 20), (11, 13)), (date(2024, 8, 20), (14, 16))):
        slot = site.slot(at(first, 10), 3)
        booked = slot.starts_at - timedelta(days=27)
        for days in delays:
            made = site.appointment(slot, "arrived", "renew", booked)
            site.seat(slot, made.id, booked - timedelta(days=days))
        site.seat(slot, None, booked)
    site.write(engine)
    found = counted(engine, By.QUARTER, TUESDAY, date(2024, 1, 1), date(2024, 12, 31))
    lines = by_key(found)
    assert list(lines) == ["2024-Q1", "2024-Q2", "2024-Q3", "2024-Q4"]
    assert (lines["2024-Q2"].publication.count, lines["2024-Q2"].publication.mean) == (0, None)
    assert (lines["2024-Q1"].publication.mean, lines["2024-Q3"].publication.mean) == (12.0, 15.0)
    assert [lines[key].counts["seat_unbooked"] for key in ("2024-Q1", "2024-Q3")] == [1, 1]
    assert (found.total.lead.mean, found.total.lead.median, found.total.lead.count) == (27, 27, 4)


def test_a_seat_given_up_is_published_again(engine: Engine) -> None:
    furnish(engine)
    desk = Desk(engine)

    def seat(slot: str) -> Any:
        with reading(engine) as connection:
            statement = sa.select(SEAT).where(SEAT.c.slot == slot).order_by(SEAT.c.number)
            return connection.execute(statement).first()

    assert (seat("s1").published_at, seat("s1").given_up) == (None, False)
    first = desk.book(ADA, "s1")
    assert isinstance(desk.do(Cancel(first, "mistake")), Applied)
    assert seat("s1").given_up
    assert seat("s1").published_at == seat("s1").free_at > NOW, "only once everybody may have it"
    second = desk.book(BOB, "s2")
    assert isinstance(desk.do(Move(second, "h", "s2")), Applied)
    assert seat("s2").given_up


# Counted again -----------------------------------------------------------------------------------

_PROCEDURES = ("first", "renew")
_CHANNELS = (None, "person", "relative", "intermediary")
_LAST = MONDAY + 3 * _DAY


@st.composite
def visits(draw: st.DrawFn, site: Site, of: Appointment | None, day: date) -> None:
    moment = at(day, draw(st.integers(7, 17)), draw(st.integers(0, 59)))
    moment += timedelta(seconds=draw(st.integers(0, 59)))
    arrived, steps, last = moment, [], moment

    def later() -> datetime:
        nonlocal last
        last += timedelta(seconds=draw(st.integers(0, 4000)))
        return last

    for how in draw(st.lists(st.sampled_from(list(Ended)), max_size=2)):
        since, called = last, later()
        started = None if how is Ended.MISSED else later()
        steps.append(Step("1", None, since, called, started, later(), how))
    called_at = later() if draw(st.booleans()) else None
    started_at = later() if called_at and draw(st.booleans()) else None
    status = draw(st.sampled_from(list(VisitStatus)))
    done = status is VisitStatus.DONE
    outcome = draw(st.sampled_from(("served", "unsuccessful", "left"))) if done else None
    site.visit(
        arrived, of, status=status, called_at=called_at, started_at=started_at, steps=tuple(steps),
        ended_at=later() if done else None, outcome=outcome,
        reason=draw(st.sampled_from(UNSUCCESSFUL)) if outcome == "unsuccessful" else None,
        procedure=of.procedure if of else draw(st.sampled_from((*_PROCEDURES, None))),
    )  # fmt: skip


@st.composite
def sites(draw: st.DrawFn) -> Site:
    """Some days of a site, and what happened on them and just before and after."""
    site = Site()
    for _slot in range(draw(st.integers(0, 4))):
        day = MONDAY + draw(st.integers(-1, 4)) * _DAY
        slot = site.slot(at(day, draw(st.integers(8, 16))), 0)
        for _seat in range(draw(st.integers(0, 3))):
            published = slot.starts_at - timedelta(hours=draw(st.integers(300, 900)))
            if draw(st.booleans()):
                site.seat(slot, None, published, given_up=draw(st.booleans()))
                continue
            booked = slot.starts_at - timedelta(minutes=draw(st.integers(1, 30_000)))
            through = draw(st.sampled_from(_CHANNELS))
            status = draw(st.sampled_from(("booked", "arrived", "absent")))
            made = site.appointment(
                slot, status, draw(st.sampled_from(_PROCEDURES)), booked,
                accord=through and accord(through, booked),
            )  # fmt: skip
            site.seat(slot, made.id, draw(st.sampled_from((published, None))))
            if status == "arrived":
                draw(visits(site, made, slot.day + draw(st.sampled_from((0, 0, 1))) * _DAY))
        if draw(st.booleans()):
            reason = draw(st.sampled_from(("person", "service", "mistake")))
            site.appointment(slot, "cancelled", "renew", slot.starts_at, cancel_reason=reason)
        seats = sum(seat["slot"] == slot.id for seat in site.seats)
        site.slots[-1] = replace(slot, seats=seats)
    for _walk_in in range(draw(st.integers(0, 2))):
        draw(visits(site, None, MONDAY + draw(st.integers(-1, 4)) * _DAY))
    for _search in range(draw(st.integers(0, 2))):
        site.search(at(MONDAY, 0) + timedelta(hours=draw(st.integers(-30, 120))))
    return site


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(site=sites(), by=st.sampled_from(list(By)), hours=st.integers(0, 120))
def test_statistics_are_what_plain_python_counts(
    engine: Engine, site: Site, by: By, hours: int
) -> None:
    now = at(MONDAY, 0) + timedelta(hours=hours)
    site.write(engine)
    found = counted(engine, by, now, MONDAY, _LAST)
    assert _said(found.total) == _recounted(site, now, lambda _thing: True, seats=True)
    keys = {line.key for line in found.lines}
    for key in keys | _keys(site, by):
        line = by_key(found).get(key)
        again = _recounted(site, now, lambda thing, key=key: _key(site, thing, by) == key,
                           seats=by not in (By.PROCEDURE, By.CHANNEL))  # fmt: skip
        if by in (By.CHANNEL, By.PROCEDURE):
            again["arrivals"] = {}
        if by is By.CHANNEL:
            again |= {"searches": None, "waits": {}, "durations": {}, "p90": (None, None)}
        if line is None:
            assert not any(again[name] for name in again.keys() - {"p90"}), key
        else:
            assert _said(line) == again, key


def _keys(site: Site, by: By) -> set[str]:
    things = [*site.slots, *site.appointments, *site.visits, *site.demands]
    return {_key(site, thing, by) for thing in things if MONDAY <= _day(thing) <= _LAST} - {"*"}


def _day(thing: Any) -> date:
    if isinstance(thing, Demand):
        return thing.at.astimezone(PARIS).date()
    day: date = thing.day
    return day


def _key(site: Site, thing: Any, by: By) -> str:
    if by is By.SITE:
        return "93"
    if by is By.PROCEDURE:
        return "*" if isinstance(thing, Slot) else thing.procedure or ""
    if by is By.CHANNEL:
        if isinstance(thing, Slot | Demand):
            return "*"
        if isinstance(thing, Visit):
            if thing.appointment is None:
                return "walk_in"
            thing = next(each for each in site.appointments if each.id == thing.appointment)
        return thing.accord.through if thing.accord else "web"
    return next(
        span.key for span in spans(MONDAY, _LAST, by) if span.first <= _day(thing) <= span.last
    )


def _said(line: Line) -> dict[str, Any]:
    return {
        **line.counts,
        "reasons": line.reasons,
        "waits": line.waits.histogram,
        "durations": line.durations.histogram,
        "arrivals": line.arrivals,
        "lead": line.lead.mean,
        "publication": line.publication.mean,
        "p90": (line.waits.p90, line.durations.p50),
    }


def _recounted(site: Site, now: datetime, among: Any, *, seats: bool) -> dict[str, Any]:
    """The same figures, one thing after the other."""

    def ours(things: list[Any]) -> list[Any]:
        return [each for each in things if MONDAY <= _day(each) <= _LAST and among(each)]

    found: Counter[str] = Counter()
    leads, publications = [], []
    for each in ours(site.appointments):
        begun = each.starts_at <= now
        state = each.status.value
        if state == "booked":
            state = "unsettled" if begun else "expected"
        found["appointments"] += 1
        found[state] += 1
        found["mistakes"] += each.cancel_reason == "mistake"
        if state == "cancelled":
            continue
        leads.append((each.starts_at - each.booked_at) / _DAY)
        seat = next(seat for seat in site.seats if seat["appointment"] == each.id)
        if seat["published_at"] is not None:
            publications.append(max(0.0, (each.booked_at - seat["published_at"]) / _DAY))
    waits, durations, arrivals = [], [], []
    reasons: Counter[str] = Counter()
    for visit in ours(site.visits):
        done = visit.status is VisitStatus.DONE
        if visit.status in (VisitStatus.DUPLICATE, VisitStatus.UNDONE):
            continue
        found["visits"] += 1
        found["walk_ins"] += visit.appointment is None
        found[visit.outcome or "open"] += 1
        local = visit.arrived_at.astimezone(PARIS)
        arrivals.append((local.hour * 60 + local.minute) // 15)
        if visit.outcome == "unsuccessful":
            reasons[visit.reason] += 1
        if done and (visit.called_at or visit.steps):
            waits.append(waited(visit) // _MINUTE)
        if done and (visit.started_at or any(step.started_at for step in visit.steps)):
            durations.append(served(visit) // _MINUTE)
    found["searches"] = len(ours(site.demands))
    counts: dict[str, int | None] = {
        name: found[name]
        for name in ("appointments", "visits", "searches", *ATTENDANCE, *OUTCOMES, "mistakes",
                     "walk_ins")
    }  # fmt: skip
    counts |= _seats(site, now, ours(site.slots)) if seats else dict.fromkeys(("seats", *SEATS))
    return {
        **counts,
        "reasons": dict(reasons),
        "waits": dict(Counter(waits)),
        "durations": dict(Counter(durations)),
        "arrivals": dict(Counter(arrivals)),
        "lead": _mean(leads),
        "publication": _mean(publications),
        "p90": (_nearest(waits, 90), _nearest(durations, 50)),
    }


def _seats(site: Site, now: datetime, slots: list[Slot]) -> dict[str, int | None]:
    """What became of each seat, one after the other."""
    by_id = {slot.id: slot for slot in slots if slot.starts_at <= now}
    found: Counter[str] = Counter()
    for seat in site.seats:
        if seat["slot"] not in by_id:
            continue
        found["seats"] += 1
        taker = next((a for a in site.appointments if a.id == seat["appointment"]), None)
        if taker is None:
            found["seat_given_up" if seat["given_up"] else "seat_unbooked"] += 1
        elif taker.status is AppointmentStatus.BOOKED:
            found["seat_unsettled"] += 1
        elif taker.status is AppointmentStatus.ABSENT:
            found["seat_absent"] += 1
        else:
            vain = any(
                visit.appointment == taker.id
                and visit.outcome == "unsuccessful"
                and visit.day == taker.day
                for visit in site.visits
            )
            found["seat_unsuccessful" if vain else "seat_used"] += 1
    return {name: found[name] for name in ("seats", *SEATS)}


def _mean(values: list[float]) -> Any:
    """The mean, to less than a tenth of a second: sums in another order differ in the last bits."""
    return pytest.approx(math.fsum(values) / len(values), abs=1e-6) if values else None


def _nearest(values: list[int], part: int) -> int | None:
    return sorted(values)[max(1, math.ceil(len(values) * part / 100)) - 1] if values else None


def test_a_migration_measures_the_visits_that_were_there(monday: Engine) -> None:
    """As if they had been written by an older version."""
    before = counted(monday, By.DAY, TUESDAY).total
    while step_back(monday) != "0015":
        pass
    migrate(monday)
    again = counted(monday, By.DAY, TUESDAY).total
    assert (again.waits, again.durations) == (before.waits, before.durations)
    assert again.publication.count == 0, "nobody had noted since when seats were there"
