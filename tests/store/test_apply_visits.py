"""From arrival to outcome. Facts of the physical world are recorded, whatever central knew."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import Engine

from guichet.domain.lifecycle import OUTCOMES, VISIT
from guichet.domain.model import AppointmentStatus, VisitStatus
from guichet.domain.operations import (
    Action,
    Applied,
    Call,
    Cancel,
    CheckIn,
    Complete,
    Move,
    NoteScan,
    Start,
    UndoCheckIn,
)
from guichet.store.engine import writing
from tests.store.samples import (
    ADA,
    BOBIGNY,
    CHIEF,
    DAY,
    FIRST,
    NOW,
    Counter,
    contents,
    furnish,
    publish,
    slot,
)


@pytest.fixture
def central(engine: Engine) -> Counter:
    furnish(engine)
    return Counter(engine)


@pytest.fixture
def made(central: Counter) -> str:
    return central.book(ADA, "s1")


def test_a_check_in_opens_a_visit(central: Counter, made: str) -> None:
    outcome = central.do(CheckIn("v1", made, "B101", "late"), FIRST)
    assert outcome == Applied((("visit", "v1"), ("appointment", made)), {"ticket": "B101"})
    visit = central.visit("v1")
    assert (visit.status, visit.arrived_at, visit.day) == (VisitStatus.WAITING, FIRST, DAY)
    assert (visit.person, visit.procedure, visit.anomaly) == ("p-ada", "renew", "late")
    assert central.appointment(made).status is AppointmentStatus.ARRIVED


def test_the_day_of_a_visit_is_the_sites_own(central: Counter, made: str) -> None:
    central.do(CheckIn("v1", made, "B101", None), datetime(2026, 11, 22, 23, 30, tzinfo=UTC))
    assert central.visit("v1").day == DAY
    central.put(replace(BOBIGNY, time_zone="America/Cayenne"))
    central.do(CheckIn("v2", "f" * 16, "B102", None), datetime(2026, 11, 24, 1, 0, tzinfo=UTC))
    assert central.visit("v2").day == DAY


def test_someone_whose_appointment_is_unknown_is_received(central: Counter) -> None:
    outcome = central.do(CheckIn("v1", "f" * 16, "B101", None), FIRST)
    news = {"ticket": "B101", "oddity": "unknown_here"}
    assert outcome == Applied((("visit", "v1"),), news)
    visit = central.visit("v1")
    assert (visit.appointment, visit.person, visit.anomaly) == ("f" * 16, None, "unknown_here")


def test_another_sites_appointment_is_left_to_that_site(central: Counter, made: str) -> None:
    central.put(replace(CHIEF, code="RAINCY", site=94))
    before = central.appointment(made)
    outcome = central.do(CheckIn("v1", made, "B101", "old_key"), FIRST, site=94, agent="RAINCY")
    assert outcome == Applied((("visit", "v1"),), {"ticket": "B101"})
    assert central.appointment(made) == before
    visit = central.visit("v1")
    assert (visit.site, visit.person, visit.anomaly) == (94, None, "old_key")


def test_who_was_not_told_of_a_move_was_here_and_is_still_expected(
    central: Counter, made: str
) -> None:
    tomorrow = slot("later", 1, 24, day=DAY + timedelta(days=1))
    with writing(central.engine) as connection:
        publish(connection, tomorrow)
    assert isinstance(central.do(Move(made, "no hold", "later")), Applied)
    for visit in ("v1", "v2"):  # on two stations
        outcome = central.do(CheckIn(visit, made, visit.upper(), None), FIRST)
        assert isinstance(outcome, Applied)
        assert outcome.detail["oddity"] == {"v1": "moved", "v2": "double"}[visit]
    assert central.appointment(made).status is AppointmentStatus.BOOKED
    came = central.visit("v1")
    assert (came.status, came.anomaly, came.person) == (VisitStatus.WAITING, "moved", "p-ada")
    assert central.visit("v2").status is VisitStatus.DUPLICATE
    central.do(Call("v1", "4"))
    central.do(Complete("v1", "served"))
    # The next day counts for itself.
    outcome = central.do(CheckIn("v3", made, "V3", None), FIRST + timedelta(days=1))
    assert isinstance(outcome, Applied)
    assert "oddity" not in outcome.detail
    assert central.appointment(made).status is AppointmentStatus.ARRIVED
    assert central.visit("v3").status is VisitStatus.WAITING


def test_moved_to_another_site_meanwhile_is_said_as_such(central: Counter, made: str) -> None:
    before = replace(central.appointment(made), site=94, revision=2)
    central.put(before)
    outcome = central.do(CheckIn("v1", made, "B101", None), FIRST)
    assert outcome == Applied((("visit", "v1"),), {"ticket": "B101", "oddity": "moved"})
    assert central.appointment(made) == before
    assert central.visit("v1").anomaly == "moved"


def test_a_station_that_reads_a_newer_paper_says_nothing_odd(engine: Engine) -> None:
    furnish(engine)
    station = Counter(engine, authority=None)
    made = station.book(ADA, "s1")
    known = replace(station.appointment(made), revision=2, day=DAY + timedelta(days=1))
    station.put(known)
    outcome = station.do(CheckIn("v1", made, "B101", "unknown_here"), FIRST)
    assert isinstance(outcome, Applied)
    assert "oddity" not in outcome.detail
    assert station.visit("v1").anomaly == "unknown_here"
    assert station.appointment(made) == known


def test_central_tells_the_station_what_it_did_not_know(central: Counter, made: str) -> None:
    central.do(Cancel(made, "person"))
    news = [central.check_in(visit, made, minute) for visit, minute in (("v1", 3), ("v2", 0))]
    assert [n.detail.get("oddity") for n in news if isinstance(n, Applied)] == [
        "cancelled", "double",
    ]  # fmt: skip


def test_a_visit_is_opened_once(central: Counter, made: str) -> None:
    central.check_in("v1", made)
    central.do(Call("v1", "4"))
    assert central.refusal(CheckIn("v1", made, "B102", None)) == "duplicate_id"
    central.put(replace(central.visit("v1"), site=94))
    assert central.refusal(CheckIn("v1", made, "B102", None)) == "other_site"


@pytest.mark.parametrize("order", [("first", "second"), ("second", "first")])
def test_of_two_check_ins_the_earlier_counts_in_whichever_order_they_come(
    central: Counter, made: str, order: tuple[str, str]
) -> None:
    minutes = {"first": 0, "second": 3}
    for visit in order:
        assert isinstance(central.check_in(visit, made, minutes[visit]), Applied)
    first, second = central.visit("first"), central.visit("second")
    assert (first.status, first.anomaly, first.ticket) == (VisitStatus.WAITING, None, "FIRST")
    assert (second.status, second.anomaly) == (VisitStatus.DUPLICATE, "double")
    assert central.appointment(made).status is AppointmentStatus.ARRIVED


def test_three_check_ins_leave_one(central: Counter, made: str) -> None:
    for visit, minute in (("v2", 2), ("v3", 3), ("v1", 1)):
        central.check_in(visit, made, minute)
    statuses = [central.visit(visit).status for visit in ("v1", "v2", "v3")]
    assert statuses == [VisitStatus.WAITING, VisitStatus.DUPLICATE, VisitStatus.DUPLICATE]


def test_who_was_called_already_is_not_sent_back_by_an_earlier_arrival(
    central: Counter, made: str
) -> None:
    central.check_in("second", made, 3)
    central.do(Call("second", "4"))
    outcome = central.check_in("first", made, 0)
    assert isinstance(outcome, Applied)
    assert ("visit", "second") in outcome.changed
    assert central.visit("second").status is VisitStatus.CALLED
    assert central.visit("first").status is VisitStatus.DUPLICATE


@pytest.mark.parametrize("action", [Call("second", "4"), Complete("second", "left")])
def test_who_was_received_with_the_second_ticket_keeps_it(
    central: Counter, made: str, action: Action
) -> None:
    central.check_in("first", made, 0)
    central.check_in("second", made, 3)
    outcome = central.do(action)
    assert isinstance(outcome, Applied)
    assert outcome.changed == (("visit", "second"), ("visit", "first"))
    assert central.visit("first").status is VisitStatus.DUPLICATE
    assert central.visit("second").status in (VisitStatus.CALLED, VisitStatus.DONE)
    assert central.refusal(Call("first", "5")) == "duplicate"


def test_the_same_moment_is_settled_by_the_visits_id(central: Counter, made: str) -> None:
    central.check_in("v2", made)
    central.check_in("v1", made)
    assert central.visit("v1").status is VisitStatus.WAITING
    assert central.visit("v2").status is VisitStatus.DUPLICATE


@pytest.mark.parametrize("order", [(0, 3), (3, 0)])
def test_someone_comes_though_it_was_cancelled(
    central: Counter, made: str, order: tuple[int, int]
) -> None:
    central.do(Cancel(made, "service"))
    for minute in order:
        central.check_in(f"v{minute}", made, minute)
    assert central.appointment(made).status is AppointmentStatus.CANCELLED
    assert (central.visit("v0").status, central.visit("v0").anomaly) == (
        VisitStatus.WAITING,
        "cancelled",
    )
    assert central.visit("v3").status is VisitStatus.DUPLICATE


def test_someone_comes_though_noted_absent(central: Counter, made: str) -> None:
    central.put(replace(central.appointment(made), status=AppointmentStatus.ABSENT))
    central.check_in("v1", made)
    assert central.appointment(made).status is AppointmentStatus.ARRIVED
    assert central.visit("v1").anomaly is None


def test_undoing_gives_the_appointment_back(central: Counter, made: str) -> None:
    central.check_in("v1", made)
    outcome = central.do(UndoCheckIn("v1"))
    assert isinstance(outcome, Applied)
    assert outcome.changed == (("visit", "v1"), ("appointment", made))
    assert central.visit("v1").status is VisitStatus.UNDONE
    assert central.appointment(made).status is AppointmentStatus.BOOKED
    central.check_in("v2", made, 1)
    assert central.visit("v2").status is VisitStatus.WAITING
    assert central.visit("v2").anomaly is None


def test_undoing_the_arrival_of_someone_unknown_or_cancelled(central: Counter, made: str) -> None:
    central.do(Cancel(made, "person"))
    central.check_in("v1", made)
    central.check_in("v2", "f" * 16)
    assert central.do(UndoCheckIn("v1")) == Applied((("visit", "v1"),), {"ticket": "V1"})
    assert central.do(UndoCheckIn("v2")) == Applied((("visit", "v2"),), {"ticket": "V2"})
    assert central.appointment(made).status is AppointmentStatus.CANCELLED


def test_who_was_checked_in_twice_keeps_the_other_ticket(central: Counter, made: str) -> None:
    for visit, minute in (("v1", 0), ("v3", 3), ("v2", 2)):
        central.check_in(visit, made, minute)
    outcome = central.do(UndoCheckIn("v1", "gone_again"))
    assert outcome == Applied((("visit", "v1"), ("visit", "v2")), {"ticket": "V1", "stands": "V2"})
    assert central.visit("v2").status is VisitStatus.WAITING
    assert central.visit("v3").status is VisitStatus.DUPLICATE
    assert central.appointment(made).status is AppointmentStatus.ARRIVED
    central.do(UndoCheckIn("v2", "gone_again"))
    assert central.visit("v3").status is VisitStatus.WAITING
    central.do(UndoCheckIn("v3", "gone_again"))
    assert central.appointment(made).status is AppointmentStatus.BOOKED


def test_taking_back_the_second_of_two_check_ins_leaves_the_first(
    central: Counter, made: str
) -> None:
    central.check_in("v1", made)
    central.check_in("v2", made, 2)
    assert central.do(UndoCheckIn("v2", "by_mistake")) == Applied(
        (("visit", "v2"),), {"ticket": "V2"}
    )
    assert central.visit("v1").status is VisitStatus.WAITING
    assert central.appointment(made).status is AppointmentStatus.ARRIVED
    central.do(UndoCheckIn("v1", "by_mistake"))
    assert central.visit("v2").status is VisitStatus.UNDONE
    assert central.appointment(made).status is AppointmentStatus.BOOKED


def test_the_reason_of_an_undoing_stays_with_the_visit(central: Counter, made: str) -> None:
    central.check_in("v1", made)
    assert central.refusal(UndoCheckIn("v1", "boredom")) == "unknown_reason"
    central.do(UndoCheckIn("v1", "wrong_person"))
    assert central.visit("v1").outcome == "wrong_person"
    central.check_in("v2", made, 1)
    central.do(UndoCheckIn("v2"))  # queued by a station of before reasons were asked for
    assert (central.visit("v2").status, central.visit("v2").outcome) == (VisitStatus.UNDONE, None)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_called_started_completed(central: Counter, made: str, outcome: str) -> None:
    central.check_in("v1", made)
    moments = [FIRST + timedelta(minutes=minute) for minute in (5, 6, 20)]
    reason = "breakdown" if outcome == "unsuccessful" else None
    steps: list[Action] = [Call("v1", "4"), Start("v1"), Complete("v1", outcome, reason)]
    for step, moment in zip(steps, moments, strict=True):
        assert central.do(step, moment) == Applied((("visit", "v1"),), {"ticket": "V1"})
    visit = central.visit("v1")
    assert [visit.called_at, visit.started_at, visit.ended_at] == moments
    assert (visit.desk, visit.status, visit.outcome) == ("4", VisitStatus.DONE, outcome)


def test_every_step_is_the_tables(central: Counter, made: str, subtests: pytest.Subtests) -> None:
    central.check_in("v1", made)
    waiting = central.visit("v1")
    actions: list[UndoCheckIn | Call | Start | Complete] = [
        UndoCheckIn("v1"),
        Call("v1", "9"),
        Start("v1"),
        Complete("v1", "left"),
    ]
    for status, action in product(VisitStatus, actions):
        with subtests.test(status=status, kind=action.kind):
            central.put(replace(waiting, status=status, desk="4"))
            expected = VISIT[status, action.kind]
            if isinstance(expected, VisitStatus):
                assert isinstance(central.do(action), Applied)
                assert central.visit("v1").status is expected
            else:
                assert central.refusal(action) == expected


def test_a_call_lost_to_another_desk_says_which(central: Counter, made: str) -> None:
    central.check_in("v1", made)
    central.do(Call("v1", "4"))
    refused = central.do(Call("v1", "5"))
    assert not isinstance(refused, Applied)
    assert (refused.reason, refused.detail) == ("already_called", {"ticket": "V1", "desk": "4"})


def test_steps_that_make_no_sense_are_refused(central: Counter, made: str) -> None:
    central.check_in("v1", made)
    assert central.refusal(Call("nobody", "4")) == "unknown_visit"
    assert central.refusal(Complete("v1", "vanished")) == "unknown_outcome"
    central.put(replace(central.visit("v1"), site=94))
    assert central.refusal(Call("v1", "4")) == "unknown_visit"


def test_a_noted_scan_changes_no_record(central: Counter) -> None:
    before = contents(central.engine)
    assert central.do(NoteScan("forged", None), NOW) == Applied()
    assert contents(central.engine) == before


def test_a_station_checks_in_as_central_does(engine: Engine) -> None:
    furnish(engine)
    station = Counter(engine, authority=None)
    made = station.book(ADA, "s1")
    station.check_in("v1", made)
    assert station.visit("v1").person == "p-ada"
    assert station.appointment(made).status is AppointmentStatus.ARRIVED


def test_who_has_no_appointment_is_received_too(central: Counter) -> None:
    for visit, procedure in (("v1", "collect"), ("v2", None), ("v3", "unheard of")):
        outcome = central.do(CheckIn(visit, None, visit.upper(), None, procedure), FIRST)
        assert outcome == Applied((("visit", visit),), {"ticket": visit.upper()})
    assert [central.visit(v).procedure for v in ("v1", "v2", "v3")] == ["collect", None, None]
    came = central.visit("v1")
    assert (came.appointment, came.person, came.anomaly) == (None, None, None)
    for action in (Call("v1", "4"), Start("v1"), Complete("v1", "served"), UndoCheckIn("v2")):
        assert isinstance(central.do(action), Applied)
    assert central.visit("v1").status is VisitStatus.DONE
    assert central.visit("v2").status is VisitStatus.UNDONE
