"""The first screen: it is painted before the station is open, then lets an agent in."""

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Middle, Vertical
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Footer, Input, Label, Static

from guichet.domain.model import Role
from guichet.domain.operations import Refused
from guichet.i18n import _
from guichet.screens.post import Post, background
from guichet.screens.words import refusal

if TYPE_CHECKING:
    from guichet.station import SignedIn


class SignInScreen(Screen[None]):
    """Code and PIN. The code is never emptied; the PIN is, when it was wrong."""

    CSS_PATH = "sign_in.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5", "retry", _("Réessayer"), tooltip=_("Ouvrir le poste à nouveau")),
        Binding("f10", "app.quit", _("Quitter"), tooltip=_("Fermer guichet")),
    ]

    class Entered(Message):
        """An agent has signed in; `modes` are those they may open, the main one first."""

        def __init__(self, modes: tuple[Role, ...]) -> None:
            super().__init__()
            self.modes = modes

    class Retry(Message):
        """The agent asks to open the station again."""

    def __init__(self) -> None:
        super().__init__()
        self._post: Post | None = None

    def compose(self) -> ComposeResult:
        """The form in the middle of the screen."""
        with Middle(), Vertical(classes="panel"):
            yield Label("guichet", id="brand")
            yield Static(_("Ouverture du poste…"), id="place", markup=False)
            yield Label(_("Code agent"))
            yield Input(id="code", max_length=20)
            yield Label(_("PIN"), classes="gap")
            yield Input(id="pin", password=True, max_length=12)
            yield Static("", id="said", markup=False)
        yield Footer()

    def on_mount(self) -> None:
        """Let the agent type at once, while the station opens."""
        self.query_one("#code", Input).focus()

    def ready(self, post: Post) -> None:
        """The station is open: who is typed may come in."""
        self._post = post
        site = post.station.site
        self.query_one("#place", Static).update(
            _("{site} – poste {number}").format(site=site.name, number=post.station.number)
        )
        self.say("")

    def say(self, sentence: str) -> None:
        """Show what is wrong, or nothing."""
        self.query_one("#said", Static).update(sentence)

    def action_retry(self) -> None:
        """Open the station again, when it could not be opened."""
        if self._post is None:
            self.say("")
            self.post_message(self.Retry())

    @on(Input.Submitted, "#code")
    def _code_typed(self) -> None:
        self.query_one("#pin", Input).focus()

    @on(Input.Submitted, "#pin")
    def _pin_typed(self) -> None:
        code, pin = (self.query_one(field, Input).value for field in ("#code", "#pin"))
        if not code.strip():
            self.say(_("Tapez votre code agent, par exemple MB1."))
            self.query_one("#code", Input).focus()
        elif self._post is None:
            self.say(_("Le poste s’ouvre encore : appuyez à nouveau sur Entrée dans un instant."))
        else:
            self.say(_("Vérification…"))
            session = self._post.station.session
            background(self, lambda: session.sign_in(code, pin), self._answered, group="sign_in")

    def _answered(self, answer: "SignedIn | Refused") -> None:
        pin = self.query_one("#pin", Input)
        pin.value = ""
        if isinstance(answer, Refused):
            self.say(refusal(answer))
            pin.focus()
            return
        self.say("")
        self.post_message(self.Entered(answer.modes))
