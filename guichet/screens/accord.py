"""The person's accord while the seat is kept, then the booking."""

import math
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid, Vertical, VerticalScroll
from textual.screen import Screen
from textual.widgets import Footer, Label, RadioSet, Select, Static

from guichet.domain.model import AccordMode, Appointment
from guichet.domain.operations import Refused
from guichet.errors import CentralUnavailable, GuichetError
from guichet.i18n import _
from guichet.screens import describe
from guichet.screens.booked import BookedScreen
from guichet.screens.conflict import Choice, ConflictDialog
from guichet.screens.draft import Draft
from guichet.screens.languages import choices
from guichet.screens.post import Post, background
from guichet.screens.top import Top
from guichet.screens.trail import Trail
from guichet.screens.words import refusal
from guichet.station import Booked, Held
from guichet.widgets.choice import Pick
from guichet.widgets.countdown import Countdown
from guichet.widgets.level import Level
from guichet.widgets.said import Said

_EVERY = 0.5
"""Seconds between two looks at the clock."""
_MODES = (
    (AccordMode.READ_ALOUD, _("Lu à voix haute")),
    (AccordMode.PRINTED, _("Lu sur papier")),
)
_ACCORD = _(
    "Je vais prendre un rendez-vous pour vous à la préfecture.\n"
    "J’écris votre nom, votre date de naissance et vos contacts.\n"
    "Ils servent à ce rendez-vous, et à rien d’autre.\n"
    "C’est gratuit. N’achetez jamais un rendez-vous.\n"
    "Vous pouvez changer d’avis quand vous voulez.\n"
    "Êtes-vous d’accord ?"
)
"""Short sentences, one idea each; each fits a line of 80 columns."""
_MOVE = _(
    "Je déplace votre rendez-vous.\n"
    "L’ancienne date ne sera plus valable.\n"
    "La référence reste la même ; l’ancien papier ne sert plus.\n"
    "Êtes-vous d’accord ?"
)


