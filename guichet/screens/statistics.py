"""The supervisor's statistics: a period in five panes, each a table under a plot."""

from datetime import date
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.events import Resize
from textual.screen import Screen
from textual.widgets import Static

from guichet.domain.operations import Refused
from guichet.domain.periods import PARTS, Period, days_of
from guichet.domain.statistics import By
from guichet.errors import GuichetError
from guichet.i18n import _
from guichet.screens import statistics_words as words
from guichet.screens.export import ExportDialog, list_of_the_day
from guichet.screens.figures_list import columns, rows
from guichet.screens.post import Post, background
from guichet.screens.top import Top
from guichet.screens.words import refusal
from guichet.station.figures import Told
from guichet.widgets.foot import Foot
from guichet.widgets.rows import RowsView
from guichet.widgets.said import Said
from guichet.widgets.tile import Tile

_PANES = {
    "activity": _("Activité"),
    "waits": _("Attentes"),
    "losses": _("Pertes"),
    "no_shows": _("Absences"),
    "delays": _("Délais"),
}
_PERIODS = {
    Period.DAY: _("jour"),
    Period.WEEK: _("semaine"),
    Period.MONTH: _("mois"),
    Period.QUARTER: _("trimestre"),
    Period.YEAR: _("année"),
    Period.TWO_YEARS: _("deux ans"),
}
_PLOT = {"-low": 10, "-high": 16}
"""Lines of a plot, by how high the terminal is."""
_HIGH = 32
Asked = tuple[date, date, bool]


