"""When: the coming days on the left, the times of one of them on the right."""

from datetime import date, timedelta
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import Screen
from textual.widgets import Footer, Label

from guichet.domain.calendar_fr import long_date
from guichet.domain.model import Slot
from guichet.domain.operations import Refused
from guichet.domain.quotas import open_seats
from guichet.errors import CentralUnavailable, GuichetError
from guichet.i18n import _, ngettext
from guichet.screens import describe
from guichet.screens.accord import AccordScreen
from guichet.screens.draft import Draft
from guichet.screens.post import FactsChanged, Post, background
from guichet.screens.top import Top
from guichet.screens.trail import Trail
from guichet.screens.words import refusal
from guichet.station import Held
from guichet.widgets.level import Level
from guichet.widgets.rows import Column, Row, RowsView
from guichet.widgets.said import Said

_DAYS = (
    Column("day", _("Jour"), flex=1),
    Column("free", _("Places"), width=10, align="right"),
)
_TIMES = (
    Column("time", _("Heure"), width=6),
    Column("free", _("Places"), flex=1),
)

_OFFLINE = _(
    "La centrale est injoignable : aucune place ne peut être gardée. "
    "Rien n’est perdu : réessayez avec Entrée."
)


class SlotChoice(Screen[None]):
    """The slots for the draft's démarche. Enter on a time holds a seat at once."""

    CSS_PATH = "slot_choice.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "times", _("Heures"), tooltip=_("Aller aux heures"), show=False),
        Binding("left", "days", _("Jours"), tooltip=_("Revenir aux jours"), show=False),
        Binding(
            "enter", "enter", _("Garder la place"),
            tooltip=_("Jour : voir ses heures. Heure : garder la place quelques minutes."),
        ),
        Binding("escape", "back", _("Retour"), tooltip=_("Revenir à la démarche")),
    ]  # fmt: skip

    def __init__(self, post: Post, draft: Draft) -> None:
        super().__init__()
        self._post = post
        self._draft = draft
        self._slots: dict[date, list[Slot]] = {}
        self._holding = False

    def compose(self) -> ComposeResult:
        """Who and what, over days and times."""
        yield Top(self._post, _("Médiation"))
        yield Trail(2)
        procedure = self._draft.procedure
        label = procedure.label if procedure else ""
        subject = f"{describe.name(self._draft.person)} · {label}"
        yield Label(subject, id="subject", markup=False)
        with Horizontal():
            yield RowsView(_DAYS, empty=_("Aucun créneau ouvert."), id="days")
            yield RowsView(_TIMES, empty="", id="times")
        yield Said()
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Read the slots, then put the cursor on the first free day."""
        self._days.focus()
        if self._draft.moving is not None:
            when = describe.when(self._post, self._draft.moving.starts_at)
            self._say(_("À déplacer : rendez-vous du {when}.").format(when=when), "info")
        else:
            self._say(_("Entrée\u00a0: le jour, puis l’heure\u202f; la place est gardée aussitôt."))
        self._reload()

    @property
    def _days(self) -> RowsView:
        return self.query_one("#days", RowsView)

    @property
    def _times(self) -> RowsView:
        return self.query_one("#times", RowsView)

    @on(FactsChanged)
    def _reload(self) -> None:
        procedure = self._draft.procedure
        if procedure is not None:
            background(
                self,
                lambda: self._post.station.mediation.slots(procedure.code),
                self._read,
                group="slots",
                exclusive=True,
            )

    def _read(self, slots: dict[date, list[Slot]]) -> None:
        first = not self._slots
        self._slots = slots
        self._days.set_rows([self._day_row(day, slots[day]) for day in slots])
        if first:
            self._place(self._draft.slot)
        self._show_times()

    def _place(self, wanted: Slot | None) -> None:
        """Put the cursors on the wanted slot, else on the first free one."""
        free = [slot for slots in self._slots.values() for slot in slots if open_seats(slot) > 0]
        if not free:
            return
        nearest = free[0]
        if wanted is not None:
            nearest = min(free, key=lambda slot: abs(slot.starts_at - wanted.starts_at))
        self._days.select(nearest.day.isoformat())
        self._show_times()
        self._times.select(nearest.id)

    def _day_row(self, day: date, slots: list[Slot]) -> Row:
        free = sum(open_seats(slot) for slot in slots)
        words = _free(free)
        return Row(day.isoformat(), (self._named(day), words), dim=free == 0)

    def _named(self, day: date) -> str:
        today = self._post.station.today()
        if day == today:
            return _("aujourd’hui, {day}").format(day=long_date(day).rsplit(" ", 1)[0])
        if day == today + timedelta(days=1):
            return _("demain, {day}").format(day=long_date(day).rsplit(" ", 1)[0])
        return long_date(day).rsplit(" ", 1)[0]

    @on(RowsView.Highlighted, "#days")
    def _show_times(self) -> None:
        key = self._days.key
        slots = self._slots.get(date.fromisoformat(key), []) if key else []
        view = self._times
        earlier = view.key
        view.set_rows([self._time_row(slot) for slot in slots])
        if earlier not in {slot.id for slot in slots}:
            view.select(next((slot.id for slot in slots if open_seats(slot) > 0), ""))

    def _time_row(self, slot: Slot) -> Row:
        local = self._post.station.local(slot.starts_at)
        free = open_seats(slot)
        return Row(slot.id, (f"{local:%H:%M}", _free(free)), dim=free <= 0)

    # Actions ------------------------------------------------------------------------------------

    def action_times(self) -> None:
        """From the days to the times."""
        self._times.focus()

    def action_days(self) -> None:
        """From the times back to the days."""
        self._days.focus()

    @on(RowsView.Selected, "#days")
    def _day_chosen(self) -> None:
        self._times.focus()

    @on(RowsView.Selected, "#times")
    def _time_chosen(self, event: RowsView.Selected) -> None:
        slots = (slot for day in self._slots.values() for slot in day)
        slot = next((slot for slot in slots if slot.id == event.key), None)
        if slot is None or self._holding:
            return
        if open_seats(slot) <= 0:
            self._say(_("Ce créneau est complet : choisissez-en un autre."), "warn")
            return
        self._draft.slot = slot
        self._holding = True
        self._say(_("La centrale garde la place…"))
        background(
            self,
            lambda: self._post.station.mediation.hold(slot),
            self._held,
            group="hold",
            failed=self._failed,
        )

    def _held(self, outcome: Held | Refused) -> None:
        self._holding = False
        if isinstance(outcome, Refused):
            self._say(refusal(outcome), "bad")
            self._reload()
            return
        self._say("")
        self.app.push_screen(AccordScreen(self._post, self._draft, outcome), self._returned)

    def _failed(self, error: GuichetError) -> None:
        self._holding = False
        if isinstance(error, CentralUnavailable):
            self._say(_OFFLINE, "bad")
        else:
            self._say(_("Place non gardée. {why}").format(why=error), "bad")

    def _returned(self, why: str | None) -> None:
        """Back from the accord: the nearest slot with a free seat is under the cursor."""
        self._say(why or "", "warn" if why else "idle")
        self._slots = {}
        self._reload()
        self._times.focus()

    def action_back(self) -> None:
        """Back to the démarche."""
        self.dismiss(None)

    def _say(self, text: str, level: Level = "idle") -> None:
        self.query_one(Said).say(text, level)


def _free(free: int) -> str:
    if free <= 0:
        return _("complet")
    return ngettext("{n} libre", "{n} libres", free).format(n=free)
