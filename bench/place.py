"""A real central with training data, at a fixed moment of a fixed day, and a station of Bobigny."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from guichet import demo
from guichet.config import OFFSET_VARIABLE, clock
from guichet.demo import DemoStation
from guichet.domain.model import Role
from guichet.station import Station

MOMENT = datetime(2026, 11, 24, 8, 40, tzinfo=UTC)
"""A Tuesday, at 9:40 in Paris."""


def silent(_sentence: str) -> None:
    """What a demo says is not for here."""


@contextmanager
def demonstration(role: Role) -> Iterator[DemoStation]:
    """A demo of its own, away from the user's; its clock starts at MOMENT."""
    before = os.environ.get(OFFSET_VARIABLE)
    os.environ[OFFSET_VARIABLE] = str(round((MOMENT - datetime.now(UTC)).total_seconds()))
    try:
        with tempfile.TemporaryDirectory(prefix="guichet-bench-") as name:
            folder = demo.demo_folder(Path(name))
            with demo.prepare(folder, role, say=silent) as station:
                yield station
    finally:
        if before is None:
            del os.environ[OFFSET_VARIABLE]
        else:
            os.environ[OFFSET_VARIABLE] = before


@contextmanager
def opened(station: DemoStation) -> Iterator[Station]:
    """The station open in this process, its agent signed in."""
    post = Station.open(station.folder, clock())
    try:
        post.session.sign_in(station.code, station.pin)
        yield post
    finally:
        post.close()
