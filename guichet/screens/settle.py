"""What central refused to this station, to be settled by a person, one line after the other."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label, Static

from guichet.domain.operations import Refused
from guichet.i18n import _
from guichet.screens.post import FactsChanged, Post, background
from guichet.screens.words import OPERATIONS, refusal
from guichet.station import Unsettled
from guichet.widgets.columns import Column, Row
from guichet.widgets.foot import Foot
from guichet.widgets.rows import RowsView

_COLUMNS = (
    Column("time", _("Heure"), width=5),
    Column("what", _("Opération"), width=18),
    Column("name", _("Usager"), flex=1),
    Column("agent", _("Agent"), width=14, min_terminal=100),
)


class SettleScreen(ModalScreen[None]):
    """The refused operations; each stays until someone has read why and dealt with it."""

    CSS_PATH = "settle.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "c,enter",
            "settled",
            _("Compris"),
            tooltip=_("Retirer cette ligne, une fois réglée"),
            id="settle.settled",
        ),
        Binding(
            "escape,f8",
            "dismiss",
            _("Fermer"),
            tooltip=_("Revenir\u202f; ce qui reste attend ici"),
            id="settle.close",
        ),
    ]

    def __init__(self, post: Post) -> None:
        super().__init__()
        self._post = post
        self._waiting: dict[str, Unsettled] = {}

    def compose(self) -> ComposeResult:
        """The list, and the reason of the line under the cursor."""
        with Vertical(classes="dialog"):
            yield Label(_("À régler"), classes="title")
            yield Static(
                _("La centrale a refusé ces opérations\u00a0: elles n’ont pas eu lieu."),
                classes="hint",
            )
            yield RowsView(_COLUMNS, empty=_("Lecture…"), classes="gap")
            yield Static("", id="reason", markup=False)
        yield Foot()

    def on_mount(self) -> None:
        """Show what waits."""
        self.query_one(RowsView).focus()
        self._read()

    def on_facts_changed(self, _event: FactsChanged) -> None:
        """Something was settled, or refused."""
        self._read()

    def _read(self) -> None:
        background(self, self._post.station.refused, self._show, group="refused", exclusive=True)

    def _show(self, waiting: list[Unsettled]) -> None:
        self._waiting = {refused.operation: refused for refused in waiting}
        view = self.query_one(RowsView)
        view.empty = _("Rien à régler\u00a0: tout a été accepté. Échap\u00a0: fermer.")
        view.set_rows([self._row(refused) for refused in waiting])
        self._show_reason()
        self.refresh_bindings()

    def _row(self, refused: Unsettled) -> Row:
        at = self._post.station.local(refused.created_at)
        what = OPERATIONS.get(refused.kind, refused.kind)
        name = refused.name or refused.about
        return Row(refused.operation, (f"{at:%H:%M}", what, name, refused.agent), status="bad")

    @on(RowsView.Highlighted)
    def _show_reason(self) -> None:
        refused = self._waiting.get(self.query_one(RowsView).key or "")
        reason = self.query_one("#reason", Static)
        reason.display = refused is not None
        reason.update(self._reason(refused) if refused else "")

    def _reason(self, refused: Unsettled) -> Content:
        at = self._post.station.local(refused.created_at)
        who = _("{agent}, le {day} à {time}").format(
            agent=refused.agent, day=f"{at:%d/%m}", time=f"{at:%H:%M}"
        )
        whom = "  ·  ".join(filter(None, (refused.name, refused.about)))
        return Content("\n").join(
            [
                Content.assemble((OPERATIONS.get(refused.kind, refused.kind), "bold"), f"  {whom}"),
                Content(who),
                Content.assemble((f"✗ {refusal(Refused(refused.reason or ''))}", "$bad")),
            ]
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is something to settle only while a line is shown."""
        return (
            bool(self._waiting) if action == "settled" else super().check_action(action, parameters)
        )

    @on(RowsView.Selected)
    def action_settled(self) -> None:
        """Take the line away: the person has been told, or it was done again."""
        operation = self.query_one(RowsView).key
        if operation is not None:
            station = self._post.station
            background(self, lambda: station.settled(operation), self._gone, group="settled")

    def _gone(self, _nothing: None) -> None:
        self._read()
