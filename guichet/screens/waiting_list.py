"""The waiting list: who is offered a freed seat just now, and must be told; then who waits."""

from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import ScreenResume
from textual.screen import Screen
from textual.widgets import Label, Static

from guichet.domain.operations import Refused
from guichet.domain.waiting import Answer
from guichet.i18n import _, ngettext
from guichet.screens import describe
from guichet.screens.accord import AccordScreen
from guichet.screens.draft import Draft
from guichet.screens.post import FactsChanged, Post, background
from guichet.screens.slot_choice import SlotChoice
from guichet.screens.sure import SureDialog
from guichet.screens.top import Top
from guichet.screens.waiting_words import delay, detail, place, what, who
from guichet.screens.words import refusal
from guichet.station.assistance import Waiting
from guichet.widgets.foot import Foot
from guichet.widgets.level import Level
from guichet.widgets.rows import Column, Row, RowsView, key_of
from guichet.widgets.said import Said

_COLUMNS = (
    Column("name", _("Usager"), flex=1),
    Column("procedure", _("Démarche"), flex=1),
    Column("offered", _("Place proposée"), width=14),
    Column("until", _("Délai"), width=17),
    Column("phone", _("Téléphone"), width=16, min_terminal=100),
)
_DONE: dict[Answer, str] = {
    Answer.UNREACHED: _("Appel noté. La place reste proposée à cette personne."),
    Answer.DECLINED: _("Refus noté\u00a0: la place va à la personne suivante."),
    Answer.LEFT: _("Cette personne n’est plus sur la liste d’attente."),
}


class WaitingTold(Static):
    """One line: how many are offered a seat and must be told; else how many wait."""

    DEFAULT_CSS = """
    WaitingTold { height: 1; color: $muted; &.-warn { color: $warn; } }
    """

    def __init__(self, post: Post) -> None:
        super().__init__("", markup=False)
        self._post = post

    def on_mount(self) -> None:
        """Count at once."""
        self.count()

    def count(self) -> None:
        """Count again."""
        counts = self._post.station.assistance.waiting_counts
        background(self, counts, self._tell, group="waiting", exclusive=True)

    def _tell(self, counts: tuple[int, int]) -> None:
        offered, everyone = counts
        text = ""
        if offered:
            text = ngettext(
                "! {n} place proposée sur la liste d’attente\u00a0: F7, puis appelez.",
                "! {n} places proposées sur la liste d’attente\u00a0: F7, puis appelez.",
                offered,
            )
        elif everyone:
            text = ngettext(
                "{n} personne sur la liste d’attente.",
                "{n} personnes sur la liste d’attente.",
                everyone,
            )
        self.set_class(bool(offered), "-warn")
        self.update(text.format(n=offered or everyone))


