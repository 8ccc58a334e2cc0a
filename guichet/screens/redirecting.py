"""Where somebody is sent on to: another lane, or one desk."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from textual.screen import Screen

from guichet.domain.day import DayRow
from guichet.domain.desks import Desk, DeskState
from guichet.i18n import _
from guichet.screens.ask import AskScreen, Choices
from guichet.screens.desk import who
from guichet.screens.post import Post, background
from guichet.widgets.cells import fit

_ROOM = 48
"""Cells for the démarches of a lane in a dialog, on one line."""


class Place(NamedTuple):
    """A lane, or one desk of it."""

    lane: str
    desk: str | None


def ask_where(screen: Screen[None], post: Post, row: DayRow, then: Callable[[Place], None]) -> None:
    """Offer every lane by its letter, and every other desk that is open."""
    calling, here = post.station.calling, post.settings.desk

    def read() -> tuple[Mapping[str, Sequence[str]], list[Desk]]:
        return calling.lanes(), calling.desks()

    def choose(found: tuple[Mapping[str, Sequence[str]], list[Desk]]) -> None:
        lanes, desks = found
        others = [each for each in desks if each.state is DeskState.OPEN and each.name != here]
        places = {f"lane {letter}": Place(letter, None) for letter in lanes}
        places |= {f"desk {each.name}": Place(lane_at(each, row), each.name) for each in others}
        choices: Choices = {
            code: _words(place, lanes.get(place.lane, ())) for code, place in places.items()
        }

        def chosen(code: str | None) -> None:
            if code is not None:
                then(places[code])

        title = _("Rediriger vers quelle file, quel guichet\u202f?")
        screen.app.push_screen(AskScreen(title, who(row), choices), chosen)

    background(screen, read, choose, group="desk")


def lane_at(desk: Desk, row: DayRow) -> str:
    """In which lane somebody waits for a desk: it calls from its own only."""
    return row.lane if not desk.lanes or row.lane in desk.lanes else desk.lanes[0]


def _words(place: Place, procedures: Sequence[str]) -> tuple[str, str]:
    """The key of a place, a lane's letter or a desk's number of one digit, and its words."""
    if place.desk is not None:
        key = place.desk if len(place.desk) == 1 and place.desk.isdigit() else ""
        return key, _("Guichet {name} seulement").format(name=place.desk)
    told = ", ".join(procedures) or _("démarche inconnue, ou autre")
    return place.lane.lower(), fit(told, _ROOM).rstrip()
