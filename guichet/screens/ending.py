"""The end of the day: what remains, settled line by line by whoever is signed in."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label, Static

from guichet.domain.closing import Owed
from guichet.domain.operations import Refused
from guichet.errors import GuichetError
from guichet.i18n import _, ngettext
from guichet.screens.ask import AskScreen
from guichet.screens.desk import who
from guichet.screens.desk_words import STEP_UNDO_REASONS, UNSUCCESSFUL
from guichet.screens.keys import closing
from guichet.screens.post import FactsChanged, Post, background
from guichet.screens.sure import SureDialog
from guichet.screens.words import STATES, refusal
from guichet.widgets.columns import Column, Row
from guichet.widgets.foot import Foot
from guichet.widgets.level import Level
from guichet.widgets.rows import RowsView
from guichet.widgets.said import Said

_COLUMNS = (
    Column("day", _("Jour"), width=5),
    Column("time", _("Heure"), width=5),
    Column("ticket", _("Ticket"), width=6),
    Column("name", _("Usager"), flex=3),
    Column("procedure", _("Démarche"), flex=2, min_terminal=100),
    Column("state", _("État"), width=11),
    Column("desk", _("Guichet"), width=7, align="right"),
)
_ABSENT = _("pas venu")


class EndingScreen(ModalScreen[None]):
    """What nobody has closed, and who has not come; each line leaves by one key."""

    CSS_PATH = "ending.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "p", "settle('left')", _("Parti"),
            tooltip=_("La personne est partie sans être reçue"), id="ending.left",
        ),
        Binding(
            "r", "settle('served')", _("Reçu"),
            tooltip=_("La personne a été reçue\u202f; on a oublié de clore"), id="ending.served",
        ),
        Binding(
            "i", "unsuccessful", _("Infructueux"),
            tooltip=_("La personne a été reçue, mais la démarche n’a pas pu se faire"),
            id="ending.unsuccessful",
        ),
        Binding(
            "a", "absent", _("Absent"),
            tooltip=_("La personne n’est pas venue"), id="ending.absent",
        ),
        Binding(
            "g", "all_absent", _("Tous absents"),
            tooltip=_("Noter absents tous ceux qui ne sont pas venus"), id="ending.all_absent",
        ),
        Binding(
            "u", "undo", _("Annuler"),
            tooltip=_("Revenir sur ce qui vient d’être soldé, dans la minute"), id="ending.undo",
        ),
        closing("escape", "ending.close"),
    ]  # fmt: skip

    def __init__(self, post: Post) -> None:
        super().__init__()
        self._post = post
        self._owed: dict[str, Owed] = {}
        self._done: Sequence[Owed] = ()
        """What was settled last."""
        self._busy = False

    def compose(self) -> ComposeResult:
        """How much remains, the list, what was done."""
        with Vertical(classes="dialog"):
            yield Label(_("Fin de journée"), classes="title")
            yield Static(_("Lecture…"), id="intro", classes="hint", markup=False)
            yield RowsView(_COLUMNS, empty=_("Lecture…"), classes="gap")
            yield Said(classes="gap")
        yield Foot()

    def on_mount(self) -> None:
        """Show what remains."""
        self.query_one(RowsView).focus()
        self._read()

    def on_facts_changed(self, _event: FactsChanged) -> None:
        """Somebody else has settled some of it, or somebody has come."""
        self._read()

    def _read(self) -> None:
        station = self._post.station
        background(
            self,
            lambda: (station.ending.owed(), f"{station.local(station.ending.closed_at()):%H:%M}"),
            self._show,
            group="ending",
            exclusive=True,
        )

    def _show(self, found: tuple[list[Owed], str]) -> None:
        owed, closes = found
        self._owed = {f"{each.day} {each.row.key}": each for each in owed}
        absent = sum(each.absent for each in owed)
        open_ = len(owed) - absent
        self.query_one("#intro", Static).update(
            _("{visits}, {absent}. Fermeture à {time}.").format(
                visits=ngettext("{n} passage à clore", "{n} passages à clore", open_).format(
                    n=open_
                ),
                absent=ngettext("{n} pas venu", "{n} pas venus", absent).format(n=absent),
                time=closes,
            )
        )
        view = self.query_one(RowsView)
        view.empty = _("Rien à solder. La journée se solde après la fermeture, {time}.").format(
            time=closes
        )
        view.set_rows([self._row(key, each) for key, each in self._owed.items()])
        self.refresh_bindings()

    def _row(self, key: str, owed: Owed) -> Row:
        row, local = owed.row, self._post.station.local
        level, word = STATES[row.state]
        at = row.starts_at or row.arrived_at
        today = owed.day == self._post.station.today()
        cells = (
            "" if today else f"{owed.day:%d/%m}",
            f"{local(at):%H:%M}" if at else "",
            row.ticket,
            row.name or _("(usager inconnu ici)"),
            row.procedure,
            _ABSENT if owed.absent else word,
            row.desk or (row.parked.desk if row.parked else ""),
        )
        return Row(key, cells, status="idle" if owed.absent else level)

    # What may be done ---------------------------------------------------------------------------

    @property
    def _current(self) -> Owed | None:
        view = self.query_one_optional(RowsView)
        return self._owed.get(view.key or "") if view else None

    @on(RowsView.Highlighted)
    def _moved(self) -> None:
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What may be done with the line under the cursor."""
        current = self._current
        match action:
            case "settle" | "unsuccessful":
                return current is not None and not current.absent
            case "absent":
                return current is not None and current.absent
            case "all_absent":
                return any(each.absent for each in self._owed.values())
            case "undo":
                return bool(self._done)
        return super().check_action(action, parameters)

    def action_settle(self, outcome: str, reason: str | None = None) -> None:
        """Close the visit under the cursor."""
        current, ending = self._current, self._post.station.ending
        if current is None:
            return
        visit = current.row.visit or ""

        def settled() -> list[Refused]:
            refused = ending.settle(visit, outcome, reason)
            return [] if refused is None else [refused]

        said = {"left": _("parti"), "served": _("reçu"), "unsuccessful": _("infructueux")}[outcome]
        self._do(settled, [current], f"{who(current.row)}\u00a0: {said}.")

    def action_unsuccessful(self) -> None:
        """Ask why, and close the visit."""
        current = self._current

        def chosen(reason: str | None) -> None:
            if reason is not None and self._current is current:
                self.action_settle("unsuccessful", reason)

        if current is not None:
            question = _("Infructueux\u00a0: pourquoi\u202f?")
            self.app.push_screen(AskScreen(question, who(current.row), UNSUCCESSFUL), chosen)

    def action_absent(self) -> None:
        """Note that who is under the cursor has not come."""
        current = self._current
        if current is not None:
            self._mark([current], _("{who}\u00a0: absent.").format(who=who(current.row)))

    def action_all_absent(self) -> None:
        """Note that nobody of those who have not come has, once that is confirmed."""
        absent = [each for each in self._owed.values() if each.absent]
        many = ngettext("{n} personne", "{n} personnes", len(absent)).format(n=len(absent))

        def sure(yes: bool | None) -> None:  # noqa: FBT001 - the dialog's answer
            if yes:
                self._mark(absent, _("{many}\u00a0: absents.").format(many=many))

        self.app.push_screen(
            SureDialog(
                _("Noter tous les absents"),
                many,
                _("Qui arriverait encore serait reçu\u00a0: son arrivée efface l’absence."),
                _("Noter absents"),
            ),
            sure,
        )

    def _mark(self, absent: list[Owed], said: str) -> None:
        ending = self._post.station.ending
        keys = [each.row.appointment or "" for each in absent]
        self._do(lambda: ending.absent(keys), absent, said)

    def action_undo(self) -> None:
        """Ask why, and take back what was settled last."""
        done, ending = self._done, self._post.station.ending

        def chosen(reason: str | None) -> None:
            if reason is not None:
                self._do(lambda: ending.undo(done, reason), (), _("Annulé."))

        first = who(done[0].row)
        more = len(done) - 1
        about = first if not more else _("{first} et {n} autres").format(first=first, n=more)
        question = _("Revenir en arrière\u00a0: pourquoi\u202f?")
        self.app.push_screen(AskScreen(question, about, STEP_UNDO_REASONS), chosen)

    def _do(self, call: Callable[[], list[Refused]], settled: Sequence[Owed], said: str) -> None:
        if self._busy:
            return
        self._busy = True

        def done(refused: list[Refused]) -> None:
            self._busy = False
            if refused:
                self._say(refusal(refused[0]), "bad")
            else:
                self._say(said, "ok")
            self._done = settled if len(refused) < max(1, len(settled)) else ()
            self._read()

        background(self, call, done, group="settled", failed=self._failed)

    def _failed(self, error: GuichetError) -> None:
        self._busy = False
        self._say(str(error), "bad")

    def _say(self, text: str, level: Level) -> None:
        self.query_one(Said).say(text, level)
