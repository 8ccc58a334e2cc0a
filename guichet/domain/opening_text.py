"""Openings as people write them, in forms and files: days by name, dates and times by digits."""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, time

from guichet.domain.openings import Opening, opening_id

FIELDS = (
    "name", "procedures", "days", "first", "last", "opens", "closes", "minutes", "seats", "pan",
    "urgent",
)  # fmt: skip
"""What an opening is written by. `last`, `pan` and `urgent` may be empty."""

_DAYS = ("lun", "mar", "mer", "jeu", "ven", "sam", "dim")
_EMPTY = ("last", "pan", "urgent")
_NUMBERS = ("minutes", "seats", "pan", "urgent")
_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})|(\d{4})-(\d{2})-(\d{2})")
_TIME = re.compile(r"(\d{1,2})\s*[:hH]\s*(\d{2})?")


def read_date(text: str) -> date | None:
    """A date as 24/11/2026 or 2026-11-24; None when it is none."""
    found = _DATE.fullmatch(text.strip())
    if found is None:
        return None
    day, month, year, *iso = found.groups()
    parts = iso if iso[0] else (year, month, day)
    try:
        return date(*map(int, parts))
    except ValueError:
        return None


def read_time(text: str) -> time | None:
    """A time as 08:30, 8h30 or 8h; None when it is none."""
    found = _TIME.fullmatch(text.strip())
    if found is None or int(found[1]) > 23 or int(found[2] or 0) > 59:  # noqa: PLR2004 - a clock's
        return None
    return time(int(found[1]), int(found[2] or 0))


def read_days(text: str) -> tuple[int, ...] | None:
    """ISO weekdays of "lun-ven", "lun,mer" or "samedi"; None when they are none."""
    found: set[int] = set()
    for part in re.split(r"[,;\s]+", text.strip().lower()):
        ends = [_weekday(each) for each in re.split("[-–]", part)]
        if 0 in ends or len(ends) > 2 or ends[0] > ends[-1]:  # noqa: PLR2004 - from one to another
            return None
        found |= set(range(ends[0], ends[-1] + 1))
    return tuple(sorted(found))


def _weekday(text: str) -> int:
    short = text[:3]
    return _DAYS.index(short) + 1 if short in _DAYS else 0


def days_text(weekdays: Collection[int]) -> str:
    """The weekdays as `read_days` reads them."""
    days = sorted(weekdays)
    if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):  # noqa: PLR2004 - two are said
        return f"{_DAYS[days[0] - 1]}-{_DAYS[days[-1] - 1]}"
    return ",".join(_DAYS[day - 1] for day in days)


def written(opening: Opening) -> dict[str, str]:
    """An opening by its fields, as `read` reads them."""
    return {
        "name": opening.name,
        "procedures": ",".join(opening.procedures),
        "days": days_text(opening.weekdays),
        "first": f"{opening.first:%d/%m/%Y}",
        "last": f"{opening.last:%d/%m/%Y}" if opening.last else "",
        "opens": f"{opening.opens:%H:%M}",
        "closes": f"{opening.closes:%H:%M}",
        "minutes": str(opening.minutes),
        "seats": str(opening.seats),
        "pan": str(opening.pan),
        "urgent": str(opening.urgent),
    }


def read(cells: Mapping[str, str], site: int, rule: str, version: int) -> Opening | dict[str, str]:
    """The version of a rule that the fields say; else by field what is wrong: "empty", "days",
    "date", "time" or "number".
    """
    said = {field: cells.get(field, "").strip() for field in FIELDS}
    wrong = {field: "empty" for field in FIELDS if field not in _EMPTY and not said[field]}
    days = read_days(said["days"])
    first, last = read_date(said["first"]), read_date(said["last"])
    opens, closes = read_time(said["opens"]), read_time(said["closes"])
    numbers = {field: _number(said[field], empty=field in _EMPTY) for field in _NUMBERS}
    bad = {
        "days": (days is None, "days"),
        "first": (first is None, "date"),
        "last": (last is None and said["last"] != "", "date"),
        "opens": (opens is None, "time"),
        "closes": (closes is None, "time"),
        **{field: (number is None, "number") for field, number in numbers.items()},
    }
    wrong |= {field: why for field, (is_so, why) in bad.items() if is_so and field not in wrong}
    if wrong or days is None or first is None or opens is None or closes is None:
        return wrong
    minutes, seats, pan, urgent = (number or 0 for number in numbers.values())
    return Opening(
        id=opening_id(site, rule, version),
        site=site,
        rule=rule,
        version=version,
        name=said["name"],
        first=first,
        last=last,
        weekdays=days,
        opens=opens,
        closes=closes,
        minutes=minutes,
        seats=seats,
        procedures=read_codes(said["procedures"]),
        pan=pan,
        urgent=urgent,
    )


def read_codes(text: str) -> tuple[str, ...]:
    """Codes of démarches, each once, in the order written."""
    return tuple(dict.fromkeys(code.upper() for code in re.split(r"[,;+\s]+", text) if code))


def _number(text: str, *, empty: bool) -> int | None:
    if not text and empty:
        return 0
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else None  # noqa: PLR2004 - digits of what fits anything


def ended(opening: Opening, first: date) -> Opening:
    """The version by which a rule makes nothing any more from a day on."""
    version = opening.version + 1
    key = opening_id(opening.site, opening.rule, version)
    return replace(opening, id=key, version=version, first=first, seats=0, pan=0, urgent=0)


def as_model(opening: Opening, rule: str) -> Opening:
    """The opening as a template under its own name."""
    key = opening_id(opening.site, rule, 1)
    return replace(opening, id=key, rule=rule, version=1, template=opening.name, last=None)


def exceptional(
    model: Collection[Opening],
    day: date,
    procedures: Collection[str],
    rules: Collection[str],
    override: str | None,
) -> list[Opening]:
    """What a model makes of one day, for those of its démarches chosen, under new `rules`."""
    made = []
    for each, rule in zip(model, rules, strict=False):
        codes = tuple(code for code in each.procedures if code in procedures)
        if codes:
            made.append(
                replace(
                    each,
                    id=opening_id(each.site, rule, 1),
                    rule=rule,
                    version=1,
                    first=day,
                    last=day,
                    weekdays=(day.isoweekday(),),
                    procedures=codes,
                    exceptional=True,
                    override=override or None,
                    template=None,
                )
            )
    return made
