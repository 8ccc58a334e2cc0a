"""The accord of an appointment in words, and its end when the person takes it back."""

from datetime import datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from guichet.domain.model import Accord, Appointment
from guichet.i18n import _
from guichet.screens import describe
from guichet.screens.accord_words import MODES
from guichet.screens.languages import language
from guichet.screens.post import Post


class WithdrawDialog(ModalScreen[bool]):
    """Dismissed with True when the person takes the accord of the appointment back."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,right", "app.focus_next", show=False, tooltip=_("Choix suivant")),
        Binding("up,left", "app.focus_previous", show=False, tooltip=_("Choix précédent")),
        Binding("w", "withdraw", _("Retirer"), tooltip=_("La personne retire son accord")),
        Binding("escape", "dismiss", _("Retour"), tooltip=_("L’accord reste")),
    ]

    def __init__(self, post: Post, appointment: Appointment, accord: Accord) -> None:
        super().__init__()
        self._post = post
        self._appointment = appointment
        self._accord = accord

    def compose(self) -> ComposeResult:
        """What ends and what stays, then the question."""
        when = describe.when(self._post, self._appointment.starts_at)
        given = self._post.station.local(self._accord.given_at)
        with Vertical(classes="dialog"):
            yield Static(_("Retirer l’accord d’accompagnement ?"), classes="title")
            yield Static(f"{when} · {self._appointment.reference}", classes="subtitle")
            yield Static(
                _(
                    "L’aide s’arrête tout de suite. Elle était pour ce rendez-vous seulement, "
                    "et pour le {day} seulement."
                ).format(day=f"{given:%d/%m/%Y}")
            )
            yield Static(
                _(
                    "Le rendez-vous reste : même date, même référence, même papier. "
                    "La personne garde tous ses droits."
                )
            )
            yield Button(_("Échap  Garder l’accord"), id="keep")
            yield Button(_("w  La personne retire son accord"), id="withdraw")

    def on_mount(self) -> None:
        """Enter pressed in haste ends nothing."""
        self.query_one("#keep", Button).focus()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "withdraw")

    def action_withdraw(self) -> None:
        """The person takes it back."""
        self.dismiss(True)


def withdrawable(appointment: Appointment) -> bool:
    """Whether the appointment is confirmed and has an accord that stands."""
    accord = appointment.accord
    return accord is not None and accord.withdrawn_at is None and appointment.token is not None


def accord_said(post: Post, accord: Accord | None) -> str:
    """When, how and before whom the person agreed, and when they took it back."""
    if accord is None:
        return _("Aucun accord d’accompagnement noté.")
    said = _("Accord donné par la personne le {at}, {how} ({language}), noté par {agent}.").format(
        at=_moment(post, accord.given_at),
        how=dict(MODES)[accord.mode].lower(),
        language=language(accord.language),
        agent=accord.agent,
    )
    if accord.withdrawn_at is None:
        return said
    ended = _("✗ Retiré par la personne le {at}.").format(at=_moment(post, accord.withdrawn_at))
    return f"{said}\n{ended}"


def _moment(post: Post, moment: datetime) -> str:
    local = post.station.local(moment)
    return _("{day} à {time}").format(day=f"{local:%d/%m/%Y}", time=f"{local:%H:%M}")
