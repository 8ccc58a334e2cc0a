"""The application: modes by role, global keys, theme, one place for faults.

It paints first and opens the station after: the database stack is imported in a thread.
"""

import asyncio
import contextlib
import logging
import signal
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import Screen

from guichet.config import Settings, clock
from guichet.domain.model import Role
from guichet.errors import GuichetError
from guichet.i18n import _
from guichet.screens.post import FactsChanged, Fault, Post, background, unexpected
from guichet.screens.sign_in import SignInScreen
from guichet.theme import register_themes

if TYPE_CHECKING:
    from guichet.station import SignedIn, Station

logger = logging.getLogger(__name__)

_TICK = 0.25
"""Seconds between two updates of what is shown: each repaint costs, so many changes make one."""


class GuichetApp(App[None]):
    """guichet on an agent's screen."""

    CSS_PATH = "guichet.tcss"
    TITLE = "guichet"
    DEFAULT_MODE = "sign_in"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", _("Aide"), tooltip=_("Les touches de cet écran")),
        Binding("f2", "mode('mediator')", _("Médiation"), tooltip=_("Prendre un rendez-vous")),
        Binding("f3", "mode('counter')", _("Guichet"), tooltip=_("Accueillir les personnes")),
        Binding("f4", "mode('supervisor')", _("Supervision"), tooltip=_("Suivre la journée")),
        Binding("f12", "lock", _("Verrouiller"), tooltip=_("Fermer la session de l’agent")),
        Binding("f10", "quit", _("Quitter"), tooltip=_("Fermer guichet")),
    ]

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        *,
        auto_sign_in: tuple[str, str] | None = None,
        practice: Path | None = None,
    ) -> None:
        super().__init__()
        self._folder = folder
        self._settings = settings
        self._auto_sign_in = auto_sign_in
        self._practice = practice
        self._post: Post | None = None
        self._openable: tuple[Role, ...] = ()
        self._agent = ""
        self._dirty = False
        self._sign_in = SignInScreen()
        self.add_mode(self.DEFAULT_MODE, lambda: self._sign_in)

    # Opening and closing ------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Paint the first screen, then open the station."""
        register_themes(self)
        self.theme = self._settings.theme
        self.set_interval(_TICK, self._tick)
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            # Not every platform, nor every thread, lets the loop hear signals.
            for number in (signal.SIGTERM, signal.SIGHUP):
                asyncio.get_running_loop().add_signal_handler(number, self.exit)
        self.call_after_refresh(self._open)

    def _open(self) -> None:
        background(self, self._opened_station, self._opened, group="open", failed=self._not_opened)

    def _opened_station(self) -> "Station":
        from guichet.station import Station  # noqa: PLC0415 - slow, so after the first paint

        station = Station.open(self._folder, clock())
        station.mediation.practice = self._practice
        return station

    def _opened(self, station: "Station") -> None:
        self._post = Post(station, self._settings, self._practice)
        station.subscribe(self._facts_changed)
        self._sign_in.ready(self._post)
        if self._auto_sign_in is not None:
            code, pin = self._auto_sign_in
            background(
                self, lambda: station.session.sign_in(code, pin), self._auto, group="sign_in"
            )

    def _not_opened(self, error: GuichetError) -> None:
        self._sign_in.say(str(error))

    def _auto(self, answer: "SignedIn | object") -> None:
        modes = getattr(answer, "modes", None)
        if modes:
            self._enter(modes)

    @on(SignInScreen.Retry)
    def _retry(self) -> None:
        self._open()

    async def on_unmount(self) -> None:
        """Stop keeping in step; the station is closed off the loop."""
        if self._post is not None:
            await asyncio.to_thread(self._post.station.close)

    # Modes --------------------------------------------------------------------------------------

    @on(SignInScreen.Entered)
    def _entered(self, event: SignInScreen.Entered) -> None:
        self._enter(event.modes)

    @work
    async def _enter(self, modes: tuple[Role, ...]) -> None:
        post = self._post
        agent = post.station.session.agent if post else None
        if post is None or agent is None:
            return
        if agent.code != self._agent:
            for role in self._openable:
                await self.remove_mode(role.value)
            for role in modes:
                self.add_mode(role.value, partial(_screen, role, post))
        self._agent, self._openable = agent.code, modes
        self.refresh_bindings()
        await self.switch_mode(modes[0].value)

    def action_mode(self, name: str) -> None:
        """Show a mode the agent may open."""
        if Role(name) in self._openable:
            self.switch_mode(name)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only the keys of modes the agent may open are shown."""
        signed_in = self._post is not None and self._post.station.session.agent is not None
        if action == "mode":
            return signed_in and len(self._openable) > 1 and parameters[0] in self._openable
        return signed_in if action in ("lock", "help") else True

    def action_lock(self) -> None:
        """Close the session; what was being typed waits for the same agent."""
        if self._post is not None:
            self._post.station.session.sign_out()
        self.switch_mode(self.DEFAULT_MODE)
        self.refresh_bindings()

    def action_help(self) -> None:
        """Show or hide the keys of this screen."""
        if self.screen.query("HelpPanel"):
            self.action_hide_help_panel()
        else:
            self.action_show_help_panel()

    # Facts and faults ---------------------------------------------------------------------------

    def _facts_changed(self) -> None:
        self._dirty = True  # from any thread; _tick makes one update of many

    def _tick(self) -> None:
        if self._dirty:
            self._dirty = False
            for screen in self.screen_stack:
                screen.post_message(FactsChanged())

    @on(Fault)
    def _fault(self, event: Fault) -> None:
        self.notify(event.sentence, severity="error", timeout=10)

    def _handle_exception(self, error: Exception) -> None:
        # Textual would print a traceback with local variables, which hold names.
        logger.error("the application stops", exc_info=error)
        if self.is_headless:
            super()._handle_exception(error)
        else:
            self.exit(return_code=1, message=unexpected())


def _screen(role: Role, post: Post) -> Screen[None]:
    """The screen of a mode; imported when first needed."""
    match role:
        case Role.MEDIATOR:
            from guichet.screens.mediator import MediatorScreen  # noqa: PLC0415

            return MediatorScreen(post)
        case Role.COUNTER:
            from guichet.screens.counter import CounterScreen  # noqa: PLC0415

            return CounterScreen(post)
        case Role.SUPERVISOR:
            from guichet.screens.supervisor import SupervisorScreen  # noqa: PLC0415

            return SupervisorScreen(post)


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
