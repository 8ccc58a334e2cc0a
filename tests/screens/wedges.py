"""A keyboard scanner on the whole application, and an agent who types at a given pace."""

import time

from textual.app import App
from textual.events import Key
from textual.keys import _character_to_key
from textual.pilot import Pilot

_NAMED = {"\r": "enter", "\n": "ctrl+j", "\t": "tab"}


def send(app: App[None], text: str, pace: float = 0.0, since: float | None = None) -> float:
    """The keys of a text, `pace` seconds apart as far as the application can tell.

    They begin `since`, now unless said otherwise; the moment when the next may come is given.
    """
    moment = time.monotonic() if since is None else since
    for at, character in enumerate(text):
        name = _NAMED.get(character) or (
            character if character.isalnum() else _character_to_key(character)
        )
        key = Key(name, character)
        key.time = moment + at * pace
        app.post_message(key)
    return moment + len(text) * pace


async def scan(pilot: Pilot[None], text: str, end: str = "\r") -> None:
    """One scan."""
    send(pilot.app, text + end)
    await pilot.pause()
