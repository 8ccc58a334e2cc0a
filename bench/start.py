"""From the command to the first text, then to the whole day; and the memory held then."""

from collections.abc import Collection, Iterator

from bench.figures import Figure, middle
from bench.grid import Grid
from bench.place import demonstration, opened
from bench.terminal import Terminal
from guichet.domain.model import Role

_RUNS = 9
_ENOUGH = 10
"""Names of the day that must be on the screen: the table is there."""


def measure() -> Iterator[Figure]:
    minimal, first, day, held = [], [], [], []
    with demonstration(Role.SUPERVISOR) as station:
        command = ["bench.opened", str(station.folder), station.code, station.pin]
        with opened(station) as post:
            names = {row.name for row in post.reception.day()}
        for turn in range(_RUNS + 1):  # interleaved; the first turn only warms the files
            with Terminal("bench.minimal") as terminal:
                moment = terminal.until(_form, "minimal application")
                minimal.append(moment - terminal.started)
            with Terminal(*command) as terminal:
                first.append(terminal.until(_form, "sign-in") - terminal.started)
                moment = terminal.until(lambda grid: _names(grid, names), "the day")
                day.append(moment - terminal.started)
                terminal.watch(1.0, lambda _grid: False)
                held.append(terminal.memory())
            if turn == 0:
                for values in (minimal, first, day, held):
                    values.clear()
    peer = middle(minimal)
    yield Figure(
        "start, first text", middle(first), "ms", peer, "minimal Textual application", 1.25, True
    )
    yield Figure("start, the day's 500 rows", middle(day), "ms", peer, "the same", 650)
    yield from _memory("supervisor", held)
    yield from _mediator()


def _mediator() -> Iterator[Figure]:
    with demonstration(Role.MEDIATOR) as station:
        command = ["bench.opened", str(station.folder), station.code, station.pin]
        held = []
        for _turn in range(3):
            with Terminal(*command) as terminal:
                terminal.until(lambda grid: "Rechercher une personne" in "\n".join(grid.lines))
                terminal.watch(1.0, lambda _grid: False)
                held.append(terminal.memory())
    yield from _memory("mediator", held)


def _memory(mode: str, held: list[tuple[float, float]]) -> Iterator[Figure]:
    now, peak = max(now for now, _peak in held), max(peak for _now, peak in held)
    yield Figure(f"memory, {mode}, camera closed", now, "MiB", limit=80)
    yield Figure(f"memory, {mode}, at most so far", peak, "MiB")


def _form(grid: Grid) -> bool:
    return any("Code agent" in line for line in grid.lines)


def _names(grid: Grid, names: Collection[str]) -> bool:
    shown = "\n".join(grid.lines)
    return sum(name in shown for name in names) >= _ENOUGH
