"""The first screen: it is painted before the station is open, then lets an agent in."""

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Middle, Vertical
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Input, Label, Static

from guichet.errors import GuichetError
from guichet.i18n import _
from guichet.screens.post import Post, background
from guichet.screens.wedge import Scanned
from guichet.widgets.foot import Foot

if TYPE_CHECKING:
    from guichet.domain.model import Role
    from guichet.domain.operations import Refused
    from guichet.station import Bar, SignedIn


class SignInScreen(Screen[None]):
    """Code and PIN. The code is never emptied; the PIN is, when it was wrong."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # Before the field sees it: the PIN may be typed at once.
        Binding("enter", "pin", _("Suivant"), show=False, priority=True),
        Binding("f5", "retry", _("Réessayer"), tooltip=_("Ouvrir le poste à nouveau")),
        Binding("f10", "app.quit", _("Quitter"), tooltip=_("Fermer guichet"), priority=True),
    ]

    class Entered(Message):
        """An agent has signed in; `modes` are those they may open, the main one first."""

        def __init__(self, modes: "tuple[Role, ...]") -> None:
            super().__init__()
            self.modes = modes

    class Wanted(Message):
        """The station is to be opened: this screen is painted, or the agent asks for it again."""

    def __init__(self) -> None:
        super().__init__()
        self._post: Post | None = None
        self._wanted = False
        self._failed = False
        self._asked = False
        """Whether Enter was pressed before the station was open."""
        self._checking = False
        self._wait = 0
        """Seconds before the next try."""
        self._countdown: Timer | None = None

    def compose(self) -> ComposeResult:
        """The form in the middle of the screen."""
        with Middle(), Vertical(classes="panel"):
            yield Label("guichet", id="brand")
            yield Static(_("Ouverture du poste…"), id="place", markup=False)
            yield Label(_("Code agent"))
            yield Input(id="code", max_length=20, select_on_focus=False)
            yield Label(_("PIN"), classes="gap")
            yield Input(id="pin", password=True, max_length=12)
            yield Static("", id="said", markup=False)
        yield Foot()

    def on_mount(self) -> None:
        """Count the wait down."""
        self._countdown = self.set_interval(1, self._count_down, pause=True)

    def on_screen_resume(self) -> None:
        """Let the agent type at once, while the station opens or after it was locked."""
        if self.query("#code"):  # quitting may be quicker than the first painting
            self.query_one("#pin" if self._code else "#code", Input).focus()
        if not self._wanted:  # Textual paints in a handler of its own: this message comes after
            self._wanted = True
            self.post_message(self.Wanted())

    # The station --------------------------------------------------------------------------------

    def ready(self, post: Post) -> None:
        """The station is open: who is typed may come in."""
        self._post = post
        site = post.station.site
        self._place(_("{site} – poste {number}").format(site=site.name, number=post.station.number))
        if self._asked:
            self._submit()

    def closed(self, error: GuichetError) -> None:
        """The station could not be opened: say why, and offer to try again."""
        self._failed = True
        self._place(_("Poste fermé"))
        self.say(_("{why} F5\u00a0: réessayer.").format(why=error), "bad")
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Trying again is offered only once opening has failed; Enter leads from code to PIN."""
        match action:
            case "retry":
                return self._failed
            case "pin":
                return self.focused is self.query_one("#code")
            case _:
                return super().check_action(action, parameters)

    def bar(self, bar: "Bar | None") -> None:
        """Say why nobody may come in, or that they may again."""
        from guichet.domain.operations import Refused  # noqa: PLC0415 - seldom needed
        from guichet.screens.words import refusal  # noqa: PLC0415

        self.say(refusal(Refused(bar)) if bar else "", "bad" if bar else "")

    def action_retry(self) -> None:
        """Open the station again."""
        self._failed = False
        self._place(_("Ouverture du poste…"))
        self.say("")
        self.refresh_bindings()
        self.post_message(self.Wanted())

    # The agent ----------------------------------------------------------------------------------

    @property
    def _code(self) -> str:
        return self.query_one("#code", Input).value.strip()

    def enter(self, code: str, pin: str) -> None:
        """Sign in with these, as if they had been typed."""
        self.query_one("#code", Input).value = code
        self.query_one("#pin", Input).value = pin
        self._submit()

    def action_pin(self) -> None:
        """Go on to the PIN."""
        self.set_focus(self.query_one("#pin"))  # at once: focus() would let keys pass

    @on(Input.Submitted, "#pin")
    def _pin_typed(self) -> None:
        self._submit()

    @on(Scanned)
    def _scanned(self) -> None:
        self.say(_("Ouvrez d’abord votre session\u00a0: le code scanné n’a pas servi."), "bad")

    @on(Input.Changed, "#code")
    def _other_agent(self) -> None:
        # The wait is one agent's; another one may come in at once.
        self._set_wait(0)
        self.say("")

    def _submit(self) -> None:
        code, pin = self._code, self.query_one("#pin", Input).value
        if self._checking or self._failed:
            return
        if not code or not pin:
            empty = "#pin" if code else "#code"
            self.say(
                _("Tapez votre PIN, puis Entrée.")
                if code
                else _("Tapez votre code agent, par exemple MB1."),
                "bad",
            )
            self.query_one(empty, Input).focus()
        elif self._post is None:
            self._asked = True
            self.say(_("Le poste s’ouvre\u00a0: votre code sera vérifié dans un instant."))
        else:
            self._asked, self._checking = False, True
            self.say(_("Vérification…"))
            session = self._post.station.session
            background(
                self,
                lambda: session.sign_in(code, pin),
                self._answered,
                group="sign_in",
                failed=self._not_checked,
            )

    def _not_checked(self, error: GuichetError) -> None:
        self._checking = False
        self.say(str(error), "bad")

    def _answered(self, answer: "SignedIn | Refused") -> None:
        # Needed here only: what is imported at the top delays the first paint.
        from guichet.domain.operations import Refused  # noqa: PLC0415
        from guichet.screens.words import refusal  # noqa: PLC0415

        self._checking = False
        pin = self.query_one("#pin", Input)
        pin.value = ""
        if not isinstance(answer, Refused):
            self.say("")
            self.post_message(self.Entered(answer.modes))
            return
        pin.focus()
        self.say(refusal(answer), "bad")
        self._set_wait(int(answer.detail.get("seconds", "0")))

    # What is said -------------------------------------------------------------------------------

    def _set_wait(self, seconds: int) -> None:
        self._wait = seconds
        if self._countdown is None:
            return
        if seconds:
            self._say_wait()
            self._countdown.reset()
            self._countdown.resume()
        else:
            self._countdown.pause()

    def _count_down(self) -> None:
        self._wait -= 1
        if self._wait > 0:
            self._say_wait()
        else:
            self._set_wait(0)
            self.say(_("Vous pouvez réessayer\u00a0: tapez votre PIN."))

    def _say_wait(self) -> None:
        self.say(
            _(
                "Code ou PIN incorrect. Votre code est conservé\u202f; "
                "prochain essai dans {seconds} s."
            ).format(seconds=self._wait),
            "bad",
        )

    def _place(self, text: str) -> None:
        self.query_one("#place", Static).update(text)

    def say(self, sentence: str, level: str = "") -> None:
        """Show what is going on, or with the level "bad" what is wrong."""
        said = self.query_one("#said", Static)
        said.set_class(level == "bad", "bad")
        said.update(sentence)
