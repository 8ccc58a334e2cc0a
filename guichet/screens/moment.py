"""The moment above the day's table: how many stand where, and the board."""

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from guichet.domain.board import Board
from guichet.screens.board_words import board_lines
from guichet.screens.day_table import GROUPS, DayTable
from guichet.screens.post import Post
from guichet.widgets.level import SIGNS
from guichet.widgets.tile import Tile


class Moment(Vertical):
    """A figure for each group of states, then the board; the bell once when tension rises."""

    def __init__(self, post: Post) -> None:
        super().__init__()
        self._post = post
        self._alert = False

    def compose(self) -> ComposeResult:
        """The figures, and the lines of the board."""
        with Horizontal(id="counts"):
            for group in GROUPS:
                yield Tile(group.name, group.level, group.label)
        yield Static("\n", id="board", markup=False)

    def show(self, day: DayTable, board: Board) -> None:
        """Show a day as it was read."""
        for group in GROUPS:
            sign = SIGNS[group.level].strip()
            number = day.numbers[group.name]
            self.query_one(f"#{group.name}", Tile).show(f"{sign} {number}".strip())
        lines, words = (
            self.query_one("#board", Static),
            board_lines(board, self._post.station.local),
        )
        if lines.content != words:
            lines.update(words)
        if board.tension.alert and not self._alert and self._post.settings.bell:
            self.app.bell()
        self._alert = board.tension.alert

    def choose(self, name: str | None) -> None:
        """Mark the group that is shown alone."""
        for tile in self.query(Tile):
            tile.set_class(tile.id == name, "-chosen")
