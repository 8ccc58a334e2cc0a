"""Whether rights are kept up to three months after a title's expiry.

Rule: CESEDA art. L. 433-3, French text quoted by
https://french-business-law.com/french-legislation-art/article-l433-3-of-the-french-code-governing-the-entry-and-residence-of-foreign-nationals-and-the-right-of-asylum/.
First paragraph: the four-year carte pluriannuelle, the carte de résident and the title of more than
one year under an international agreement, when renewal is asked for. Second: the carte de séjour
temporaire and the other cartes pluriannuelles, in the départements an arrêté lists, when renewal
was filed before expiry. Social rights and the right to work are kept meanwhile. Which départements
are listed was not found: the mediator says. A human decides; nothing here refuses anything.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from guichet.domain.filing import Article, Title, add_months

_MONTHS_AFTER = 3

_FIRST = frozenset({Title.FOUR_YEAR, Title.RESIDENT, Title.RESIDENT_EU, Title.AGREEMENT})
_SECOND = frozenset({Title.TEMPORARY, Title.MULTI_YEAR})


class Answer(StrEnum):
    """What the person could say or show."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Verdict(StrEnum):
    """Whether rights are kept; named as the law's readers say it, never a bare yes."""

    ACQUIRED = "acquired"
    CONDITIONAL = "conditional"
    NONE = "none"


class Ground(StrEnum):
    """Why the verdict is what it is, or what is missing for rights to be kept."""

    RENEWAL_ASKED = "renewal_asked"
    RENEWAL_TO_ASK = "renewal_to_ask"
    RENEWAL_TO_CONFIRM = "renewal_to_confirm"
    LISTED_AND_FILED = "listed_and_filed"
    LISTING_TO_CONFIRM = "listing_to_confirm"
    FILING_TO_DO = "filing_to_do"  # the title is still valid
    FILING_TO_CONFIRM = "filing_to_confirm"
    UNLISTED = "unlisted"
    NOT_FILED_IN_TIME = "not_filed_in_time"
    NOT_NAMED = "not_named"  # L. 433-3 does not name this title
    OVER = "over"  # the three months have passed


class ContinuationDoubt(StrEnum):
    """What a human has to check before relying on the verdict."""

    DEPARTMENTS = "departments"  # guichet does not have the arrêté's list
    LATE_REQUEST = "late_request"  # the first paragraph does not say "before expiry"
    RESIDENT_EU = "resident_eu"  # the "longue durée-UE" card is not named as such
    OTHER_RULES = "other_rules"  # an agreement, a récépissé or an attestation may say otherwise
    MONTH_END = "month_end"  # the month has no such day: its last was taken


@dataclass(frozen=True, slots=True)
class Continuation:
    """The verdict today. `until`: the last day at most, None when the article gives none."""

    verdict: Verdict
    article: Article
    until: date | None
    grounds: tuple[Ground, ...]
    doubts: tuple[ContinuationDoubt, ...]


def continuation(
    title: Title, expiry: date, *, listed: Answer, filed: Answer, today: date
) -> Continuation:
    """Whether rights outlast `expiry`, as things stand `today`.

    `listed`: the département is on the arrêté's list; `filed`: renewal was filed before expiry.
    """
    if title in _FIRST:
        return _first(title, expiry, filed, today)
    if title in _SECOND:
        return _second(expiry, listed, filed, today)
    doubts = (ContinuationDoubt.OTHER_RULES,)
    return Continuation(Verdict.NONE, Article.L433_3, None, (Ground.NOT_NAMED,), doubts)


def _first(title: Title, expiry: date, filed: Answer, today: date) -> Continuation:
    until = add_months(expiry, _MONTHS_AFTER)
    if today > until:
        verdict, ground = Verdict.NONE, Ground.OVER
    elif filed is Answer.YES:
        verdict, ground = Verdict.ACQUIRED, Ground.RENEWAL_ASKED
    elif filed is Answer.NO:
        verdict, ground = Verdict.CONDITIONAL, Ground.RENEWAL_TO_ASK
    else:
        verdict, ground = Verdict.CONDITIONAL, Ground.RENEWAL_TO_CONFIRM
    unsure = title is Title.RESIDENT_EU
    if unsure and verdict is Verdict.ACQUIRED:
        verdict = Verdict.CONDITIONAL
    late = filed is not Answer.YES and today > expiry and ground is not Ground.OVER
    doubts = {
        ContinuationDoubt.RESIDENT_EU: unsure,
        ContinuationDoubt.LATE_REQUEST: late,
        ContinuationDoubt.MONTH_END: until.day != expiry.day,
    }
    holding = tuple(doubt for doubt, holds in doubts.items() if holds)
    return Continuation(verdict, Article.L433_3_FIRST, until, (ground,), holding)


def _second(expiry: date, listed: Answer, filed: Answer, today: date) -> Continuation:
    end = add_months(expiry, _MONTHS_AFTER)
    verdict, grounds = _judge_second(expiry, end, listed, filed, today)
    until = None if verdict is Verdict.NONE and grounds != (Ground.OVER,) else end
    clamped = until is not None and until.day != expiry.day
    month_end = (ContinuationDoubt.MONTH_END,) if clamped else ()
    doubts = (ContinuationDoubt.DEPARTMENTS, *month_end)
    return Continuation(verdict, Article.L433_3_SECOND, until, grounds, doubts)


def _judge_second(
    expiry: date, end: date, listed: Answer, filed: Answer, today: date
) -> tuple[Verdict, tuple[Ground, ...]]:
    valid = today <= expiry  # all through its last day: filing is still in time
    if listed is Answer.NO:
        return Verdict.NONE, (Ground.UNLISTED,)
    if filed is Answer.NO and not valid:
        return Verdict.NONE, (Ground.NOT_FILED_IN_TIME,)
    if today > end:
        return Verdict.NONE, (Ground.OVER,)
    missing = {
        Ground.LISTING_TO_CONFIRM: listed is Answer.UNKNOWN,
        Ground.FILING_TO_DO: filed is Answer.NO,
        Ground.FILING_TO_CONFIRM: filed is Answer.UNKNOWN,
    }
    grounds = tuple(ground for ground, holds in missing.items() if holds)
    if grounds:
        return Verdict.CONDITIONAL, grounds
    return Verdict.ACQUIRED, (Ground.LISTED_AND_FILED,)
