from textual.app import App, ComposeResult
from textual.widgets import RadioSet

from guichet.widgets.choice import Pick, Tick


class Boxes(App[None]):
    def compose(self) -> ComposeResult:
        yield Tick("interprète", id="off")
        yield Tick("place assise", value=True, id="on")
        with RadioSet():
            yield Pick("lu", value=True, id="read")
            yield Pick("imprimé", id="printed")


async def test_what_is_chosen_can_be_read_without_colour() -> None:
    app = Boxes()
    async with app.run_test() as pilot:

        def mark(name: str) -> str:
            return str(app.query_one(f"#{name}").render())[1]

        assert [mark(name) for name in ("off", "on", "read", "printed")] == [" ", "✓", "●", " "]
        app.query_one("#off", Tick).focus()
        await pilot.press("space")
        assert mark("off") == "✓"
        await pilot.press("space")
        assert mark("off") == " "
        app.query_one("#printed", Pick).value = True
        await pilot.pause()
        assert [mark("read"), mark("printed")] == [" ", "●"]
