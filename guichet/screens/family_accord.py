"""One accord for all who come together, then their bookings, one after the other."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from guichet.domain.calendar_fr import long_date
from guichet.domain.model import Accord
from guichet.domain.operations import Refused
from guichet.errors import CentralUnavailable, GuichetError
from guichet.i18n import _
from guichet.screens.accord_how import AccordHow, given
from guichet.screens.accord_words import FAMILY_ACCORD
from guichet.screens.draft import Draft
from guichet.screens.family_booked import FamilyBooked
from guichet.screens.family_member import Place, for_what, lost, waits, who_when
from guichet.screens.hold_clock import HoldClock
from guichet.screens.post import Post, background
from guichet.screens.top import Top
from guichet.screens.trail import Trail
from guichet.station.family import hold_all_longer, release_all
from guichet.station.mediation import Booked, Held
from guichet.widgets.foot import Foot
from guichet.widgets.level import Level
from guichet.widgets.said import Said


class FamilyAccord(Screen[str]):
    """The last question; dismissed with a sentence when other seats must be chosen."""

    CSS_PATH = "accord.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "f9", "confirm", _("Réserver"),
            tooltip=_("La personne est d’accord\u00a0: réserver pour tous"), id="accord.confirm",
        ),
        Binding(
            "f5", "hold_again", _("Garder"),
            tooltip=_("Garder les places quelques minutes de plus"), id="accord.hold",
        ),
        Binding(
            "f6", "provenance", _("Venue"),
            tooltip=_("Noter qui demande\u00a0: la personne, un proche, une association…"),
            id="accord.provenance",
        ),
        Binding(
            "f7", "sheet", _("Feuille"),
            tooltip=_("Afficher l’accord à lire, à imprimer"), id="accord.sheet",
        ),
        Binding("escape", "back", _("Rendre"), tooltip=_("Tout rendre et revenir")),
    ]  # fmt: skip

    def __init__(self, post: Post, draft: Draft, places: Sequence[Place]) -> None:
        super().__init__()
        self._post = post
        self._draft = draft
        self._places = list(places)
        self._clock = HoldClock(post, self._earliest, _("Places gardées pour vous"))
        self._busy = False

    @property
    def _earliest(self) -> Held:
        """The hold that ends first."""
        return min((place.held for place in self._places), key=lambda held: held.until)

    def compose(self) -> ComposeResult:
        """The clock of the holds, who at what time, what to say, how it was said."""
        yield Top(self._post, _("Médiation"))
        yield Trail(3)
        yield self._clock
        with VerticalScroll(id="page"):
            yield Static(self._what(), id="what", markup=False)
            said = FAMILY_ACCORD.format(n=len(self._places))
            yield Static(said, classes="panel", id="text")
            yield AccordHow(self._post, self._draft)
        yield Said()
        yield Foot()

    def _what(self) -> str:
        together = [place.member for place in self._places]
        slots = [place.held.slot for place in self._places]
        what = f"{for_what(together)} · {long_date(slots[0].day)}"
        return f"{what}\n{who_when(self._post, together, slots)}"

    def on_mount(self) -> None:
        """Nothing under the focus books by itself."""
        self.query_one("#mode").focus(scroll_visible=False)
        self._say(_("Lisez le texte, puis F9 si la personne est d’accord."))

    # The holds ----------------------------------------------------------------------------------

    @on(HoldClock.Over)
    def _over(self) -> None:
        self._say("")

    def action_hold_again(self) -> None:
        """Keep the seats longer, or take them all again once their time is over."""
        if self._busy:
            return
        self._busy = True
        self._say(_("La centrale garde les places…"))
        mediation, held = self._post.station.mediation, [place.held for place in self._places]
        background(
            self,
            lambda: hold_all_longer(mediation, held),
            self._held_again,
            group="hold",
            failed=self._failed,
        )

    def _held_again(self, outcome: list[Held] | Refused) -> None:
        self._busy = False
        if isinstance(outcome, Refused):
            self.dismiss(lost(outcome))
            return
        for place, held in zip(self._places, outcome, strict=True):
            place.held = held
        self._clock.keep(self._earliest)
        self._say(_("Les places sont gardées à nouveau."), "ok")

    def action_back(self) -> None:
        """Give the seats back; what was booked already, if a fault came between, stays."""
        if self._busy:
            return
        if any(place.outcome is not None for place in self._places):
            self._finish()
            return
        mediation, held = self._post.station.mediation, [place.held for place in self._places]
        background(self.app, lambda: release_all(mediation, held), group="release")
        self.dismiss("")

    # The accord ---------------------------------------------------------------------------------

    def action_provenance(self) -> None:
        """Note who came to ask."""
        self.query_one(AccordHow).ask_provenance()

    def action_sheet(self) -> None:
        """Show the accord on paper."""
        self.query_one(AccordHow).show_sheet(self._say, self._failed, len(self._places))

    def action_confirm(self) -> None:
        """The person agrees: book, one after the other."""
        if self._busy:
            return
        if self._clock.seconds == 0:
            self._say(_("Le délai est passé\u00a0: F5 pour garder les places à nouveau."), "warn")
            return
        self._book_next(given(self._post, self._draft))

    def _book_next(self, accord: Accord) -> None:
        place = next((place for place in self._places if place.outcome is None), None)
        if place is None:
            self._finish()
            return
        self._busy = True
        said = _("… Réservation {n} sur {total}\u00a0: la centrale répond.")
        number = self._places.index(place) + 1
        self._say(said.format(n=number, total=len(self._places)), "info")
        mediation, member, held = self._post.station.mediation, place.member, place.held
        waiting = any(map(waits, self._places))

        def answered(outcome: Booked | Refused) -> None:
            place.outcome = outcome
            self._book_next(accord)

        background(
            self,
            # Central that did not answer for one is not waited for again: they are on their way.
            lambda: mediation.book(
                member.person, member.procedure, held, accord, patient=not waiting
            ),
            answered,
            group="book",
            failed=self._failed,
        )

    def _finish(self) -> None:
        self._busy = False
        self._draft.done = True
        self.app.switch_screen(FamilyBooked(self._post, self._draft, self._places))

    def _failed(self, error: GuichetError) -> None:
        self._busy = False
        if isinstance(error, CentralUnavailable):
            self._say(_("La centrale est injoignable. Rien n’est perdu\u00a0: réessayez."), "bad")
        else:
            self._say(str(error), "bad")

    def _say(self, text: str, level: Level = "idle") -> None:
        self.query_one(Said).say(text, level)
