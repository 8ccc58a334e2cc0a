"""Waiting for what a screen must come to show."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

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
        await pilot.pause()
        await asyncio.sleep(0.005)
