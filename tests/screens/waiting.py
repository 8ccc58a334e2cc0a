"""Waiting for what a screen must come to show."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from textual.events import Key
from textual.keys import _character_to_key
from textual.pilot import Pilot


async def wait_for(
    pilot: Pilot[Any], probe: Callable[[], object], seconds: float = 15.0, what: str = ""
) -> None:
    """Let the application work until `probe` is true; fail after `seconds`."""
    end = time.monotonic() + seconds
    while not probe():
        if time.monotonic() > end:
            message = f"not within {seconds} s: {what or probe}"
            raise AssertionError(message)
        await asyncio.sleep(0.01)
    await pilot.pause()


async def type_text(pilot: Pilot[Any], text: str) -> None:
    """Type faster than the pilot, which waits for an idle process twice a key."""
    for character in text:
        key = character if character.isalnum() else _character_to_key(character)
        pilot.app.post_message(Key(key, character))
    await pilot.pause()
