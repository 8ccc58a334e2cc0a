"""The shared look, for applications that show one screen or widget only."""

from pathlib import Path, PurePath

import guichet

SHEETS: list[str | PurePath] = [
    Path(guichet.__file__).parent / name for name in ("guichet.tcss", "widgets.tcss")
]
