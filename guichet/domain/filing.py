"""When the renewal of a residence title is filed, tested against an appointment's date.

Rule: CESEDA art. R. 431-5 1°, as quoted by
https://www.doctrine.fr/l/texts/codes/LEGITEXT000006070158/articles/LEGIARTI000042806998: between
the 120th and the 60th day before expiry for a title of the téléservice's list, otherwise during the
two months before expiry; not for the resident's card "longue durée-UE". It speaks of filing, not of
appointments: that the appointment itself must fall inside, and that more than six months after
expiry another démarche applies, was seen at one préfecture only
(http://www.guyane.gouv.fr/booking/create/4150), hence `FilingDoubt.ONE_SITE`.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

_FIRST_DAY = 120
_LAST_DAY = 60
"""Days before expiry, of a title on the téléservice's list."""
_MONTHS_BEFORE = 2
_LONG_EXPIRED_MONTHS = 6


class Title(StrEnum):
    """Kinds of residence title, as far as R. 431-5 and L. 433-3 tell them apart."""

    FOUR_YEAR = "four_year"
    RESIDENT = "resident"
    RESIDENT_EU = "resident_eu"
    AGREEMENT = "agreement"
    """Valid more than one year, under an international agreement."""
    TEMPORARY = "temporary"
    MULTI_YEAR = "multi_year"
    """A carte pluriannuelle of another length than four years."""
    OTHER = "other"


class Article(StrEnum):
    """The articles of the CESEDA that the calculators apply."""

    R431_5 = "r431_5"
    R431_5_1 = "r431_5_1"  # its 1°
    L433_3 = "l433_3"
    L433_3_FIRST = "l433_3_first"  # its first paragraph
    L433_3_SECOND = "l433_3_second"


class Timing(StrEnum):
    """Where the appointment's date falls."""

    UNTESTED = "untested"  # no appointment yet
    NO_WINDOW = "no_window"  # R. 431-5 does not apply to this title
    BEFORE = "before"
    INSIDE = "inside"
    AFTER = "after"  # too late, the title still valid
    EXPIRED = "expired"
    LONG_EXPIRED = "long_expired"  # more than six months: another démarche, says one site


class FilingDoubt(StrEnum):
    """What a human has to check before relying on the window."""

    ONLINE_LIST = "online_list"  # the téléservice's list changes by arrêté; guichet has none
    ONE_SITE = "one_site"  # the test of the appointment's date was seen at one préfecture only
    LATE_ONLINE = "late_online"  # filed late online, no attestation de prolongation as of right
    MONTH_END = "month_end"  # the month has no such day: its last was taken
    SCOPE = "scope"  # R. 431-5 names 2° to 8° of L. 411-1: is this title one of them?


@dataclass(frozen=True, slots=True)
class Filing:
    """The window, both days included, and where the appointment falls. None: no window known."""

    opens: date | None
    closes: date | None
    timing: Timing
    article: Article
    doubts: tuple[FilingDoubt, ...]


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or earlier if negative; a month's last day if it has no such.

    Raises ValueError outside the years 1 to 9999.
    """
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if not date.min.year <= year <= date.max.year:
        raise ValueError(f"year {year} is outside the calendar")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def filing(title: Title, expiry: date, *, online: bool, appointment: date | None = None) -> Filing:
    """The filing window of a renewal; `online`: the title is on the téléservice's (ANEF) list.

    `appointment` is the day of the appointment at the site. Nothing here refuses anything.
    """
    if title is Title.RESIDENT_EU:
        return Filing(None, None, Timing.NO_WINDOW, Article.R431_5, ())
    if online:
        opens, closes = expiry - timedelta(_FIRST_DAY), expiry - timedelta(_LAST_DAY)
    else:
        opens, closes = add_months(expiry, -_MONTHS_BEFORE), expiry
    timing = _timing(opens, closes, expiry, appointment)
    late = timing in (Timing.AFTER, Timing.EXPIRED, Timing.LONG_EXPIRED)
    doubts = {
        FilingDoubt.SCOPE: title in (Title.AGREEMENT, Title.OTHER),
        FilingDoubt.ONLINE_LIST: True,
        FilingDoubt.ONE_SITE: timing is not Timing.UNTESTED,
        FilingDoubt.LATE_ONLINE: online and late,
        FilingDoubt.MONTH_END: not online and opens.day != expiry.day,
    }
    holding = tuple(doubt for doubt, holds in doubts.items() if holds)
    return Filing(opens, closes, timing, Article.R431_5_1, holding)


def _timing(opens: date, closes: date, expiry: date, appointment: date | None) -> Timing:
    if appointment is None:
        return Timing.UNTESTED
    if appointment < opens:
        return Timing.BEFORE
    if appointment <= closes:
        return Timing.INSIDE
    if appointment <= expiry:
        return Timing.AFTER
    if appointment <= add_months(expiry, _LONG_EXPIRED_MONTHS):
        return Timing.EXPIRED
    return Timing.LONG_EXPIRED
