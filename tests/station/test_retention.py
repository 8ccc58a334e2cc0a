"""What may stay on a station that is revoked, silent, or simply old."""

import os
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from guichet.central import registry, training
from guichet.domain.day import DayState
from guichet.domain.model import Role
from guichet.domain.operations import Refused, Register
from guichet.domain.silence import WIPE_AFTER, silence, standing
from guichet.errors import GuichetError
from guichet.station import Bar, Link, SignedIn, Station
from guichet.store.engine import compact, open_engine, reading, sqlite_url, writing
from guichet.store.records import TABLES
from guichet.store.schema import METADATA
from guichet.sync.replica import _LEFT
from tests.posts import MORNING, World
from tests.store.samples import ADA
from tests.waiting import until

DIALLO = replace(ADA, site=1)
WEEK, DAY = timedelta(days=7), timedelta(days=1)


def count(station: Station, table: str) -> int:
    with reading(station._core.engine) as connection:
        return len(connection.execute(METADATA.tables[table].select()).all())


def latest(station: Station) -> datetime:
    """The highest time the station remembers."""
    with reading(station._core.engine) as connection:
        kept = connection.exec_driver_sql("SELECT value FROM setting WHERE name = 'latest_at'")
        return datetime.fromisoformat(str(kept.scalar()))


def sign_in(station: Station) -> SignedIn | Refused:
    return station.session.sign_in(
        training.agent_code(Role.SUPERVISOR, 1), training.PINS[Role.SUPERVISOR]
    )


def heard(world: World, name: str = "a") -> Station:
    """A station that has heard central, and then is alone."""
    station = world.station(name)
    until(lambda: station.sync_state.link is Link.ONLINE)
    return station


@pytest.mark.parametrize(
    ("silent", "said"),
    [
        (timedelta(0), "open"),
        (WEEK - timedelta(seconds=1), "open"),
        (WEEK, "silent"),
        (WIPE_AFTER - timedelta(seconds=1), "silent"),
        (WIPE_AFTER, "expired"),
    ],
)
def test_the_standing_of_a_silence(silent: timedelta, said: str) -> None:
    assert standing(silent, WEEK) == said


def test_a_clock_set_back_shortens_no_silence() -> None:
    assert silence(MORNING, MORNING, MORNING + DAY) == DAY
    assert silence(MORNING, MORNING + WEEK, MORNING + DAY) == WEEK
    assert silence(MORNING, MORNING, MORNING - WEEK) == timedelta(0)


def test_days_without_network_then_a_lock_then_the_network(world: World) -> None:
    station = heard(world)
    station._core.submit(Register(DIALLO))
    until(lambda: station.sync_state.pending == 0)
    world.stop()
    station._core.submit(Register(replace(DIALLO, id="p-late")))
    world.clock.forward(days=6.9)
    assert station.barred() is None
    assert isinstance(sign_in(station), SignedIn)
    world.clock.forward(days=0.2)
    assert station.barred() is Bar.SILENT
    assert sign_in(station) == Refused(Bar.SILENT)
    folder = station.folder
    station._core.sync.wake()
    until(lambda: latest(station) > MORNING + WEEK)
    station.close()
    world.clock.forward(days=-5)  # whoever sets the clock back gains nothing
    station = Station.open(folder, world.clock)
    try:
        assert station.barred() is Bar.SILENT
        assert count(station, "person") > 0
        world.start()
        until(lambda: station.barred() is None)
        assert isinstance(sign_in(station), SignedIn)
        until(lambda: station.sync_state.pending == 0)
    finally:
        station.close()


def test_a_month_of_silence_deletes_all_but_the_unsent(world: World) -> None:
    station = heard(world)
    world.stop()
    station._core.submit(Register(DIALLO))
    paper = station.folder / "convocations" / "x.pdf"
    paper.parent.mkdir(exist_ok=True)
    paper.write_text("nom")
    older = station.folder / "station.sqlite3.avant-0007"
    older.write_text("nom")
    world.clock.forward(days=31)
    station._core.sync.upkeep()
    assert {name: count(station, name) for name in ("person", "appointment", "agent")} == {
        "person": 0,
        "appointment": 0,
        "agent": 0,
    }
    assert count(station, "outbox") == 1
    assert not paper.exists()
    assert not older.exists()
    assert sign_in(station) == Refused(Bar.EXPIRED)
    station._core.sync.exchanges.heard()  # as by the event stream, before anything is read
    for _ in range(5):
        assert sign_in(station) == Refused("catching_up")
    assert count(station, "sign_in_failure") == 0
    world.start()
    until(lambda: isinstance(sign_in(station), SignedIn), 20)
    until(lambda: station.sync_state.pending == 0)
    until(lambda: station.session.sign_in("NOBODY", "0000") != Refused("catching_up"))


