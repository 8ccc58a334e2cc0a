"""How serious a status is, and the sign that says so without colour."""

from types import MappingProxyType
from typing import Literal

Level = Literal["ok", "warn", "bad", "info", "idle"]
"""Also the name of the style class; "idle" is nothing to say."""

SIGNS = MappingProxyType({"ok": "✓", "warn": "!", "bad": "✗", "info": "i", "idle": " "})
