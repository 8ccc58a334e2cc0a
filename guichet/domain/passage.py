"""A visit from desk to desk: what each step makes of it, and how one is taken back."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import takewhile

from guichet.domain.desks import Ended, Step
from guichet.domain.lifecycle import VISIT
from guichet.domain.model import Visit, VisitStatus
from guichet.domain.turn import TurnRules

_MINUTE = timedelta(minutes=1)


def waits_since(visit: Visit) -> datetime:
    """Since when they have waited for the desk they are at, or will be called to."""
    return visit.steps[-1].ended_at if visit.steps else visit.arrived_at


def missed_at(visit: Visit) -> datetime | None:
    """When they were called last and did not come, if that was the last thing that happened."""
    last = visit.steps[-1] if visit.steps else None
    return last.ended_at if last is not None and last.how is Ended.MISSED else None


def waits(visit: Visit) -> list[tuple[datetime, datetime | None]]:
    """From when until when they waited for each desk; not while put aside.

    None: they wait still. Who was never called to the last one waited until their visit was closed.
    """
    spans: list[tuple[datetime, datetime | None]] = [
        (each.since, each.called_at)
        for before, each in zip((None, *visit.steps), visit.steps, strict=False)
        if before is None or before.how is not Ended.PARKED
    ]
    if not (visit.steps and visit.steps[-1].how is Ended.PARKED):
        closed = visit.ended_at or visit.settled_at
        spans.append((waits_since(visit), visit.called_at or closed))
    return spans


def waited(visit: Visit) -> timedelta:
    """How long they have waited in all for the desks they were called to; not while put aside."""
    spans = waits(visit)
    if visit.called_at is None and not (visit.steps and visit.steps[-1].how is Ended.PARKED):
        spans.pop()
    known = (max(timedelta(0), end - start) for start, end in spans if end is not None)
    return sum(known, timedelta(0))


def at_desks(visit: Visit) -> list[tuple[str, datetime, datetime | None]]:
    """Each desk they were called to, from when until when they had it; None: they have it still."""
    spans = [(each.desk, each.called_at, each.ended_at) for each in visit.steps]
    if visit.called_at is None:
        return [*spans]
    return [*spans, (visit.desk or "", visit.called_at, visit.ended_at or visit.settled_at)]


def served(visit: Visit) -> timedelta:
    """How long they have been received in all, at every desk they have left."""
    spans = [(each.started_at, each.ended_at) for each in visit.steps]
    if visit.ended_at is not None:
        spans.append((visit.started_at, visit.ended_at))
    known = (max(timedelta(0), end - start) for start, end in spans if start is not None)
    return sum(known, timedelta(0))


def measured(visit: Visit) -> tuple[int | None, int | None]:
    """Whole minutes waited and received, of a visit that is over; None for what did not happen.

    Who left before being called has waited for nothing that can be told from how long desks take.
    """
    if visit.status is not VisitStatus.DONE:
        return None, None
    called = visit.called_at is not None or bool(visit.steps)
    started = visit.started_at is not None or any(each.started_at for each in visit.steps)
    started = started and visit.settled_at is None  # nobody has seen it end
    return (
        waited(visit) // _MINUTE if called else None,
        served(visit) // _MINUTE if started else None,
    )


def parked(visit: Visit) -> Step | None:
    """The desk where they were put aside, when they are: since its `ended_at`, for its `reason`."""
    return visit.steps[-1] if visit.status is VisitStatus.PARKED and visit.steps else None


def left_desk(
    visit: Visit, status: VisitStatus, how: Ended, at: datetime, reason: str | None = None
) -> Visit:
    """The visit once its person has left the desk they were called to, not for good."""
    step = Step(
        desk=visit.desk or "",
        lane=visit.lane,
        since=waits_since(visit),
        called_at=visit.called_at or at,
        started_at=visit.started_at,
        ended_at=at,
        how=how,
        reason=reason,
    )
    return replace(
        visit,
        status=status,
        desk=None,
        called_at=None,
        started_at=None,
        recalled_at=None,
        calls=0,
        steps=(*visit.steps, step),
    )


def given_back(visit: Visit, at: datetime) -> Visit:
    """The visit once its desk has vanished, `at` its last sign: they wait on, due when they were.

    Sent to that desk alone, they are any other's now.
    """
    back = left_desk(visit, VisitStatus.WAITING, Ended.GONE, max(at, waits_since(visit)))
    return replace(back, for_desk=None if visit.for_desk == visit.desk else visit.for_desk)


def released(visit: Visit) -> Visit:
    """The visit once the desk they were sent to alone has vanished before it called them: any
    desk of their lane calls them now. They have waited since they left the desk before.
    """
    *before, last = visit.steps
    return replace(visit, for_desk=None, steps=(*before, replace(last, gone=visit.for_desk)))


def lost(visit: Visit) -> Step | None:
    """The desk that vanished with them, while they wait since."""
    last = visit.steps[-1] if visit.steps else None
    gone = last is not None and last.how is Ended.GONE and visit.status is VisitStatus.WAITING
    return last if gone else None


def found_again(visit: Visit) -> Visit:
    """The visit at the desk that had vanished with them, which has done something since."""
    step = lost(visit)
    return visit if step is None else _back_at(visit, step)


def missed(visit: Visit, at: datetime, rules: TurnRules) -> Visit:
    """The visit once its person has not come: in the line again, or ended as they have left."""
    back = left_desk(visit, VisitStatus.WAITING, Ended.MISSED, at)
    if rules.calls and times_missed(back) >= rules.calls:
        return replace(back, status=VisitStatus.DONE, ended_at=at, outcome="left")
    return back


def times_missed(visit: Visit) -> int:
    """How many times in a row they have been called and have not come."""
    return sum(1 for _step in takewhile(lambda step: step.how is Ended.MISSED, visit.steps[::-1]))


def last_at(visit: Visit) -> datetime | None:
    """When the last thing was done with them at a desk; None before there was any."""
    left = visit.steps[-1].ended_at if visit.steps else None
    moments = (visit.called_at, visit.started_at, visit.ended_at, visit.settled_at, left)
    return max((each for each in moments if each is not None), default=None)


def undone(visit: Visit) -> Visit | str:
    """The visit before what was last done at a desk, or why there is nothing to take back."""
    refusal = VISIT[visit.status, "undo_step"]
    if not isinstance(refusal, VisitStatus):
        return refusal
    last = visit.steps[-1] if visit.steps else None
    match visit.status:
        case VisitStatus.SERVING:
            return replace(visit, status=VisitStatus.CALLED, started_at=None)
        case VisitStatus.CALLED:
            waits = replace(visit, status=_before(visit), desk=None, calls=0)
            return replace(waits, called_at=None, recalled_at=None)
        case VisitStatus.DONE if not _ended_by_missing(visit):
            return reopened(visit)
        case _:
            return "nothing_to_undo" if last is None else _back_at(visit, last)


def _before(visit: Visit) -> VisitStatus:
    """Where they were before they were called."""
    aside = bool(visit.steps) and visit.steps[-1].how is Ended.PARKED
    return VisitStatus.PARKED if aside else VisitStatus.WAITING


def _ended_by_missing(visit: Visit) -> bool:
    last = visit.steps[-1] if visit.steps else None
    return last is not None and last.how is Ended.MISSED and last.ended_at == visit.ended_at


def reopened(visit: Visit) -> Visit:
    """The visit before it was closed."""
    if visit.started_at is not None:
        status = VisitStatus.SERVING
    elif visit.called_at is not None:
        status = VisitStatus.CALLED
    else:
        status = _before(visit)
    return replace(
        visit,
        status=status,
        ended_at=None,
        outcome=None,
        reason=None,
        missing=(),
        settled_at=None,
        settled_by=None,
    )


def _back_at(visit: Visit, last: Step) -> Visit:
    """The visit as it was at the desk that its person has left last."""
    return replace(
        visit,
        status=VisitStatus.CALLED if last.started_at is None else VisitStatus.SERVING,
        desk=last.desk,
        lane=last.lane,
        for_desk=None,
        called_at=last.called_at,
        started_at=last.started_at,
        calls=1,
        ended_at=None,
        outcome=None,
        steps=visit.steps[:-1],
    )
