"""A station that receives somebody: ``python -m tests.faults.at_desk FOLDER DESK called|serving``.

Prints the visit once central knows of it, then goes on until it is killed.
"""

import signal
import sys
from pathlib import Path

from guichet.central import training
from guichet.domain.desks import DeskState
from guichet.domain.model import Role
from guichet.station import Station
from tests.posts import MORNING
from tests.waiting import until


def main(folder: Path, desk: str, how: str) -> None:
    """Open the desk, call the next person, receive them, and wait."""
    station = Station.open(folder, lambda: MORNING)
    station.session.sign_in(training.agent_code(Role.COUNTER, 1), training.PINS[Role.COUNTER])
    station.calling.set_desk(desk, DeskState.OPEN)
    row = until(lambda: station.calling.next(desk).row)
    assert row is not None
    if how == "serving":
        station.calling.start(row.visit or "")
    until(lambda: station.sync_state.pending == 0)
    sys.stdout.write(f"{row.visit}\n")
    sys.stdout.flush()
    signal.pause()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
