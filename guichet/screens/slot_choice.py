"""When, and on which site; a seat is held as soon as a time is chosen."""

from collections.abc import Callable
from datetime import date
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Label

from guichet.domain.model import Slot
from guichet.domain.operations import Refused
from guichet.domain.quotas import open_seats
from guichet.errors import CentralUnavailable, GuichetError
from guichet.i18n import _
from guichet.screens import describe
from guichet.screens.accord import AccordScreen
from guichet.screens.draft import Draft
from guichet.screens.lent import kept
from guichet.screens.nothing_found import NothingFound
from guichet.screens.post import FactsChanged, Post, background
from guichet.screens.slot_around import Around
from guichet.screens.slot_panes import SlotPanes
from guichet.screens.slot_sites import SiteDialog
from guichet.screens.slot_words import renewal
from guichet.screens.top import Top
from guichet.screens.trail import Trail
from guichet.screens.wish import WishDialog
from guichet.screens.words import refusal
from guichet.station.lending import NONE_LENT, Lent
from guichet.station.mediation import Held
from guichet.widgets.foot import Foot
from guichet.widgets.level import Level
from guichet.widgets.rows import RowsView
from guichet.widgets.said import Said

_EMPTY = _("Aucun créneau ouvert ici.")
_NONE = _("Aucun créneau. F7\u00a0: un autre site. F8\u00a0: attestation, liste d’attente.")
_FULL = _("Tout est complet. F7\u00a0: un autre site. F8\u00a0: attestation, liste d’attente.")
_OFFLINE = _(
    "La centrale est injoignable\u00a0: aucune place n’est gardée. F8\u00a0: noter un souhait."
)
_NO_SEAT_KEPT = _("Hors ligne, sans place gardée ici. F8\u00a0: noter un souhait.")

_Read = tuple[int, dict[date, list[Slot]], Lent]
"""The site whose slots are shown, its slots by day, what this station keeps."""


