"""The application: modes by role, global keys, theme, one place for faults.

It paints first and opens the station after: the database stack is imported in a thread.
"""

import asyncio
import contextlib
import gc
import logging
import os
import signal
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.events import Event
from textual.screen import Screen

from guichet.config import Settings, clock
from guichet.i18n import _
from guichet.screens.keys import GLOBAL_KEYS, key_written
from guichet.screens.modes import screen_of
from guichet.screens.post import (
    FactsChanged,
    Fault,
    PersonWanted,
    Post,
    background,
    unexpected,
)
from guichet.screens.sign_in import SignInScreen
from guichet.screens.wedge import Wedge
from guichet.terminal import Driver
from guichet.theme import register_themes

if TYPE_CHECKING:
    from guichet.domain.model import Role
    from guichet.station import Bar, Station
    from guichet.widgets.preview import CameraPreview

logger = logging.getLogger(__name__)

_QUIET = 0.8
"""Seconds in which an opening station leaves the processor to the first screens."""
_TERMINAL = 0  # standard input
_TICK = 0.25
"""Seconds between two updates of what is shown: each repaint costs, so many changes make one."""
_HERE = Path(__file__).parent
_SWITCH = 0.001
"""Seconds a thread may keep the interpreter while the UI loop waits for it."""


class GuichetApp(App[None]):
    """guichet on an agent's screen."""

    CSS_PATH: ClassVar[list[str | PurePath]] = ["guichet.tcss", "screens/sign_in.tcss"]
    """The first screen's own sheet too: read later, it would have all of them parsed again."""
    TITLE = "guichet"
    DEFAULT_MODE = "sign_in"
    BINDINGS = GLOBAL_KEYS

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        *,
        auto_sign_in: tuple[str, str] | None = None,
        practice: Path | None = None,
    ) -> None:
        super().__init__(driver_class=Driver)
        register_themes(self, settings.theme)
        self._folder = folder
        self._settings = settings
        self._auto_sign_in = auto_sign_in
        self._practice = practice
        self._station: Station | None = None
        self._post: Post | None = None
        self._openable: tuple[str, ...] = ()
        self._agent = ""
        self._dirty = False
        self._settles = False
        self._ended = False
        self._bar: Bar | None = None
        self._sign_in = SignInScreen()
        self._wedge = Wedge(self, super().on_event)

    async def on_event(self, event: Event) -> None:
        """Take out what a keyboard scanner types before anything acts on it."""
        await self._wedge.take(event)

    # Opening and closing ------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Show the sign-in, which asks for the station once it is painted."""
        sys.setswitchinterval(_SWITCH)
        self.add_mode(self.DEFAULT_MODE, lambda: self._sign_in)
        self.set_interval(_TICK, self._tick)
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            # Not every platform, nor every thread, lets the loop hear signals.
            for number in (signal.SIGTERM, signal.SIGHUP):
                asyncio.get_running_loop().add_signal_handler(number, self.exit)

    def get_default_screen(self) -> Screen[None]:
        """The sign-in; a mode known from the start would have every style sheet parsed twice."""
        return self._sign_in

    @on(SignInScreen.Wanted)
    def _wanted(self) -> None:
        self._open()
        self._read([_HERE / "widgets.tcss"])

    def _open(self) -> None:
        background(
            self, self._opened_station, self._opened, group="open", failed=self._sign_in.closed
        )

    def _opened_station(self) -> "Station":
        gc.disable()  # what an import makes stays: looking through it doubles the time it takes
        try:
            from guichet.station import Station  # noqa: PLC0415 - slow, so after the first paint
        finally:
            gc.freeze()
            gc.enable()
        self._station = station = Station.open(self._folder, clock(), _QUIET)
        if self._practice is not None:
            station.papers.practice = self._practice
        if self._ended:  # the agent left while it opened: nobody else will close it
            station.close()
        return station

    def _opened(self, station: "Station") -> None:
        self._post = Post(station, self._settings, self._practice)
        station.subscribe(self._facts_changed)
        self._sign_in.ready(self._post)
        if station.notice:
            self.notify(station.notice, severity="warning", timeout=30)
        if self._auto_sign_in is not None:
            self._sign_in.enter(*self._auto_sign_in)
        self.call_after_refresh(self._prepare)

    def _prepare(self) -> None:
        """Load the day's screen, and what all modes share with it, while the PIN is checked."""
        from guichet.screens import supervisor  # noqa: F401, PLC0415 - it needs the station

    def _read(self, sheets: Sequence[Path]) -> None:
        # Before Textual reads them, screen by screen: it would parse every sheet anew each time.
        self.stylesheet.read_all(sheets)
        self.stylesheet.parse()

    async def on_unmount(self) -> None:
        """Stop keeping in step; the station is closed off the loop."""
        self._ended = True
        if self._station is not None:
            await asyncio.to_thread(self._station.close)

    # Modes --------------------------------------------------------------------------------------

    @on(SignInScreen.Entered)
    def _entered(self, event: SignInScreen.Entered) -> None:
        self._enter(event.modes)

    @work
    async def _enter(self, modes: "tuple[Role, ...]") -> None:
        post = self._post
        agent = post.station.session.agent if post else None
        if post is None or agent is None:
            return
        if (agent.code, modes) != (self._agent, self._openable):
            for role in self._openable:
                await self.remove_mode(role)
            for role in modes:
                self.add_mode(role, partial(self._mode, role, post))
        first = not self._agent
        self._agent, self._openable = agent.code, modes
        await self.switch_mode(modes[0])
        if first:
            self.call_after_refresh(self._read_rest)
        self.refresh_bindings()

    def _read_rest(self) -> None:
        """Be ready for the other screens, once the first mode is painted."""
        self._read(sorted((_HERE / "screens").glob("*.tcss")))
        gc.freeze()  # what is there now stays: looking through it again would hold keys up

    def _mode(self, role: "Role", post: Post) -> Screen[None]:
        screen = screen_of(role, post)
        self._read([Path(sheet) for sheet in screen.css_path])
        # Or Textual, which cannot know that it has no widgets yet, twice parses every sheet anew.
        screen._css_update_count = self._css_update_count  # noqa: SLF001 - no public way
        return screen

    def action_mode(self, name: str) -> None:
        """Show a mode the agent may open."""
        self.switch_mode(name)
        self.refresh_bindings()

    @on(PersonWanted)
    async def _person_wanted(self, event: PersonWanted) -> None:
        """Open the mediator's mode on a person."""
        await self.switch_mode("mediator")
        self.refresh_bindings()
        self.screen_stack[0].post_message(PersonWanted(event.person))  # which stops it there

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether a key works now: those of other modes the agent may open, for one."""
        agent = self._post.station.session.agent if self._post else None
        match action:
            case "mode":
                (name,) = parameters
                return agent is not None and name in self._openable and name != self.current_mode
            case "lock":
                return agent is not None
            case "liaison":
                return self._post is not None
            case "ending":
                return agent is not None and bool({"supervisor", "counter"} & set(agent.roles))
            case "settle":
                return agent is not None and self._shows_settle(agent.roles)
            case _:
                return True

    def _shows_settle(self, roles: "tuple[Role, ...]") -> bool:
        # Who is not a supervisor sees the key only when there is something to settle.
        post = self._post
        return post is not None and ("supervisor" in roles or post.station.sync_state.to_settle > 0)

    def action_lock(self) -> None:
        """Close the session; what was being typed waits for the same agent."""
        if self._post is not None:
            self._post.station.session.sign_out()
        self.switch_mode(self.DEFAULT_MODE)
        self.refresh_bindings()

    def action_settle(self) -> None:
        """Show what central refused."""
        from guichet.screens.settle import SettleScreen  # noqa: PLC0415 - needs the station

        if self._post is not None:
            self.push_screen(SettleScreen(self._post))

    def action_ending(self) -> None:
        """Show what remains of the days that are over."""
        from guichet.screens.ending import EndingScreen  # noqa: PLC0415 - needs the station

        if self._post is not None and not isinstance(self.screen, EndingScreen):
            self.push_screen(EndingScreen(self._post))

    def action_liaison(self) -> None:
        """Show how this post stands with central."""
        from guichet.screens.liaison import LiaisonScreen  # noqa: PLC0415 - needs the station

        if self._post is not None and not isinstance(self.screen, LiaisonScreen):
            self.push_screen(LiaisonScreen(self._post))

    # Help ---------------------------------------------------------------------------------------

    def action_help(self) -> None:
        """Show the keys of this screen."""
        from guichet.screens.help import HelpScreen, keys_of  # noqa: PLC0415 - seldom needed

        self.push_screen(HelpScreen(keys_of(self.screen)))

    def action_command_palette(self) -> None:
        """Offer every command of the screen, and the themes, by name."""
        from guichet.screens.help import Palette  # noqa: PLC0415 - seldom needed

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(placeholder=_("Chercher une commande…")))

    def action_help_quit(self) -> None:
        """Say how to leave to who presses Ctrl+C, which copies."""
        self.notify(_("Pour fermer guichet\u00a0: F10."))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The commands of the palette: the screen's own, then the themes."""
        from guichet.screens.help import commands  # noqa: PLC0415 - seldom needed

        return commands(self, screen)

    def get_key_display(self, binding: Binding) -> str:
        """The key as it is written on a French keyboard."""
        return key_written(binding, super().get_key_display(binding))

    # Facts and faults ---------------------------------------------------------------------------

    def _facts_changed(self) -> None:
        self._dirty = True  # from any thread; _tick makes one update of many

    def _tick(self) -> None:
        if not (self.is_headless or os.isatty(_TERMINAL)):
            self.exit()  # the terminal is gone, and nothing told us
            return
        self._watch_bar()
        if self._dirty and self.screen_stack:  # none is left while the application closes
            self._dirty = False
            self._renew_keys()
            for screen in self.screen_stack:
                screen.post_message(FactsChanged())

    def _watch_bar(self) -> None:
        """Show nothing while the station may not, whatever was open."""
        bar = self._post.station.barred() if self._post is not None else None
        if bar is not self._bar:
            self._bar = bar
            self._sign_in.bar(bar)
            if bar is not None:
                self._close_modes()

    @work
    async def _close_modes(self) -> None:
        self.action_lock()
        for role in self._openable:
            await self.remove_mode(role)
        self._agent, self._openable = "", ()

    def _renew_keys(self) -> None:
        # A new footer costs more than all the rest of an update: only when a key comes or goes.
        settles = bool(self.check_action("settle", ()))
        if settles != self._settles:
            self._settles = settles
            self.refresh_bindings()

    def on_camera_preview_drawn(self, event: "CameraPreview.Drawn") -> None:
        """Draw the camera's picture; by its name, for its module is not needed at the start."""
        if isinstance(self._driver, Driver):
            self._driver.draw(event.data)

    @on(Fault)
    def _fault(self, event: Fault) -> None:
        self.notify(event.sentence, severity="error", timeout=10)

    def _handle_exception(self, error: Exception) -> None:
        logger.error("the application stops", exc_info=error)
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        # Textual's own prints a traceback with local variables, which hold names.
        self._exit_renderables.append(unexpected())
        self._close_messages_no_wait()


def run(
    folder: Path,
    settings: Settings,
    *,
    auto_sign_in: tuple[str, str] | None = None,
    practice: Path | None = None,
    camera: str | None = None,
    theme: str | None = None,
) -> int:
    """Open the application on a station's folder; the process's exit code."""
    if camera is not None:
        settings = replace(settings, camera=camera)
    if theme is not None:
        settings = replace(settings, theme=theme)
    app = GuichetApp(folder, settings, auto_sign_in=auto_sign_in, practice=practice)
    app.run()
    return app.return_code or 0
