"""Who stands on closed time: moved together, with new convocations and a list of whom to call."""

import threading
from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import ScreenResume
from textual.screen import Screen
from textual.widgets import Static

from guichet.domain.calendar_fr import short_day
from guichet.domain.model import Role
from guichet.domain.operations import Refused
from guichet.errors import GuichetError
from guichet.i18n import _, ngettext
from guichet.screens import describe
from guichet.screens.languages import language
from guichet.screens.opening_words import NOT_MOVED
from guichet.screens.post import FactsChanged, Post, background
from guichet.screens.rebooking import papers_of, rows_of
from guichet.screens.top import Top
from guichet.screens.words import MODES, refusal
from guichet.screens.written import Written, ask_what_to_print, paper_keys
from guichet.station.steering import Moved, ToMove
from guichet.widgets.foot import Foot
from guichet.widgets.level import Level
from guichet.widgets.rows import Column, Row, RowsView, key_of
from guichet.widgets.said import Said

_COLUMNS = (
    Column("name", _("Usager"), flex=2),
    Column("procedure", _("Démarche"), flex=1, min_terminal=100),
    Column("now", _("Fermé"), width=19),
    Column("then", _("Proposé"), width=19),
    Column("phone", _("Téléphone"), width=16, min_terminal=100),
)


