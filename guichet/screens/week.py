"""The week in figures: this site's days, and the other sites' when central answers."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label, Static

from guichet.domain.calendar_fr import long_date
from guichet.domain.week import FEWEST, SiteDay
from guichet.i18n import _
from guichet.screens.post import Post, background
from guichet.screens.slot_around import named
from guichet.station.watch import Week
from guichet.widgets.columns import Column, Row
from guichet.widgets.foot import Foot
from guichet.widgets.rows import RowsView

_COLUMNS = (
    Column("day", _("Jour"), width=10),
    Column("site", _("Site"), flex=1),
    Column("seats", _("Places"), width=6, align="right"),
    Column("booked", _("Pris"), width=5, align="right"),
    Column("arrived", _("Venus"), width=5, align="right"),
    Column("absent", _("Absents"), width=7, align="right"),
    Column("unsettled", _("À solder"), width=8, align="right"),
)
_DAYS = (_("lun."), _("mar."), _("mer."), _("jeu."), _("ven."), _("sam."), _("dim."))
_WEEK = timedelta(days=7)


class WeekScreen(ModalScreen[None]):
    """A line for each site and day; the days are in order, and the sites within a day."""

    CSS_PATH = "ending.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        # Before the list's own: it has these keys, which a list never scrolled sideways hides.
        Binding(
            "left", "move(-1)", _("Semaine d’avant"), tooltip=_("Sept jours plus tôt"),
            priority=True,
        ),
        Binding(
            "right", "move(1)", _("Semaine d’après"), tooltip=_("Sept jours plus tard"),
            priority=True,
        ),
        Binding("escape,w", "dismiss", _("Fermer"), tooltip=_("Revenir à la journée")),
    ]  # fmt: skip

    def __init__(self, post: Post) -> None:
        super().__init__()
        self._post = post
        today = post.station.today()
        self._first: date = today - timedelta(days=today.weekday())

    def compose(self) -> ComposeResult:
        """Which week, where it comes from, the lines."""
        with Vertical(classes="dialog"):
            yield Label("", classes="title", id="title", markup=False)
            yield Static(_("Lecture…"), id="intro", classes="hint", markup=False)
            yield RowsView(_COLUMNS, empty=_("Lecture…"), classes="gap")
        yield Foot()

    def on_mount(self) -> None:
        """Show this week."""
        self.query_one(RowsView).focus()
        self._read()

    def action_move(self, weeks: int) -> None:
        """Show another week."""
        self._first += weeks * _WEEK
        self._read()

    def _read(self) -> None:
        title = _("Semaine du {day}").format(day=long_date(self._first))
        self.query_one("#title", Label).update(title)
        watch, first = self._post.station.watch, self._first
        background(self, lambda: watch.week(first), self._show, group="week", exclusive=True)

    def _show(self, week: Week) -> None:
        few = _("–\u00a0: non dit, moins de {n} personnes.").format(n=FEWEST)
        alone = _("! Centrale injoignable\u00a0: ce site seulement, et depuis hier.")
        self.query_one("#intro", Static).update(few if week.online else alone)
        view = self.query_one(RowsView)
        view.empty = _("Rien n’est connu de cette semaine ici.")
        towns = {
            number: named(each, self._post.station.site) for number, each in week.sites.items()
        }
        view.set_rows(_rows(week.days, towns, self._post.station.today()))


def _rows(days: Sequence[SiteDay], towns: dict[int, str], today: date) -> list[Row]:
    """Of the days to come nothing has happened: those counts are left out."""
    return [
        Row(
            f"{each.day} {each.site}",
            (
                f"{_DAYS[each.day.weekday()]} {each.day:%d/%m}",
                towns.get(each.site, str(each.site)),
                *(_said(n) for n in (each.seats, each.booked)),
                *(
                    "" if each.day > today else _said(n)
                    for n in (each.arrived, each.absent, each.unsettled)
                ),
            ),
            status="warn" if each.unsettled else "idle",
            dim=not each.seats and not each.booked,
        )
        for each in days
    ]


def _said(number: int | None) -> str:
    return "–" if number is None else str(number)
