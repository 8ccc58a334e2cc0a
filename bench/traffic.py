"""Another post of the site at work: `python -m bench.traffic FOLDER CODE PIN RATE`.

Checks the next people in and takes it back, RATE changes a second, until its input ends; then
says how many it made a second, and how many of them central has not heard of.
"""

import itertools
import select
import sys
import time
from pathlib import Path

from guichet.config import clock
from guichet.domain.day import DayState
from guichet.station import Station

AROUND = 12
"""How many people take turns: few enough to be on the watcher's screen."""


def main() -> None:
    folder, code, pin, rate = sys.argv[1:]
    station = Station.open(Path(folder), clock())
    station.session.sign_in(code, pin)
    reception = station.reception
    people = [
        row.appointment
        for row in reception.day()
        if row.state is DayState.EXPECTED and row.appointment
    ][:AROUND]
    visits: dict[str, str] = {}
    made, start = 0, time.perf_counter()
    for appointment in itertools.cycle(people):
        left = start + made / float(rate) - time.perf_counter()
        if select.select([sys.stdin], [], [], max(0.0, left))[0]:
            break
        if appointment in visits:
            reception.undo_check_in(visits.pop(appointment), "by_mistake")
        else:
            reading = reception.choose(appointment)
            if not reading.checked_in:
                reading = reception.admit(reading)
            assert reading.visit is not None
            visits[appointment] = reading.visit.id
        made += 1
    print(made / (time.perf_counter() - start), station.sync_state.pending)
    station.close()


if __name__ == "__main__":
    main()
