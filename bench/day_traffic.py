"""Half of a site's day, fast: `python -m bench.day_traffic FOLDER CODE PIN DESK… RATE SECONDS`.

RATE persons a second come without an appointment, and the desks call, receive and finish them until
the time is over; then says how many came, how many were served, and what central has not heard of.
"""

import sys
import threading
import time
from math import exp
from pathlib import Path
from random import Random

from guichet.config import clock
from guichet.domain.desks import DeskState
from guichet.domain.model import Visit
from guichet.station import Station

_PATIENCE = 10.0
"""Seconds for central to hear of the last ones."""
_BUSY = 0.92
"""Of the time of a desk."""


def main() -> None:
    folder, code, pin, *desks, rate, seconds = sys.argv[1:]
    station = Station.open(Path(folder), clock())
    station.session.sign_in(code, pin)
    end = time.monotonic() + float(seconds)
    served = [0] * len(desks)
    lasts = _BUSY * len(desks) / float(rate)
    threads = [
        threading.Thread(target=_receive, args=(station, desk, lasts, end, served, place))
        for place, desk in enumerate(desks)
    ]
    for thread in threads:
        thread.start()
    came = _come(station, float(rate), end)
    for thread in threads:
        thread.join()
    heard = time.monotonic() + _PATIENCE
    while station.sync_state.pending and time.monotonic() < heard:
        time.sleep(0.05)
    print(came, sum(served), station.sync_state.pending)
    station.close()


def _come(station: Station, rate: float, end: float) -> int:
    procedures = station.reception.procedures()
    came, start = 0, time.monotonic()
    while (now := time.monotonic()) < end:
        if now < start + came / rate:
            time.sleep(start + came / rate - now)
            continue
        visit = station.reception.walk_in(procedures[came % len(procedures)])
        assert isinstance(visit, Visit)
        came += 1
    return came


def _receive(
    station: Station, desk: str, lasts: float, end: float, served: list[int], place: int
) -> None:
    rng, calling = Random(desk), station.calling  # noqa: S311 - no secret
    calling.set_desk(desk, DeskState.OPEN)
    while time.monotonic() < end:
        called = calling.next(desk)
        if called.row is None or called.refused is not None:
            time.sleep(0.2)
            continue
        visit = called.row.visit or ""
        calling.start(visit)
        time.sleep(lasts * exp(rng.gauss(-0.125, 0.5)))
        calling.finish(visit, "served")
        served[place] += 1
    calling.set_desk(desk, DeskState.CLOSED)


if __name__ == "__main__":
    main()
