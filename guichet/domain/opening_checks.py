"""Why an opening or a closure cannot be recorded, and the nearest that could.

A refusal's detail has `field`, the one to change, and `nearest`, a value it could have, where there
is one; for what overlaps `with`, the name of the other.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import date, time, timedelta

from guichet.domain.calendar_fr import holidays
from guichet.domain.openings import Closure, Opening, applies, latest, opening_id
from guichet.domain.operations import Refused

_DAY = timedelta(days=1)
_RULE = re.compile(r"[A-Za-z0-9]{1,16}")
_NAMED = 60
_VERSIONS = 999
_MINUTES = range(5, 481)
_SEATS = range(200)
_AHEAD = timedelta(days=3 * 366)
_HOURS = (6 * 60, 22 * 60)
"""Minutes of the day between which a nearest opening is looked for."""
_SCANNED = 400
"""Days in which two rules that meet at all do: each weekday recurs, holidays or not."""


def opening_refused(
    opening: Opening, known: Collection[Opening], procedures: Collection[str], today: date
) -> Refused | None:
    """Why a version cannot be added to those `known` at its site; None when it can.

    `today` is the site's day, `procedures` the codes there are.
    """
    wrong = _values(opening, procedures) or _hours(opening) or _shares(opening)
    if wrong is not None:
        return wrong
    versions = [each for each in known if each.rule == opening.rule]
    newest = max((each.version for each in versions), default=0)
    if opening.version != newest + 1:
        return _refused("version_taken", "version", str(newest + 1))
    if opening.template is not None:
        return None
    return _days(opening, versions, today) or _overlap(opening, known)


def openings_refused(
    openings: Sequence[Opening],
    known: Collection[Opening],
    procedures: Collection[str],
    today: date,
) -> Refused | None:
    """Why several together cannot; the detail's `index` says which, from 0 on."""
    before = list(known)
    for index, each in enumerate(openings):
        wrong = opening_refused(each, before, procedures, today)
        if wrong is not None:
            return Refused(wrong.reason, {**wrong.detail, "index": str(index)})
        before.append(each)
    return None


def closure_refused(closure: Closure, known: Closure | None, today: date) -> Refused | None:
    """Why a closure cannot be recorded; `known` is how it was until now."""
    hours = (closure.opens, closure.closes)
    if not 0 < len(closure.id) <= _NAMED or any(each and not _whole(each) for each in hours):
        return Refused("opening_values", {"field": "opens"})
    if known is not None and known.withdrawn:
        return Refused("closure_withdrawn")
    if closure.last < today:
        return _refused("closure_past", "last", today.isoformat())
    if closure.first < today and (known is None or closure.first != known.first):
        return _refused("closure_past", "first", today.isoformat())
    if closure.last < closure.first:
        return _refused("closure_days", "last", closure.first.isoformat())
    if closure.last > today + _AHEAD:
        return _refused("opening_far", "last", (today + _AHEAD).isoformat())
    if closure.opens and closure.closes and closure.closes <= closure.opens:
        later = min(_minutes(closure.opens) + 60, 24 * 60 - 1)
        return _refused("closure_hours", "closes", _text(later))
    return None


def _refused(reason: str, field: str, nearest: str = "") -> Refused:
    return Refused(reason, {"field": field} | ({"nearest": nearest} if nearest else {}))


def _values(it: Opening, procedures: Collection[str]) -> Refused | None:
    """What no form lets through."""
    wrong = {
        "rule": not _RULE.fullmatch(it.rule),
        "version": not 0 < it.version <= _VERSIONS,
        "name": not 0 < len(it.name.strip()) <= _NAMED,
        "weekdays": not it.weekdays or not set(it.weekdays) <= set(range(1, 8)),
        "opens": not _whole(it.opens),
        "closes": not _whole(it.closes),
        "minutes": it.minutes not in _MINUTES,
        "seats": it.seats not in _SEATS,
        "id": it.id != opening_id(it.site, it.rule, it.version),
        "template": it.template is not None and not 0 < len(it.template.strip()) <= _NAMED,
        "override": it.override is not None and not it.override.strip(),
    }
    found = next((field for field, bad in wrong.items() if bad), None)
    if found is not None:
        return Refused("opening_values", {"field": found})
    unknown = sorted(set(it.procedures) - set(procedures))
    if unknown or not it.procedures:
        return _refused("unknown_procedure", "procedures")
    return None


def _hours(it: Opening) -> Refused | None:
    window = _minutes(it.closes) - _minutes(it.opens)
    if window <= 0:
        later = _minutes(it.opens) + it.minutes
        return _refused("opening_hours", "closes", _text(later) if later < 24 * 60 else "")
    if window % it.minutes:
        return _refused("slot_length", "minutes", str(nearest_length(window, it.minutes)))
    return None


