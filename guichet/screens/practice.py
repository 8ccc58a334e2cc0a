"""Practice without a webcam: choose a printed sheet, as if it were held before the camera."""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen, Screen
from textual.widgets import Label, Static

from guichet.domain.reference import parse_reference
from guichet.errors import CameraError
from guichet.i18n import _
from guichet.screens.post import background
from guichet.widgets.rows import Column, Row, RowsView

_SHOWN = "presentee.png"
_PART = ".presentee.part"  # no picture's suffix, so the camera does not see it half written
_EXAMPLE = re.compile(r"(?:exemple-)?(\d+)-(.+)")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A picture of a sheet of paper, and what it is."""

    path: Path
    label: str


def sheets(folder: Path) -> list[Sheet]:
    """The sheets of the practice folder: printed convocations, the newest first, then examples.

    Raises CameraError when the folder cannot be read.
    """
    try:
        found = [(path, path.stat().st_mtime_ns) for path in folder.glob("*.png")]
    except OSError as error:
        raise CameraError(
            _("Le dossier des feuilles d’essai est illisible\u00a0: relancez la démonstration.")
        ) from error
    printed = sorted(
        ((path, at) for path, at in found if _number(path) is None),
        key=lambda pair: pair[1],
        reverse=True,
    )
    examples = sorted(
        (number, path) for path, _at in found if (number := _number(path)) is not None
    )
    return [
        *(Sheet(path, _printed(path.stem)) for path, _at in printed),
        *(Sheet(path, _example(path.stem)) for _n, path in examples),
    ]


def _number(path: Path) -> int | None:
    """The number of an example; None for a convocation, named by its reference."""
    if isinstance(parse_reference(path.stem), str):
        return None
    match = _EXAMPLE.fullmatch(path.stem)
    return int(match[1]) if match else None


def _printed(stem: str) -> str:
    reference = parse_reference(stem)
    return _("convocation {name}").format(name=reference if isinstance(reference, str) else stem)


def _example(stem: str) -> str:
    kind = _EXAMPLE.sub(r"\2", stem).replace("-", " ")
    return _("exemple\u00a0: {kind}").format(kind=kind)


def place_sheet(sheet: Path | None, camera: Path) -> None:
    """Put a sheet before the practice camera, or take the one there away.

    Raises CameraError when the camera's folder cannot be written.
    """
    try:
        if sheet is None:
            (camera / _SHOWN).unlink(missing_ok=True)
        else:
            shutil.copyfile(sheet, camera / _PART)
            (camera / _PART).replace(camera / _SHOWN)
    except OSError as error:
        raise CameraError(
            _(
                "La feuille ne peut pas être présentée\u00a0: "
                "vérifiez le dossier de la caméra d’essai."
            )
        ) from error


class PracticeScreen(ModalScreen[Path | None]):
    """Which sheet to hold before the camera."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", _("Fermer"), tooltip=_("Ne rien présenter")),
    ]
    DEFAULT_CSS = """
    PracticeScreen RowsView { height: auto; max-height: 16; min-height: 4; background: $surface; }
    PracticeScreen .hint { margin-top: 1; }
    """

    def __init__(self, found: list[Sheet]) -> None:
        super().__init__()
        self._found = found

    def compose(self) -> ComposeResult:
        """The list in a dialog."""
        with Vertical(classes="dialog"):
            yield Label(_("Présenter une feuille"), classes="title")
            yield RowsView(
                [Column("sheet", _("Feuille"), flex=1)],
                empty=_("Aucune feuille\u00a0: imprimez une convocation en médiation."),
            )
            yield Static(_("Entrée\u00a0: présenter    Échap\u00a0: fermer"), classes="hint")

    def on_mount(self) -> None:
        """Fill the list."""
        rows = self.query_one(RowsView)
        rows.styles.height = max(4, min(16, len(self._found) + 1))
        rows.set_rows([Row(str(sheet.path), (sheet.label,)) for sheet in self._found])
        rows.focus()

    @on(RowsView.Selected)
    def _chosen(self, event: RowsView.Selected) -> None:
        self.dismiss(Path(event.key))


def offer(screen: Screen[None], folder: Path, present: Callable[[Path], None]) -> None:
    """Let the agent choose a sheet of the practice folder, and give it to `present`."""

    def chosen(sheet: Path | None) -> None:
        if sheet is not None:
            present(sheet)

    def show(found: list[Sheet]) -> None:
        screen.app.push_screen(PracticeScreen(found), chosen)

    background(screen, lambda: sheets(folder), show, group="sheets")
