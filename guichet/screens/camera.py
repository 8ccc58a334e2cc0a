"""The camera's place on a screen: its picture, and a line that says what to do."""

import asyncio
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static

from guichet.i18n import _
from guichet.screens.post import background
from guichet.screens.practice import place_sheet
from guichet.widgets.level import Level
from guichet.widgets.preview import CameraPreview

if TYPE_CHECKING:
    from guichet.scanner.faults import CameraFault, Reason
    from guichet.scanner.preview import Picture
    from guichet.scanner.reader import Reader

_IN_VIEW = 4.0
"""Seconds a practice sheet is held before the camera."""

FAULTS: "dict[Reason, str]" = {
    "absent": _(
        "Caméra introuvable\u202f: vérifiez son câble, ou choisissez-en une autre (Maj+F7)."
    ),
    "denied": _(
        "Accès à la caméra refusé\u202f: faites ajouter votre compte au groupe «\u00a0video\u00a0»."
    ),
    "busy": _("Un autre programme occupe la caméra\u202f: fermez-le."),
    "lost": _("La caméra ne répond plus\u202f: rebranchez-la."),
    "unreadable": _("Cette source ne donne pas d’images\u202f: choisissez-en une autre (Maj+F7)."),
    "no_frames": _("La caméra s’ouvre mais n’envoie rien\u202f: débranchez-la et rebranchez-la."),
    "black": _("Image noire\u202f: ouvrez le cache de la caméra, ou allumez."),
    "untrusted": _(
        "Certificat de la caméra inconnu\u202f: installez-le sur ce poste, ou prenez son "
        "adresse http."
    ),
    "unknown_source": _("Réglage de la caméra incompris\u202f: choisissez-en une (Maj+F7)."),
}
"""What to do about each fault of a camera; meanwhile the reader tries again by itself."""


