"""Days, times and seats in words, and which days are outside the filing window."""

from dataclasses import dataclass
from datetime import date, timedelta

from guichet.domain.calendar_fr import long_date
from guichet.domain.continuation import Answer
from guichet.domain.filing import Filing, FilingDoubt, Timing, Title, filing
from guichet.i18n import _, mid_sentence, ngettext
from guichet.screens.rights import read_day
from guichet.screens.rights_words import FILING_DOUBTS, TIMINGS
from guichet.screens.typed import Typed

OUTSIDE = (_("hors"), _("période"))
"""What marks a day outside the filing window; the first word alone where there is little room."""

_NOT_OUTSIDE = (Timing.INSIDE, Timing.NO_WINDOW)


@dataclass(frozen=True, slots=True)
class Renewal:
    """The title whose renewal is at stake, as typed in the calculator."""

    title: Title
    expiry: date
    online: Answer

    def outside(self, day: date) -> Filing | None:
        """The window that an appointment of that day is outside of.

        None when it is inside one of those the title may have, or when there is none.
        """
        lists = (True, False) if self.online is Answer.UNKNOWN else (self.online is Answer.YES,)
        found = [filing(self.title, self.expiry, online=o, appointment=day) for o in lists]
        return None if any(one.timing in _NOT_OUTSIDE for one in found) else found[-1]

    def warning(self, found: Filing) -> str:
        """What is said when a slot outside the window is chosen; it is no refusal."""
        told = TIMINGS[found.timing][1]
        words = [_("Pour un renouvellement\u00a0: {w}").format(w=mid_sentence(told))]
        if self.online is not Answer.UNKNOWN and found.opens and found.closes:
            words.append(
                _("Dépôt du {opens} au {closes}.").format(
                    opens=f"{found.opens:%d/%m/%Y}", closes=f"{found.closes:%d/%m/%Y}"
                )
            )
        if FilingDoubt.ONE_SITE in found.doubts:
            words.append(FILING_DOUBTS[FilingDoubt.ONE_SITE])
        return " ".join([*words, _("Entrée à nouveau\u00a0: garder la place.")])


def renewal(typed: Typed, today: date) -> Renewal | None:
    """What was typed in the calculator, None until the title and its expiry are known."""
    expiry = read_day(typed.get("expiry", ""), today)[0]
    title = typed.get("title", "")
    if expiry is None or not title:
        return None
    return Renewal(Title(title), expiry, Answer(typed.get("online", Answer.UNKNOWN)))


def free_words(free: int) -> str:
    """How many seats are free."""
    if free <= 0:
        return _("complet")
    return ngettext("{n} libre", "{n} libres", free).format(n=free)


def day_words(day: date, today: date | None = None) -> str:
    """A day without its year; with `today`, said as such, or as tomorrow."""
    words = long_date(day).rsplit(" ", 1)[0]
    if day == today:
        return _("aujourd’hui, {day}").format(day=words)
    if today is not None and day == today + timedelta(days=1):
        return _("demain, {day}").format(day=words)
    return words


def distance(day: date, today: date) -> str:
    """How far a day is."""
    days = (day - today).days
    if days <= 0:
        return _("aujourd’hui")
    return _("demain") if days == 1 else _("dans {n} j").format(n=days)