class ToMoveScreen(Screen[None]):
    """The list is read from the facts: it is the same tomorrow, and at every supervisor's."""

    CSS_PATH = "openings.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "f9", "move", _("Tout déplacer"), id="to_move.move",
            tooltip=_("Déplacer tous ceux qui ont une proposition, puis écrire leurs convocations"),
        ),
        *paper_keys("to_move"),
    ]  # fmt: skip

    def __init__(self, post: Post) -> None:
        super().__init__()
        self._post = post
        self._items: dict[str, ToMove] = {}
        self._stop = threading.Event()
        self._moving = 0
        self._moved = 0
        self._written: Written | None = None

    def compose(self) -> ComposeResult:
        """The list over the line chosen."""
        yield Top(self._post, MODES[Role.SUPERVISOR])
        yield Static("", id="title", markup=False)
        yield RowsView(_COLUMNS, empty=_("Lecture…"))
        yield Static("", id="detail", markup=False)
        yield Said()
        yield Foot()

    def on_mount(self) -> None:
        """The first one is under the cursor."""
        self.query_one(RowsView).focus()

    @on(FactsChanged)
    @on(ScreenResume)
    def _reload(self) -> None:
        if not self._moving:  # each that is moved is told of already
            steering = self._post.station.steering
            background(self, steering.to_move, self._read, group="to_move", exclusive=True)

    def _read(self, found: list[ToMove] | Refused) -> None:
        if isinstance(found, Refused):
            self._say(refusal(found), "bad")
            return
        self._items = {each.appointment.id: each for each in found}
        view = self.query_one(RowsView)
        view.empty = _("Personne n’est à déplacer.")
        view.set_rows([self._row(each) for each in found])
        lost = sum(each.slot is None for each in found)
        told = ngettext("{n} rendez-vous à déplacer", "{n} rendez-vous à déplacer", len(found))
        title = told.format(n=len(found))
        if lost:
            title += " · " + _("{n} à recontacter, sans créneau libre").format(n=lost)
        self.query_one("#title", Static).update(title)
        self._show_detail()

    def _row(self, it: ToMove) -> Row:
        local = self._post.station.local
        cells = (
            describe.name(it.person) if it.person else it.appointment.reference,
            it.procedure.label if it.procedure else it.appointment.procedure,
            short_day(local(it.appointment.starts_at)),
            short_day(local(it.slot.starts_at)) if it.slot else _("à recontacter"),
            describe.phone(it.person) if it.person else "",
        )
        return Row(it.appointment.id, cells, "" if it.slot else "warn")

    @on(RowsView.Highlighted)
    def _show_detail(self) -> None:
        it = self._items.get(key_of(self) or "")
        told = ""
        if it is not None:
            who = describe.name(it.person) if it.person else ""
            what = it.procedure.label if it.procedure else it.appointment.procedure
            told = f"{who} · {what} · {it.appointment.reference}"
            with_it = sum(each.family == it.family for each in self._items.values()) - 1
            if with_it:
                told += " · " + ngettext(
                    "déplacé avec {n} autre, réservé ensemble",
                    "déplacé avec {n} autres, réservés ensemble",
                    with_it,
                ).format(n=with_it)
            if it.person:
                spoken = language(it.person.language)
                told += "\n" + " · ".join(filter(None, (describe.phone(it.person), spoken)))
        self.query_one("#detail", Static).update(told)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing else is done while people are being moved."""
        if action == "move":
            return not self._moving and any(each.slot for each in self._items.values())
        if action == "contacts":
            return not self._moving and bool(self._items)
        if action in ("print", "open"):
            return self._written is not None and not self._moving
        return super().check_action(action, parameters)

    # Actions ------------------------------------------------------------------------------------

    def action_move(self) -> None:
        """Move them one by one; Escape stops after the one under way."""
        items = [each for each in self._items.values() if each.slot]
        self._stop.clear()
        self._moving, self._moved = len(items), 0
        self.refresh_bindings()
        self._progress()
        background(
            self, lambda: self._work(items), self._ended, group="moving", failed=self._failed
        )

    def _work(self, items: Sequence[ToMove]) -> tuple[list[Moved], Written]:
        station, everybody = self._post.station, list(self._items.values())
        # Written before anybody is moved: whatever happens then, who is to be called is on paper.
        station.papers.contacts(rows_of(station, everybody, ()))
        told = lambda _moved: self.app.call_from_thread(self._one_more)  # noqa: E731 - said once
        moved = station.steering.move(items, told, self._stop)
        return moved, papers_of(station, everybody, moved)

    def _one_more(self) -> None:
        self._moved += 1
        self._progress()

    def _progress(self) -> None:
        told = _("{n} sur {all}… Échap\u00a0: arrêter.").format(n=self._moved, all=self._moving)
        self._say(told, "info")

    def _ended(self, done: tuple[list[Moved], Written]) -> None:
        moved, self._written = done
        self._moving = 0
        good = [each for each in moved if each.appointment is not None]
        count = ngettext("{n} rendez-vous déplacé", "{n} rendez-vous déplacés", len(good))
        told = count.format(n=len(good))
        if len(good) < len(moved):
            code = next(each.refused or "" for each in moved if each.appointment is None)
            why = NOT_MOVED.get(code) or refusal(Refused(code))
            told += _(", {n} non\u00a0: {why}").format(n=len(moved) - len(good), why=why)
        told += _(". P\u00a0: imprimer convocations et liste d’appel")
        self._say(told, "ok" if good else "warn")
        self.refresh_bindings()
        self._reload()

    def _failed(self, error: GuichetError) -> None:
        self._moving = 0
        self._say(str(error), "bad")
        self.refresh_bindings()
        self._reload()

    def action_contacts(self) -> None:
        """Whom to call, as a sheet and as a table."""
        station, items = self._post.station, list(self._items.values())
        background(
            self, lambda: papers_of(station, items, ()), self._listed, group="contacts",
            failed=self._failed,
        )  # fmt: skip

    def _listed(self, written: Written) -> None:
        self._written = written
        self._say(_("Liste d’appel écrite, en PDF et en CSV. P\u00a0: imprimer"), "ok")
        self.refresh_bindings()

    def action_print(self) -> None:
        """Which paper first, and for whom it is."""
        if self._written is not None:
            papers = self._post.station.papers
            ask_what_to_print(self, papers, self._written, self._say, self._failed)

    def action_open(self) -> None:
        """Show the convocations, or whom to call when there are none."""
        written, papers = self._written, self._post.station.papers
        if written is not None:
            path = written.convocations or written.sheet
            background(self, lambda: papers.open(path), group="print", failed=self._failed)

    def action_back(self) -> None:
        """Stop after the one under way; else go back."""
        if self._moving:
            self._stop.set()
            self._say(_("Arrêt après le rendez-vous en cours…"), "warn")
        else:
            self.dismiss(None)

    def _say(self, text: str, level: Level = "idle") -> None:
        self.query_one(Said).say(text, level)
