"""Whose slots are shown, how long people usually wait there, and what the other sites have."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from guichet.domain.calendar_fr import short_day
from guichet.domain.lead import Lead
from guichet.domain.model import Person, Procedure, Site, Slot
from guichet.i18n import _
from guichet.screens import describe
from guichet.screens.post import Post, background


class Around(Vertical):
    """Two lines: the site shown, the nearest slots elsewhere. `shown` is a site's number."""

    DEFAULT_CSS = """
    Around {
        height: auto; margin: 0 2;
        & > #site { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
        & > #elsewhere { height: 1; color: $muted; text-wrap: nowrap; text-overflow: ellipsis; }
    }
    """

    def __init__(self, post: Post, person: Person, procedure: Procedure, shown: int) -> None:
        super().__init__()
        self._post = post
        self._person = person
        self._procedure = procedure
        self._shown = shown
        self._own = post.station.site
        self._competent: Site | None = None
        self._lead: Lead | None = None
        self._sites = {self._own.number: self._own}
        self._nearest: dict[int, Slot] = {}

    def compose(self) -> ComposeResult:
        """The site shown, then the others."""
        yield Static("", id="site")
        yield Static("", id="elsewhere", markup=False)

    def on_mount(self) -> None:
        """Ask this station, then central."""
        self._fill()
        assistance, mediation = self._post.station.assistance, self._post.station.mediation
        person, code = self._person, self._procedure.code
        background(
            self,
            lambda: (assistance.sites(), mediation.competent(person, code), assistance.lead(code)),
            self._known,
            group="around",
        )
        background(
            self,
            lambda: assistance.nearest(code),
            self._found,
            group="nearest",
            failed=lambda _error: None,  # said by the badge; the slots of this site are here
        )

    def show(self, shown: int) -> None:
        """Name another site."""
        self._shown = shown
        self._fill()

    def _known(self, answer: tuple[dict[int, Site], Site | None, Lead | None]) -> None:
        sites, self._competent, self._lead = answer
        self._sites |= sites
        self._fill()

    def _found(self, slots: list[Slot]) -> None:
        for slot in slots:
            self._nearest.setdefault(slot.site, slot)
        self._fill()

    def _fill(self) -> None:
        site = self._sites.get(self._shown, self._own)
        here = site.number == self._own.number
        band = "bold" if here else "bold $on-warn-band on $warn-band"
        parts = [Content.styled(self._named(site) if here else f" {self._named(site)} ", band)]
        if not here:
            parts.append(Content.styled(_("délai habituel inconnu ici"), "$muted"))
        elif self._lead is not None:
            usual = _("Délai habituel ici\u00a0: {n} j").format(n=round(self._lead.median))
            parts.append(Content(usual))
        if self._competent is not None:
            parts.append(self._dependence(self._competent, site))
        self.query_one("#site", Static).update(Content(" · ").join(parts))
        others = [
            f"{self._named(self._sites[number])} "
            + short_day(self._post.station.local(slot.starts_at))
            for number, slot in self._nearest.items()
            if number in self._sites and number != site.number and self._open(number)
        ]
        told = _("Ailleurs\u00a0: {sites}").format(sites="\u202f; ".join(others)) if others else ""
        self.query_one("#elsewhere", Static).update(told)

    def _open(self, number: int) -> bool:
        """Whether the person may be sent there: a third site's slots would be spent for nothing."""
        return self._competent is None or self._competent.number == number

    def _dependence(self, competent: Site, site: Site) -> Content:
        if competent.number == site.number:
            return Content.styled(_("✓ site de la personne"), "$ok")
        told = _("! dépend de\u00a0: {town}").format(town=describe.town(competent))
        return Content.styled(told, "bold $warn")

    def _named(self, site: Site) -> str:
        return named(site, self._own)


def named(site: Site, own: Site) -> str:
    """A site by its town, the agent's own as such."""
    town = describe.town(site)
    return _("{town} (ici)").format(town=town) if site.number == own.number else town
