from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.domain.continuation import Verdict
from guichet.domain.urgency import WEIGHTS, Circumstance, Override, Point, PointCode, urgency

TODAY = date(2026, 11, 24)
EXPIRIES = st.none() | st.dates(date(2020, 1, 1), date(2035, 1, 1))
CIRCUMSTANCES = st.sets(st.sampled_from(Circumstance))
KEPT = st.none() | st.sampled_from(Verdict)


@pytest.mark.parametrize(
    ("left", "code"),
    [
        (-400, PointCode.EXPIRED),
        (-1, PointCode.EXPIRED),
        (0, PointCode.WITHIN_15_DAYS),
        (15, PointCode.WITHIN_15_DAYS),
        (16, PointCode.WITHIN_30_DAYS),
        (30, PointCode.WITHIN_30_DAYS),
        (31, PointCode.WITHIN_60_DAYS),
        (60, PointCode.WITHIN_60_DAYS),
        (61, None),
    ],
)
def test_the_nearest_date_counts_once(left: int, code: PointCode | None) -> None:
    found = urgency(TODAY + timedelta(left), TODAY)
    assert [point.code for point in found.points] == ([code] if code else [])
    assert found.total == (WEIGHTS[code] if code else 0)


def test_every_code_but_the_human_s_has_a_weight() -> None:
    assert set(WEIGHTS) == set(PointCode) - {PointCode.HUMAN}
    assert min(WEIGHTS.values()) > 0


@pytest.mark.parametrize("circumstance", Circumstance)
def test_each_circumstance_is_explained(circumstance: Circumstance) -> None:
    found = urgency(None, TODAY, {circumstance})
    assert found.points == (Point(PointCode(circumstance), WEIGHTS[PointCode(circumstance)]),)


@pytest.mark.parametrize("kept", [None, *Verdict])
def test_only_rights_not_kept_count(kept: Verdict | None) -> None:
    codes = [point.code for point in urgency(None, TODAY, kept=kept).points]
    assert codes == ([PointCode.NO_CONTINUATION] if kept is Verdict.NONE else [])


def test_a_whole_breakdown() -> None:
    found = urgency(TODAY - timedelta(1), TODAY, set(Circumstance), kept=Verdict.NONE)
    assert [(point.code, point.value) for point in found.points] == [
        (PointCode.EXPIRED, 40),
        (PointCode.WORK_AT_RISK, 20),
        (PointCode.NO_INTERIM_DOCUMENT, 15),
        (PointCode.NO_CONTINUATION, 15),
        (PointCode.MINORS, 10),
    ]
    assert found.total == 100


def test_the_order_and_the_repetition_of_circumstances_count_for_nothing() -> None:
    found = {urgency(None, TODAY, [*order, order[0]]) for order in permutations(Circumstance)}
    assert len(found) == 1


@given(EXPIRIES, CIRCUMSTANCES, KEPT, st.none() | st.integers(-200, 200))
def test_the_breakdown_is_the_score(
    expiry: date | None,
    circumstances: set[Circumstance],
    kept: Verdict | None,
    corrected: int | None,
) -> None:
    override = None if corrected is None else Override(corrected, "reçue hier")
    one, other = (
        urgency(expiry, TODAY, circumstances, kept=kept, override=override) for _ in range(2)
    )
    assert one == other
    assert one.total == sum(point.value for point in one.points)
    assert len({point.code for point in one.points}) == len(one.points)
    plain = urgency(expiry, TODAY, circumstances, kept=kept)
    assert one.total == plain.total + (corrected or 0)
    assert plain.total >= 0


@given(EXPIRIES, CIRCUMSTANCES, KEPT, st.integers(0, 4000))
def test_urgency_never_falls_as_days_pass(
    expiry: date | None, circumstances: set[Circumstance], kept: Verdict | None, days: int
) -> None:
    now = urgency(expiry, TODAY, circumstances, kept=kept)
    later = urgency(expiry, TODAY + timedelta(days), circumstances, kept=kept)
    assert now.total <= later.total


@pytest.mark.parametrize("reason", ["", " ", "\u00a0\n", ".", "–", "\u200b"])
def test_a_correction_without_a_reason_is_refused(reason: str) -> None:
    with pytest.raises(ValueError, match="needs a reason"):
        Override(10, reason)


@pytest.mark.parametrize("points", [35, -35])
def test_a_correction_is_shown_with_its_reason(points: int) -> None:
    found = urgency(None, TODAY, override=Override(points, "contrat signé pour lundi"))
    assert found.points == (Point(PointCode.HUMAN, points),)
    assert (found.total, found.reason) == (points, "contrat signé pour lundi")
