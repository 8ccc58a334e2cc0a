"""On which site: the nearest slot of each, and whether the person depends on it."""

import math
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from guichet.domain.calendar_fr import short_day
from guichet.domain.lead import Lead
from guichet.domain.model import Person, Procedure, Site, Slot
from guichet.domain.quotas import open_seats
from guichet.errors import GuichetError
from guichet.i18n import _
from guichet.screens import describe
from guichet.screens.post import Post, background
from guichet.screens.slot_around import named
from guichet.screens.slot_words import distance
from guichet.widgets.level import Level
from guichet.widgets.rows import Column, Row, RowsView
from guichet.widgets.said import Said

_COLUMNS = (
    Column("site", _("Site"), flex=1),
    Column("nearest", _("Premier créneau"), width=18),
    Column("distance", _("Délai"), width=11),
    Column("competent", _("Compétence"), width=13),
)


@dataclass(frozen=True, slots=True)
class _Known:
    """What this station knows by itself."""

    sites: dict[int, Site]
    competent: Site | None
    usual: Lead | None
    nearest: Slot | None


class SiteDialog(ModalScreen[int]):
    """Dismissed with the number of the site chosen, or nothing.

    Where it is known on which site the person depends, no third one can be chosen.
    """

    CSS_PATH = "slot_sites.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", _("Retour"), tooltip=_("Garder le site montré")),
    ]

    def __init__(self, post: Post, person: Person, procedure: Procedure, shown: int) -> None:
        super().__init__()
        self._post = post
        self._person = person
        self._procedure = procedure
        self._shown = shown
        self._own = post.station.site
        self._known = _Known({self._own.number: self._own}, None, None, None)
        self._nearest: dict[int, Slot] | None = None
        self._offline = False

    def compose(self) -> ComposeResult:
        """The sites, and what is known of the one under the cursor."""
        with Vertical(classes="dialog"):
            yield Static(_("Créneaux de quel site\u202f?"), classes="title")
            commune = self._person.commune or _("commune inconnue")
            subject = (describe.name(self._person), commune, self._procedure.label)
            yield Static(" · ".join(subject), classes="subtitle", markup=False)
            yield RowsView(_COLUMNS, empty="")
            yield Static("", id="detail", markup=False)
            yield Said()
            yield Static(_("Entrée\u00a0: voir ses créneaux · Échap\u00a0: retour"), classes="hint")

    def on_mount(self) -> None:
        """Ask this station, then central."""
        self.query_one(RowsView).focus()
        background(self, self._read, self._told, group="sites")
        code, assistance = self._procedure.code, self._post.station.assistance
        background(
            self,
            lambda: assistance.nearest(code),
            self._found,
            group="nearest",
            failed=self._failed,
        )
        self._say(_("La centrale cherche…"))

    def _read(self) -> _Known:
        assistance, mediation = self._post.station.assistance, self._post.station.mediation
        code = self._procedure.code
        own = (slot for day in mediation.slots(code).values() for slot in day)
        return _Known(
            assistance.sites(),
            mediation.competent(self._person, code),
            assistance.lead(code),
            next((slot for slot in own if open_seats(slot) > 0), None),
        )

    def _told(self, known: _Known) -> None:
        self._known = known
        self._show()
        self.query_one(RowsView).select(str(self._shown))

    def _found(self, slots: list[Slot]) -> None:
        self._nearest = {}
        for slot in slots:
            self._nearest.setdefault(slot.site, slot)
        self._say("")
        self._show()

    def _failed(self, error: GuichetError) -> None:
        self._offline = True
        self._say(_("Les autres sites ne répondent pas. {why}").format(why=error), "warn")
        self._show()

    def _show(self) -> None:
        sites = sorted(
            self._known.sites.values(),
            key=lambda site: (site.number != self._own.number, describe.town(site)),
        )
        self.query_one(RowsView).set_rows([self._row(site) for site in sites])
        self._describe()

    def _row(self, site: Site) -> Row:
        slot = self._first(site)
        local = self._post.station.local(slot.starts_at) if slot else None
        level, word = self._competence(site)
        nearest = short_day(local) if local else self._none(site)
        days = distance(local.date(), self._post.station.today()) if local else ""
        cells = (named(site, self._own), nearest, days, word)
        return Row(str(site.number), cells, level, dim=not self._choosable(site))

    def _first(self, site: Site) -> Slot | None:
        if site.number == self._own.number:
            return self._known.nearest
        return (self._nearest or {}).get(site.number)

    def _none(self, site: Site) -> str:
        """What stands where no slot is known."""
        if site.number == self._own.number or self._nearest is not None:
            return _("aucun créneau")
        return _("inconnu") if self._offline else "…"

    def _competence(self, site: Site) -> tuple[Level, str]:
        competent = self._known.competent
        if competent is None:
            return "idle", _("? à vérifier")
        if competent.number == site.number:
            return "ok", _("compétent")
        return "warn" if self._choosable(site) else "bad", _("pas compétent")

    def _choosable(self, site: Site) -> bool:
        """The agent's own site stays open: a human way out when the matrix is wrong."""
        competent = self._known.competent
        return competent is None or site.number in (competent.number, self._own.number)

    @on(RowsView.Highlighted)
    def _describe(self) -> None:
        site = self._current
        if site is not None:
            lines = (site.name, self._why(), self._usual(site))
            self.query_one("#detail", Static).update("\n".join(lines))

    def _why(self) -> str:
        commune, competent = self._person.commune, self._known.competent
        if competent is None:
            return _(
                "Commune\u00a0: {commune}. De quel site dépend-elle\u202f? À vérifier."
            ).format(commune=commune or _("inconnue"))
        town = named(competent, self._own)
        return _("Commune\u00a0: {commune}. Son site\u00a0: {town}.").format(
            commune=commune, town=town
        )

    def _usual(self, site: Site) -> str:
        usual = self._known.usual
        if site.number != self._own.number or usual is None:
            return _("Délai habituel\u00a0: inconnu de ce poste.")
        return _(
            "Délai habituel\u00a0: {days} j (médiane de {n} rendez-vous\u202f; "
            "en moyenne {mean} j, neuf sur dix en {p90} j au plus)."
        ).format(
            days=round(usual.median),
            n=usual.count,
            mean=round(usual.mean),
            p90=math.ceil(usual.p90),
        )

    @property
    def _current(self) -> Site | None:
        key = self.query_one(RowsView).key
        return self._known.sites.get(int(key)) if key else None

    @on(RowsView.Selected)
    def _chosen(self) -> None:
        site = self._current
        if site is None:
            return
        if self._choosable(site):
            self.dismiss(site.number)
        else:
            self._say(_("Site non proposé\u00a0: la personne dépend d’un autre."), "bad")

    def _say(self, text: str, level: Level = "idle") -> None:
        self.query_one(Said).say(text, level)
