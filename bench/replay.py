"""Eight hundred arrivals, from the frame to central: each once, how soon, in how much memory."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure, middle, p95

_COUNT = 800
_WARM = 100
_MIB = 1024 * 1024


def measure() -> Iterator[Figure]:
    from guichet.domain.model import Role  # noqa: PLC0415 - for this measure only
    from tests.posts import World, furnish  # noqa: PLC0415 - as above
    from tests.replay import (  # noqa: PLC0415 - as above
        Replayed,
        arrived_once,
        book,
        heard,
        known,
        replay,
    )

    with tempfile.TemporaryDirectory(prefix="guichet-bench-") as name:
        template, folder = Path(name) / "template", Path(name) / "world"
        template.mkdir()
        folder.mkdir()
        furnish(template)
        world = World(folder, template)
        try:
            made = book(world, _COUNT)
            station = world.station("counter", Role.COUNTER)
            known(station, made)
            seen = Replayed()
            for seen in replay(world, station, made):  # noqa: B007 - the last one has them all
                pass
            heard(station)
            arrived_once(world, made, seen)
        finally:
            world.close()
    name = f"{_COUNT} arrivals, each once: frame to verdict"
    yield Figure(f"{name}, p95", p95(seen.seconds), "ms", limit=150)
    yield Figure(f"{name}, median", middle(seen.seconds), "ms")
    start, end = max(seen.memory[:_WARM]) / _MIB, max(seen.memory) / _MIB
    yield Figure(
        "memory at its most, central included",
        end,
        "MiB",
        start,
        f"after {_WARM}",
        1.15,
        of_ratio=True,
    )