class StatisticsScreen(Screen[None]):
    """Panes by number or arrow, periods by `p`, earlier and later by `-` and `+`."""

    CSS_PATH = "statistics.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "period", _("Période"),
                tooltip=_("Jour, semaine, mois, trimestre, année, deux ans"), id="figures.period"),
        Binding("minus", "shift(1)", _("Avant"), tooltip=_("La période d’avant"),
                key_display="-", id="figures.earlier"),
        Binding("plus", "shift(-1)", _("Après"), tooltip=_("La période d’après"),
                key_display="+", id="figures.later"),
        Binding("right", "pane(1)", _("Volet"), tooltip=_("Le volet suivant\u202f; ou 1 à 5"),
                key_display="→", id="figures.next"),
        Binding("left", "pane(-1)", show=False, tooltip=_("Le volet précédent"),
                id="figures.previous"),
        *(Binding(str(n), f"show('{pane}')", show=False, tooltip=label, id=f"figures.{pane}")
          for n, (pane, label) in enumerate(_PANES.items(), 1)),
        Binding("c", "by", _("Canal"), tooltip=_("Absences par démarche, ou par canal"),
                id="figures.by"),
        Binding("m", "mask", _("Hors site"),
                tooltip=_("Comme on peut le dire hors du site\u00a0: petits nombres masqués"),
                id="figures.mask"),
        Binding("e", "export", _("Exporter"), tooltip=_("Écrire ces chiffres dans un fichier"),
                id="figures.export"),
        Binding("j", "day", _("Journée"), tooltip=_("Écrire ou imprimer la liste du jour"),
                id="figures.day"),
        Binding("escape", "app.pop_screen", _("Retour"), tooltip=_("Revenir à la journée"),
                id="figures.close"),
    ]  # fmt: skip

    def __init__(self, post: Post) -> None:
        super().__init__()
        self._post = post
        self._pane = "activity"
        self._period = Period.MONTH
        self._back = 0
        self._masked = False
        self._channel = False
        self._known: dict[tuple[Asked, By], Told] = {}
        self._names: words.Names | None = None
        self._shown: Told | None = None

    def compose(self) -> ComposeResult:
        """The panes' names, the period, the plot, the table."""
        yield Top(self._post, _("Statistiques"))
        with Horizontal(id="panes"):
            for number, (pane, label) in enumerate(_PANES.items(), 1):
                yield Tile(pane, "idle", f"{number} {label}")
        yield Static("", id="period", markup=False)
        yield Static("", id="plot", markup=False)
        yield RowsView((), empty=_("Lecture…"))
        yield Said()
        yield Foot()

    def on_mount(self) -> None:
        """Start with this month's activity."""
        self.query_one(RowsView).focus()
        self._read()

    # Reading ------------------------------------------------------------------------------------

    @property
    def _by(self) -> By:
        match self._pane:
            case "waits":
                return By.PROCEDURE
            case "no_shows":
                return By.CHANNEL if self._channel else By.PROCEDURE
            case "delays" if self._period not in (Period.DAY, Period.WEEK, Period.MONTH):
                return By.QUARTER
            case _:
                return PARTS[self._period]

    def _asked(self) -> Asked:
        first, last = days_of(self._period, self._post.station.today(), self._back)
        return first, last, self._masked

    def _read(self) -> None:
        """Show what the choice stands for, read it if it is not known yet."""
        asked, by = self._asked(), self._by
        for tile in self.query(Tile):
            tile.show("▼" if tile.id == self._pane else " ")
            tile.set_class(tile.id == self._pane, "-chosen")
        first, last, masked = asked
        said = _("{period} – du {first:%d/%m/%Y} au {last:%d/%m/%Y}").format(
            period=_PERIODS[self._period].capitalize(), first=first, last=last
        )
        self.query_one("#period", Static).update(
            f"{said}  ·  {_('petits nombres masqués')}" if masked else said
        )
        known = self._known.get((asked, by))
        if known is not None:
            self._show(asked, by, known)
            return
        self._clear(_("Lecture…"))
        background(
            self, lambda: self._load(asked, by), lambda told: self._show(asked, by, told),
            group="statistics", exclusive=True, failed=self._failed,
        )  # fmt: skip

    def _load(self, asked: Asked, by: By) -> Told | Refused:
        station = self._post.station
        if self._names is None:
            self._names = words.Names.of(station.reception.procedures())
        first, last, masked = asked
        return station.figures.of(first, last, by, masked=masked)

    def _clear(self, why: str) -> None:
        self._shown = None
        view = self.query_one(RowsView)
        view.empty = why
        view.set_rows([])
        self.query_one("#plot", Static).update("")
        self.query_one(Said).say("")

    def _failed(self, error: GuichetError) -> None:
        self._clear(str(error))

    # Showing ------------------------------------------------------------------------------------

    def _show(self, asked: Asked, by: By, told: Told | Refused) -> None:
        if isinstance(told, Refused):
            self._clear(refusal(told))
            return
        if told.statistics.complete:  # a station cut off knows more the next time
            self._known[asked, by] = told
        if (asked, by) != (self._asked(), self._by) or self._names is None:
            return  # something else was chosen meanwhile
        self._shown = told
        table = words.table(told.statistics, self._names, words.PANES[self._pane])
        view = self.query_one(RowsView)
        view.set_columns(columns(table))
        view.empty = _("Rien dans cette période.")
        view.set_rows(rows(table))
        missing = words.incomplete(told.statistics)
        self.query_one(Said).say(missing or self._hint(told), "warn" if missing else "idle")
        self._draw()

    def _hint(self, told: Told) -> str:
        if self._pane == "activity":
            found = words.reasons(told.statistics.total)
            return _("Infructueux\u00a0: {why}").format(
                why=", ".join(f"{why} {number}" for why, number in found[:3])
            ) if found else ""  # fmt: skip
        return {
            "waits": _("En minutes\u00a0: p50, p80, p90 des attentes et des durées."),
            "losses": _("Quatre causes, dont la somme est la perte\u202f; non réglées à part."),
            "no_shows": _("Absents ÷ (absents + venus)\u202f; C\u00a0: par canal ou démarche."),
            "delays": _("En jours\u00a0; les places jamais prises sont comptées à part."),
        }[self._pane]

    def _draw(self) -> None:
        """Draw the plot off the UI loop: what draws is slow to import."""
        told, pane, where = self._shown, self._pane, self.query_one("#plot", Static)
        height = _PLOT["-high" if self.app.size.height >= _HIGH else "-low"]
        width = self.app.size.width - 4
        where.display = pane != "delays"
        if told is None or not where.display:
            return

        def draw() -> Content:
            from guichet.screens.plots import plot  # noqa: PLC0415 - see above

            return plot(pane, told.statistics.total, width, height, masked=told.statistics.masked)

        def drawn(content: Content) -> None:
            if self._shown is told and self._pane == pane:
                where.update(content)

        background(self, draw, drawn, group="plot", exclusive=True)

    @on(Resize)
    def _resized(self) -> None:
        self._draw()

    # Choosing -----------------------------------------------------------------------------------

    def action_period(self) -> None:
        """Look at the next longer period, then at the day again."""
        periods = list(Period)
        self._period = periods[(periods.index(self._period) + 1) % len(periods)]
        self._back = 0
        self._read()

    def action_shift(self, by: int) -> None:
        """Look at the period before, or after."""
        self._back = max(0, self._back + by)
        self._read()

    def action_pane(self, by: int) -> None:
        """Show the next pane."""
        panes = list(_PANES)
        self.action_show(panes[(panes.index(self._pane) + by) % len(panes)])

    @on(Tile.Chosen)
    def _tile(self, event: Tile.Chosen) -> None:
        self.action_show(event.name)

    def action_show(self, pane: str) -> None:
        """Show that pane."""
        self._pane = pane
        self.refresh_bindings()
        self._read()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Channels are told apart where absences are."""
        if action == "by":
            return self._pane == "no_shows"
        return super().check_action(action, parameters)

    def action_by(self) -> None:
        """Absences by channel, or by démarche."""
        self._channel = not self._channel
        self._read()

    def action_mask(self) -> None:
        """Show what may be told outside the site, or all again."""
        self._masked = not self._masked
        self._read()

    # Exports ------------------------------------------------------------------------------------

    def action_export(self) -> None:
        """Write all the figures of the lines shown to a file."""
        told, names = self._shown, self._names
        if told is None or names is None:
            return
        first, last = told.statistics.first, told.statistics.last
        table = words.table(told.statistics, names)
        file = f"statistiques-{first}-{last}-{told.statistics.by}.xlsx"
        self.app.push_screen(ExportDialog(self._post, file, lambda _named: table, names=False))

    def action_day(self) -> None:
        """Write or print the list of the day."""
        self.app.push_screen(list_of_the_day(self._post))
