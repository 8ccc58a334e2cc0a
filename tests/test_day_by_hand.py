"""A day written and counted by hand, through two stations and a central: all three say the same.

Thirty people. P1 to P24 have appointments, from 09:00 on every quarter of an hour, W1 to W6 none.

- Received with success, 16: P1 to P11 (P3 early, P5 late but tolerated, P9 later than that, P10 put
  aside in between, P11 missed once), P15 (sent on to another lane), P20 (noted absent, came after
  the closing), P22 (forgotten, settled as received), W1, W2.
- Received in vain, 3: P13, P14, W5.
- Left without being received, 6: P12 (missed three calls), W3, and settled so P21, P23, P24, W6.
- Absent, 2: P18, P19. Cancelled, 2: P16, P17. Taken back, no line at all: W4.

That is 16 + 3 + 6 + 2 + 2 = 29 lines; 25 people have come, 20 with an appointment (24 less four)
and five without. At the closing, 15:20 (the last slot ends at 15:05, a quarter of an hour is
tolerated), five visits remain (P21, P22, P23, P24, W6) and three have not come.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from guichet.central import feed
from guichet.central.registry import authority
from guichet.central.transactions import transact
from guichet.domain.day import DayRow, DayState, counts
from guichet.domain.desks import DeskState
from guichet.domain.model import Appointment, Person, Role, Slot, Visit
from guichet.domain.operations import Refused
from guichet.domain.passage import waited
from guichet.domain.week import SiteDay
from guichet.station import Station
from guichet.store import days
from guichet.store.engine import reading
from guichet.store.records import get
from tests.posts import PARIS, World
from tests.replay import _appointment
from tests.station.test_mediation import person
from tests.waiting import until

SUNDAY = date(2026, 11, 29)
"""A day on which the training data have nobody."""
MINUTE = timedelta(minutes=1)

SCRIPT = """
P1   08:55 in   09:00 call  09:01 start  09:12 served
P2   09:10 in   09:15 call  09:16 start  09:26 served
P3   09:05 in@  09:30 call  09:31 start  09:41 served
P4   09:40 in   09:45 call  09:46 start  09:56 served
P5   10:10 in   10:12 call  10:13 start  10:23 served
P6   10:14 in   10:24 call  10:25 start  10:35 served
P7   10:29 in   10:36 call  10:37 start  10:47 served
P8   10:44 in   10:48 call  10:49 start  10:59 served
P9   11:40 in   11:41 call  11:42 start  11:52 served
P10  11:14 in@  11:15 call  11:16 start  11:20 park  11:30 call  11:31 start  11:38 served
P11  11:29 in   11:32 call  11:34 miss  11:35 call  11:36 start  11:40 served
P12  11:44 in@  11:45 call  11:48 miss  11:50 call  11:55 miss  12:05 call  12:08 miss
P13  12:01 in   12:02 call  12:03 start  12:10 missing_document
P14  12:14 in   12:15 call  12:16 start  12:20 breakdown
P15  12:29 in   12:30 call  12:31 start  12:35 redirect  12:40 call  12:41 start  12:50 served
P16  09:30 cancel
P17  10:00 cancel
P21  13:55 in
P22  14:10 in   14:15 call  14:16 start
P23  14:29 in   14:30 call
P24  14:44 in@  14:45 call  14:46 start  14:50 park
W1   09:20 walk  09:58 call  09:59 start  10:09 served
W2   10:50 walk  11:05 call  11:06 start  11:14 served
W3   11:20 walk  12:30 left
W4   11:25 walk  11:26 undo
W5   11:50 walk  12:10 call  12:11 start  12:14 wrong_site
W6   14:00 walk
"""
"""Who does what when. Odd ones are at the first station and its desk, even ones at the second; an
@ is an arrival at the other one."""


def at(time: str) -> datetime:
    return datetime.fromisoformat(f"{SUNDAY}T{time}").replace(tzinfo=PARIS).astimezone(UTC)


def key(number: int) -> str:
    return f"{number:010x}5a5a5a"


def publish(world: World, who: Person) -> None:
    """Twenty-four appointments, each with its slot and its person."""
    sign = authority(world.engine, world.clock()).sign
    records: list[Person | Slot | Appointment] = []
    for number in range(1, 25):
        starts_at = at("09:00") + (number - 1) * 15 * MINUTE
        p = replace(who, id=f"P{number}", given_names=f"Numéro{number}", number=None)
        slot = Slot(f"hand-{number}", 1, SUNDAY, starts_at, 20, ("RENO",), 1, 1)
        made = replace(
            _appointment(key(number), slot, p, 0), day=SUNDAY, starts_at=starts_at, procedure="RENO"
        )
        records += [p, slot, replace(made, token=sign(made, p))]
    transact(world.engine, lambda connection: feed.publish_records(connection, 1, records))


@dataclass
class Hand:
    """The two stations, and the visit of each of those who have come."""

    world: World
    stations: tuple[Station, Station]
    visits: dict[str, str] = field(default_factory=dict)

    def play(self, until_time: str, since: str = "00:00") -> None:
        """Everything that happens after one time, up to another."""
        events = []
        for line in SCRIPT.strip().splitlines():
            who, *rest = line.split()
            events += [(time, who, what) for time, what in zip(rest[::2], rest[1::2], strict=True)]
        for time, who, what in sorted(events):
            if since < time <= until_time:
                self.world.clock.now = at(time)
                self.happens(who, what)

    def happens(self, who: str, what: str) -> None:
        number = int(who[1:])
        here, there = (number + 1) % 2, number % 2
        if what in ("in", "in@"):
            self.arrives(self.stations[there if what.endswith("@") else here], who)
        elif what == "walk":
            visit = self.stations[here].reception.walk_in(None)
            assert isinstance(visit, Visit)
            self.visits[who] = visit.id
        elif what == "cancel":
            station = self.stations[0]
            found = next(each for each in self.rows(station) if each.appointment == key(number))
            cancelled = _appointment_of(station, found)
            assert not isinstance(station.mediation.cancel(cancelled, "person"), Refused)
        else:
            self.desk(self.stations[here], who, what, str(here + 1))

    def arrives(self, station: Station, who: str) -> None:
        reading_ = station.reception.choose(key(int(who[1:])))
        if not reading_.checked_in:
            reading_ = station.reception.admit(reading_)
        assert reading_.visit is not None
        self.visits[who] = reading_.visit.id

    def desk(self, station: Station, who: str, what: str, name: str) -> None:
        visit, calling = self.visits[who], station.calling
        until(lambda: any(row.visit == visit for row in self.rows(station)), what=f"{who} {what}")
        does: dict[str, Callable[[], object]] = {
            "call": lambda: calling.call(visit, name),
            "start": lambda: calling.start(visit),
            "miss": lambda: isinstance(calling.miss(visit), Refused) or None,
            "park": lambda: calling.park(visit, "photocopy"),
            "redirect": lambda: calling.redirect(visit, "B"),
            "served": lambda: calling.finish(visit, "served"),
            "left": lambda: calling.finish(visit, "left"),
            "undo": lambda: (
                isinstance(station.reception.undo_check_in(visit, "by_mistake"), Refused) or None
            ),
        }
        vain = lambda: calling.finish(visit, "unsuccessful", what)  # noqa: E731 - as the others
        assert does.get(what, vain)() is None, (who, what)

    @staticmethod
    def rows(station: Station) -> list[DayRow]:
        return station.reception.day(SUNDAY)

    def at_central(self) -> list[DayRow]:
        with reading(self.world.engine) as connection:
            return days.day_rows(connection, 1, SUNDAY)

    def agree(self) -> list[DayRow]:
        """The day once both stations and central say the same of it."""

        def same() -> bool:
            sent = all(station.sync_state.pending == 0 for station in self.stations)
            central = self.at_central()
            return sent and all(self.rows(station) == central for station in self.stations)

        until(same, 20.0, "all three agree")
        assert [station.refused() for station in self.stations] == [[], []]
        return self.at_central()

    def waited(self, who: str) -> timedelta:
        with reading(self.world.engine) as connection:
            visit = get(connection, Visit, self.visits[who])
        assert visit is not None
        return waited(visit)


def _appointment_of(station: Station, row: DayRow) -> Appointment:
    (past,) = (p for p in station.watch.person(row) if p.appointment)
    assert past.appointment is not None
    return past.appointment


def noon(hand: Hand) -> None:
    """W3 has waited since 11:20, W5 since 11:50, P12 since they missed a call at 11:55.

    Received in the last hour: W2 (9 minutes at a desk), P9 (11), P10 (5 and 8), P11 (2 and 5): 40
    minutes for four. Since the morning P1 12, P2 to P8 and W1 11 each, and those: 140 for thirteen.
    """
    for station in hand.stations:
        board = station.watch.now().board
        assert (board.waiting, board.longest, board.p90) == (3, 40 * MINUTE, 40 * MINUTE)
        assert (board.open, board.paused) == (2, 1)
        assert (board.received, board.each) == (4, 10.0)
        assert board.tension.minutes == 3 * (140 / 13) / 2
        assert (board.tension.since, board.tension.alert) == (None, False)


def evening(hand: Hand) -> None:
    """Five visits and three who have not come, settled by two agents at two stations."""
    first, second = hand.stations
    for station in hand.stations:
        owed = [each for each in station.ending.owed() if each.day == SUNDAY]
        visits = {each.row.visit for each in owed if not each.absent}
        assert visits == {hand.visits[who] for who in ("P21", "P22", "P23", "P24", "W6")}
        absent = [each.row.appointment for each in owed if each.absent]
        assert absent == [key(18), key(19), key(20)]
    assert first.ending.absent([key(18), key(19), key(20)]) == []
    for who, station, outcome in (
        ("P21", first, "left"),
        ("P22", second, "served"),
        ("P23", first, "left"),
        ("P24", second, "left"),
        ("W6", second, "left"),
    ):
        assert station.ending.settle(hand.visits[who], outcome) is None


def test_a_day_counted_by_hand(world: World) -> None:
    first = world.station("first", Role.SUPERVISOR)
    world.clock.now = at("08:00")
    second = world.station("second", Role.COUNTER)
    publish(world, person(first))
    hand = Hand(world, (first, second))
    for station in hand.stations:
        until(lambda station=station: len(hand.rows(station)) == 24, what="the appointments")  # type: ignore[misc]  # mypy has no type for a lambda's default
    first.calling.set_desk("1", DeskState.OPEN)
    second.calling.set_desk("2", DeskState.OPEN)
    first.calling.set_desk("3", DeskState.PAUSED)

    hand.play("12:00")
    world.clock.now = at("12:00")
    hand.agree()
    noon(hand)

    hand.play("15:00", since="12:00")
    hand.agree()
    world.clock.now = at("15:20") - timedelta(seconds=1)
    assert not [each for each in first.ending.owed() if each.day == SUNDAY]
    world.clock.now = at("15:20")
    evening(hand)
    hand.agree()
    world.clock.now = at("15:30")
    hand.arrives(second, "P20")  # who was absent a moment ago
    for what in ("call", "start", "served"):
        hand.desk(second, "P20", what, "2")

    rows = hand.agree()
    assert len(rows) == 29
    assert {state: n for state, n in counts(rows).items() if n} == {
        DayState.DONE: 19,
        DayState.LEFT: 6,
        DayState.ABSENT: 2,
        DayState.CANCELLED: 2,
    }
    with reading(world.engine) as connection:
        ended = Counter(each.outcome for each in days.visits(connection, 1, SUNDAY))
    assert ended == {"served": 16, "unsuccessful": 3, "left": 6}
    assert [each for each in second.ending.owed() if each.day == SUNDAY] == []
    figures = SiteDay(1, SUNDAY, seats=24, booked=22, arrived=25, absent=2, unsettled=0)
    assert next(each for each in first.watch.week(SUNDAY).days if each.site == 1) == figures
    world.stop()
    alone = second.watch.week(SUNDAY)
    assert (alone.days[0], alone.online, {each.site for each in alone.days}) == (
        figures,
        False,
        {1},
    )
    # P10 was put aside from 11:20 to 11:30; P11 missed a call at 11:34; P15 waited twice.
    assert [hand.waited(who) for who in ("P10", "P11", "P15")] == [MINUTE, 4 * MINUTE, 6 * MINUTE]
