"""The camera's place on a screen: its picture, and a line that says what to do."""

import asyncio
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from guichet.i18n import _
from guichet.screens.camera_words import FAULTS, HINTS
from guichet.screens.post import background
from guichet.screens.practice import place_sheet
from guichet.terminal import pictures
from guichet.widgets.guidance import Guidance
from guichet.widgets.level import Level
from guichet.widgets.preview import CameraPreview

if TYPE_CHECKING:
    from guichet.scanner.faults import CameraFault
    from guichet.scanner.guidance import Advice
    from guichet.scanner.preview import Picture
    from guichet.scanner.reader import Reader
    from guichet.scanner.webcam import Mode

_IN_VIEW = 4.0
"""Seconds a practice sheet is held before the camera."""


class CameraBox(Vertical):
    """Films while its screen is shown and the agent wants it; tells each text it reads.

    OpenCV is imported by the reader's own threads, and only once the camera is opened.
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

    class _Advised(Message, bubble=False):
        def __init__(self, advice: "Advice | None") -> None:
            super().__init__()
            self.advice = advice

    class _Recovered(Message, bubble=False):
        pass

    def __init__(
        self, spec: str, *, practice_camera: str | None = None, preview: str = "auto"
    ) -> None:
        super().__init__()
        self._spec = spec
        self._practice_camera = practice_camera
        self._preview = preview
        self._asked = True
        self._shown = False
        self._filming = False
        self._filmed_yet = False
        self._sheets = 0
        self._reader: Reader | None = None
        self._hands = threading.Lock()  # one at a time opens, closes or holds a sheet

    def compose(self) -> ComposeResult:
        """The picture and the line."""
        yield CameraPreview()
        yield Guidance(id="guidance")

    def on_mount(self) -> None:
        """Say what there is before the first picture."""
        self.draw(self._preview)

    async def on_unmount(self) -> None:
        """Close the camera."""
        self._filming = False
        await asyncio.to_thread(self._settle)

    @property
    def closed(self) -> bool:
        """Whether the agent has closed the camera."""
        return not self._asked

    @property
    def practising(self) -> bool:
        """Whether it films the practice sheets."""
        return self._spec == self._practice_camera

    @property
    def mode(self) -> "Mode | None":
        """What it films in, once open, when it tells."""
        return None if self._reader is None else self._reader.mode

    def switch(self, spec: str) -> None:
        """Film with another source, at once, and open the camera should it be closed."""
        self._spec = spec
        self._asked = True
        self._filming = self._shown
        self._explain()
        background(self, self._change, group="camera")

    def draw(self, preview: str) -> None:
        """Draw the picture otherwise, or no longer: the setting of that name."""
        self._preview = preview
        self.query_one(CameraPreview).draw_by(
            *pictures("cells" if self.app.is_headless else preview)
        )
        self._explain()

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

    def _change(self) -> None:
        with self._hands:
            if self._reader is not None:
                self._reader.stop()
            self._reader = None
            self._run_or_stop()

    def _hold(self, sheet: Path | None) -> None:
        """Change the sheet while the reader stops, so that it looks at once and afresh.

        The same sheet presented again is another scan, as it is with paper.
        """
        with self._hands:
            if self._reader is not None:
                self._reader.stop()
            place_sheet(sheet, Path(self._practice_camera or self._spec))
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
                on_advice=lambda advice: self._tell(self._Advised(advice)),
                on_recovered=lambda: self._tell(self._Recovered()),
            )
        self._reader.preview_size = self._picture_size
        self._reader.start()

    def _tell(self, message: Message) -> None:
        self.post_message(message)

    # What the reader says -----------------------------------------------------------------------

    @on(Read)
    def _read(self, event: Read) -> None:
        if not self._filming:
            event.stop()
        elif not self.practising:
            self._say(_("Présentez le QR code à la caméra."), "idle")

    @on(_Filmed)
    def _filmed(self, event: _Filmed) -> None:
        preview = self.query_one(CameraPreview)
        if self._reader is not None:
            self._reader.preview_size = self._picture_size
        if not self._filming:
            return
        if not self._filmed_yet and not self.practising:
            self._say(_("Présentez le QR code à la caméra."), "idle")
        self._filmed_yet = True
        if self._preview == "off":
            preview.show_message(_("Aperçu coupé\u00a0: la caméra lit."))
            return
        picture = event.picture
        outlines = [(outline.corners, outline.read) for outline in picture.outlines]
        preview.show(picture.width, picture.height, picture.cells, outlines)

    @on(_Advised)
    def _advised(self, event: _Advised) -> None:
        if self._filming:
            self.query_one(Guidance).hint("" if event.advice is None else HINTS[event.advice])

    @on(_Failed)
    def _failed(self, event: _Failed) -> None:
        if self._filming:
            self._filmed_yet = False
            self.query_one(CameraPreview).show_message(_("Pas d’image"))
            self._say(f"✗ {FAULTS[event.fault.reason]}", "bad")

    @on(_Recovered)
    def _recovered(self) -> None:
        if self._filming:
            self._filmed_yet = True
            self.query_one(CameraPreview).show_message("")
            self._say(_("✓ La caméra fonctionne à nouveau."), "ok")

    def _explain(self) -> None:
        preview = self.query_one(CameraPreview)
        self._filmed_yet = False
        self.query_one(Guidance).hint("")
        if not self._asked:
            preview.show_message(_("Caméra fermée"))
            self._say(_("F7\u00a0: ouvrir la caméra."), "idle")
        elif self.practising:
            preview.show_message(_("Caméra d’essai"))
            self._say(_("F9\u00a0: présenter une feuille."), "idle")
        else:
            preview.show_message(_("Ouverture de la caméra…"))
            self._say("", "idle")

    @property
    def _picture_size(self) -> tuple[int, int]:
        """The pixels the preview has; one when it shows none, which tells that frames come."""
        if self._preview == "off":
            return 1, 1
        size = self.query_one(CameraPreview).picture_size
        return size.width, size.height

    def _say(self, sentence: str, level: Level) -> None:
        self.query_one(Guidance).say(sentence, level)
