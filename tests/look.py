"""The whole look, for applications that show one screen or widget only."""

from pathlib import Path, PurePath

import guichet

_HERE = Path(guichet.__file__).parent

SHEETS: list[str | PurePath] = [
    _HERE / "guichet.tcss",
    _HERE / "widgets.tcss",
    *sorted((_HERE / "screens").glob("*.tcss")),
]
"""Read at once: Textual parses all of them anew for each that comes later."""