class WaitingList(Screen[None]):
    """Those who wait at this site. No message is sent: somebody here calls, or they come."""

    CSS_PATH = "waiting_list.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter", "book", _("Réserver"),
            tooltip=_("Réserver la place proposée, ou chercher un créneau"), id="waiting.book",
        ),
        Binding(
            "s", "unreached", _("Sans réponse"),
            tooltip=_("Noter que la personne n’a pas répondu à l’appel"), id="waiting.unreached",
        ),
        Binding(
            "x", "decline", _("Refuse"),
            tooltip=_("La personne ne veut pas de cette place, et attend encore"),
            id="waiting.decline",
        ),
        Binding(
            "delete", "leave", _("N’attend plus"),
            tooltip=_("Sortir la personne de la liste d’attente"), id="waiting.leave",
        ),
        Binding("escape", "back", _("Retour"), tooltip=_("Revenir à la recherche")),
    ]  # fmt: skip

    def __init__(self, post: Post) -> None:
        super().__init__()
        self._post = post
        self._waiting: dict[str, Waiting] = {}

    def compose(self) -> ComposeResult:
        """The list over what there is to say of the person under the cursor."""
        yield Top(self._post, _("Médiation"))
        yield Label(_("Liste d’attente"), id="title", classes="subtitle")
        yield RowsView(_COLUMNS, empty=_("Personne n’attend de place."))
        yield Static("", id="detail", markup=False)
        yield Said()
        yield Foot()

    def on_mount(self) -> None:
        """The first one to call is under the cursor."""
        self.query_one(RowsView).focus()
        self._say(_("Entrée\u00a0: réserver la place proposée, ou chercher un créneau."))

    @on(FactsChanged)
    @on(ScreenResume)
    def _reload(self) -> None:
        background(
            self,
            self._post.station.assistance.waiting,
            self._read,
            group="waiting",
            exclusive=True,
        )

    def _read(self, waiting: list[Waiting]) -> None:
        self._waiting = {each.demand.id: each for each in waiting}
        self.query_one(RowsView).set_rows([self._row(each) for each in waiting])
        offered = sum(each.held is not None for each in waiting)
        count = ngettext("{n} personne attend", "{n} personnes attendent", len(waiting))
        told = ngettext("{n} place proposée", "{n} places proposées", offered)
        self.query_one("#title", Label).update(
            " · ".join((_("Liste d’attente"), count.format(n=len(waiting)), told.format(n=offered)))
        )
        self._show_detail()

    # What is shown ------------------------------------------------------------------------------

    def _row(self, waiting: Waiting) -> Row:
        held, demand = waiting.held, waiting.demand
        cells = (
            who(waiting),
            what(waiting),
            place(self._post, waiting),
            delay(self._post, waiting),
            describe.phone(waiting.person) if waiting.person else "",
        )
        status = "" if held is None else "info" if demand.called_at else "warn"
        return Row(demand.id, cells, status, dim=waiting.exhausted)

    @on(RowsView.Highlighted)
    def _show_detail(self) -> None:
        current = self._current
        self.query_one("#detail", Static).update(detail(self._post, current) if current else "")
        self.refresh_bindings()

    # Actions ------------------------------------------------------------------------------------

    @property
    def _current(self) -> Waiting | None:
        return self._waiting.get(key_of(self) or "")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What may be done with the person under the cursor."""
        del parameters
        if action not in ("book", "unreached", "decline", "leave"):
            return True
        current = self._current
        if current is None:
            return False
        if action == "book":
            return current.person is not None and current.procedure is not None
        return action == "leave" or current.held is not None

    @on(RowsView.Selected)
    def action_book(self) -> None:
        """Go to the accord with the seat offered, or to the slots."""
        current = self._current
        if current is None or current.person is None or current.procedure is None:
            return
        person, held = current.person, current.held
        draft = Draft(person, procedure=current.procedure, language=person.language)
        if held is None:
            self.app.push_screen(SlotChoice(self._post, draft))
            return
        draft.slot = held.slot
        self.app.push_screen(AccordScreen(self._post, draft, held), self._returned)

    def _returned(self, why: str | None) -> None:
        """Back from the accord without a booking."""
        if why:
            self._say(why, "warn")
        else:
            self._say(_("Rien n’est réservé\u00a0: la place reste proposée à cette personne."))

    def action_unreached(self) -> None:
        """Nobody answered: colleagues see it, the offer stands."""
        self._answer(Answer.UNREACHED)

    def action_decline(self) -> None:
        """Ask, since the seat goes to somebody else at once."""
        self._ask(
            Answer.DECLINED,
            _("La personne refuse cette place\u202f?"),
            _(
                "La place va aussitôt à qui attend ensuite. La personne reste sur la liste\u00a0: "
                "une autre place pourra lui être proposée, un autre jour."
            ),
            _("Noter le refus"),
        )

    def action_leave(self) -> None:
        """Ask, since their place in the list is lost."""
        self._ask(
            Answer.LEFT,
            _("La personne n’attend plus\u202f?"),
            _("Elle sort de la liste\u00a0: sa place dans l’ordre est perdue, son nom est effacé."),
            _("La sortir de la liste"),
        )

    def _ask(self, answer: Answer, title: str, explained: str, yes: str) -> None:
        current = self._current
        if current is not None:
            whose = f"{who(current)} · {what(current)}"
            dialog = SureDialog(title, whose, explained, yes)
            self.app.push_screen(dialog, partial(self._sure, answer, current))

    def _sure(self, answer: Answer, waiting: Waiting, sure: bool | None) -> None:  # noqa: FBT001 - the dialog's answer
        if sure:
            self._answer(answer, waiting)

    def _answer(self, answer: Answer, waiting: Waiting | None = None) -> None:
        current = waiting or self._current
        if current is not None:
            demand, assistance = current.demand, self._post.station.assistance
            background(
                self,
                lambda: assistance.answer(demand, answer),
                partial(self._answered, answer),
                group="answer",
            )

    def _answered(self, answer: Answer, refused: Refused | None) -> None:
        if refused is not None:
            self._say(refusal(refused), "bad")
        else:
            self._say(_DONE[answer], "ok")
        self._reload()

    def action_back(self) -> None:
        """Back to the search."""
        self.dismiss(None)

    def _say(self, text: str, level: Level = "idle") -> None:
        self.query_one(Said).say(text, level)
