"""What the supervisor's commands do: openings, closures, exceptional days, calibration."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from guichet.cli_desk.reads import read
from guichet.cli_desk.said import Answer, Line
from guichet.domain.calibration import Calibration
from guichet.domain.opening_text import exceptional, read_codes, read_time, written
from guichet.domain.opening_text import read as read_opening
from guichet.domain.openings import ClosedFor, Closure, Opening
from guichet.domain.operations import Refused
from guichet.domain.timetable import Preview
from guichet.i18n import _
from guichet.station import Station

Outcome = Answer | Refused


@dataclass(frozen=True, slots=True)
class Wanted:
    """A closure as it is asked for: days, hours as typed, why; or the id of one to lift."""

    days: tuple[date, date] | None
    opens: str
    closes: str
    reason: str
    lift: str | None
    move: bool
    dry: bool


def listed(station: Station) -> Outcome:
    """The rules as they are now, models, closures and coming days."""
    found = station.steering.overview()
    facts = {
        "openings": [_facts(each) for each in found.rules],
        "templates": [_facts(each) for each in found.templates],
        "closures": [_closure_facts(each) for each in found.closures],
        "days": [
            {
                "day": day.day.isoformat(), "slots": day.slots, "seats": day.seats,
                "free": day.free, "booked": day.booked, "closed": bool(day.closures),
            }
            for day in found.days
        ],
        "to_move": found.to_move,
    }  # fmt: skip
    head = [
        (_("ouvertures"), str(len(found.rules))),
        (_("rendez-vous à déplacer"), str(found.to_move)),
    ]
    blocks = [head, *(_lines(each) for each in (*found.rules, *found.templates))]
    blocks += [_closure_lines(each) for each in found.closures]
    blocks += [
        [
            (_("jour"), f"{day.day:%d/%m/%Y}"),
            (_("créneaux"), str(day.slots)),
            (_("places libres"), _("{n} sur {all}").format(n=day.free, all=day.seats)),
            (_("rendez-vous"), str(day.booked)),
        ]
        for day in found.days
    ]
    return read(station, facts, blocks)


def show(station: Station, rule: str) -> Outcome:
    """Every version of a rule."""
    versions = station.steering.versions(rule)
    if not versions:
        return Refused("unknown_opening")
    facts = {"rule": rule, "versions": [_facts(each) for each in versions]}
    return read(station, facts, [_lines(each) for each in versions])


def add(station: Station, cells: dict[str, str], rule: str | None, *, dry: bool) -> Outcome:
    """A rule, or the next version of one, which keeps what is not said."""
    known: Opening | None = None
    if rule is not None:
        known = next(iter(station.steering.versions(rule)), None)
        if known is None:
            return Refused("unknown_opening")
    before = written(known) if known else {"first": _tomorrow(station)}
    if known and "first" not in cells:
        before["first"] = f"{max(known.first, station.today() + timedelta(days=1)):%d/%m/%Y}"
    made = read_opening(
        before | cells,
        station.site.number,
        rule or station.steering.new_rule(),
        known.version + 1 if known else 1,
    )
    if isinstance(made, dict):
        field, why = next(iter(made.items()))
        return Refused("opening_values", {"field": field, "why": why})
    if known:
        made = replace(made, exceptional=known.exceptional, template=known.template,
                       override=known.override)  # fmt: skip
    return opened(station, [made], dry=dry)


def exceptional_day(
    station: Station,
    template: str,
    day: date,
    codes: Sequence[str],
    override: str | None,
    *,
    dry: bool,
) -> Outcome:
    """A day made from a model, for some of its démarches or all."""
    models = [e for e in station.steering.overview().templates if e.template == template]
    if not models:
        return Refused("unknown_template")
    known = [code for each in models for code in each.procedures]
    chosen = read_codes(",".join(codes)) or known
    if not set(chosen) <= set(known):
        return Refused("unknown_procedure", {"known": ", ".join(dict.fromkeys(known))})
    rules = [station.steering.new_rule() for _each in models]
    return opened(station, exceptional(models, day, chosen, rules, override), dry=dry)


def calibrate(station: Station, rule: str | None, *, dry: bool) -> Outcome:
    """What was measured of each rule; with `rule`, its proposal becomes its next version."""
    found = station.steering.calibration()
    if rule is None:
        facts = {"calibrations": [_calibration_facts(each) for each in found]}
        return Answer(facts, [_calibration_lines(each) for each in found])
    mine = next((each for each in found if each.opening.rule == rule), None)
    if mine is None:
        return Refused("unknown_opening")
    if mine.minutes is None:
        return Refused("nothing_proposed", {"missing": str(mine.missing)})
    return add(station, {"minutes": str(mine.minutes)}, rule, dry=dry)


def close(station: Station, wanted: Wanted) -> Outcome:
    """Close, lift a closure, move those on closed time: what is asked for, in that order."""
    from guichet.screens.rebooking import papers_of  # translated when imported

    steering, facts, lines = station.steering, dict[str, Any](), list[Line]()
    closure = _wanted(station, wanted)
    if isinstance(closure, Refused):
        return closure
    if closure is not None:
        found = steering.preview_closure(closure)
        if isinstance(found, Refused):
            return found
        facts |= {"closure": closure.id, "dry_run": wanted.dry, **_preview_facts(found)}
        lines += [*_closure_lines(closure), *_preview_lines(found)]
        refused = None if wanted.dry else steering.close(closure)
        if refused is not None:
            return refused
    if wanted.move and not wanted.dry:
        items = steering.to_move()
        if isinstance(items, Refused):
            return items
        moved = steering.move([each for each in items if each.slot])
        papers = [path for path in papers_of(station, items, moved) if path]
        done = [each.appointment.reference for each in moved if each.appointment]
        left = sorted({each.appointment.reference for each in items} - set(done))
        facts |= {"moved": done, "left": left, "papers": [str(path) for path in papers]}
        lines += [
            (_("déplacés"), str(len(done))),
            (_("à recontacter"), ", ".join(left)),
            *((_("papier"), str(path)) for path in papers),
        ]
    return Answer(facts, [lines])


def _wanted(station: Station, wanted: Wanted) -> Closure | Refused | None:
    """The closure asked for, or the one to be lifted."""
    if wanted.lift is not None:
        known = station.steering.overview().closures
        found = next((each for each in known if each.id == wanted.lift), None)
        return replace(found, withdrawn=True) if found else Refused("unknown_closure")
    if wanted.days is None:
        return None
    opens, closes = read_time(wanted.opens), read_time(wanted.closes)
    if wanted.opens and opens is None:
        return Refused("opening_values", {"field": "opens"})
    if wanted.closes and closes is None:
        return Refused("opening_values", {"field": "closes"})
    reason, key = ClosedFor(wanted.reason), station.steering.new_rule()
    return Closure(key, station.site.number, *wanted.days, reason, opens, closes)


# Shared -------------------------------------------------------------------------------------------


def opened(station: Station, openings: Sequence[Opening], *, dry: bool) -> Outcome:
    """What came of recording these versions, all or none, and what they change."""
    found = station.steering.preview_openings(openings)
    if isinstance(found, Refused):
        return found
    refused = None if dry else station.steering.open(openings)
    if refused is not None:
        return refused
    facts = {"openings": [_facts(e) for e in openings], "dry_run": dry, **_preview_facts(found)}
    return Answer(facts, [*(_lines(each) for each in openings), _preview_lines(found)])


def _tomorrow(station: Station) -> str:
    return f"{station.today() + timedelta(days=1):%d/%m/%Y}"


def _facts(it: Opening) -> dict[str, Any]:
    return {
        "rule": it.rule,
        "version": it.version,
        "exceptional": it.exceptional,
        "template": it.template,
        **written(it),
        "first": it.first.isoformat(),
        "last": it.last.isoformat() if it.last else None,
        "procedures": list(it.procedures),
        "weekdays": list(it.weekdays),
        **{name: getattr(it, name) for name in ("minutes", "seats", "pan", "urgent")},
    }


def _lines(it: Opening) -> list[Line]:
    cells = written(it)
    return [
        (_("ouverture"), it.name),
        (_("règle"), f"{it.rule}, {it.version}"),
        (_("modèle"), it.template or ""),
        (_("jours"), cells["days"]),
        (_("du"), cells["first"]),
        (_("au"), cells["last"]),
        (_("heures"), f"{cells['opens']}–{cells['closes']}"),
        (_("minutes"), cells["minutes"]),
        (_("places"), cells["seats"]),
        (_("dont PAN"), cells["pan"] if it.pan else ""),
        (_("dont urgences"), cells["urgent"] if it.urgent else ""),
        (_("démarches"), cells["procedures"]),
    ]


def _closure_facts(it: Closure) -> dict[str, Any]:
    return {
        "id": it.id,
        "first": it.first.isoformat(),
        "last": it.last.isoformat(),
        "from": f"{it.opens:%H:%M}" if it.opens else None,
        "to": f"{it.closes:%H:%M}" if it.closes else None,
        "reason": it.reason.value,
    }


def _closure_lines(it: Closure) -> list[Line]:
    from guichet.screens.opening_words import closure_line  # translated when imported

    return [(_("fermeture"), it.id), (_("quand"), closure_line(it))]


def _preview_facts(it: Preview) -> dict[str, Any]:
    weeks = [
        {"monday": week.monday.isoformat(), "slots": week.slots, "seats": week.seats}
        for week in it.weeks
    ]
    return {
        "weeks": weeks, "slots": it.slots, "seats": it.seats, "kept": it.kept, "hit": len(it.hit)
    }  # fmt: skip


def _preview_lines(it: Preview) -> list[Line]:
    from guichet.screens.opening_words import preview_lines  # translated when imported

    return [(_("effet"), " ".join(preview_lines(it)))]


def _calibration_facts(it: Calibration) -> dict[str, Any]:
    return {
        "rule": it.opening.rule, "name": it.opening.name, "now": it.opening.minutes,
        **{n: getattr(it, n) for n in ("measured", "missing", "p50", "p80", "minutes", "slots")},
    }  # fmt: skip


def _calibration_lines(it: Calibration) -> list[Line]:
    proposed = _("{minutes} min ({slots}/jour)").format(minutes=it.minutes, slots=f"{it.slots:+}")
    return [
        (_("ouverture"), f"{it.opening.name} ({it.opening.rule})"),
        (_("mesures"), str(it.measured)),
        (_("en manque"), str(it.missing) if it.missing else ""),
        ("p50", str(it.p50 or "")),
        ("p80", str(it.p80 or "")),
        (_("durée"), str(it.opening.minutes)),
        (_("proposée"), proposed if it.minutes else ""),
    ]
