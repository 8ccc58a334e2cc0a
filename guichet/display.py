"""``guichet display``: the calls, for a waiting room to read. It knows no name, asks for none."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path, PurePath
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import Static

from guichet.config import clock
from guichet.domain.calendar_fr import short_day
from guichet.domain.display import Board, DeskCall, latest, opened, turned
from guichet.errors import GuichetError
from guichet.i18n import _, ngettext
from guichet.screens.desk_words import wait_short
from guichet.screens.post import Fault, background
from guichet.sound import Sound
from guichet.station import Station
from guichet.station.display import Display, Hears, Look, displaying
from guichet.terminal import Driver
from guichet.theme import register_themes
from guichet.widgets.big import Huge
from guichet.widgets.calls import LastCalls

_HERE = Path(__file__).parent
_EVERY = 0.5
"""Seconds between two looks at the database: a read of under a millisecond."""
_FLASH = 0.5
"""Seconds that a flash lasts, and the pause after it: one a second, where WCAG 2.3.1 allows three,
for somebody in a waiting room may be epileptic."""
_FLASHES = 3
_TERMINAL = 0  # standard input


class DisplayApp(App[None]):
    """The whole of a screen that nobody types on."""

    CSS_PATH: ClassVar[list[str | PurePath]] = [_HERE / "guichet.tcss", _HERE / "display.tcss"]
    TITLE = "guichet"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f10,ctrl+q", "quit", _("Fermer"), show=False, priority=True)
    ]

    def __init__(
        self,
        display: Display,
        *,
        theme: str = "contraste",
        mute: bool = False,
        sound: Sound | None = None,
    ) -> None:
        super().__init__(driver_class=Driver)
        register_themes(self, theme)
        self._source = display
        self._mute = mute
        self._sound = sound
        """Played in place of the bell."""
        self._board: Board | None = None
        self._look_under_way = False
        self._half_flashes = 0

    def compose(self) -> ComposeResult:
        """The place and time, the call, where to, the last ones, and what is wrong."""
        with Container(id="head"):
            yield Static("", id="place", markup=False)
            yield Static("", id="time", markup=False)
        yield Huge(id="call")
        yield Huge(id="desk")
        yield Static(_("Derniers appels"), id="title", markup=False)
        yield LastCalls(id="last")
        yield Static("", id="waits", markup=False)
        yield Static("", id="state", markup=False)

    def on_mount(self) -> None:
        """Begin to look, and to listen to who ends the program."""
        self._watch()
        self.set_interval(_EVERY, self._watch)
        self.set_interval(_FLASH, self._flash)
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            # Not every platform, nor every thread, lets the loop hear signals.
            for number in (signal.SIGTERM, signal.SIGHUP):
                asyncio.get_running_loop().add_signal_handler(number, self.exit)

    def action_help_quit(self) -> None:
        """Close at Ctrl+C too: there is nothing to copy here."""
        self.exit()

    def _watch(self) -> None:
        if not (self.is_headless or os.isatty(_TERMINAL)):
            self.exit()  # the terminal is gone, and nothing told us
        elif not self._look_under_way:
            self._look_under_way = True
            background(self, self._source.look, self._show, group="look", failed=self._failed)

    def on_fault(self, event: Fault) -> None:
        """Say what went wrong where nobody foresaw it."""
        self._say(event.sentence)

    def _failed(self, error: GuichetError) -> None:
        self._look_under_way = False
        self._say(f"{error} {_listen()}")

    def _show(self, look: Look) -> None:
        self._look_under_way = False
        before = self._board
        board = opened(look.calls) if before is None else turned(before, look.calls, look.at)
        self._board = board
        self._paint(look, board)
        if before is not None and board.rung != before.rung:
            self._announce()

    def _paint(self, look: Look, board: Board) -> None:
        waiting = ngettext("{count} personne attend", "{count} personnes attendent", look.waiting)
        self.query_one("#place", Static).update(look.site, layout=False)
        when = f"{waiting.format(count=look.waiting)} · {short_day(look.at)}"
        self.query_one("#time", Static).update(when)
        call = board.current
        self.query_one("#call", Huge).text = call.ticket if call else ""
        self.query_one("#desk", Huge).text = _to(call) if call else _("Aucun appel")
        last = [f"{each.ticket}→{each.desk}" for each in latest(board, look.calls)]
        self.query_one(LastCalls).show(last)
        self.query_one("#waits", Static).update(_waits(look), layout=False)
        self._say(_state(look))

    def _say(self, sentence: str) -> None:
        state = self.query_one("#state", Static)
        state.update(sentence)
        state.set_class(bool(sentence), "-said")

    def _announce(self) -> None:
        if self._sound is not None and not self._mute:
            background(self, self._sound.play, group="sound", failed=self._silent)
        elif not self._mute:
            self.bell()
        if self.animation_level != "none":
            self._half_flashes = 2 * _FLASHES

    def _silent(self, error: GuichetError) -> None:
        """The bell, then, and why."""
        self.bell()
        self._say(f"{error} {_listen()}")

    def _flash(self) -> None:
        self._half_flashes = max(0, self._half_flashes - 1)
        for huge in self.query(Huge):
            huge.set_class(self._half_flashes % 2 == 1, "-flash")


def _to(call: DeskCall) -> str:
    return _("→ Guichet {desk}").format(desk=call.desk)


def _waits(look: Look) -> str:
    """How long who came now would wait, by lane, in minutes."""
    lanes = [
        f"{lane}\u00a0{wait_short(wait) or _('fermé')}" for lane, wait in sorted(look.lanes.items())
    ]
    return (
        _("Attente estimée (min)\u00a0:  {lanes}").format(lanes="   ".join(lanes)) if lanes else ""
    )


def _state(look: Look) -> str:
    """What the room must know of calls that are not shown; empty when all are."""
    since = f"{look.since:%H:%M}" if look.since else ""
    match look.hears:
        case Hears.ALL:
            return ""
        case Hears.HERE:
            said = _("Autres postes muets depuis {since}.")
        case Hears.NOTHING:
            said = _("Écran hors ligne depuis {since}.")
    return f"{said.format(since=since)} {_listen()}"


def _listen() -> str:
    return _("Écoutez l’appel de vive voix.")


@contextlib.contextmanager
def _kept_in_step(folder: Path, now: Callable[[], datetime], *, own: bool) -> Iterator[None]:
    """The folder read from central meanwhile by this program, if it is the display's own."""
    if not own:
        yield
        return
    station = Station.open(folder, now)
    try:
        yield
    finally:
        station.close()


def run(
    folder: Path,
    *,
    own: bool = False,
    theme: str | None = None,
    mute: bool = False,
    sound: Path | None = None,
) -> int:
    """Show the calls of a station's folder until it is closed; the process's exit code.

    `own`: nobody opens the application on this folder, so it is kept in step here. `sound`: a file
    to play at each call in place of the bell. Raises ConfigError when it cannot be.
    """
    now, played = clock(), Sound(sound) if sound else None
    with _kept_in_step(folder, now, own=own), displaying(folder, now) as display:
        app = DisplayApp(display, theme=theme or "contraste", mute=mute, sound=played)
        app.run()
        return app.return_code or 0