def test_revoked_with_work_to_send_deletes_persons_at_once(world: World) -> None:
    """The answer comes to the push, before anything is pulled."""
    station = heard(world)
    world.stop()
    station._core.submit(Register(DIALLO))
    registry.revoke(world.engine, station._core.enrolment.station, world.clock())
    world.start()
    until(lambda: station.barred() is Bar.REVOKED, 20)
    until(lambda: count(station, "person") == 0)
    until(lambda: station.session.agent is None)
    assert sign_in(station) == Refused(Bar.REVOKED)
    assert [each.state for each in station.liaison.outbox()] == ["pending"]
    folder = station.folder
    station.close()
    with pytest.raises(GuichetError, match="révoqué"):
        Station.open(folder, world.clock)


def test_a_device_that_central_does_not_know_keeps_its_data(world: World) -> None:
    """A central restored from before the enrolment knows it no more: that is no theft."""
    station = heard(world)
    with writing(world.engine) as connection:
        connection.execute(METADATA.tables["station"].delete())
    station._core.sync.wake()
    until(lambda: station.sync_state.reason == "device_unknown", 20)
    station._core.sync.upkeep()
    assert station.barred() is None
    assert count(station, "person") > 0


def test_every_table_is_wiped_or_known_to_name_nobody() -> None:
    """A new table of personal data is deleted unless somebody says that it stays."""
    assert set(_LEFT) == {"outbox", "setting", "exchange", "ticket", "sign_in_failure"}


def test_a_day_that_ends_is_purged_while_the_application_stays_open(world: World) -> None:
    station = heard(world)
    old, new = (station.folder / "convocations" / name for name in ("old.pdf", "new.pdf"))
    old.parent.mkdir(exist_ok=True)
    for path in (old, new):
        path.write_text("nom")
    os.utime(old, (time.time() - 2 * DAY.total_seconds(),) * 2)
    before = count(station, "appointment")
    world.clock.forward(days=3)
    station._core.sync.upkeep()
    assert count(station, "appointment") < before
    assert not old.exists()
    assert new.exists()


def test_what_nobody_has_settled_stays_for_a_week_after_its_day(world: World) -> None:
    station = heard(world)
    expected = [row.key for row in station.reception.day() if row.state is DayState.EXPECTED]
    until(lambda: station.sync_state.link is Link.ONLINE)
    for days, kept in ((8, True), (1, False)):
        world.clock.forward(days=days)
        station._core.sync.upkeep()
        with reading(station._core.engine) as connection:
            left = {each.id for each in connection.execute(TABLES["appointment"].select())}
            persons = {each.id for each in connection.execute(TABLES["person"].select())}
            known = connection.execute(TABLES["appointment"].select()).all()
        assert (set(expected) <= left) is kept
        assert {each.person for each in known} <= persons


def test_what_central_took_a_week_ago_is_kept_no_longer_though_the_application_stays_open(
    world: World,
) -> None:
    station = heard(world)
    station._core.submit(Register(DIALLO))
    until(lambda: station.sync_state.pending == 0)
    journal = station._core.journal

    def kept() -> int:
        with reading(journal._own) as connection:
            return int(connection.exec_driver_sql("SELECT count(*) FROM done").scalar_one())

    world.clock.forward(days=6)
    station._core.sync.upkeep()
    assert kept() == 1
    world.clock.forward(days=2)
    station._core.sync.wake()  # central is heard again, or the station would be barred
    until(lambda: kept() == 0)


def test_what_was_deleted_is_given_back_to_the_disk(tmp_path: Path) -> None:
    engine = open_engine(sqlite_url(tmp_path / "a.sqlite3"))
    with writing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE t (x TEXT)")
        connection.exec_driver_sql(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) "
            "INSERT INTO t SELECT hex(randomblob(500)) FROM n"
        )
    assert not compact(engine)
    with writing(engine) as connection:
        connection.exec_driver_sql("DELETE FROM t")
    assert compact(engine)
    engine.dispose()
    assert (tmp_path / "a.sqlite3").stat().st_size < 50_000


@pytest.mark.parametrize(
    ("zone", "hour"),
    [("Europe/Paris", 0), ("America/Guadeloupe", 23), ("Indian/Reunion", 1)],
)
def test_a_day_stays_until_the_end_of_the_next_one_by_the_site_s_own_clocks(
    world: World, zone: str, hour: int
) -> None:
    """Whatever day it is in Greenwich."""
    station = heard(world)
    core = station._core
    core.sync.upkeep()  # the first one leaves the days to the opening, which has just seen to them
    core.site = replace(station.site, time_zone=zone)
    world.clock.now = datetime(2026, 11, 26, hour, 30, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    core.sync.upkeep()
    with reading(core.engine) as connection:
        kept = connection.exec_driver_sql("SELECT value FROM setting WHERE name = 'purged'")
        assert kept.scalar() == "2026-11-25"
