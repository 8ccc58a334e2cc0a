from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from guichet.domain.admission import Decision, decide
from guichet.domain.claims import Claims
from guichet.domain.keys import PublicKey, Standing, good_until, standing
from guichet.domain.model import Appointment, AppointmentStatus, Visit, VisitStatus
from guichet.domain.verdicts import (
    AXES,
    MEANINGS,
    TABLE,
    Admit,
    Facts,
    Finding,
    Known,
    Next,
    Paper,
    Proof,
    Row,
    Stay,
    Time,
    Tone,
    finding_of,
)
from tests.domain.samples import APPOINTMENT, BOBIGNY, CLAIMS, START

EVERYTHING = [
    Facts(**dict(zip(AXES, values, strict=True)))  # type: ignore[arg-type]
    for values in product(*AXES.values())
]
F = Finding
GOLDEN = {
    F.NOT_OURS: 1080, F.UNKNOWN_KEY: 1080, F.FORGED: 2160,
    F.ALREADY_IN: 882, F.ALREADY_CALLED: 840, F.ALREADY_RECEIVED: 840, F.ALREADY_DONE: 840,
    F.NOT_FOUND: 36, F.REVOKED_UNKNOWN: 36, F.CANCELLED: 144, F.SUPERSEDED: 1200,
    F.WRONG_SITE: 312, F.KEY_NOT_YET: 66, F.WRONG_DAY: 102, F.REVOKED_KEY: 18,
    F.EARLY: 28, F.LATE: 28, F.OLD_KEY: 8, F.UNKNOWN_HERE: 8, F.UNCONFIRMED: 4, F.EXPECTED: 8,
}  # fmt: skip
"""How many of the 9,720 combinations come to each finding, counted by hand from the rules."""


def test_every_combination_has_exactly_one_verdict() -> None:
    assert len(EVERYTHING) == 9 * 6 * 3 * 2 * 2 * 3 * 5
    assert dict(Counter(map(finding_of, EVERYTHING))) == GOLDEN


def test_every_finding_has_a_meaning_and_its_words_follow_from_it() -> None:
    assert set(MEANINGS) == set(Finding)
    for finding, meaning in MEANINGS.items():
        assert (meaning.admit is Admit.NOW) == (meaning.next is Next.TICKET), finding
        if meaning.admit is Admit.ASK:
            assert meaning.next in (Next.DECIDE, Next.IDENTITY), finding
        if meaning.tone is Tone.OK:
            assert finding is Finding.EXPECTED
        if meaning.tone is Tone.BAD:
            assert meaning.admit is Admit.NO, finding


def without(row: Row, facts: Facts) -> Finding | None:
    """What the table would say if it had not that row."""
    return next((each.finding for each in TABLE if each is not row and each.fits(facts)), None)


@pytest.mark.parametrize("row", TABLE, ids=[f"{n}-{r.finding}" for n, r in enumerate(TABLE)])
def test_every_row_decides_something(row: Row) -> None:
    assert any(without(row, facts) is not finding_of(facts) for facts in EVERYTHING)


def test_a_late_person_is_asked_and_never_refused() -> None:
    """Whatever else is in order, being late closes no door."""
    for facts in EVERYTHING:
        if facts.time is Time.LATE:
            late = MEANINGS[finding_of(facts)].admit
            on_time = MEANINGS[finding_of(replace(facts, time=Time.ON_TIME))].admit
            assert late is on_time or (late, on_time) == (Admit.ASK, Admit.NOW), facts


def test_who_is_let_in_at_once() -> None:
    for facts in EVERYTHING:
        if MEANINGS[finding_of(facts)].admit is Admit.NOW:
            assert facts.proof in (Proof.TYPED, Proof.VALID, Proof.ENDED_KEY)
            assert facts.time is Time.ON_TIME
            assert facts.stay is Stay.NONE
            assert facts.known is not Known.CANCELLED or facts.paper is Paper.NEWER


def test_a_revoked_signature_is_worth_no_more_than_a_typed_reference() -> None:
    for facts in EVERYTHING:
        if facts.proof is Proof.REVOKED_KEY:
            revoked = MEANINGS[finding_of(facts)].admit
            typed = MEANINGS[finding_of(replace(facts, proof=Proof.TYPED))].admit
            assert revoked is not Admit.NOW
            assert typed is not Admit.NO or revoked is Admit.NO, facts


def visit(status: VisitStatus) -> Visit:
    return Visit(
        "v", BOBIGNY.number, APPOINTMENT.day, APPOINTMENT.id, None, None, "B101", status, START,
        None, None, None, None, None, None,
    )  # fmt: skip


