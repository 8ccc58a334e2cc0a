"""Which documents were not there: keys typed faster than the dialog comes up."""

from textual.app import App
from textual.events import Key

from guichet.screens.missing import MissingScreen
from guichet.theme import register_themes
from tests.screens.waiting import wait_for


class Asking(App[None]):
    """Asks once, and keeps the answer."""

    def __init__(self) -> None:
        super().__init__()
        register_themes(self, "sombre")
        self.answers: list[tuple[str, ...] | None] = []

    def ask(self) -> None:
        self.push_screen(MissingScreen("B101", ("Passeport", "Photos")), self.answers.append)


async def test_keys_typed_before_the_dialog_is_there_count_in_their_order() -> None:
    app = Asking()
    async with app.run_test() as pilot:
        app.ask()
        for key in (Key("2", "2"), Key("enter", "\r")):
            app.post_message(key)
        await wait_for(pilot, lambda: app.answers == [("Photos",)], what=f"{app.answers}")
        app.ask()
        app.post_message(Key("enter", "\r"))  # nothing is ticked: it stays open
        await pilot.pause()
        assert isinstance(app.screen, MissingScreen)
        await pilot.press("down", "space", "enter")
        await wait_for(pilot, lambda: len(app.answers) == 2)
        assert app.answers[1] == ("Photos",)
