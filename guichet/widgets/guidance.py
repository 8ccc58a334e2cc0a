"""The line under a camera's picture: what is to be done, and the hint of the moment before it."""

from textwrap import wrap

from textual.widgets import Static

from guichet.widgets.level import Level

_WIDE = 80  # cells, before the screen is laid out


class Guidance(Static):
    """One sentence and its level. A hint takes its place while there is one, unless it is bad."""

    DEFAULT_CSS = """
    Guidance {
        height: auto; max-height: 4; padding: 0 1; background: $panel;
        &.-idle { color: $muted; }
        &.-ok { color: $ok; }
        &.-warn { color: $warn; text-style: bold; }
        &.-bad { color: $bad; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own parameter name
        super().__init__("", id=id, markup=False)
        self._said: tuple[str, Level] = ("", "idle")
        self._hint = ""

    def say(self, sentence: str, level: Level) -> None:
        """Say a sentence instead of what was said; nothing when it is empty."""
        self._said = sentence, level
        self._show()

    def hint(self, sentence: str) -> None:
        """Give a hint instead of the former one, or none when it is empty."""
        self._hint = sentence
        self._show()

    def on_resize(self) -> None:
        """Break the line anew."""
        self._show()

    def _show(self) -> None:
        sentence, level = self._said
        if self._hint and level != "bad":
            sentence, level = f"→ {self._hint}", "warn"
        # Textual would break a line at a no-break space.
        width = self.size.width or _WIDE
        sentence = "\n".join(wrap(sentence, width, break_on_hyphens=False))
        if self.content != sentence:
            # As high as its text: the same again is a layout for nothing.
            self.update(sentence)
        self.display = bool(sentence)
        for name in ("idle", "ok", "warn", "bad"):
            self.set_class(name == level, f"-{name}")
