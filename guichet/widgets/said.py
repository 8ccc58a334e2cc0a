"""One sentence that answers what was done, with its sign."""

from textual.widgets import Static

from guichet.widgets.cells import printable
from guichet.widgets.level import SIGNS, Level


class Said(Static):
    """What the screen has to say now. It keeps its lines, so that nothing moves when it speaks."""

    DEFAULT_CSS = """
    Said {
        height: 1; color: $muted; text-wrap: nowrap; text-overflow: ellipsis;
        &.-ok { color: $ok; }
        &.-warn { color: $warn; }
        &.-bad { color: $bad; }
        &.-info { color: $info; }
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own parameter name
        super().__init__("", id=id, classes=classes, markup=False)
        self.text = ""

    def say(self, text: str, level: Level = "idle") -> None:
        """Say `text` instead of what was said; nothing when it is empty."""
        self.text = text
        for other in ("ok", "warn", "bad", "info"):
            self.set_class(level == other, f"-{other}")
        self.update(f"{SIGNS[level]} {printable(text)}".strip() if text else "")