class CameraBox(Vertical):
    """Films while its screen is shown and the agent wants it; tells each text it reads.

    OpenCV is imported by the reader's own threads, and only once the camera is opened.
    """

    DEFAULT_CSS = """
    CameraBox {
        & > #guidance { height: auto; max-height: 4; padding: 0 1; background: $panel; }
        & > #guidance.-idle { color: $muted; }
        & > #guidance.-ok { color: $ok; }
        & > #guidance.-bad { color: $bad; }
    }
    """

    class Read(Message):
        """The camera has read a text."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class _Filmed(Message, bubble=False):
        def __init__(self, picture: "Picture") -> None:
            super().__init__()
            self.picture = picture

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, CameraBox._Filmed)

    class _Failed(Message, bubble=False):
        def __init__(self, fault: "CameraFault") -> None:
            super().__init__()
            self.fault = fault

    class _Recovered(Message, bubble=False):
        pass

    def __init__(self, spec: str, *, practice: bool = False) -> None:
        super().__init__()
        self._spec = spec
        self._practice = practice
        self._asked = True
        self._shown = False
        self._filming = False
        self._sheets = 0
        self._reader: Reader | None = None
        self._hands = threading.Lock()  # one at a time opens, closes or holds a sheet

    def compose(self) -> ComposeResult:
        """The picture and the line."""
        yield CameraPreview()
        yield Static(id="guidance", markup=False)

    def on_mount(self) -> None:
        """Say what there is before the first picture."""
        self._explain()

    async def on_unmount(self) -> None:
        """Close the camera."""
        self._filming = False
        await asyncio.to_thread(self._settle)

    @property
    def closed(self) -> bool:
        """Whether the agent has closed the camera."""
        return not self._asked

    def resume(self) -> None:
        """The screen is shown: open the camera, unless the agent has closed it."""
        self._shown = True
        self._follow()

    def suspend(self) -> None:
        """The screen is left: close the camera."""
        self._shown = False
        self._follow()

    def toggle(self) -> None:
        """Open or close the camera, as the agent asks."""
        self._asked = not self._asked
        self._follow()

    def present(self, sheet: Path) -> None:
        """Hold a practice sheet before the camera, in place of the one there."""
        self._sheets += 1
        number = self._sheets
        self._say(_("Feuille devant la caméra d’essai."), "idle")

        def held(_nothing: None) -> None:
            self.set_timer(_IN_VIEW, lambda: self._take_away(number))

        background(self, lambda: self._hold(sheet), held, group="sheet")

    def _take_away(self, number: int) -> None:
        if number == self._sheets:
            background(self, lambda: self._hold(None), lambda _held: self._explain(), group="sheet")

    def _follow(self) -> None:
        filming = self._asked and self._shown
        if filming != self._filming:
            self._filming = filming
            self._explain()
            background(self, self._settle, group="camera")

    # In a thread --------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Make the reader run or stop, as is wanted by now."""
        with self._hands:
            self._run_or_stop()

    def _hold(self, sheet: Path | None) -> None:
        """Change the sheet while the reader stops, so that it looks at once and afresh.

        The same sheet presented again is another scan, as it is with paper.
        """
        with self._hands:
            if self._reader is not None:
                self._reader.stop()
            place_sheet(sheet, Path(self._spec))
            self._run_or_stop()

    def _run_or_stop(self) -> None:
        if not self._filming:
            if self._reader is not None:
                self._reader.stop()
            return
        if self._reader is None:
            from guichet.scanner.reader import Reader  # noqa: PLC0415 - only who opens a camera

            self._reader = Reader(
                self._spec,
                lambda text: self._tell(self.Read(text)),
                lambda picture: self._tell(self._Filmed(picture)),
                lambda fault: self._tell(self._Failed(fault)),
                on_recovered=lambda: self._tell(self._Recovered()),
            )
        self._reader.preview_size = self.query_one(CameraPreview).picture_size
        self._reader.start()

    def _tell(self, message: Message) -> None:
        self.post_message(message)

    # What the reader says -----------------------------------------------------------------------

    @on(Read)
    def _read(self, event: Read) -> None:
        if not self._filming:
            event.stop()
        elif not self._practice:
            self._say(_("Présentez le QR code face à la caméra."), "idle")

    @on(_Filmed)
    def _filmed(self, event: _Filmed) -> None:
        preview = self.query_one(CameraPreview)
        if self._reader is not None:
            self._reader.preview_size = preview.picture_size
        if not self._filming:
            return
        if preview.message and not self._practice:
            self._say(_("Présentez le QR code face à la caméra."), "idle")
        picture = event.picture
        preview.show(picture.width, picture.height - picture.height % 2, _even(picture))

    @on(_Failed)
    def _failed(self, event: _Failed) -> None:
        if self._filming:
            self.query_one(CameraPreview).show_message(_("Pas d’image"))
            self._say(f"✗ {FAULTS[event.fault.reason]}", "bad")

    @on(_Recovered)
    def _recovered(self) -> None:
        if self._filming:
            self.query_one(CameraPreview).show_message("")
            self._say(_("✓ La caméra fonctionne à nouveau."), "ok")

    def _explain(self) -> None:
        preview = self.query_one(CameraPreview)
        if not self._asked:
            preview.show_message(_("Caméra fermée"))
            self._say(_("F7\u202f: ouvrir la caméra."), "idle")
        elif self._practice:
            preview.show_message(_("Caméra d’essai"))
            self._say(_("F9\u202f: présenter une feuille."), "idle")
        else:
            preview.show_message(_("Ouverture de la caméra…"))
            self._say("", "idle")

    def _say(self, sentence: str, level: Level) -> None:
        guidance = self.query_one("#guidance", Static)
        if (
            guidance.content != sentence
        ):  # as high as its text: the same again is a layout for nothing
            guidance.update(sentence)
        guidance.display = bool(sentence)
        for name in ("idle", "ok", "bad"):
            guidance.set_class(name == level, f"-{name}")


def _even(picture: "Picture") -> bytes:
    """The pixels without a last odd row: a cell of the terminal holds two."""
    rows = picture.height - picture.height % 2
    return picture.cells[: rows * picture.width]
