from textual.app import App, ComposeResult
from textual.widgets import Input

from guichet.theme import register_themes
from guichet.widgets.field import Field, FieldState
from tests.look import SHEETS
from tests.widgets.gallery import foreigner_number


class FormApp(App[None]):
    CSS_PATH = SHEETS

    def __init__(self) -> None:
        super().__init__()
        register_themes(self)
        self.changes: list[tuple[str, str]] = []
        self.submitted: list[str] = []

    def compose(self) -> ComposeResult:
        yield Field("Nom", hint="Comme sur la pièce", value="Diallo", id="name")
        yield Field("Numéro", hint="Dix chiffres", validate=foreigner_number, id="number")

    def on_field_changed(self, event: Field.Changed) -> None:
        self.changes.append((event.value, event.state.level))

    def on_field_submitted(self, event: Field.Submitted) -> None:
        self.submitted.append(event.value)

    @property
    def number(self) -> Field:
        return self.query_one("#number", Field)

    def text(self) -> str:
        return "\n".join(strip.text for strip in self.screen._compositor.render_strips())


async def test_field_is_judged_as_it_is_typed() -> None:
    app = FormApp()
    async with app.run_test(size=(60, 10)) as pilot:
        app.number.focus()
        await pilot.pause()
        assert "Dix chiffres" in app.text()
        await pilot.press("7", "x")
        assert app.number.state.level == "bad"
        assert "✗ Chiffres seulement" in app.text()
        assert "Dix chiffres" not in app.text()
        assert app.number.query_one(Input).has_class("-invalid")
        await pilot.press("backspace", *"703012345")
        assert app.number.value == "7703012345"
        assert "✓ Numéro complet" in app.text()
        await pilot.press("enter")
        assert app.submitted == ["7703012345"]
        assert ("7", "idle") in app.changes
        assert ("7x", "bad") in app.changes


async def test_a_text_longer_than_its_field_shows_its_end() -> None:
    app = FormApp()
    async with app.run_test(size=(30, 10)) as pilot:
        app.query_one("#name", Field).focus()
        await pilot.press("end", *" Rakotomalala Andrianampoinimerina")
        await pilot.pause()
        assert "poinimerina" in app.text()


async def test_outside_verdict_keeps_what_was_typed_until_the_next_change() -> None:
    app = FormApp()
    async with app.run_test(size=(60, 10)) as pilot:
        app.number.focus()
        await pilot.press("7")
        app.number.set_state(FieldState("bad", "Déjà enregistré sous un autre nom"))
        await pilot.pause()
        assert "✗ Déjà enregistré" in app.text()
        assert app.number.value == "7"
        await pilot.press("7")
        assert "Déjà enregistré" not in app.text()
        assert app.number.value == "77"


async def test_value_can_be_set_and_hint_shown_without_a_judge() -> None:
    app = FormApp()
    async with app.run_test(size=(60, 10)) as pilot:
        name = app.query_one("#name", Field)
        assert name.value == "Diallo"
        name.value = "Traoré"
        await pilot.pause()
        assert app.changes[-1] == ("Traoré", "idle")
        assert "Comme sur la pièce" in app.text()


async def test_label_beside_takes_two_lines() -> None:
    app = FormApp()
    async with app.run_test(size=(60, 10)) as pilot:
        app.number.add_class("-beside")
        await pilot.pause()
        assert app.number.region.height == 2
        assert app.query_one("#name").region.height == 3
        assert app.number.query_one(Input).region.x == 20
