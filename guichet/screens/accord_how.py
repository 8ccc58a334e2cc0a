"""How the accord was given: how the text was told, in which language, at whose request."""

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.containers import Grid, Vertical
from textual.widgets import Label, RadioSet, Select, Static

from guichet.domain.model import Accord
from guichet.domain.provenance import Provenance
from guichet.errors import GuichetError
from guichet.i18n import _
from guichet.screens.accord_words import MODES, PROVENANCES
from guichet.screens.draft import Draft
from guichet.screens.languages import choices, language
from guichet.screens.post import Post, background
from guichet.screens.provenance import ProvenanceDialog
from guichet.widgets.choice import Pick
from guichet.widgets.level import Level


class AccordHow(Vertical):
    """What is noted with the accord; the draft is kept true at each key."""

    DEFAULT_CSS = """
    AccordHow {
        height: auto;
        & Grid { grid-size: 2; grid-columns: 1fr 1fr; grid-gutter: 0 2; grid-rows: auto; }
        & Grid, & Vertical { height: auto; }
        & #mode { width: 1fr; }
        & #who { color: $muted; }
        & Label { text-style: bold; }
    }
    """

    def __init__(self, post: Post, draft: Draft) -> None:
        super().__init__()
        self._post = post
        self._draft = draft

    def compose(self) -> ComposeResult:
        """How it was told, and in which language; then who asked."""
        with Grid():
            with Vertical():
                yield Label(_("Le texte a été"))
                with RadioSet(id="mode"):
                    for mode, label in MODES:
                        yield Pick(label, value=mode is self._draft.mode)
            with Vertical():
                yield Label(_("Dans cette langue"))
                code = spoken(self._draft)
                yield Select(choices(code), value=code, allow_blank=False, id="language")
        yield Static(self._who(), id="who", markup=False)

    def _who(self) -> str:
        said = PROVENANCES[self._draft.provenance]
        return _("Rendez-vous demandé par\u00a0: {who}. F6\u00a0: changer.").format(
            who=said.lower()
        )

    @on(RadioSet.Changed)
    def _told(self, event: RadioSet.Changed) -> None:
        self._draft.mode = MODES[event.index][0]

    @on(Select.Changed)
    def _spoken(self, event: Select.Changed) -> None:
        self._draft.language = str(event.value)

    def ask_provenance(self) -> None:
        """Note who came to ask."""
        self.app.push_screen(ProvenanceDialog(self._draft.provenance), self._came)

    def _came(self, provenance: Provenance | None) -> None:
        if provenance is not None:
            self._draft.provenance = provenance
            self.query_one("#who", Static).update(self._who())

    def show_sheet(
        self,
        say: Callable[[str, Level], None],
        failed: Callable[[GuichetError], None],
        persons: int = 1,
    ) -> None:
        """Show the accord on paper; `persons` is for how many it is asked."""
        papers, code = self._post.station.papers, spoken(self._draft)
        background(
            self,
            lambda: papers.open(papers.accord_sheet(language(code), code, persons)),
            lambda _nothing: say(_("La feuille est affichée\u00a0: F9 après lecture."), "ok"),
            group="sheet",
            failed=failed,
        )


def spoken(draft: Draft) -> str:
    """The language the accord is told in."""
    return draft.language or draft.person.language or "fr"


def given(post: Post, draft: Draft) -> Accord:
    """The accord of the draft's person, given now."""
    through, paid = draft.provenance
    return post.station.mediation.accord(draft.mode, spoken(draft), through, paid=paid)
