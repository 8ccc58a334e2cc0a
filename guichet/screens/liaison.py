"""How this post stands with central: what the sync badge stands for, in full."""

from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label, Static

from guichet.i18n import _, ngettext
from guichet.screens.liaison_words import (
    PROBLEMS,
    STANDINGS,
    clock_line,
    moment,
    waiting_lines,
)
from guichet.screens.post import FactsChanged, Post, background
from guichet.station.liaison import Exchange, Facts, Standing
from guichet.widgets.columns import Column, Row
from guichet.widgets.foot import Foot
from guichet.widgets.rows import RowsView

_COLUMNS = (
    Column("at", _("Échange"), width=11),
    Column("how", _("Résultat"), flex=1),
    Column("sent", _("Envoyé"), width=6, align="right"),
    Column("got", _("Reçu"), width=6, align="right"),
    Column("ms", _("Durée"), width=9, align="right", min_terminal=76),
)
_EVERY = 2.0
"""Seconds between two readings while the screen is open: an exchange that moves nothing is no
change of facts.
"""
_KINDS = 3
"""Kinds of waiting operations that are told on a small screen; the others are counted."""


class LiaisonScreen(ModalScreen[None]):
    """State, what waits, the last exchanges; `n` exchanges now."""

    CSS_PATH = "liaison.tcss"
    VERTICAL_BREAKPOINTS = [(0, "-low"), (30, "-high")]  # noqa: RUF012 - Textual's own form
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "n", "now", _("Échanger"), tooltip=_("Joindre la centrale maintenant"), id="liaison.now"
        ),
        Binding(
            "f8", "settle", _("À régler"), tooltip=_("Ce que la centrale a refusé"), id="liaison.f8"
        ),
        Binding("escape,shift+f8", "dismiss", _("Fermer"), id="liaison.close"),
    ]

    def __init__(self, post: Post) -> None:
        super().__init__()
        self._post = post
        self._facts: Facts | None = None

    def compose(self) -> ComposeResult:
        """The state, then the exchanges."""
        with Vertical(classes="dialog"):
            yield Label(_("Liaison avec la centrale"), classes="title")
            yield Static("", id="standing", markup=False)
            yield Static("", id="waiting", classes="gap", markup=False)
            yield RowsView(_COLUMNS, empty=_("Lecture…"), classes="gap")
        yield Foot()

    def on_mount(self) -> None:
        """Show the facts, and keep them true."""
        self.query_one(RowsView).focus()
        self._read()
        self.set_interval(_EVERY, self._read)

    def on_facts_changed(self, _event: FactsChanged) -> None:
        """Something left, came, or was refused."""
        self._read()

    def _read(self) -> None:
        background(self, self._post.station.liaison.facts, self._show, group="facts")

    def action_now(self) -> None:
        """Have the station exchange now."""
        self._post.station.liaison.wake()
        if self._facts is not None:  # until the next reading
            asked = Content.assemble((_("… échange demandé"), "$info"))
            standing = Content("  ·  ").join([self._standing(self._facts, brief=True), asked])
            self.query_one("#standing", Static).update(standing)

    def action_settle(self) -> None:
        """Go to what was refused."""
        self.dismiss()
        self.app.call_later(self.app.run_action, "settle")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is something to settle only when central refused something."""
        if action == "settle":
            return (
                self._facts is not None
                and self._facts.count("refused", "quarantined", "flagged") > 0
            )
        return super().check_action(action, parameters)

    def _show(self, facts: Facts) -> None:
        self._facts = facts
        local = self._post.station.shown
        self.query_one("#standing", Static).update(self._standing(facts))
        lines = waiting_lines(facts, local)
        if len(lines) > _KINDS:
            lines[_KINDS:] = [_("… et {n} autres sortes").format(n=len(lines) - _KINDS)]
        waiting = self.query_one("#waiting", Static)
        waiting.update("\n".join(lines))
        waiting.display = bool(lines)
        view = self.query_one(RowsView)
        view.empty = _("Aucun échange n’est encore noté.")
        view.set_rows([_row(n, each, local(each.at)) for n, each in enumerate(facts.exchanges)])
        self.refresh_bindings()

    def _standing(self, facts: Facts, *, brief: bool = False) -> Content:
        level, words, meaning = STANDINGS[facts.standing]
        parts = [Content.assemble((words, f"${level}"))]
        if facts.heard_at is not None:
            ago = self._ago(facts.heard_at)
            parts[0] = parts[0] + Content(f"  ·  {_('centrale entendue')} {ago}")
        if brief:
            return parts[0]
        if meaning:
            parts.append(Content(meaning))
        if facts.message and facts.standing in (Standing.CONFUSED, Standing.REJECTED):
            parts.append(Content(facts.message))
        if facts.clock_wrong:
            parts.append(Content.assemble((clock_line(facts.skew or 0.0), "$warn")))
        if facts.locks_at is not None and facts.standing is Standing.OFFLINE:
            said = _("Sans nouvelles d’elle, ce poste se verrouille le {when}.")
            parts.append(
                Content(said.format(when=moment(self._post.station.local(facts.locks_at))))
            )
        return Content("\n").join(parts)

    def _ago(self, heard_at: datetime) -> str:
        seconds = max(0, round((self._post.station.now() - heard_at).total_seconds()))
        if seconds < 60:  # noqa: PLR2004 - a minute
            return _("il y a {n} s").format(n=seconds)
        if seconds < 3600:  # noqa: PLR2004 - an hour
            return _("il y a {n} min").format(n=seconds // 60)
        return _("le {when}").format(when=moment(self._post.station.shown(heard_at)))


def _row(number: int, each: Exchange, at: datetime) -> Row:
    how = PROBLEMS.get(each.problem, each.problem)
    if each.times > 1:
        how += ngettext(" ({n} fois)", " ({n} fois)", each.times).format(n=each.times)
    if each.refused:
        how += ngettext(", {n} refusée", ", {n} refusées", each.refused).format(n=each.refused)
    sent, got = (str(n) if n else "–" for n in (each.pushed, each.pulled))
    status = "bad" if each.problem or each.refused else "ok"
    return Row(str(number), (moment(at), how, sent, got, f"{each.ms} ms"), status=status)
