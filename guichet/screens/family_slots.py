"""When: seats that follow one another, one for each of those who come together."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Label, Static

from guichet.domain.family import Run, runs
from guichet.domain.operations import Refused
from guichet.errors import CentralUnavailable, GuichetError
from guichet.i18n import _
from guichet.screens.draft import Draft
from guichet.screens.family_accord import FamilyAccord
from guichet.screens.family_member import Member, Place, for_what, lost, who_when
from guichet.screens.post import FactsChanged, Post, background
from guichet.screens.slot_words import day_words
from guichet.screens.top import Top
from guichet.screens.trail import Trail
from guichet.station.family import hold_all
from guichet.station.mediation import Held, Mediation
from guichet.widgets.foot import Foot
from guichet.widgets.level import Level
from guichet.widgets.rows import Column, Row, RowsView
from guichet.widgets.said import Said

_COLUMNS = (
    Column("day", _("Jour"), flex=1),
    Column("from", _("De"), width=5),
    Column("to", _("à"), width=5),
    Column("times", _("Places"), width=24),
)
_NONE = _(
    "Aucune suite de places pour {n} personnes. Échap\u00a0: retirer quelqu’un, ou réserver à part."
)
_NONE_KEPT = _(
    "Hors ligne, ce poste ne garde pas {n} places qui se suivent. "
    "Échap\u00a0: prendre les rendez-vous à part."
)
_HINT = _("Entrée\u00a0: garder toutes ces places, ou aucune. ←\u00a0→\u00a0: un autre jour.")
_OFFLINE = _(
    "La centrale est injoignable\u00a0: aucune place ne peut être gardée. "
    "Rien n’est perdu\u00a0: réessayez avec Entrée."
)


class FamilySlots(Screen[None]):
    """The nearest runs of seats at this site. Enter holds all the seats of one, or none."""

    CSS_PATH = "family.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter", "hold", _("Garder les places"),
            tooltip=_("Garder toutes ces places quelques minutes"),
        ),
        Binding("right", "day(1)", _("Jour suivant"), tooltip=_("Aller au jour suivant")),
        Binding("left", "day(-1)", _("Jour précédent"), tooltip=_("Revenir au jour précédent")),
        Binding("escape", "back", _("Retour"), tooltip=_("Revenir à la famille")),
    ]  # fmt: skip

    def __init__(self, post: Post, draft: Draft, together: Sequence[Member]) -> None:
        super().__init__()
        self._post = post
        self._draft = draft
        self._together = tuple(together)
        self._runs: dict[str, Run] = {}
        self._holding = False
        self._looking = False
        self._again = False
        """Whether facts have changed while seats were looked for: for a large family it is long."""

    def compose(self) -> ComposeResult:
        """What for, over the runs; below, who at what time."""
        yield Top(self._post, _("Médiation"))
        yield Trail(2)
        yield Label(for_what(self._together), id="subject", markup=False)
        yield RowsView(_COLUMNS, empty=_("Recherche des places…"))
        yield Static("", id="who", markup=False)
        yield Said()
        yield Foot()

    def on_mount(self) -> None:
        """Look for the seats."""
        self.query_one(RowsView).focus()
        self._say(_HINT)
        self._reload()

    @on(FactsChanged)
    def _reload(self) -> None:
        if self._looking:
            self._again = True
            return
        self._looking, self._again = True, False
        mediation, together = self._post.station.mediation, self._together
        background(
            self,
            lambda: _runs(mediation, together),
            self._read,
            group="runs",
            failed=self._failed,
        )

    def _read(self, found: list[Run]) -> None:
        self._looking = False
        if self._again:  # what was read is old already
            self._reload()
        self._runs = {run.starts_at.isoformat(): run for run in found}
        view = self.query_one(RowsView)
        alone = self._post.station.cut_off
        view.empty = (_NONE_KEPT if alone else _NONE).format(n=len(self._together))
        view.set_rows([self._row(key, run) for key, run in self._runs.items()])
        self._tell()

    def _row(self, key: str, run: Run) -> Row:
        local = self._post.station.local
        starts: dict[str, int] = {}
        for slot in run.slots:
            time = f"{local(slot.starts_at):%H:%M}"
            starts[time] = starts.get(time, 0) + 1
        cells = (
            day_words(run.slots[0].day, self._post.station.today()),
            f"{local(run.starts_at):%H:%M}",
            f"{local(run.ends_at):%H:%M}",
            ", ".join(f"{count} à {time}" for time, count in sorted(starts.items())),
        )
        return Row(key, cells)

    @property
    def _current(self) -> Run | None:
        return self._runs.get(self.query_one(RowsView).key or "")

    @on(RowsView.Highlighted)
    def _tell(self) -> None:
        run = self._current
        words = who_when(self._post, self._together, run.slots) if run else ""
        self.query_one("#who", Static).update(words)

    # Actions ------------------------------------------------------------------------------------

    def action_day(self, step: int) -> None:
        """Go to the first run of another day."""
        current = self._current
        days = sorted({run.slots[0].day for run in self._runs.values()})
        if current is None:
            return
        place = days.index(current.slots[0].day) + step
        wanted = days[max(0, min(place, len(days) - 1))]
        keys = (key for key, run in self._runs.items() if run.slots[0].day == wanted)
        self.query_one(RowsView).select(next(keys))

    @on(RowsView.Selected)
    def action_hold(self) -> None:
        """Hold a seat for each, or none."""
        run = self._current
        if run is None or self._holding or self.app.screen is not self:
            return
        self._holding = True
        self._say(_("La centrale garde les places…"))
        mediation = self._post.station.mediation
        background(
            self,
            lambda: hold_all(mediation, run.slots),
            self._held,
            group="hold",
            failed=self._failed,
        )

    def _held(self, outcome: list[Held] | Refused) -> None:
        self._holding = False
        if isinstance(outcome, Refused):
            self._say(lost(outcome), "bad")
            self._reload()
            return
        self._say("")
        places = [Place(member, held) for member, held in zip(self._together, outcome, strict=True)]
        self.app.push_screen(FamilyAccord(self._post, self._draft, places), self._returned)

    def _failed(self, error: GuichetError) -> None:
        self._holding = self._looking = False
        if isinstance(error, CentralUnavailable):
            self._say(_OFFLINE, "bad")
        else:
            self._say(_("Places non gardées. {why}").format(why=error), "bad")

    def _returned(self, why: str | None) -> None:
        self._say(why or _HINT, "warn" if why else "idle")
        self._reload()

    def action_back(self) -> None:
        """Back to the family."""
        self.dismiss(None)

    def _say(self, text: str, level: Level = "idle") -> None:
        self.query_one(Said).say(text, level)


def _runs(mediation: Mediation, together: Sequence[Member]) -> list[Run]:
    procedures = [member.procedure for member in together]
    slots = {
        slot.id: slot
        for code in {procedure.code for procedure in procedures}
        for day in mediation.slots(code).values()
        for slot in day
    }
    return runs(list(slots.values()), procedures, mediation.lending.lent().seats)
