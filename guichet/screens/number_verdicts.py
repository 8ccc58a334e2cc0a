"""What others say of the numéro étranger typed: the persons known here, and a register."""

from functools import partial

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.timer import Timer
from textual.widgets import Static

from guichet.domain.birth import BirthDate, BirthProblem, parse
from guichet.domain.foreigner_number import Existence, form
from guichet.domain.model import Person
from guichet.domain.similar import other_year
from guichet.errors import GuichetError
from guichet.i18n import _
from guichet.screens import describe
from guichet.screens.post import Post, background
from guichet.station import Link
from guichet.widgets.level import Level
from guichet.widgets.said import Said

_AFTER = 0.3
"""Seconds without a key before central is asked."""
_REGISTER: dict[Existence, tuple[Level, str, str]] = {
    Existence.KNOWN: ("ok", _("Registre\u00a0: connu"), ""),
    Existence.UNKNOWN: ("warn", _("Registre\u00a0: inconnu"), _("(à vérifier, n’empêche rien)")),
    Existence.UNAVAILABLE: (
        "info",
        _("Registre\u00a0: indisponible"),
        _("(ne compte pas contre la personne)"),
    ),
}


class NumberVerdicts(Vertical):
    """Two verdicts beside that of the field on the form; none of them ever refuses the person."""

    def __init__(self, post: Post, person: str) -> None:
        super().__init__()
        self._post = post
        self.person = person
        """The id of whose form it is."""
        self._number = ""
        self._birth: BirthDate | BirthProblem = BirthProblem.EMPTY
        self._owners: dict[str, Person] = {}
        self._later: Timer | None = None

    def compose(self) -> ComposeResult:
        """Plausibility, existence, and what the latter is worth."""
        yield Said(id="plausible")
        yield Said(id="register")
        yield Static("", id="worth", classes="hint")

    def judge(self, typed: str, birth: str) -> None:
        """Ask about the number typed, once its form is right, and the birth date beside it."""
        number = form(typed).value
        self._birth = parse(birth, self._post.station.today())
        if number != self._number:
            self._number, self._owners = number, {}
            if self._later is not None:
                self._later.stop()
            if number:
                self._ask(number)
        self._show_owners()

    @property
    def number(self) -> str:
        """The number in question, empty while none has the right form."""
        return self._number

    def _ask(self, number: str) -> None:
        mediation = self._post.station.mediation
        background(
            self,
            lambda: mediation.find_persons(number),
            partial(self._owned, number),
            group="owners",
        )
        if self._post.station.sync_state.link is Link.ONLINE:
            self.query_one("#register", Said).say(_("Registre\u00a0: question posée…"))
            self.query_one("#worth", Static).update("")
            self._later = self.set_timer(_AFTER, partial(self._ask_central, number))
        else:
            self._registered(number, Existence.UNAVAILABLE)

    def _ask_central(self, number: str) -> None:
        mediation = self._post.station.mediation

        def silent(_error: GuichetError) -> None:
            return  # those known here stand

        background(
            self,
            lambda: mediation.find_persons_at_central(number),
            partial(self._owned, number),
            group="owners",
            failed=silent,
        )
        background(
            self,
            lambda: mediation.existence(number),
            partial(self._registered, number),
            group="register",
        )

    def _owned(self, number: str, persons: list[Person]) -> None:
        if number == self._number:
            self._owners |= {each.id: each for each in persons if each.number == number}
            self._show_owners()

    def _show_owners(self) -> None:
        others = [each for each in self._owners.values() if each.id != self.person]
        said = self.query_one("#plausible", Said)
        birth = self._birth if isinstance(self._birth, BirthDate) else None
        strangers = [each for each in others if birth is not None and other_year(birth, each)]
        if strangers or others:
            owner = (strangers or others)[0]
            sentence = _("Déjà à {name}, {year}").format(
                name=describe.name(owner), year=owner.birth[:4] or "?"
            )
            said.say(sentence, "warn" if strangers else "info")
        else:
            said.say(_("Plausible\u00a0: à personne d’autre"), "ok")

    def _registered(self, number: str, existence: Existence) -> None:
        if number != self._number:
            return
        level, sentence, worth = _REGISTER[existence]
        self.query_one("#register", Said).say(sentence, level)
        self.query_one("#worth", Static).update(worth)