class SlotChoice(Screen[None]):
    """The slots for the draft's démarche. Enter on a time holds a seat at once."""

    CSS_PATH = "slot_choice.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "times", _("Heures"), tooltip=_("Aller aux heures"), show=False),
        Binding("left", "days", _("Jours"), tooltip=_("Revenir aux jours"), show=False),
        Binding(
            "enter", "enter", _("Garder la place"),
            tooltip=_("Jour\u00a0: voir ses heures. Heure\u00a0: garder la place."),
        ),
        Binding(
            "f6", "view(True)", _("Semaine"),
            tooltip=_("Voir une semaine, jours et heures"), id="slot.week",
        ),
        Binding(
            "f6", "view(False)", _("Jours"),
            tooltip=_("Voir la liste des jours"), id="slot.days",
        ),
        Binding(
            "f7", "site", _("Autre site"),
            tooltip=_("Chercher un créneau sur un autre site"), id="slot.site",
        ),
        Binding(
            "f8", "nothing", _("Rien ne convient"),
            tooltip=_("Attestation, demande comptée, liste d’attente"), id="slot.nothing",
        ),
        Binding("escape", "back", _("Retour"), tooltip=_("Revenir à la démarche")),
    ]  # fmt: skip

    def __init__(self, post: Post, draft: Draft) -> None:
        super().__init__()
        self._post = post
        self._draft = draft
        self._own = post.station.site.number
        renews = draft.procedure is not None and draft.procedure.renewal
        self._renewal = renewal(draft.rights, post.station.today()) if renews else None
        self._fault: str | None = None
        """What was said of another site that is not known, and is to stay."""
        self._placed = False
        """Whether the cursors stand where the agent has put them."""
        self._holding = False
        self._lent = NONE_LENT
        self._warned: str | None = None
        """The slot outside the filing window that the next Enter holds."""

    def compose(self) -> ComposeResult:
        """Who and what, whose slots, over days and times."""
        yield Top(self._post, _("Médiation"))
        yield Trail(2)
        procedure = self._draft.procedure
        subject = f"{describe.name(self._draft.person)} · {procedure.label if procedure else ''}"
        yield Label(subject, id="subject", markup=False)
        if procedure is not None:
            yield Around(self._post, self._draft.person, procedure, self._site)
        yield SlotPanes(self._post, self._draft, self._renewal)
        yield Said()
        yield Foot()

    def on_mount(self) -> None:
        """Read the slots, then put the cursor on the first free day."""
        self._panes.to_days()
        if self._draft.moving is not None:
            when = describe.when(self._post, self._draft.moving.starts_at)
            self._say(_("À déplacer\u00a0: rendez-vous du {when}.").format(when=when), "info")
        else:
            self._say(_("Entrée\u00a0: le jour, puis l’heure\u202f; la place est gardée aussitôt."))
        self._reload()

    @property
    def _panes(self) -> SlotPanes:
        return self.query_one(SlotPanes)

    @property
    def _site(self) -> int:
        """The number of the site whose slots are shown."""
        return self._own if self._draft.site is None else self._draft.site

    # Reading ------------------------------------------------------------------------------------

    @on(FactsChanged)
    def _facts_changed(self) -> None:
        if self._site == self._own:  # central alone knows the others': it is not asked each time
            self._reload()

    def _reload(self) -> None:
        if self._draft.procedure is not None:
            background(
                self,
                self._reading(self._draft.procedure.code),
                self._read,
                group="slots",
                exclusive=True,
                failed=self._unread,
            )

    def _reading(self, code: str) -> Callable[[], _Read]:
        """What reads the slots of the site shown; one's own if the person depends on a third."""
        station, person, site, own = self._post.station, self._draft.person, self._site, self._own

        def read() -> _Read:
            competent = station.mediation.competent(person, code)
            open_to = site == own or competent is None or competent.number == site
            shown = site if open_to else own
            lent = station.mediation.lending.lent()
            return shown, station.assistance.slots(code, shown), lent

        return read

    def _read(self, answer: _Read) -> None:
        site, slots, lent = answer
        if site != self._site:
            self._show_site(site)
        self._lent = lent
        self._panes.show(slots, _EMPTY, lent)
        stays = self.query_one(Said).text in (_OFFLINE, self._fault)
        if lent.alone and not self._holding and not stays:
            self._say(kept(self._post, lent) or _NO_SEAT_KEPT, "warn")
        if self._placed:
            return
        self._placed = True
        self._panes.place(self._draft.slot.starts_at if self._draft.slot else None)
        if not slots:
            self._say(_NONE, "warn")
        elif not (lent.alone or any(lent.seats(s) > 0 for day in slots.values() for s in day)):
            self._say(_FULL, "warn")

    def _unread(self, error: GuichetError) -> None:
        """The slots of another site are not known: those of this one are."""
        if self._site == self._own:
            self._say(str(error), "bad")
            return
        self._show_site(self._own)
        self._reload()
        self._fault = _("Autre site inconnu, voici les créneaux d’ici. {w}").format(w=error)
        self._say(self._fault, "warn")

    def _show_site(self, site: int) -> None:
        self._draft.site = None if site == self._own else site
        self._placed = False
        self.query_one(Around).show(site)

    # Actions ------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """One key for two views: the one not shown."""
        return action != "view" or parameters != (self._draft.week,)

    def action_times(self) -> None:
        """From the days to the times."""
        self._panes.times.focus()

    def action_days(self) -> None:
        """From the times back to the days."""
        self._panes.to_days()

    def action_view(self, week: bool) -> None:  # noqa: FBT001 - an action's parameter
        """Show a week, or the days."""
        self._panes.switch(week=week)
        self.refresh_bindings()

    def action_site(self) -> None:
        """Choose whose slots are shown."""
        procedure = self._draft.procedure
        if procedure is not None and not self._holding:
            dialog = SiteDialog(self._post, self._draft.person, procedure, self._site)
            self.app.push_screen(dialog, self._site_chosen)

    def _site_chosen(self, site: int | None) -> None:
        if site is None or site == self._site:
            return
        self._show_site(site)
        self._panes.show({}, _("Lecture des créneaux…"))
        self._say("")
        self._reload()

    @on(RowsView.Highlighted, "#times")
    def _elsewhere(self) -> None:
        self._warned = None

    @on(RowsView.Selected, "#times")
    def _time_chosen(self) -> None:
        slot = self._panes.slot
        if slot is None or self._holding:
            return
        if open_seats(slot) <= 0 and self._lent.seats(slot) <= 0:
            self._say(_("Ce créneau est complet\u00a0: choisissez-en un autre."), "warn")
            return
        outside = self._renewal.outside(slot.day) if self._renewal else None
        if self._renewal and outside and self._warned != slot.id:
            self._warned = slot.id
            self._say(self._renewal.warning(outside), "warn")
            return
        self._hold(slot)

    def _hold(self, slot: Slot) -> None:
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
        self._placed = False
        self._reload()
        self._panes.times.focus()

    def action_nothing(self) -> None:
        """Leave with a paper, and a trace of the search; of a wish, where nothing was searched."""
        if self._draft.procedure is not None:
            cut_off = self._post.station.cut_off
            dialog = WishDialog if cut_off else NothingFound
            self.app.push_screen(dialog(self._post, self._draft, self._draft.procedure))

    def action_back(self) -> None:
        """Back to the démarche."""
        self.dismiss(None)

    def _say(self, text: str, level: Level = "idle") -> None:
        self.query_one(Said).say(text, level)
