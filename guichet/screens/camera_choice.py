"""Which camera, and whether its picture is drawn."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, Label, Static

from guichet.errors import CameraError
from guichet.i18n import _
from guichet.screens.camera import CameraBox
from guichet.screens.camera_words import filmed_in, source_name
from guichet.screens.post import Post, background
from guichet.settings import save_setting
from guichet.widgets.rows import Column, Row, RowsView
from guichet.widgets.said import Said

if TYPE_CHECKING:
    from guichet.scanner.cameras import Camera
    from guichet.scanner.faults import Reason

_COLUMNS = (
    Column("name", _("Caméra"), flex=3),
    Column("place", _("Appareil"), flex=2),
    Column("used", _("En service"), width=21),
)
_LONGEST_LIST = 8
_PROBLEMS: "dict[Reason, str]" = {
    "absent": _("Il n’y a rien à cet endroit\u00a0: vérifiez le chemin."),
    "denied": _("Ce fichier ne vous est pas ouvert\u00a0: demandez ses droits."),
    "unknown_source": _("Adresse incomprise\u00a0: http, https ou rtsp seulement."),
}


class Changed(NamedTuple):
    """The setting the agent changes, and its new value."""

    key: str
    value: str


class CameraChoice(ModalScreen[Changed | None]):
    """Lists the cameras there are, and takes the address of any other."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", _("Fermer"), tooltip=_("Garder la même caméra")),
        Binding("f6", "preview", _("Aperçu"), tooltip=_("Montrer l’image de la caméra, ou non")),
    ]
    DEFAULT_CSS = """
    CameraChoice {
        & .dialog { width: 76; }
        & RowsView { height: auto; max-height: 9; min-height: 3; background: $surface; }
        & Input, & .hint { margin-top: 1; }
    }
    """

    def __init__(self, used: str, filmed: str, preview: str, practice: str | None) -> None:
        super().__init__()
        self._used = used
        self._filmed = filmed
        self._preview = preview
        self._practice = practice

    def compose(self) -> ComposeResult:
        """The list, the line for another source, and what the keys do."""
        shown = _("coupé") if self._preview == "off" else _("montré")
        with Vertical(classes="dialog"):
            yield Label(_("Choisir la caméra"), classes="title")
            yield RowsView(_COLUMNS, empty=_("Recherche des caméras…"))
            yield Input(placeholder=_("ou un fichier, un dossier, une adresse http ou rtsp"))
            yield Said()
            yield Static(_("Aperçu\u00a0: {shown}, F6 pour changer.").format(shown=shown))
            yield Static(
                _("Entrée\u00a0: choisir    Tab\u00a0: une adresse    Échap\u00a0: fermer"),
                classes="hint",
            )

    def on_mount(self) -> None:
        """Look for cameras."""
        self.query_one(RowsView).focus()
        background(self, _cameras, self._found, group="cameras")

    def _found(self, cameras: "list[Camera]") -> None:
        rows = [Row(c.spec, (c.name or c.node, c.node, "")) for c in cameras]
        if self._practice is not None:
            rows.append(Row(self._practice, (_("Caméra d’essai"), _("feuilles d’essai"), "")))
        used = next((c.spec for c in cameras if self._used in (c.spec, c.node)), self._used)
        if self._used.isdecimal():
            node = f"/dev/video{self._used}"
            used = next((c.spec for c in cameras if c.node == node), used)
        if used not in {row.key for row in rows}:
            rows.append(Row(used, (source_name(used), "", "")))
        mark = self._filmed or "✓"
        rows = [
            replace(row, cells=(*row.cells[:2], mark), status="ok") if row.key == used else row
            for row in rows
        ]
        view = self.query_one(RowsView)
        view.styles.height = min(_LONGEST_LIST, len(rows)) + 1
        view.set_rows(rows)
        view.select(used)

    @on(RowsView.Selected)
    def _chosen(self, event: RowsView.Selected) -> None:
        self._take(event.key)

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        spec = event.value.strip()
        background(
            self,
            lambda: _sound(spec),
            self._take,
            group="typed",
            failed=lambda error: self.query_one(Said).say(str(error), "bad"),
        )

    def _take(self, spec: str) -> None:
        self.dismiss(Changed("camera", spec))

    def action_preview(self) -> None:
        """Draw the camera's picture, or no longer."""
        self.dismiss(Changed("preview", "auto" if self._preview == "off" else "off"))


def _cameras() -> "list[Camera]":
    from guichet.scanner.cameras import list_cameras  # noqa: PLC0415 - only who chooses one

    return list_cameras()


def _sound(spec: str) -> str:
    """The source that was typed, whole. Raises CameraError when it names none."""
    from guichet.scanner.faults import CameraFault  # noqa: PLC0415 - only who chooses one
    from guichet.scanner.source import check_source  # noqa: PLC0415

    try:
        check_source(spec)
    except CameraFault as fault:
        raise CameraError(_PROBLEMS[fault.reason]) from fault
    named = spec.isdecimal() or "://" in spec
    return spec if named else str(Path(spec).expanduser().absolute())


def offer(screen: Screen[Any], post: Post, box: CameraBox, done: Callable[[], None]) -> None:
    """Let the agent choose; what is chosen is taken at once, and kept for the next time.

    `done` is called once it is taken.
    """

    def chosen(changed: Changed | None) -> None:
        if changed is None:
            return
        key, value = changed
        if key == "camera":
            post.settings = replace(post.settings, camera=value)
            box.switch(value)
        else:
            post.settings = replace(post.settings, preview=value)
            box.draw(value)
        done()
        background(screen, lambda: save_setting(post.station.folder, key, value), group="settings")

    used, preview = post.settings.camera, post.settings.preview
    choice = CameraChoice(used, filmed_in(box.mode), preview, post.practice_camera)
    screen.app.push_screen(choice, chosen)
