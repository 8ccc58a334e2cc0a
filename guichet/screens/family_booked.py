"""The appointments of those who came together, each with its reference and its paper."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Label, Static

from guichet.domain.model import Appointment, AppointmentStatus
from guichet.domain.operations import Refused
from guichet.errors import GuichetError
from guichet.i18n import _, ngettext
from guichet.screens.accord import AccordScreen
from guichet.screens.booked import BookedScreen
from guichet.screens.booked_words import short
from guichet.screens.draft import Draft
from guichet.screens.family_member import GONE, Place, apart, came_of, confirmed, lent, row, waits
from guichet.screens.post import FactsChanged, Post, background
from guichet.screens.slot_choice import SlotChoice
from guichet.screens.top import Top
from guichet.screens.trail import Trail
from guichet.station.family import release_all
from guichet.station.mediation import Booked, Held
from guichet.widgets.foot import Foot
from guichet.widgets.level import Level
from guichet.widgets.rows import Column, RowsView, key_of
from guichet.widgets.said import Said

_COLUMNS = (
    Column("when", _("Rendez-vous"), width=16),
    Column("name", _("Usager"), flex=1),
    Column("reference", _("Référence"), width=11),
    Column("state", _("État"), width=12),
)


class FamilyBooked(Screen[None]):
    """What came of each booking. Who was refused is booked apart; the others stay."""

    CSS_PATH = "family.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter", "show", _("Voir"),
            tooltip=_("Voir le rendez-vous choisi\u00a0: référence, pièces, gros caractères"),
        ),
        Binding(
            "f6", "apart", _("Réserver à part"),
            tooltip=_("Prendre un rendez-vous pour la personne choisie"), id="family.apart",
        ),
        Binding(
            "o", "paper('open','one')", _("Ouvrir"),
            tooltip=_("Afficher cette convocation"), id="booked.open",
        ),
        Binding(
            "i", "paper('print','one')", _("Imprimer"),
            tooltip=_("Imprimer cette convocation"), id="booked.print",
        ),
        Binding(
            "t", "paper('print','all')", _("Tout imprimer"),
            tooltip=_("Imprimer toutes les convocations"), id="family.print",
        ),
        Binding(
            "t", "paper('open','all')", _("Tout ouvrir"),
            tooltip=_("Afficher toutes les convocations"), id="family.open",
        ),
        Binding("escape", "finish", _("Terminer"), tooltip=_("Personne suivante")),
    ]  # fmt: skip

    def __init__(self, post: Post, draft: Draft, places: Sequence[Place]) -> None:
        super().__init__()
        self._post = post
        self._draft = draft
        self._places = {place.member.person.id: place for place in places}
        self._printer = False
        self._busy = False

    def compose(self) -> ComposeResult:
        """How many have theirs, each with what came of it, where the papers are."""
        yield Top(self._post, _("Médiation"))
        yield Trail(4)
        yield Label("", id="subject", markup=False)
        yield RowsView(_COLUMNS)
        yield Static("", id="paper", markup=False)
        yield Said()
        yield Foot()

    def on_mount(self) -> None:
        """Show what came of each, and write the papers."""
        self.query_one(RowsView).focus()
        papers = self._post.station.papers
        background(self, papers.printer_available, self._printer_found, group="printer")
        self._show()
        refused = (key for key, place in self._places.items() if apart(place))
        self.query_one(RowsView).select(next(refused, ""))
        for place in self._places.values():
            self._write(place)

    def _printer_found(self, found: bool) -> None:  # noqa: FBT001 - the worker's answer
        self._printer = found
        self.refresh_bindings()

    # What it shows ------------------------------------------------------------------------------

    def _show(self) -> None:
        self.query_one(RowsView).set_rows(
            [row(self._post, place) for place in self._places.values()]
        )
        total, places = len(self._places), self._places.values()
        ready = sum(confirmed(place) for place in places)
        said = ngettext(
            "{n} rendez-vous confirmé sur {total}", "{n} rendez-vous confirmés sur {total}", ready
        )
        sign = "✓" if ready == total else "!"
        self.query_one("#subject", Label).update(f"{sign} {said.format(n=ready, total=total)}")
        papers = self._papers("all")
        if papers:
            where = _("Convocations prêtes\u00a0: {n}, dans {path}")
            if any(map(lent, places)):
                where = _("Feuilles «\u00a0à confirmer\u00a0» prêtes\u00a0: {n}, dans {path}")
            where = where.format(n=len(papers), path=short(papers[0].parent))
            self.query_one("#paper", Static).update(where)
        self._tell()

    @property
    def _current(self) -> Place:
        return self._places.get(key_of(self) or "") or next(iter(self._places.values()))

    @on(RowsView.Highlighted)
    def _tell(self) -> None:
        level, _word, sentence = came_of(self._current)
        self._say(sentence, "idle" if level == "ok" else level)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What may be done with the one under the cursor, and with all."""
        match action:
            case "apart":
                return apart(self._current)
            case "show":
                return not apart(self._current)
            case "paper":
                how, which = parameters
                # Without a printer all are shown with the key that would print them.
                fits = self._printer if how == "print" else which == "one" or not self._printer
                return fits and bool(self._papers(which))
        return True

    # Central's answers, and the papers ----------------------------------------------------------

    @on(FactsChanged)
    def _facts_changed(self) -> None:
        waiting = [place for place in self._places.values() if waits(place)]
        mediation = self._post.station.mediation
        if waiting:
            background(
                self,
                lambda: [mediation.appointments_of(place.member.person) for place in waiting],
                partial(self._heard, waiting),
                group="appointments",
                exclusive=True,
            )

    def _heard(self, waiting: list[Place], known: list[list[Appointment]]) -> None:
        for place, appointments in zip(waiting, known, strict=True):
            if not isinstance(place.outcome, Booked):
                continue
            wanted = place.outcome.appointment.id
            found = next((each for each in appointments if each.id == wanted), None)
            if found is None or found.status is not AppointmentStatus.BOOKED:
                place.outcome = GONE
            elif found.token is not None:
                place.outcome = Booked(found, confirmed=True)
                self._write(place)
        self._show()

    def _write(self, place: Place) -> None:
        if not isinstance(place.outcome, Booked) or not (confirmed(place) or lent(place)):
            return
        papers, key = self._post.station.papers, place.outcome.appointment.id
        paper = papers.convocation if confirmed(place) else papers.unconfirmed

        def written(path: Path) -> None:
            place.paper = path
            self._show()

        background(self, lambda: paper(key), written, group="convocation", failed=self._failed)

    def _papers(self, which: object) -> list[Path]:
        places = [self._current] if which == "one" else self._places.values()
        return [place.paper for place in places if place.paper is not None]

    def action_paper(self, how: str, which: str) -> None:
        """Show or print the convocation of the one under the cursor, or all of them."""
        papers, paths = self._post.station.papers, self._papers(which)
        hand = papers.print if how == "print" else papers.open
        said = _("Convocations imprimées\u00a0: {n}.")
        if how == "open":
            said = _("Convocations affichées\u00a0: {n}.")
        if not paths:
            return
        self._say(_("Envoi…"))

        def all_of_them() -> None:
            for path in paths:
                hand(path)

        background(
            self,
            all_of_them,
            lambda _nothing: self._say(said.format(n=len(paths)), "ok"),
            group="paper",
            failed=self._failed,
        )

    # One by one ---------------------------------------------------------------------------------

    @on(RowsView.Selected)
    def _chosen(self) -> None:
        if apart(self._current):
            self.action_apart()
        else:
            self.action_show()

    def action_show(self) -> None:
        """See the appointment of the one under the cursor."""
        place = self._current
        if isinstance(place.outcome, Booked) and self.app.screen is self:
            member = place.member
            same = place.outcome.appointment.procedure == member.procedure.code
            procedure = member.procedure if same else None
            self.app.push_screen(BookedScreen(self._post, place.outcome, member.person, procedure))

    def action_apart(self) -> None:
        """Take an appointment for who has none: at the same time if the seat is there still."""
        place = self._current
        if self._busy or not apart(place) or self.app.screen is not self:
            return
        self._busy = True
        self._say(_("La centrale garde la place…"))
        mediation, held = self._post.station.mediation, place.held
        background(
            self,
            lambda: mediation.hold(held.slot, held.id),
            partial(self._held, place),
            group="hold",
            failed=self._failed,
        )

    def _held(self, place: Place, outcome: Held | Refused) -> None:
        self._busy = False
        draft = Draft(
            place.member.person,
            procedure=place.member.procedure,
            slot=place.held.slot,
            mode=self._draft.mode,
            language=self._draft.language,
            provenance=self._draft.provenance,
            then=partial(self._settled, place),
        )
        if isinstance(outcome, Refused):
            self.app.push_screen(SlotChoice(self._post, draft))
            return
        place.held = outcome
        self.app.push_screen(
            AccordScreen(self._post, draft, outcome), partial(self._returned, draft)
        )

    def _returned(self, draft: Draft, why: str | None) -> None:
        if why:  # the seat was lost: another one, then
            self.app.push_screen(SlotChoice(self._post, draft))
        else:
            self._tell()

    def _settled(self, place: Place, booked: Booked) -> None:
        place.outcome = booked
        self.pop_until_active()
        self._show()
        self._write(place)

    def _failed(self, error: GuichetError) -> None:
        self._busy = False
        self._say(str(error), "bad")

    def action_finish(self) -> None:
        """Back to the search for the next person; seats that nobody took are given back."""
        mediation = self._post.station.mediation
        left = [place.held for place in self._places.values() if apart(place)]
        background(self.app, lambda: release_all(mediation, left), group="release")
        self.app.screen_stack[0].pop_until_active()

    def _say(self, text: str, level: Level = "idle") -> None:
        self.query_one(Said).say(text, level)
