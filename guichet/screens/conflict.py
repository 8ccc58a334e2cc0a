"""The person already has an appointment of this kind: which of the two it shall be."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen, Screen
from textual.widgets import Button, Static

from guichet.domain.model import Appointment, Person, Procedure, Role, Slot
from guichet.errors import GuichetError
from guichet.i18n import _
from guichet.screens import describe
from guichet.screens.post import Post, background
from guichet.screens.reason import ReasonDialog

Choice = Literal["keep", "move", "cancel", "both"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What shall become of the appointment that stands in the way; `reason`: why both shall be."""

    existing: Appointment
    choice: Choice
    reason: str | None = None


class ConflictDialog(ModalScreen[Choice]):
    """Keep the existing appointment, move it to the seat held now, or cancel it for the new one."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,right", "app.focus_next", show=False, tooltip=_("Choix suivant")),
        Binding("up,left", "app.focus_previous", show=False, tooltip=_("Choix précédent")),
        Binding("g", "choose('keep')", _("Garder"), tooltip=_("Garder l’ancien")),
        Binding("d", "choose('move')", _("Déplacer"), tooltip=_("Le déplacer ici")),
        Binding("a", "choose('cancel')", _("Annuler"), tooltip=_("L’annuler pour le nouveau")),
        Binding("s", "choose('both')", show=False, tooltip=_("Autoriser les deux, avec un motif")),
        Binding("escape", "dismiss", _("Retour"), tooltip=_("Revenir sans rien changer")),
    ]

    def __init__(
        self,
        label: str,
        when: str,
        reference: str,
        held: str,
        *,
        movable: bool,
        supervisor: bool = False,
    ) -> None:
        super().__init__()
        self._supervisor = supervisor
        self._label = label
        self._when = when
        self._reference = reference
        self._held = held
        self._movable = movable

    def compose(self) -> ComposeResult:
        """The existing appointment, then one choice a line."""
        with Vertical(classes="dialog"):
            yield Static(_("Un rendez-vous existe déjà"), classes="title")
            yield Static(
                f"{self._label}\n{self._when}\n{self._reference}", markup=False, classes="subtitle"
            )
            yield Button(_("g  Garder ce rendez-vous"), id="keep")
            yield Button(
                _("d  Le déplacer au {when}").format(when=self._held)
                if self._movable
                else _("d  Le déplacer ici : impossible pour sa démarche"),
                id="move",
                disabled=not self._movable,
            )
            yield Button(_("a  L’annuler et prendre le nouveau"), id="cancel")
            if self._supervisor:
                yield Button(_("s  Autoriser les deux, avec un motif"), id="both")
            else:
                yield Static(_("Un superviseur peut autoriser les deux."), classes="hint")
            yield Static(_("Échap : revenir sans rien changer"), classes="hint")

    def on_mount(self) -> None:
        """The choice that loses nothing comes first."""
        self.query_one("#keep", Button).focus()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.action_choose(event.button.id or "")

    def action_choose(self, choice: str) -> None:
        """Answer with one of the choices."""
        match choice:
            case "keep" | "cancel":
                self.dismiss(choice)
            case "move" if self._movable:
                self.dismiss("move")
            case "both" if self._supervisor:
                self.dismiss("both")
            case _:
                self.app.bell()


def resolve(
    screen: Screen[Any],
    post: Post,
    person: Person,
    appointment: str,
    slot: Slot,
    done: Callable[[Decision | None], None],
    failed: Callable[[GuichetError], None],
) -> None:
    """Ask what shall become of that appointment of the person, now that a seat of `slot` is held.

    `done` gets the decision, None when nothing shall change; it is not called when the appointment
    is not known here.
    """
    mediation, agent = post.station.mediation, post.station.session.agent

    def read(answer: tuple[list[Appointment], list[Procedure]]) -> None:
        existing = next((each for each in answer[0] if each.id == appointment), None)
        if existing is None:
            return
        labels = {procedure.code: procedure.label for procedure in answer[1]}
        dialog = ConflictDialog(
            labels.get(existing.procedure, existing.procedure),
            describe.when(post, existing.starts_at),
            existing.reference,
            describe.when(post, slot.starts_at),
            movable=existing.procedure in slot.procedures,
            supervisor=agent is not None and Role.SUPERVISOR in agent.roles,
        )
        screen.app.push_screen(dialog, lambda choice: _chosen(screen, existing, choice, done))

    background(
        screen,
        lambda: (mediation.appointments_of(person), mediation.procedures()),
        read,
        group="conflict",
        failed=failed,
    )


def _chosen(
    screen: Screen[Any],
    existing: Appointment,
    choice: Choice | None,
    done: Callable[[Decision | None], None],
) -> None:
    if choice != "both":
        done(Decision(existing, choice) if choice else None)
        return
    dialog = ReasonDialog(
        _("Un second rendez-vous"),
        _("Les deux rendez-vous resteront, avec votre code et ce motif."),
    )
    screen.app.push_screen(
        dialog, lambda reason: done(Decision(existing, "both", reason) if reason else None)
    )
