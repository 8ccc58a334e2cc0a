"""Changing settings.toml from the application, among the lines its user wrote there."""

import json
import re
from pathlib import Path

from guichet.config import SETTINGS_FILE, Settings, load_settings, write_private


def save_setting(folder: Path, key: str, value: str) -> Settings:
    """Keep one setting in the folder's settings.toml, and its other lines as they are.

    Gives the settings by then. Raises ConfigError when the file cannot be read or written.
    """
    load_settings(folder)  # a file that is broken is not written over
    path = folder / SETTINGS_FILE
    text = path.read_text("utf-8") if path.exists() else ""
    # What TOML writes in quotes is as JSON writes it.
    line = f"{key} = {json.dumps(value)}"
    known = re.compile(rf"^[ \t]*{key}[ \t]*=.*$", re.MULTILINE)
    changed, count = known.subn(lambda _found: line, text)
    if not count:
        changed = f"{text.rstrip()}\n{line}\n".lstrip()
    write_private(path, changed)
    return load_settings(folder)
