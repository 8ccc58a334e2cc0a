"""The palette when the application closes while it searches."""

import asyncio

from textual.app import App
from textual.command import CommandList, Hit, Hits, Provider

from guichet.screens.help import Palette


class LateProvider(Provider):
    """Finds what is sought at the worst moment: the list has just been taken down."""

    async def search(self, query: str) -> Hits:
        """One hit, once the palette has no list any more."""
        while self.app.screen.query(CommandList):  # noqa: ASYNC110 - nobody tells it
            await asyncio.sleep(0)
        yield Hit(1.0, query, lambda: None)


class Host(App[None]):
    """An application with one slow provider."""

    COMMANDS = {LateProvider}  # noqa: RUF012 - Textual's own way of naming them


async def test_a_search_that_ends_while_the_palette_closes_harms_nothing() -> None:
    app = Host()
    async with app.run_test() as pilot:
        await app.push_screen(Palette())
        await pilot.press("a")
        searching = [worker for worker in app.workers if not worker.is_finished]
        assert searching
    assert all(worker.is_cancelled for worker in searching)