STATES: list[Appointment | None] = [
    None,
    replace(APPOINTMENT, token=None),
    *(replace(APPOINTMENT, status=status) for status in AppointmentStatus),
    *(replace(APPOINTMENT, status=status, site=94) for status in AppointmentStatus),
]
PAPERS: list[Claims | None] = [
    None,
    *(replace(CLAIMS, revision=revision, site=site) for revision in (1, 2, 3) for site in (93, 94)),
]
VISITS = [None, *map(visit, VisitStatus)]
MOMENTS = [START + timedelta(minutes=off) for off in (-1440, -31, 0, 16, 1440)]


def test_deciding_never_raises_and_reaches_every_finding_of_a_good_signature() -> None:
    made: list[Decision] = [
        decide(claims, known, BOBIGNY, now, key=key, visit=here)
        for claims, known, now, key, here in product(PAPERS, STATES, MOMENTS, Standing, VISITS)
    ]
    unsigned = {Finding.NOT_OURS, Finding.UNKNOWN_KEY, Finding.FORGED}
    assert {each.finding for each in made} == set(Finding) - unsigned
    for each in made:
        assert each.admit is Admit.NO or each.site == BOBIGNY.number


@pytest.mark.parametrize(
    ("key", "known", "expected"),
    [
        (Standing.GOOD, APPOINTMENT, Finding.EXPECTED),
        (Standing.ENDED, APPOINTMENT, Finding.EXPECTED),  # printed before: good as ever
        (Standing.ENDED, None, Finding.OLD_KEY),
        (Standing.FUTURE, APPOINTMENT, Finding.KEY_NOT_YET),
        (Standing.FUTURE, None, Finding.KEY_NOT_YET),
        (Standing.REVOKED, APPOINTMENT, Finding.REVOKED_KEY),
        (Standing.REVOKED, None, Finding.REVOKED_UNKNOWN),
    ],
)
def test_the_key_counts(key: Standing, known: Appointment | None, expected: Finding) -> None:
    assert decide(CLAIMS, known, BOBIGNY, START, key=key).finding is expected


def test_a_revoked_paper_moves_nobody() -> None:
    """Who stole the key could write any site and time: only the record's count."""
    written = replace(CLAIMS, revision=9, site=94, starts_at=START + timedelta(days=3))
    decision = decide(written, APPOINTMENT, BOBIGNY, START, key=Standing.REVOKED)
    assert decision == Decision(Finding.REVOKED_KEY, 93, START, 0)
    cancelled = replace(APPOINTMENT, status=AppointmentStatus.CANCELLED)
    again = decide(written, cancelled, BOBIGNY, START, key=Standing.REVOKED)
    assert again.finding is Finding.CANCELLED


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (VisitStatus.WAITING, Finding.ALREADY_IN),
        (VisitStatus.CALLED, Finding.ALREADY_CALLED),
        (VisitStatus.SERVING, Finding.ALREADY_RECEIVED),
        (VisitStatus.DONE, Finding.ALREADY_DONE),
        (VisitStatus.UNDONE, Finding.EXPECTED),
        (VisitStatus.DUPLICATE, Finding.EXPECTED),
    ],
)
def test_the_visit_counts(status: VisitStatus, expected: Finding) -> None:
    assert decide(CLAIMS, APPOINTMENT, BOBIGNY, START, visit=visit(status)).finding is expected


def test_an_old_paper_gives_nobody_the_ticket_of_who_is_here() -> None:
    old = replace(CLAIMS, revision=1)
    for status in VisitStatus:
        decision = decide(old, APPOINTMENT, BOBIGNY, START, visit=visit(status))
        assert decision.finding is Finding.SUPERSEDED


NOW = datetime(2026, 11, 24, tzinfo=UTC)
DAY = timedelta(days=1)


def key(start: int, end: int, revoked: datetime | None = None) -> PublicKey:
    return PublicKey(f"{start}-{end}", "", NOW + start * DAY, NOW + end * DAY, revoked)


def test_a_key_is_good_between_its_dates_until_it_is_revoked() -> None:
    assert standing(key(0, 1), NOW) is Standing.GOOD
    assert standing(key(1, 2), NOW) is Standing.FUTURE
    assert standing(key(-2, 0), NOW) is Standing.ENDED
    assert standing(key(-2, 2, NOW), NOW) is Standing.REVOKED
    assert standing(key(-9, -5, NOW), NOW) is Standing.REVOKED


@pytest.mark.parametrize(
    ("keys", "days"),
    [
        ([], None),
        ([key(-9, 0)], None),
        ([key(-9, 5)], 5),
        ([key(-9, 5, NOW), key(-9, 3)], 3),
        ([key(4, 90), key(-9, 5)], 90),
        ([key(6, 90), key(-9, 5)], 5),  # a day without any
        ([key(6, 90)], None),
        ([key(-9, 50), key(-9, 5)], 50),
    ],
)
def test_until_when_there_is_a_key_to_sign_with(keys: list[PublicKey], days: int | None) -> None:
    assert good_until(keys, NOW) == (None if days is None else NOW + days * DAY)
