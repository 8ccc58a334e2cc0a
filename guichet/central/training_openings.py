"""The rules by which a training site receives: its slots are made by them, as anywhere."""

from datetime import date, time, timedelta

from guichet.central import training_catalogue as catalogue
from guichet.domain.openings import Opening, opening_id

_WEEK = (1, 2, 3, 4, 5)
_SATURDAY = 6
_DAY = timedelta(days=1)
_PARTS = {"am": "matin", "pm": "après-midi", "demo": "longue journée"}


def openings(site: int, before: date, day: date, last: date) -> list[Opening]:
    """The openings of a site from the open day `before` the demo day to the `last` of training.

    The demo day has rules of its own, for it is longer than others; a worked Saturday is a model.
    """
    made = []
    for lane in catalogue.LANES:
        seats = lane.seats[site - 1]
        pan = int(seats >= catalogue.PAN_FROM)
        for part, hours in zip(("am", "pm"), catalogue.DAY, strict=True):
            rule = f"{lane.letter}{part}"
            made.append(_opening(site, rule, lane, hours, (before, before), pan=pan))
            made.append(_opening(site, rule, lane, hours, (day + _DAY, last), pan=pan, version=2))
        # No seats for the points d'accès numérique: on the day they are everybody's.
        (hours,) = catalogue.DEMO_DAY
        made.append(_opening(site, f"{lane.letter}demo", lane, hours, (day, day), pan=0))
        if lane.letter == "C":
            morning = (time(9), time(12))
            model = _opening(site, "saturday", lane, morning, (day, None), pan=0, codes=("REMI",))
            made.append(model)
    return made


def _opening(
    site: int,
    rule: str,
    lane: catalogue.Lane,
    hours: tuple[time, time],
    days: tuple[date, date | None],
    *,
    pan: int,
    version: int = 1,
    codes: tuple[str, ...] = (),
) -> Opening:
    model = "Samedi de remise des titres" if codes else None
    return Opening(
        id=opening_id(site, rule, version),
        site=site,
        rule=rule,
        version=version,
        name=f"{lane.letter} {_PARTS[rule[1:]]}" if model is None else "Remise de titre",
        first=days[0],
        last=days[1],
        weekdays=_WEEK if model is None else (_SATURDAY,),
        opens=hours[0],
        closes=_whole(*hours, lane.every),
        minutes=lane.every,
        seats=lane.seats[site - 1],
        procedures=codes or tuple(p.code for p in catalogue.PROCEDURES if p.lane == lane.letter),
        pan=pan,
        template=model,
    )


def _whole(opens: time, closes: time, every: int) -> time:
    """When the last start that falls within the hours has had its minutes."""
    begun = opens.hour * 60 + opens.minute
    span = closes.hour * 60 + closes.minute - begun
    end = begun - (-span // every) * every
    return time(end // 60, end % 60)