class AccordScreen(Screen[str]):
    """The last question; dismissed with a sentence when another slot must be chosen."""

    CSS_PATH = "accord.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "f9", "confirm", _("Réserver"),
            tooltip=_("La personne est d’accord : réserver"), id="accord.confirm",
        ),
        Binding(
            "f5", "hold_again", _("Garder encore"),
            tooltip=_("Garder la place quelques minutes de plus"), id="accord.hold",
        ),
        Binding("escape", "back", _("Rendre la place"), tooltip=_("Rendre la place et revenir")),
    ]  # fmt: skip

    def __init__(self, post: Post, draft: Draft, held: Held) -> None:
        super().__init__()
        self._post = post
        self._draft = draft
        self._held = held
        self._busy = False

    def compose(self) -> ComposeResult:
        """The clock of the hold, what will be booked, what to say, how it was said."""
        yield Top(self._post, _("Médiation"))
        yield Trail(3)
        yield Countdown(_("Place gardée pour vous"), total=self._left())
        with VerticalScroll(id="page"):
            yield Static(self._what(), id="what", markup=False)
            yield Static(_MOVE if self._draft.moving else _ACCORD, classes="panel", id="text")
            if self._draft.moving is None:
                with Grid(id="how"):
                    with Vertical():
                        yield Label(_("Le texte a été"))
                        with RadioSet(id="mode"):
                            for mode, label in _MODES:
                                yield Pick(label, value=mode is self._draft.mode)
                    with Vertical():
                        yield Label(_("Dans cette langue"))
                        code = self._draft.language or self._draft.person.language or "fr"
                        yield Select(choices(code), value=code, allow_blank=False, id="language")
        yield Said()
        yield Footer(show_command_palette=False)

    def _what(self) -> str:
        procedure = self._draft.procedure
        lines = [
            f"{describe.name(self._draft.person)} · {procedure.label if procedure else ''}",
            describe.when(self._post, self._held.slot.starts_at),
        ]
        if self._draft.moving is not None:
            old = describe.when(self._post, self._draft.moving.starts_at)
            lines.append(_("au lieu du {when}").format(when=old))
        return "\n".join(lines)

    def on_mount(self) -> None:
        """Count down; nothing under the focus books by itself."""
        self.query_one("#mode" if self._draft.moving is None else "#page").focus()
        self.set_interval(_EVERY, self._count)
        self._say(_("Lisez le texte, puis F9 si la personne est d’accord."))

    # The hold -----------------------------------------------------------------------------------

    def _left(self) -> int:
        """Whole seconds before the hold ends, never negative."""
        left = (self._held.until - self._post.station.now()).total_seconds()
        return max(0, math.ceil(left))

    def _count(self) -> None:
        countdown = self.query_one(Countdown)
        left = self._left()
        if left == 0 and countdown.left > 0:
            countdown.text = _("Délai passé. F5 : garder à nouveau. Échap : autre créneau.")
            self._say("")
        countdown.left = left

    def action_hold_again(self) -> None:
        """Keep the seat longer, or take it again once the hold has ended."""
        if self._busy:
            return
        self._busy = True
        self._say(_("La centrale garde la place…"))
        background(
            self,
            lambda: self._post.station.mediation.hold(self._held.slot, self._held.id),
            self._held_again,
            group="hold",
            failed=self._failed,
        )

    def _held_again(self, outcome: Held | Refused) -> None:
        self._busy = False
        if isinstance(outcome, Refused):
            self.dismiss(refusal(outcome))
            return
        self._held = outcome
        countdown = self.query_one(Countdown)
        countdown.text = _("Place gardée pour vous")
        countdown.left = self._left()
        self._say(_("La place est gardée à nouveau."), "ok")

    def action_back(self) -> None:
        """Give the seat back and return to the slots; the choices stay."""
        if self._busy:
            return
        held, mediation = self._held, self._post.station.mediation
        background(self.app, lambda: mediation.release(held), group="release")
        self.dismiss("")

    # The accord ---------------------------------------------------------------------------------

    @on(RadioSet.Changed)
    def _told(self, event: RadioSet.Changed) -> None:
        self._draft.mode = _MODES[event.index][0]

    @on(Select.Changed)
    def _spoken(self, event: Select.Changed) -> None:
        self._draft.language = str(event.value)

    def action_confirm(self) -> None:
        """The person agrees: book, or move."""
        if self._busy:
            return
        if self._left() == 0:
            self._say(_("Le délai est passé : F5 pour garder la place à nouveau."), "warn")
            return
        self._book(self._draft.moving)

    def _book(self, moving: Appointment | None) -> None:
        mediation, draft, held = self._post.station.mediation, self._draft, self._held
        procedure = draft.procedure
        if procedure is None:
            return
        self._busy = True
        self._say(_("… Réservation en cours : la centrale répond."), "info")
        language = draft.language or draft.person.language or "fr"

        def call() -> Booked | Refused:
            if moving is not None:
                return mediation.move(moving, held)
            accord = mediation.accord(draft.mode, language)
            return mediation.book(draft.person, procedure, held, accord)

        background(self, call, self._answered, group="book", failed=self._failed)

    def _answered(self, outcome: Booked | Refused) -> None:
        self._busy = False
        if isinstance(outcome, Booked):
            self._draft.done = True
            person, procedure = self._draft.person, self._draft.procedure
            self.app.switch_screen(BookedScreen(self._post, outcome, person, procedure, last=True))
        elif outcome.reason == "already_booked":
            self._ask(outcome.detail.get("appointment", ""))
        elif outcome.reason in ("slot_full", "slot_past", "unknown_slot"):
            self.dismiss(refusal(outcome))
        else:
            self._say(refusal(outcome), "bad")

    def _failed(self, error: GuichetError) -> None:
        self._busy = False
        if isinstance(error, CentralUnavailable):
            self._say(_("La centrale est injoignable. Rien n’est perdu : réessayez."), "bad")
        else:
            self._say(str(error), "bad")

    # Another appointment stands in the way ------------------------------------------------------

    def _ask(self, appointment: str) -> None:
        """Show the appointment the person already has, and what may be done about it."""
        mediation, person = self._post.station.mediation, self._draft.person
        background(
            self,
            lambda: (mediation.appointments_of(person), mediation.procedures()),
            lambda known: self._conflict(
                next((a for a in known[0] if a.id == appointment), None),
                {p.code: p.label for p in known[1]},
            ),
            group="conflict",
            failed=self._failed,
        )

    def _conflict(self, existing: Appointment | None, labels: dict[str, str]) -> None:
        if existing is None:
            self._say(refusal(Refused("already_booked")), "bad")
            return
        self._say(refusal(Refused("already_booked")), "warn")
        dialog = ConflictDialog(
            labels.get(existing.procedure, existing.procedure),
            describe.when(self._post, existing.starts_at),
            existing.reference,
            describe.when(self._post, self._held.slot.starts_at),
            movable=existing.procedure in self._held.slot.procedures,
        )
        self.app.push_screen(dialog, partial(self._decided, existing))

    def _decided(self, existing: Appointment, choice: Choice | None) -> None:
        match choice:
            case "keep":
                self._keep(existing)
            case "move":
                self._book(existing)
            case "cancel":
                self._replace(existing)
            case None:
                self._say(_("Rien n’a changé ; la place est toujours gardée."))

    def _keep(self, existing: Appointment) -> None:
        """Give the seat back and show the appointment that stands."""
        held, mediation = self._held, self._post.station.mediation
        background(self.app, lambda: mediation.release(held), group="release")
        self._draft.done = True
        booked = Booked(existing, confirmed=existing.token is not None)
        self.app.switch_screen(
            BookedScreen(self._post, booked, self._draft.person, None, last=True)
        )

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
