from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from guichet.domain.admission import ADMIT, Admit, Decision, Finding, decide, local_day, unverified
from guichet.domain.claims import Claims
from guichet.domain.model import Appointment, AppointmentStatus, Site
from tests.domain.samples import APPOINTMENT, BOBIGNY, CLAIMS, START

OLD = replace(CLAIMS, revision=1)
NEW = replace(CLAIMS, revision=3)
ELSEWHERE = replace(CLAIMS, site=94)
CANCELLED = replace(APPOINTMENT, status=AppointmentStatus.CANCELLED)
ARRIVED = replace(APPOINTMENT, status=AppointmentStatus.ARRIVED)
ABSENT = replace(APPOINTMENT, status=AppointmentStatus.ABSENT)
LOCAL = replace(APPOINTMENT, token=None)
AWAY = replace(APPOINTMENT, site=94)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("claims", "appointment", "now", "expected"),
    [
        (CLAIMS, APPOINTMENT, START, Finding.EXPECTED),
        (None, APPOINTMENT, START, Finding.EXPECTED),
        (CLAIMS, ABSENT, START, Finding.EXPECTED),
        (CLAIMS, APPOINTMENT, START - 31 * MINUTE, Finding.EARLY),
        (CLAIMS, APPOINTMENT, START + 16 * MINUTE, Finding.LATE),
        (CLAIMS, ABSENT, START + 16 * MINUTE, Finding.LATE),
        (CLAIMS, APPOINTMENT, START - DAY, Finding.WRONG_DAY),
        (CLAIMS, APPOINTMENT, START + DAY, Finding.WRONG_DAY),
        (CLAIMS, AWAY, START, Finding.WRONG_SITE),
        (None, AWAY, START, Finding.WRONG_SITE),
        (ELSEWHERE, None, START, Finding.WRONG_SITE),
        (CLAIMS, ARRIVED, START, Finding.ALREADY_IN),
        (CLAIMS, ARRIVED, START + DAY, Finding.ALREADY_IN),
        (CLAIMS, CANCELLED, START, Finding.CANCELLED),
        (OLD, CANCELLED, START, Finding.CANCELLED),
        (OLD, APPOINTMENT, START, Finding.SUPERSEDED),
        (OLD, AWAY, START, Finding.SUPERSEDED),
        (OLD, ARRIVED, START, Finding.SUPERSEDED),
        (CLAIMS, None, START, Finding.UNKNOWN_HERE),
        (CLAIMS, None, START - 31 * MINUTE, Finding.EARLY),
        (CLAIMS, None, START + 16 * MINUTE, Finding.LATE),
        (CLAIMS, None, START + DAY, Finding.WRONG_DAY),
        (None, LOCAL, START, Finding.UNCONFIRMED),
        (None, LOCAL, START + 16 * MINUTE, Finding.LATE),
        (None, LOCAL, START + DAY, Finding.WRONG_DAY),
        (None, None, START, Finding.NOT_FOUND),
    ],
)
def test_findings(
    claims: Claims | None, appointment: Appointment | None, now: datetime, expected: Finding
) -> None:
    assert decide(claims, appointment, BOBIGNY, now).finding is expected


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("not_ours", Finding.NOT_OURS),
        ("unknown_key", Finding.UNKNOWN_KEY),
        ("malformed", Finding.FORGED),
        ("bad_signature", Finding.FORGED),
    ],
)
def test_unverified(reason: str, expected: Finding) -> None:
    assert unverified(reason) == Decision(expected)


def test_a_token_newer_than_what_is_known_here_speaks_for_itself() -> None:
    moved = replace(NEW, starts_at=START + DAY)
    assert decide(moved, APPOINTMENT, BOBIGNY, START + DAY).finding is Finding.UNKNOWN_HERE
    assert decide(moved, APPOINTMENT, BOBIGNY, START).finding is Finding.WRONG_DAY
    away = replace(moved, site=94)
    assert decide(away, APPOINTMENT, BOBIGNY, START + DAY) == Decision(
        Finding.WRONG_SITE, 94, START + DAY
    )


@pytest.mark.parametrize(
    ("off", "expected", "minutes"),
    [
        (-30 * MINUTE - SECOND, Finding.EARLY, -31),
        (-30 * MINUTE, Finding.EXPECTED, -30),
        (-SECOND, Finding.EXPECTED, -1),
        (0 * SECOND, Finding.EXPECTED, 0),
        (59 * SECOND, Finding.EXPECTED, 0),
        (15 * MINUTE, Finding.EXPECTED, 15),
        (16 * MINUTE - SECOND, Finding.EXPECTED, 15),  # the clock on the wall says 15 past
        (16 * MINUTE, Finding.LATE, 16),
    ],
)
@pytest.mark.parametrize("appointment", [APPOINTMENT, None])
def test_tolerances_to_the_second(
    off: timedelta, expected: Finding, minutes: int, appointment: Appointment | None
) -> None:
    decision = decide(CLAIMS, appointment, BOBIGNY, START + off)
    known = Finding.EXPECTED if appointment else Finding.UNKNOWN_HERE
    assert decision.finding is (known if expected is Finding.EXPECTED else expected)
    assert (decision.site, decision.starts_at, decision.minutes_off) == (93, START, minutes)


PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    "starts_at",
    [
        datetime(2026, 3, 29, 10, 0, tzinfo=PARIS),  # 23 hours long
        datetime(2026, 10, 25, 10, 0, tzinfo=PARIS),  # 25 hours long
        datetime(2026, 10, 25, 2, 30, tzinfo=PARIS, fold=1),
    ],
)
def test_days_when_the_clocks_change(starts_at: datetime) -> None:
    start = starts_at.astimezone(UTC)
    made = replace(APPOINTMENT, starts_at=start)
    for off, expected in (
        (-30 * MINUTE, Finding.EXPECTED),
        (-31 * MINUTE, Finding.EARLY),
        (15 * MINUTE, Finding.EXPECTED),
        (16 * MINUTE, Finding.LATE),
    ):
        assert decide(None, made, BOBIGNY, start + off).finding is expected


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/Cayenne", "Pacific/Noumea", "UTC"])
def test_the_day_ends_at_midnight_of_the_site(zone: str) -> None:
    site = replace(BOBIGNY, time_zone=zone, early_minutes=24 * 60, late_minutes=24 * 60)
    midnight = datetime(2026, 11, 23, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    made = replace(APPOINTMENT, starts_at=midnight)
    assert decide(None, made, site, midnight).finding is Finding.EXPECTED
    assert decide(None, made, site, midnight - SECOND).finding is Finding.WRONG_DAY
    assert decide(None, made, site, midnight + DAY - SECOND).finding is Finding.EXPECTED
    assert decide(None, made, site, midnight + DAY).finding is Finding.WRONG_DAY
    assert local_day(midnight - SECOND, site) == local_day(midnight, site) - DAY


def test_the_25_hours_of_the_day_winter_time_begins() -> None:
    site = replace(BOBIGNY, early_minutes=2000, late_minutes=2000)
    first = datetime(2026, 10, 25, 0, 0, tzinfo=PARIS).astimezone(UTC)
    made = replace(APPOINTMENT, starts_at=first)
    last = first + timedelta(hours=25) - SECOND
    assert decide(None, made, site, last).finding is Finding.EXPECTED
    assert decide(None, made, site, last + SECOND).finding is Finding.WRONG_DAY


@pytest.mark.parametrize(
    ("finding", "admit"),
    [
        (Finding.EXPECTED, Admit.NOW),
        (Finding.UNKNOWN_HERE, Admit.NOW),
        (Finding.LATE, Admit.ASK),
        (Finding.EARLY, Admit.ASK),
        (Finding.UNCONFIRMED, Admit.ASK),
        (Finding.REVOKED_KEY, Admit.ASK),
        *((f, Admit.NO) for f in Finding if ADMIT[f] is Admit.NO),
    ],
)
def test_admission(finding: Finding, admit: Admit) -> None:
    assert Decision(finding).admit is admit


MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
SITES = st.builds(
    replace,
    st.just(BOBIGNY),
    number=st.sampled_from([93, 94]),
    time_zone=st.sampled_from(["Europe/Paris", "America/Martinique", "Pacific/Wallis"]),
    early_minutes=st.integers(0, 1500),
    late_minutes=st.integers(0, 1500),
)
CLAIMED = st.none() | st.builds(
    Claims,
    st.just(APPOINTMENT.id),
    st.integers(1, 4),
    st.sampled_from([93, 94]),
    MOMENTS,
    st.binary(min_size=4, max_size=4),
)
KNOWN = st.none() | st.builds(
    replace,
    st.just(APPOINTMENT),
    site=st.sampled_from([93, 94]),
    starts_at=MOMENTS,
    status=st.sampled_from(AppointmentStatus),
    revision=st.integers(1, 4),
    token=st.none() | st.just("G1:…"),
)


@given(CLAIMED, KNOWN, SITES, MOMENTS | st.timedeltas(-DAY, DAY))
@example(None, APPOINTMENT, BOBIGNY, timedelta())
def test_there_is_always_exactly_one_finding_and_it_holds(
    claims: Claims | None, appointment: Appointment | None, site: Site, when: datetime | timedelta
) -> None:
    known = appointment.starts_at if appointment else claims.starts_at if claims else START
    now = known + when if isinstance(when, timedelta) else when
    decision = decide(claims, appointment, site, now)
    assert decision == decide(claims, appointment, site, now)
    assert isinstance(decision.admit, Admit)
    if appointment is None and claims is None:
        assert decision == Decision(Finding.NOT_FOUND)
        return
    assert decision.starts_at is not None
    same_day = local_day(decision.starts_at, site) == local_day(now, site)
    if decision.admit is not Admit.NO:
        assert same_day
        assert decision.site == site.number
    if decision.admit is Admit.NOW:
        assert now >= decision.starts_at - site.early_minutes * MINUTE
        assert now < decision.starts_at + (site.late_minutes + 1) * MINUTE
    if decision.finding is Finding.EXPECTED:
        assert appointment is not None
        # Only central marks somebody absent, so it has confirmed the appointment.
        assert appointment.token or appointment.status is AppointmentStatus.ABSENT
        assert claims is None or claims.revision == appointment.revision
    if decision.finding is Finding.WRONG_SITE:
        assert decision.site != site.number
