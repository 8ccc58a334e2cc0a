"""What checking an identity gave, and what counters report."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from guichet.domain.operations import Applied, FileReport, NoteIdentity, NoteScan
from guichet.domain.reports import Report
from guichet.store.days import day_rows
from guichet.store.engine import reading
from guichet.store.reports import reports_of
from tests.store.samples import ADA, BOBIGNY, CHIEF, DAY, FIRST, Counter, furnish

REPORT = FileReport("r1", "expected", None, None, None, ("paid", "name"), "trois cents euros")


@pytest.fixture
def central(engine: Engine) -> Counter:
    furnish(engine)
    return Counter(engine)


@pytest.fixture
def arrived(central: Counter) -> str:
    made = central.book(ADA, "s1")
    central.check_in("v1", made)
    return made


def test_the_last_check_of_an_identity_stays_with_the_visit(central: Counter, arrived: str) -> None:
    assert central.do(NoteIdentity("v1", "mismatched"), FIRST) == Applied((("visit", "v1"),))
    assert central.do(NoteIdentity("v1", "matched"), FIRST) == Applied((("visit", "v1"),))
    assert central.visit("v1").identity == "matched"
    with reading(central.engine) as connection:
        (row,) = (r for r in day_rows(connection, 93, DAY) if r.appointment == arrived)
    assert (row.identity, row.reported) == ("matched", False)


@pytest.mark.usefixtures("arrived")
def test_only_a_check_of_a_visit_here_is_kept(central: Counter) -> None:
    assert central.refusal(NoteIdentity("v1", "7503012345")) == "unknown_reason"
    assert central.refusal(NoteIdentity("v1", "not_bound")) == "unknown_reason"
    assert central.refusal(NoteIdentity("v9", "matched")) == "unknown_visit"
    central.put(replace(CHIEF, code="RAINCY", site=94))
    away = central.refusal(NoteIdentity("v1", "matched"), site=94, agent="RAINCY")
    assert away == "unknown_visit"


def test_a_report_is_kept_and_marks_the_day(central: Counter, arrived: str) -> None:
    about = replace(REPORT, appointment=arrived, visit="v1", identity="mismatched")
    assert central.do(about, FIRST) == Applied((("report", "r1"),))
    assert central.do(replace(REPORT, report="r2", visit="v1", note=""), FIRST)
    with reading(central.engine) as connection:
        first, second = sorted(reports_of(connection, 93, DAY), key=lambda each: each.id)
        rows = day_rows(connection, 93, DAY)
    assert first == Report(
        "r1", 93, DAY, FIRST, "MARTIN", "expected", arrived, "v1", "mismatched", ("name", "paid"),
        "trois cents euros",
    )  # fmt: skip
    assert second.note == ""
    assert [row.appointment for row in rows if row.reported] == [arrived]
    assert central.visit("v1").identity is None  # a report changes nothing for the person


def test_a_report_says_something_from_the_list(central: Counter) -> None:
    assert central.refusal(replace(REPORT, seen=())) == "unknown_reason"
    assert central.refusal(replace(REPORT, seen=("name", "nationality"))) == "unknown_reason"
    assert central.refusal(replace(REPORT, finding="odd")) == "unknown_reason"
    assert central.refusal(replace(REPORT, identity="9912345678")) == "unknown_reason"
    assert isinstance(central.do(REPORT, FIRST), Applied)
    assert central.refusal(REPORT, FIRST) == "duplicate_id"


def test_a_station_that_knows_not_its_site_reports_nothing(central: Counter) -> None:
    central.put(replace(CHIEF, site=95))
    assert central.refusal(REPORT, site=95) == "unknown_site"
    assert central.do(NoteScan("forged", None), site=95) == Applied()
    assert BOBIGNY.number != 95
