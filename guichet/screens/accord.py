"""The person's accord while the seat is kept, then the booking."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from guichet.domain.model import Appointment, Procedure, Site
from guichet.domain.operations import Refused
from guichet.errors import CentralUnavailable, GuichetError
from guichet.i18n import _
from guichet.screens import describe
from guichet.screens.accord_how import AccordHow, given
from guichet.screens.accord_words import ACCORD, LENT, MOVE
from guichet.screens.booked import BookedScreen
from guichet.screens.booked_words import place
from guichet.screens.conflict import Decision, resolve
from guichet.screens.draft import Draft
from guichet.screens.hold_clock import HoldClock
from guichet.screens.post import Post, background
from guichet.screens.top import Top
from guichet.screens.trail import Trail
from guichet.screens.words import refusal
from guichet.station.mediation import Booked, Held
from guichet.widgets.foot import Foot
from guichet.widgets.level import Level
from guichet.widgets.said import Said


class AccordScreen(Screen[str]):
    """The last question; dismissed with a sentence when another slot must be chosen."""

    CSS_PATH = "accord.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "f9", "confirm", _("Réserver"),
            tooltip=_("La personne est d’accord : réserver"), id="accord.confirm",
        ),
        Binding(
            "f5", "hold_again", _("Garder"),
            tooltip=_("Garder la place quelques minutes de plus"), id="accord.hold",
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
        Binding("escape", "back", _("Rendre"), tooltip=_("Rendre la place et revenir")),
    ]  # fmt: skip

    def __init__(self, post: Post, draft: Draft, held: Held) -> None:
        super().__init__()
        self._post = post
        self._draft = draft
        self._clock = HoldClock(post, held, LENT) if held.lent else HoldClock(post, held)
        self._busy = False

    def compose(self) -> ComposeResult:
        """The clock of the hold, what will be booked, what to say, how it was said."""
        yield Top(self._post, _("Médiation"))
        yield Trail(3)
        yield self._clock
        with VerticalScroll(id="page"):
            yield Static(self._what(), id="what", markup=False)
            yield Static(MOVE if self._draft.moving else ACCORD, classes="panel", id="text")
            if self._draft.moving is None:
                yield AccordHow(self._post, self._draft)
        yield Said()
        yield Foot()

    def _what(self, where: str = "") -> str:
        procedure = self._draft.procedure
        lines = [
            f"{describe.name(self._draft.person)} · {procedure.label if procedure else ''}",
            describe.when(self._post, self._clock.held.slot.starts_at),
        ]
        if where:
            lines.append(where)
        if self._draft.moving is not None:
            old = describe.when(self._post, self._draft.moving.starts_at)
            lines.append(_("au lieu du {when}").format(when=old))
        return "\n".join(lines)

    def on_mount(self) -> None:
        """Nothing under the focus books by itself."""
        self.query_one("#mode" if self._draft.moving is None else "#page").focus()
        self._say(_("Lisez le texte, puis F9 si la personne est d’accord."))
        if self._clock.held.slot.site != self._post.station.site.number:
            background(self, self._post.station.assistance.sites, self._placed, group="sites")

    def _placed(self, sites: dict[int, Site]) -> None:
        """Away from this site, the person must know where."""
        where = place(self._post, self._clock.held.slot.site, sites)
        self.query_one("#what", Static).update(self._what(where))

    # The hold -----------------------------------------------------------------------------------

    @on(HoldClock.Over)
    def _over(self) -> None:
        self._say("")

    def action_hold_again(self) -> None:
        """Keep the seat longer, or take it again once the hold has ended."""
        if self._busy:
            return
        self._busy = True
        self._say(_("La centrale garde la place…"))
        background(
            self,
            lambda: self._post.station.mediation.hold(self._clock.held.slot, self._clock.held.id),
            self._held_again,
            group="hold",
            failed=self._failed,
        )

    def _held_again(self, outcome: Held | Refused) -> None:
        self._busy = False
        if isinstance(outcome, Refused):
            self.dismiss(refusal(outcome))
            return
        self._clock.keep(outcome)
        self._say(_("La place est gardée à nouveau."), "ok")

    def action_back(self) -> None:
        """Give the seat back and return to the slots; the choices stay."""
        if self._busy:
            return
        held, mediation = self._clock.held, self._post.station.mediation
        background(self.app, lambda: mediation.release(held), group="release")
        self.dismiss("")

    # The accord ---------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What goes with the accord was said at the first booking."""
        del parameters
        return self._draft.moving is None if action in ("provenance", "sheet") else True

    def action_provenance(self) -> None:
        """Note who came to ask."""
        self.query_one(AccordHow).ask_provenance()

    def action_sheet(self) -> None:
        """Show the accord on paper."""
        self.query_one(AccordHow).show_sheet(self._say, self._failed)

    def action_confirm(self) -> None:
        """The person agrees: book, or move."""
        if self._busy:
            return
        if self._clock.seconds == 0:
            self._say(_("Le délai est passé : F5 pour garder la place à nouveau."), "warn")
            return
        self._book(self._draft.moving)

    def _book(self, moving: Appointment | None, override: str | None = None) -> None:
        post, draft, held = self._post, self._draft, self._clock.held
        mediation = post.station.mediation
        procedure = draft.procedure
        if procedure is None:
            return
        self._busy = True
        self._say(_("… Réservation en cours : la centrale répond."), "info")

        def call() -> Booked | Refused:
            if moving is not None:
                return mediation.move(moving, held)
            return mediation.book(draft.person, procedure, held, given(post, draft), override)

        background(self, call, self._answered, group="book", failed=self._failed)

    def _answered(self, outcome: Booked | Refused) -> None:
        self._busy = False
        if isinstance(outcome, Booked):
            self._done(outcome, self._draft.procedure)
        elif outcome.reason == "already_booked":
            self._ask(outcome.detail.get("appointment", ""))
        elif outcome.reason in ("slot_full", "slot_past", "unknown_slot"):
            self.dismiss(refusal(outcome))
        else:
            self._say(refusal(outcome), "bad")

    def _done(self, booked: Booked, procedure: Procedure | None) -> None:
        self._draft.done = True
        if self._draft.then is not None:
            self._draft.then(booked)
            return
        shown = BookedScreen(self._post, booked, self._draft.person, procedure, last=True)
        self.app.switch_screen(shown)

    def _failed(self, error: GuichetError) -> None:
        self._busy = False
        if isinstance(error, CentralUnavailable):
            self._say(_("La centrale est injoignable. Rien n’est perdu : réessayez."), "bad")
        else:
            self._say(str(error), "bad")

    # Another appointment stands in the way ------------------------------------------------------

    def _ask(self, appointment: str) -> None:
        """Show the appointment the person already has, and what may be done about it."""
        self._say(refusal(Refused("already_booked")), "warn")
        slot = self._clock.held.slot
        resolve(
            self, self._post, self._draft.person, appointment, slot, self._decided, self._failed
        )

    def _decided(self, decision: Decision | None) -> None:
        if decision is None:
            self._say(_("Rien n’a changé\u202f; la place est toujours gardée."))
            return
        match decision.choice:
            case "keep":
                self._keep(decision.existing)
            case "move":
                self._book(decision.existing)
            case "cancel":
                self._replace(decision.existing)
            case "both":
                self._book(None, decision.reason)

    def _keep(self, existing: Appointment) -> None:
        """Give the seat back and show the appointment that stands."""
        held, mediation = self._clock.held, self._post.station.mediation
        background(self.app, lambda: mediation.release(held), group="release")
        self._done(Booked(existing, confirmed=existing.token is not None), None)

    def _replace(self, existing: Appointment) -> None:
        """Cancel the appointment that stands, then book."""
        self._busy = True
        self._say(_("… Annulation de l’ancien rendez-vous."), "info")
        mediation = self._post.station.mediation
        background(
            self,
            lambda: mediation.cancel(existing, "person"),
            self._replaced,
            group="book",
            failed=self._failed,
        )

    def _replaced(self, outcome: Booked | Refused) -> None:
        self._busy = False
        if isinstance(outcome, Refused):
            self._say(refusal(outcome), "bad")
        else:
            self._book(None)

    def _say(self, text: str, level: Level = "idle") -> None:
        self.query_one(Said).say(text, level)
