"""Pictures of the gallery. Look at a new one before accepting it with ``--snapshot-update``."""

from collections.abc import Callable

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.widgets.gallery import Gallery


async def still(pilot: Pilot[None]) -> None:
    """Stop the caret from blinking."""
    for field in pilot.app.screen.query(Input):
        field.cursor_blink = False
    await pilot.pause()


@pytest.mark.parametrize(
    ("page", "theme", "size"),
    [
        ("day", "sombre", (80, 24)),
        ("day", "clair", (120, 40)),
        ("form", "clair", (80, 24)),
        ("big", "contraste", (80, 24)),
    ],
)
def test_picture(
    snap_compare: Callable[..., bool], page: str, theme: str, size: tuple[int, int]
) -> None:
    assert snap_compare(Gallery(page, theme), terminal_size=size, run_before=still)
