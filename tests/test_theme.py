"""Contrast of what is really painted, by WCAG 2.2's formula."""

from collections.abc import Iterator

import pytest
from rich.color import ColorType
from rich.segment import Segment
from textual.color import Color
from textual.command import CommandList
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, Select, TextArea
from textual.widgets.text_area import Selection as TextSelection

from guichet.theme import DEFAULT_THEME, PALETTES, Palette
from tests.widgets.gallery import Gallery

ENOUGH = {"sombre": 4.5, "clair": 4.5, "contraste": 7.0}
THEMES = [palette.name for palette in PALETTES]


def luminance(color: Color) -> float:
    def linear(channel: int) -> float:
        value = channel / 255
        return value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(color.r) + 0.7152 * linear(color.g) + 0.0722 * linear(color.b)


def contrast(one: Color, other: Color) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def is_drawing(text: str) -> bool:
    """Whether `text` is only blanks, lines and blocks."""
    return all(char.isspace() or "\u2500" <= char <= "\u259f" for char in text)


def colours(segment: Segment) -> tuple[Color, Color]:
    style = segment.style
    assert style is not None, segment
    assert style.color is not None, segment
    assert style.bgcolor is not None, segment
    assert style.color.type is ColorType.TRUECOLOR, segment
    text, back = Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor)
    if style.dim:
        text = back.blend(text, 0.5)
    return (back, text) if style.reverse else (text, back)


def poor(strips: list[Strip], enough: float) -> Iterator[str]:
    """The texts that stand out too little."""
    for strip in strips:
        for segment in strip:
            if is_drawing(segment.text):
                continue
            text, back = colours(segment)
            if text == back and segment.text in {"X", "●"}:
                continue  # the mark that an unticked box does not show
            ratio = contrast(text, back)
            if ratio < enough:
                yield f"{ratio:.2f} {segment.text!r} {text.hex} on {back.hex}"


def painted(app: Gallery, widget: Widget | None = None) -> list[Strip]:
    strips = app.screen._compositor.render_strips()
    if widget is None:
        return strips
    region = widget.region
    return [strip.crop(region.x, region.right) for strip in strips[region.y : region.bottom]]


async def settled(pilot: Pilot[None]) -> None:
    await pilot.pause()
    await pilot.wait_for_scheduled_animations()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("page", ["day", "warn", "bad", "toast", "big"])
async def test_pages_are_readable(theme: str, page: str) -> None:
    app = Gallery(page, theme)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settled(pilot)
        strips = painted(app)
        assert list(poor(strips, ENOUGH[theme])) == []
        assert any("guichet" in strip.text for strip in strips)
        if page == "toast":
            assert any("Hors ligne" in strip.text for strip in strips)


@pytest.mark.parametrize("theme", THEMES)
async def test_list_without_focus_is_readable(theme: str) -> None:
    app = Gallery("day", theme)
    async with app.run_test(size=(120, 40)) as pilot:
        app.screen.set_focus(None)
        await settled(pilot)
        assert list(poor(painted(app), ENOUGH[theme])) == []


@pytest.mark.parametrize("theme", THEMES)
async def test_forms_are_readable_wherever_the_focus_is(theme: str) -> None:
    app = Gallery("form", theme)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        stops = len(app.screen.focus_chain)
        assert stops > 10
        for _ in range(stops):
            found = list(poor(painted(app), ENOUGH[theme]))
            assert found == [], app.focused
            await pilot.press("tab")
            await settled(pilot)


@pytest.mark.parametrize("theme", THEMES)
async def test_selected_text_is_readable(theme: str) -> None:
    app = Gallery("form", theme)
    async with app.run_test(size=(120, 40)) as pilot:
        field = app.screen.query_one("#name Input", Input)
        field.focus()
        field.select_all()
        await settled(pilot)
        assert field.selected_text == "Diallo"
        assert list(poor(painted(app), ENOUGH[theme])) == []
        area = app.screen.query_one(TextArea)
        area.focus()
        area.text = "fauteuil roulant"
        area.selection = TextSelection((0, 0), (0, 8))
        await settled(pilot)
        assert list(poor(painted(app), ENOUGH[theme])) == []


@pytest.mark.parametrize("theme", THEMES)
async def test_open_list_is_readable(theme: str) -> None:
    app = Gallery("form", theme)
    async with app.run_test(size=(120, 40)) as pilot:
        select = app.screen.query(Select).first()
        select.focus()
        select.expanded = True
        await settled(pilot)
        strips = painted(app)
        assert any("Le Raincy" in strip.text for strip in strips)
        assert list(poor(strips, ENOUGH[theme])) == []


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("variant", ["Button", "Button.-primary", "Button.-error"])
async def test_buttons_under_the_mouse_are_readable(theme: str, variant: str) -> None:
    app = Gallery("form", theme)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.hover(app.screen.query(variant).first())
        await settled(pilot)
        assert list(poor(painted(app), ENOUGH[theme])) == []


@pytest.mark.parametrize("theme", THEMES)
async def test_dialog_is_readable(theme: str) -> None:
    app = Gallery("dialog", theme)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        strips = painted(app, app.screen.query_one(".dialog"))
        assert any("Annuler le rendez-vous" in strip.text for strip in strips)
        assert list(poor(strips, ENOUGH[theme])) == []


@pytest.mark.parametrize("theme", THEMES)
async def test_command_palette_is_readable(theme: str) -> None:
    app = Gallery("palette", theme)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        for _ in range(200):
            await pilot.pause(0.01)
            strips = painted(app, app.screen.query_one(CommandList))
            if any("Theme" in strip.text for strip in strips):
                break
        assert any("Theme" in strip.text for strip in strips)
        strips += painted(app, app.screen.query_one("#--input"))
        assert list(poor(strips, ENOUGH[theme])) == []


@pytest.mark.parametrize("palette", PALETTES, ids=lambda palette: palette.name)
def test_edges_of_fields_and_focus_stand_out(palette: Palette) -> None:
    """3:1, for what is not text (WCAG 1.4.11)."""
    pairs = [
        (edge, back)
        for edge in (palette.line, palette.focus, palette.bad)
        for back in (palette.background, palette.surface, palette.field)
    ]
    pairs += [(palette.focus, back) for back in (palette.panel, palette.action)]
    weak = [p for p in pairs if contrast(Color.parse(p[0]), Color.parse(p[1])) < 3]
    assert weak == []


def test_only_our_themes_can_be_chosen() -> None:
    assert sorted(Gallery().available_themes) == sorted(THEMES)


def test_an_unknown_theme_name_gives_the_default() -> None:
    assert Gallery(theme="rose bonbon").theme == DEFAULT_THEME
