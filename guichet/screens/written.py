"""What was written for people given appointments together, and which of it is printed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from textual.binding import Binding, BindingType
from textual.screen import Screen

from guichet.errors import GuichetError
from guichet.i18n import _
from guichet.screens.ask import AskScreen, Choices
from guichet.screens.post import background
from guichet.station.papers import Papers
from guichet.widgets.level import Level


class Written(NamedTuple):
    """The papers; `convocations` None when no appointment was confirmed."""

    convocations: Path | None
    sheet: Path
    table: Path


def paper_keys(screen: str) -> list[BindingType]:
    """The keys of a screen that writes such papers, under its own name."""
    return [
        Binding(
            "l", "contacts", _("Liste d’appel"), id=f"{screen}.contacts",
            tooltip=_("Écrire la liste de ceux à prévenir"),
        ),
        Binding(
            "p", "print", _("Imprimer"), id=f"{screen}.print",
            tooltip=_("Imprimer les convocations, ou la liste d’appel"),
        ),
        Binding("o", "open", _("Ouvrir"), tooltip=_("Ouvrir le fichier"), id=f"{screen}.open"),
        Binding("escape", "back", _("Retour"), tooltip=_("Arrêter, ou revenir")),
    ]  # fmt: skip


def written(papers: Papers, confirmed: list[str], rows: list[list[str]]) -> Written:
    """The convocations of those `confirmed`, in one file, and whom to call: `rows`, header first.

    Raises DocumentError.
    """
    return Written(
        papers.convocations(confirmed) if confirmed else None,
        papers.contact_sheet(rows),
        papers.contacts(rows),
    )


def ask_what_to_print(
    screen: Screen[Any],
    papers: Papers,
    known: Written,
    say: Callable[[str, Level], None],
    failed: Callable[[GuichetError], None],
) -> None:
    """Which paper first, and for whom it is; then send it to the printer and `say` so."""
    paths = {"sheet": known.sheet}
    choices: Choices = {"sheet": ("2", _("La liste d’appel, pour les agents qui appellent"))}
    if known.convocations is not None:
        paths["convocations"] = known.convocations
        own = _("Les convocations, à chacun la sienne")
        choices = {"convocations": ("1", own), **choices}

    def chosen(which: str | None) -> None:
        if which is not None:
            background(
                screen, lambda: papers.print(paths[which]),
                lambda _none: say(_("Envoyé à l’imprimante."), "ok"), group="print", failed=failed,
            )  # fmt: skip

    note = _(
        "La liste porte noms, téléphones et langues\u00a0: elle n’est remise à aucun usager "
        "et se détruit après les appels."
    )
    screen.app.push_screen(AskScreen(_("Imprimer quoi\u202f?"), "", choices, note), chosen)
