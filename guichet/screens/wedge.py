"""Where a keyboard scanner's text goes: to the screen of the mode, whatever has the focus.

A name or a number goes into the field that has the focus, as if it had been typed there.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

from textual.app import App
from textual.events import Event, Key, MouseDown, Paste
from textual.message import Message
from textual.widgets import Input

from guichet.i18n import _
from guichet.scanner.layouts import Kind, Layout, Scan, is_convocation, understood
from guichet.scanner.wedge import Recogniser, Taken

_ENDS = {"enter": "\r", "ctrl+j": "\n", "tab": "\t"}
"""The keys that end a scan."""
_MOVED = frozenset("AQZWaqzw")
"""The letters that a wrong layout exchanges for one another, so that nothing shows."""
_SET_IT = _(
    "Pour le régler, lisez dans sa notice le code «\u00a0clavier français (AZERTY)\u00a0», "
    "ou «\u00a0Keyboard Country: France\u00a0»."
)
_WRONG: Final = {
    Layout.US: _("Lecteur réglé sur un clavier américain\u00a0: lecture corrigée."),
    Layout.FRENCH: _("Lecteur réglé sur un autre clavier que ce poste\u00a0: lecture corrigée."),
}
_DOUBTFUL = _(
    "Lecteur réglé sur un autre clavier que ce poste\u00a0: vérifiez les lettres A, Q, Z et W."
)
_GARBLED = _(
    "Code illisible\u00a0: le lecteur est réglé sur un autre clavier, ou Verr. Maj est active."
)
_NO_FIELD = _("Nom ou numéro lu, mais aucun champ ne l’attend. Échap, puis lisez-le à nouveau.")


class Scanned(Message, bubble=False):
    """A keyboard scanner has read this; for the screen at the bottom of the mode's stack."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class Before:
    """What a field held before a character that may begin a scan."""

    def __init__(self, field: Input) -> None:
        self.field = field
        self._value = ""
        self._selection = field.selection

    def keep(self) -> None:
        """Remember what it holds now."""
        self._value, self._selection = self.field.value, self.field.selection

    def put_back(self) -> None:
        """Let it hold that again."""
        self.field.value = self._value
        self.field.selection = self._selection


class Wedge:
    """Stands before the application's own handling of events, `forward`, and takes out scans."""

    def __init__(self, app: App[Any], forward: Callable[[Event], Awaitable[None]]) -> None:
        self._app = app
        self._forward = forward
        self._recogniser: Recogniser[Key] = Recogniser()
        self._waits = False
        self._before: Before | None = None
        self._wrong: Layout | None = None

    async def take(self, event: Event) -> None:
        """Keep a key that may belong to a scan for later; give everything else on, in order."""
        match event:
            case Key(is_forwarded=False):
                character = _ENDS.get(event.key, event.character)
                await self._settled(self._recogniser.settle(event.time))
                await self._key(event, character)
                self._wait()
            case Paste(is_forwarded=False) if is_convocation(event.text):
                await self._settled(Taken(self._recogniser.release(), event.text))
            case Paste(is_forwarded=False) | MouseDown(is_forwarded=False):
                await self._settled(Taken(self._recogniser.release()))
                await self._forward(event)
            case _:
                await self._forward(event)

    async def _key(self, key: Key, character: str | None) -> None:
        # Typing shows at once, but for capitals: nearly all codes begin with one. Where there is
        # no field each letter may be a command, and who has not signed in types a secret.
        field = self._field
        may_lead = field is not None and character is not None and not character.isupper()
        taken = self._recogniser.take(key, character, key.time, may_lead=may_lead)
        if taken.leads and field is not None:
            self._before = before = Before(field)
            field.call_later(before.keep)  # what was typed before is still on its way to it
        await self._settled(taken)

    @property
    def _field(self) -> Input | None:
        """The field that an agent types in, if one has the focus."""
        focused = self._app.focused
        signed_in = self._app.current_mode != self._app.DEFAULT_MODE
        return focused if signed_in and isinstance(focused, Input) else None

    def _wait(self) -> None:
        # One timer for a whole scan: it looks again when more has come meanwhile. Not Textual's,
        # which would overtake the keys that wait in the application's queue.
        due = self._recogniser.due
        if not self._waits and due != float("inf"):
            self._waits = True
            loop = asyncio.get_running_loop()
            loop.call_later(due - time.monotonic(), self._app.call_later, self._waited)

    async def _waited(self) -> None:
        self._waits = False
        await self._settled(self._recogniser.settle(time.monotonic()))
        self._wait()

    async def _settled(self, taken: Taken[Key]) -> None:
        for key in taken.typed:
            await self._forward(key)
        if taken.led and self._before is not None:
            self._before.field.call_later(self._before.put_back)
        if taken.scanned is not None:
            self._scanned(understood(taken.scanned), taken.end)

    def _scanned(self, scan: Scan, end: Key | None) -> None:
        base = self._app.screen_stack[0]
        if self._app.current_mode == self._app.DEFAULT_MODE:
            base.post_message(Scanned(scan.text))  # nothing is done for who has not signed in
            return
        self._explain(scan)
        if scan.kind is Kind.GARBLED:
            return
        field = self._field
        if scan.kind is Kind.PLAIN and field is None and self._app.screen is base:
            field = next(iter(base.query(Input)), None)  # each mode has one line to type in
        unsaid = end is None and scan.kind is Kind.FOREIGN  # pasted, by a terminal that says not so
        if field is not None and (scan.kind is Kind.PLAIN or unsaid):
            self._fill(field, scan.text, end)
        elif scan.kind is Kind.PLAIN:
            self._app.notify(_NO_FIELD, severity="warning")
        else:
            base.post_message(Scanned(scan.text))

    def _fill(self, field: Input, text: str, end: Key | None) -> None:
        field.screen.set_focus(field)
        field.post_message(Paste(text))
        if end is not None and field.screen is self._app.screen and not field.screen.is_modal:
            # Once the field has the text; a dialog is answered by the agent's own key.
            field.call_later(self._app.call_later, self._forward, end)

    def _explain(self, scan: Scan) -> None:
        """Say once how the scanner is set, and each time when it cannot be told what it read."""
        if scan.kind is Kind.GARBLED:
            self._app.bell()
            self._say(_GARBLED)
        elif scan.wrong is not None and scan.wrong is not self._wrong:
            self._wrong = scan.wrong
            self._say(_WRONG[scan.wrong])
        elif self._wrong is not None and _doubtful(scan):
            self._say(_DOUBTFUL)

    def _say(self, sentence: str) -> None:
        self._app.notify(f"{sentence} {_SET_IT}", severity="warning", timeout=10)


def _doubtful(scan: Scan) -> bool:
    """Whether a wrong layout would show in nothing, neither letters nor figures."""
    if scan.kind is not Kind.PLAIN or scan.wrong is not None:
        return False
    letters = set(scan.text)
    return not _MOVED.isdisjoint(letters) and not any(each.isdigit() for each in letters)
