from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.domain.continuation import (
    Answer,
    Continuation,
    ContinuationDoubt,
    Ground,
    Verdict,
    continuation,
)
from guichet.domain.filing import Article, Title

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN
ACQUIRED, CONDITIONAL, NONE = Verdict.ACQUIRED, Verdict.CONDITIONAL, Verdict.NONE
EXPIRY = date(2025, 11, 30)
END = date(2026, 2, 28)
VALID, SINCE, PAST = EXPIRY, EXPIRY + timedelta(1), END + timedelta(1)
DATES = st.dates(date(1990, 1, 1), date(2100, 12, 31))
ANSWERS = st.sampled_from(Answer)


def found(title: Title, listed: Answer, filed: Answer, today: date) -> Continuation:
    return continuation(title, EXPIRY, listed=listed, filed=filed, today=today)


@pytest.mark.parametrize("title", [Title.FOUR_YEAR, Title.RESIDENT, Title.AGREEMENT])
@pytest.mark.parametrize("listed", Answer)
@pytest.mark.parametrize(
    ("filed", "today", "verdict", "ground"),
    [
        (YES, VALID, ACQUIRED, Ground.RENEWAL_ASKED),
        (YES, SINCE, ACQUIRED, Ground.RENEWAL_ASKED),
        (YES, END, ACQUIRED, Ground.RENEWAL_ASKED),
        (NO, VALID, CONDITIONAL, Ground.RENEWAL_TO_ASK),
        (NO, SINCE, CONDITIONAL, Ground.RENEWAL_TO_ASK),
        (UNKNOWN, SINCE, CONDITIONAL, Ground.RENEWAL_TO_CONFIRM),
        (YES, PAST, NONE, Ground.OVER),
        (NO, PAST, NONE, Ground.OVER),
    ],
)
def test_first_paragraph(
    title: Title, listed: Answer, filed: Answer, today: date, verdict: Verdict, ground: Ground
) -> None:
    result = found(title, listed, filed, today)
    assert (result.verdict, result.grounds) == (verdict, (ground,))
    assert (result.article, result.until) == (Article.L433_3_FIRST, END)
    late = today == SINCE and filed is not YES
    assert (ContinuationDoubt.LATE_REQUEST in result.doubts) is late


@pytest.mark.parametrize("title", [Title.TEMPORARY, Title.MULTI_YEAR])
@pytest.mark.parametrize(
    ("listed", "filed", "today", "verdict", "grounds", "until"),
    [
        (YES, YES, VALID, ACQUIRED, {Ground.LISTED_AND_FILED}, END),
        (YES, YES, SINCE, ACQUIRED, {Ground.LISTED_AND_FILED}, END),
        (YES, YES, PAST, NONE, {Ground.OVER}, END),
        (YES, NO, VALID, CONDITIONAL, {Ground.FILING_TO_DO}, END),
        (YES, NO, SINCE, NONE, {Ground.NOT_FILED_IN_TIME}, None),
        (YES, UNKNOWN, SINCE, CONDITIONAL, {Ground.FILING_TO_CONFIRM}, END),
        (UNKNOWN, YES, SINCE, CONDITIONAL, {Ground.LISTING_TO_CONFIRM}, END),
        (
            UNKNOWN,
            UNKNOWN,
            SINCE,
            CONDITIONAL,
            {Ground.LISTING_TO_CONFIRM, Ground.FILING_TO_CONFIRM},
            END,
        ),
        (
            UNKNOWN,
            NO,
            VALID,
            CONDITIONAL,
            {Ground.LISTING_TO_CONFIRM, Ground.FILING_TO_DO},
            END,
        ),
        (UNKNOWN, NO, SINCE, NONE, {Ground.NOT_FILED_IN_TIME}, None),
        (NO, YES, VALID, NONE, {Ground.UNLISTED}, None),
        (NO, YES, SINCE, NONE, {Ground.UNLISTED}, None),
        (NO, NO, PAST, NONE, {Ground.UNLISTED}, None),
    ],
)
def test_second_paragraph(
    title: Title,
    listed: Answer,
    filed: Answer,
    today: date,
    verdict: Verdict,
    grounds: set[Ground],
    until: date | None,
) -> None:
    result = found(title, listed, filed, today)
    assert (result.verdict, set(result.grounds), result.until) == (verdict, grounds, until)
    assert result.article is Article.L433_3_SECOND
    assert ContinuationDoubt.DEPARTMENTS in result.doubts


@pytest.mark.parametrize(
    ("expiry", "until", "shortened"),
    [
        (date(2025, 6, 30), date(2025, 9, 30), False),
        (date(2025, 11, 30), date(2026, 2, 28), True),
        (date(2025, 8, 23), date(2025, 11, 23), False),
    ],
)
@pytest.mark.parametrize("title", [Title.FOUR_YEAR, Title.TEMPORARY])
def test_worked_dates(title: Title, expiry: date, until: date, shortened: bool) -> None:  # noqa: FBT001 - a column
    result = continuation(title, expiry, listed=YES, filed=YES, today=expiry)
    assert result.until == until
    assert (ContinuationDoubt.MONTH_END in result.doubts) is shortened


def test_the_european_long_term_card_is_never_more_than_conditional() -> None:
    result = found(Title.RESIDENT_EU, YES, YES, SINCE)
    assert result.verdict is CONDITIONAL
    assert result.article is Article.L433_3_FIRST
    assert ContinuationDoubt.RESIDENT_EU in result.doubts
    assert found(Title.RESIDENT_EU, YES, YES, PAST).verdict is NONE


def test_a_title_the_article_does_not_name_may_have_other_rules() -> None:
    result = found(Title.OTHER, YES, YES, SINCE)
    assert (result.verdict, result.article, result.until) == (NONE, Article.L433_3, None)
    assert result.grounds == (Ground.NOT_NAMED,)
    assert result.doubts == (ContinuationDoubt.OTHER_RULES,)


@given(st.sampled_from(Title), DATES, ANSWERS, ANSWERS, DATES)
def test_every_answer_has_grounds_and_acquired_needs_filing(
    title: Title, expiry: date, listed: Answer, filed: Answer, today: date
) -> None:
    result = continuation(title, expiry, listed=listed, filed=filed, today=today)
    assert result.grounds
    if result.verdict is ACQUIRED:
        assert filed is YES
        assert result.until is not None
        assert today <= result.until
    if result.verdict is not NONE:
        assert result.until is not None
        assert 89 <= (result.until - expiry).days <= 92


_RANK = {NONE: 0, CONDITIONAL: 1, ACQUIRED: 2}
_BETTER = {NO: 0, UNKNOWN: 1, YES: 2}


@given(st.sampled_from(Title), DATES, ANSWERS, ANSWERS, ANSWERS, DATES, st.booleans())
def test_a_better_answer_never_gives_less(
    title: Title,
    expiry: date,
    one: Answer,
    other: Answer,
    kept: Answer,
    today: date,
    of_filing: bool,  # noqa: FBT001 - drawn
) -> None:
    worse, better = sorted((one, other), key=_BETTER.__getitem__)

    def rank(answer: Answer) -> int:
        listed, filed = (kept, answer) if of_filing else (answer, kept)
        return _RANK[continuation(title, expiry, listed=listed, filed=filed, today=today).verdict]

    assert rank(worse) <= rank(better)
