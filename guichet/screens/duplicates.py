"""A person about to be recorded looks like others: the same one, or somebody else."""

from collections.abc import Callable, Sequence
from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from guichet.domain.model import Person
from guichet.domain.similar import compare
from guichet.i18n import _
from guichet.screens import describe
from guichet.screens.person_words import LIKENESS, MATCHES
from guichet.station.likely import Alike
from guichet.widgets.cells import fit, printable
from guichet.widgets.rows import Column, Row, RowsView

Answer = Literal["new"] | Person
"""Somebody else, to be recorded; or the person known already."""

_COLUMNS = (
    Column("name", _("Fiche connue"), width=24),
    Column("why", _("Pourquoi elle"), flex=1),
)
_FIELDS: dict[str, tuple[str, Callable[[Person], str]]] = {
    "name": (_("nom"), describe.name),
    "used_name": (_("nom d’usage"), lambda person: person.used_name or ""),
    "birth": (_("naissance"), describe.birth),
    "number": (_("n° étranger"), lambda person: person.number or ""),
    "phone": (_("téléphone"), describe.phone),
    "email": (_("e-mail"), lambda person: person.email or ""),
    "commune": (_("commune"), lambda person: person.commune),
}
_LABEL, _VALUE = 11, 21  # cells, so that a line fits the dialog in a terminal of 80 columns


class DuplicatesDialog(ModalScreen[Answer]):
    """Each candidate beside what was typed. Nothing is recorded, merged or refused by itself."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", show=False, tooltip=_("Fiche suivante")),
        Binding("up", "move(-1)", show=False, tooltip=_("Fiche précédente")),
        Binding("right", "app.focus_next", show=False, tooltip=_("Choix suivant")),
        Binding("left", "app.focus_previous", show=False, tooltip=_("Choix précédent")),
        Binding("c", "same", _("Cette personne"), tooltip=_("C’est elle\u00a0: ouvrir sa fiche")),
        Binding("a", "other", _("Autre personne"), tooltip=_("Créer une nouvelle fiche")),
        Binding("escape", "dismiss", _("Retour"), tooltip=_("Revenir à la saisie")),
    ]

    def __init__(self, person: Person, alike: Sequence[Alike]) -> None:
        super().__init__()
        self._person = person
        self._known = {each.person.id: each for each in alike}

    def compose(self) -> ComposeResult:
        """The candidates, what differs from the one under the cursor, then the choices."""
        with Vertical(classes="dialog"):
            yield Static(_("Cette personne a peut-être déjà une fiche"), classes="title")
            rows = RowsView(_COLUMNS)
            rows.can_focus = False
            rows.styles.height = len(self._known) + 1
            yield rows
            yield Static(id="differences")
            yield Button(_("Échap  Revenir à la saisie"), id="back")
            yield Button(_("c  C’est cette personne\u00a0: ouvrir sa fiche"), id="same")
            yield Button(_("a  C’est une autre personne\u00a0: créer sa fiche"), id="other")

    def on_mount(self) -> None:
        """Enter pressed in haste changes nothing."""
        self.query_one(RowsView).set_rows(
            [
                Row(
                    each.person.id,
                    (
                        describe.name(each.person),
                        ", ".join(LIKENESS[reason] for reason in each.likeness.reasons),
                    ),
                )
                for each in self._known.values()
            ]
        )
        self.query_one("#back", Button).focus()

    @property
    def _current(self) -> Person:
        return self._known[self.query_one(RowsView).key or next(iter(self._known))].person

    @on(RowsView.Highlighted)
    def _compare(self) -> None:
        other = self._current
        head = f"{'':{_LABEL}}  {fit(_('saisie'), _VALUE)}   {_('fiche connue')}"
        lines = [Content.styled(head, "$muted")]
        for field, match in compare(self._person, other).items():
            label, value = _FIELDS[field]
            level, sign, word = MATCHES[match]
            mine, theirs = (printable(value(each)) or "–" for each in (self._person, other))
            line = f"{fit(label, _LABEL)}  {fit(mine, _VALUE)} {sign} {fit(theirs, _VALUE)} {word}"
            lines.append(Content.styled(line, "$foreground" if level == "idle" else f"${level}"))
        self.query_one("#differences", Static).update(Content("\n").join(lines))

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        match event.button.id:
            case "same":
                self.action_same()
            case "other":
                self.action_other()
            case _:
                self.dismiss(None)

    def action_move(self, step: int) -> None:
        """Compare with the next candidate, or the one before."""
        self.query_one(RowsView).action_move(step)

    def action_same(self) -> None:
        """It is the person under the cursor."""
        self.dismiss(self._current)

    def action_other(self) -> None:
        """It is somebody else, sister or homonym."""
        self.dismiss("new")
