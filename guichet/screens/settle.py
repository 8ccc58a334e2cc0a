"""What this station did and central saw otherwise, to be settled by a person, line after line."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label, Static

from guichet.domain.operations import Refused
from guichet.domain.settling import How
from guichet.errors import GuichetError
from guichet.i18n import _
from guichet.screens.keys import closing
from guichet.screens.post import FactsChanged, Post, background
from guichet.screens.settle_tell import TellDialog
from guichet.screens.settle_words import HOWS, reason, reason_of
from guichet.screens.words import OPERATIONS, refusal
from guichet.station import Settled, Unsettled
from guichet.widgets.columns import Column, Row
from guichet.widgets.foot import Foot
from guichet.widgets.level import Level
from guichet.widgets.rows import RowsView
from guichet.widgets.said import Said

_COLUMNS = (
    Column("time", _("Quand"), width=11),
    Column("what", _("Opération"), width=20),
    Column("name", _("Usager"), flex=1),
    Column("agent", _("Agent"), width=14, min_terminal=100),
)
_WAITING = _("Chaque ligne attend une décision\u00a0: rien ne disparaît sans elle.")
_HISTORY = _("Ce qui a été réglé sur ce site depuis 30 jours, le plus récent d’abord.")


class SettleScreen(ModalScreen[None]):
    """The conflicts; each stays until someone has read why and dealt with it."""

    CSS_PATH = "settle.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "c,enter", "settled", _("Compris"),
            tooltip=_("Retirer cette ligne\u00a0: ce que dit la centrale convient"),
            id="settle.settled",
        ),
        Binding(
            "r", "redo", _("Refaire"),
            tooltip=_("Tenter à nouveau, avec ce que l’on sait maintenant"), id="settle.redo",
        ),
        Binding(
            "p", "tell", _("Prévenir"),
            tooltip=_("Qui appeler, que dire, une note à remettre"), id="settle.tell",
        ),
        Binding(
            "h", "history(True)", _("Déjà réglé"),
            tooltip=_("Voir ce qui a été réglé, par qui et comment"), id="settle.history",
        ),
        Binding(
            "h", "history(False)", _("À régler"),
            tooltip=_("Revenir à ce qui reste à régler"), id="settle.waiting",
        ),
        closing("escape,f8", "settle.close"),
    ]  # fmt: skip

    def __init__(self, post: Post) -> None:
        super().__init__()
        self._post = post
        self._waiting: dict[str, Unsettled] = {}
        self._done: dict[str, Settled] = {}
        self._past = False
        self._busy = False

    def compose(self) -> ComposeResult:
        """The list, and the reason of the line under the cursor."""
        with Vertical(classes="dialog"):
            yield Label(_("À régler"), classes="title")
            yield Static(_WAITING, id="intro", classes="hint")
            yield RowsView(_COLUMNS, empty=_("Lecture…"), classes="gap")
            yield Static("", id="reason", markup=False)
            yield Said()
        yield Foot()

    def on_mount(self) -> None:
        """Show what waits."""
        self.query_one(RowsView).focus()
        self._read()

    def on_facts_changed(self, _event: FactsChanged) -> None:
        """Something was settled, or refused."""
        self._read()

    def _read(self) -> None:
        settling = self._post.station.settling
        background(
            self,
            lambda: (settling.waiting(), settling.history()),
            self._show,
            group="refused",
            exclusive=True,
        )

    # What is shown ------------------------------------------------------------------------------

    def _show(self, found: tuple[list[Unsettled], list[Settled]]) -> None:
        waiting, past = found
        self._waiting = {each.operation: each for each in waiting}
        self._done = {each.settlement.id: each for each in past}
        view = self.query_one(RowsView)
        if self._past:
            view.empty = _("Rien n’a été réglé ici depuis 30 jours.")
            view.set_rows([self._past_row(each) for each in past])
        else:
            view.empty = _("Rien à régler\u00a0: tout a été accepté. Échap\u00a0: fermer.")
            view.set_rows([self._row(each) for each in waiting])
        self._show_reason()

    def _row(self, each: Unsettled) -> Row:
        at = self._post.station.local(each.created_at)
        what = OPERATIONS.get(each.kind, each.kind)
        cells = (f"{at:%d/%m %H:%M}", what, each.name or each.about, each.agent)
        return Row(each.operation, cells, status="warn" if each.took_effect else "bad")

    def _past_row(self, each: Settled) -> Row:
        at = self._post.station.local(each.settlement.at)
        what = OPERATIONS.get(each.settlement.kind, each.settlement.kind)
        cells = (f"{at:%d/%m %H:%M}", what, each.name or each.settlement.about, each.agent)
        return Row(each.settlement.id, cells, status="ok")

    @on(RowsView.Highlighted)
    def _show_reason(self) -> None:
        key = self.query_one(RowsView).key or ""
        words = self.query_one("#reason", Static)
        if self._past:
            past = self._done.get(key)
            words.update(self._past_reason(past) if past else "")
        else:
            waiting = self._waiting.get(key)
            words.update(self._reason(waiting) if waiting else "")
        self.refresh_bindings()

    def _reason(self, each: Unsettled) -> Content:
        at = self._post.station.local(each.created_at)
        colour, sign = ("$warn", "!") if each.took_effect else ("$bad", "✗")
        return Content("\n").join(
            [
                _title(each.kind, each.name, each.about),
                Content(_by(each.agent, f"{at:%d/%m}", f"{at:%H:%M}")),
                Content.assemble((f"{sign} {reason(each)}", colour)),
            ]
        )

    def _past_reason(self, each: Settled) -> Content:
        kept, local = each.settlement, self._post.station.local
        made, done = local(kept.made_at), local(kept.at)
        how = HOWS[How(kept.how)] if kept.how in set(How) else kept.how
        settled = _("{how}\u00a0: {who}").format(
            how=how, who=_by(each.agent, f"{done:%d/%m}", f"{done:%H:%M}")
        )
        return Content("\n").join(
            [
                _title(kept.kind, each.name, kept.about),
                Content(_by(each.made_by, f"{made:%d/%m}", f"{made:%H:%M}")),
                Content(reason_of(kept.reason)),
                Content.assemble((f"✓ {settled}", "$ok")),
            ]
        )

    # Actions ------------------------------------------------------------------------------------

    @property
    def _current(self) -> Unsettled | None:
        return None if self._past else self._waiting.get(self.query_one(RowsView).key or "")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What may be done with the line under the cursor."""
        match action:
            case "settled":
                return self._current is not None
            case "redo":
                return self._current is not None and self._current.may_be_redone
            case "tell":
                return self._current is not None and self._current.person is not None
            case "history":
                return parameters != (self._past,)
        return super().check_action(action, parameters)

    def action_history(self, past: bool) -> None:  # noqa: FBT001 - a binding's parameter
        """Show what was settled, or what waits."""
        self._past = past
        self.query_one("#intro", Static).update(_HISTORY if past else _WAITING)
        self.query_one(".title", Label).update(_("Déjà réglé") if past else _("À régler"))
        self._say("")
        self._show((list(self._waiting.values()), list(self._done.values())))

    @on(RowsView.Selected)
    def action_settled(self) -> None:
        """What central says stands."""
        self._settle(How.ACCEPTED)

    def action_tell(self) -> None:
        """Say whom to call and what to say."""
        current = self._current
        if current is not None:
            self.app.push_screen(TellDialog(self._post, current), self._told)

    def _told(self, told: bool | None) -> None:  # noqa: FBT001 - the dialog's answer
        if told:
            self._settle(How.TOLD)

    def action_redo(self) -> None:
        """Try it again."""
        current, settling = self._current, self._post.station.settling
        if current is not None:
            self._ask(lambda: settling.redo(current.operation), _("Refait."))

    def _settle(self, how: How) -> None:
        current, settling = self._current, self._post.station.settling
        if current is not None:
            said = _("Réglé\u00a0: {how}. h\u00a0: le revoir.").format(how=HOWS[how])
            self._ask(lambda: settling.settle(current.operation, how), said)

    def _ask(self, call: Callable[[], Refused | None], said: str) -> None:
        if self._busy:
            return
        self._busy = True
        self._say(_("Envoi…"))

        def done(refused: Refused | None) -> None:
            self._busy = False
            if refused is None:
                self._say(said, "ok")
            else:
                self._say(refusal(refused), "bad")
            self._read()

        background(self, call, done, group="settled", failed=self._failed)

    def _failed(self, error: GuichetError) -> None:
        self._busy = False
        self._say(str(error), "bad")

    def _say(self, text: str, level: Level = "idle") -> None:
        self.query_one(Said).say(text, level)


def _title(kind: str, name: str, about: str) -> Content:
    whom = "  ·  ".join(filter(None, (name, about)))
    return Content.assemble((OPERATIONS.get(kind, kind), "bold"), f"  {whom}")


def _by(agent: str, day: str, time: str) -> str:
    return _("{agent}, le {day} à {time}").format(agent=agent, day=day, time=time)