def nearest_length(window: int, minutes: int) -> int:
    """The length nearest to `minutes` that divides a window of so many; the longer of two."""
    fits = [each for each in range(1, window + 1) if window % each == 0 and each in _MINUTES]
    return min(fits or [window], key=lambda each: (abs(each - minutes), -each))


def _shares(it: Opening) -> Refused | None:
    if it.urgent not in range(it.seats + 1):
        return _refused("opening_shares", "urgent", str(max(0, min(it.urgent, it.seats))))
    if it.pan not in range(it.seats - it.urgent + 1):
        most = max(0, min(it.pan, it.seats - it.urgent))
        return _refused("opening_shares", "pan", str(most))
    return None


def _days(it: Opening, versions: Collection[Opening], today: date) -> Refused | None:
    if it.last is not None and it.last < it.first:
        return _refused("opening_days", "last", it.first.isoformat())
    if it.first < today:
        return _refused("opening_past", "first", today.isoformat())
    if it.first > today + _AHEAD or (it.last is not None and it.last.year >= 2200):  # noqa: PLR2004 - as far as moments go
        return _refused("opening_far", "first", (today + _AHEAD).isoformat())
    kinds = {(each.exceptional, each.exceptional and each.first) for each in versions}
    if kinds - {(it.exceptional, it.exceptional and it.first)}:
        return Refused("opening_values", {"field": "exceptional"})
    if it.exceptional and it.last != it.first:
        return _refused("opening_days", "last", it.first.isoformat())
    if it.exceptional and it.first.isoweekday() not in it.weekdays:
        return Refused("opening_values", {"field": "weekdays"})
    if it.exceptional and it.override is None and it.first in holidays(it.first.year):
        return _refused("public_holiday", "first", nearest_day(it.first, today).isoformat())
    if it.override is not None and not it.exceptional:
        return Refused("opening_values", {"field": "override"})
    return None


def nearest_day(day: date, today: date) -> date:
    """The nearest day of the same weekday that is no public holiday, none before `today`."""
    for weeks in range(1, 60):
        for other in (day + 7 * weeks * _DAY, day - 7 * weeks * _DAY):
            if other >= today and other not in holidays(other.year):
                return other
    raise ValueError(day)  # no calendar has so many holidays


def _overlap(it: Opening, known: Collection[Opening]) -> Refused | None:
    """Two rules for one démarche at one time would promise its desks twice."""
    rivals = [each for each in _rivals(it, known) if _meet(it, each, known)]
    inside = [each for each in rivals if each.opens < it.closes and it.opens < each.closes]
    if not inside:
        return None
    with_ = inside[0]
    field, nearest = _elsewhere(it, rivals)
    if not nearest and with_.last is not None and not it.exceptional:
        field, nearest = "first", (with_.last + _DAY).isoformat()
    refused = _refused("opening_overlap", field or "opens", nearest)
    return Refused(refused.reason, {**refused.detail, "with": with_.name})


def _rivals(it: Opening, known: Iterable[Opening]) -> list[Opening]:
    return sorted(
        (
            each
            for each in known
            if each.rule != it.rule
            and each.template is None
            and each.seats
            and it.seats
            and set(each.procedures) & set(it.procedures)
        ),
        key=lambda each: (each.opens, each.id),
    )


def _meet(it: Opening, other: Opening, known: Iterable[Opening]) -> bool:
    """Whether there is a day that both of them make."""
    first = max(it.first, other.first)
    theirs = [each for each in known if each.rule == other.rule]
    for offset in range(_SCANNED):
        day = first + offset * _DAY
        if any(each.last is not None and day > each.last for each in (it, other)):
            return False
        if applies(it, day) and applies(other, day):
            (newest,) = latest(each for each in theirs if each.first <= day)
            if newest == other:
                return True
    return False


def _elsewhere(it: Opening, rivals: Sequence[Opening]) -> tuple[str, str]:
    """The nearest hour at which an opening as long meets none of its rivals: field and value."""
    length, here = _minutes(it.closes) - _minutes(it.opens), _minutes(it.opens)
    busy = [(_minutes(each.opens), _minutes(each.closes)) for each in rivals]
    starts = [end for _start, end in busy] + [start - length for start, _end in busy]
    free = [
        start
        for start in starts
        if _HOURS[0] <= start
        and start + length <= _HOURS[1]
        and all(start + length <= begins or start >= ends for begins, ends in busy)
    ]
    if not free:
        return "", ""
    return "opens", _text(min(free, key=lambda start: (abs(start - here), start)))


def _whole(moment: time) -> bool:
    return moment.tzinfo is None and moment.second == 0 and moment.microsecond == 0


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _text(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
