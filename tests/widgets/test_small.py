"""Preview, verdict, bar, big text: what they paint."""

from collections.abc import Iterator
from typing import ClassVar

import pytest
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widget import Widget

from guichet.theme import register_themes
from guichet.widgets.bar import StatusBar, Sync
from guichet.widgets.big import HEIGHT, BigText, Huge, big_lines
from guichet.widgets.calls import LastCalls
from guichet.widgets.foot import Foot, TwoRows
from guichet.widgets.guidance import Guidance
from guichet.widgets.preview import CameraPreview
from guichet.widgets.verdict import NOTHING, VerdictPanel, VerdictView
from tests.screens.waiting import wait_for
from tests.widgets.gallery import BAD, OK


class OneApp(App[None]):
    def __init__(self, widget: Widget) -> None:
        super().__init__()
        register_themes(self)
        self.widget = widget

    def compose(self) -> ComposeResult:
        yield self.widget

    def lines(self) -> list[str]:
        return [strip.text for strip in self.screen._compositor.render_strips()]


# Preview


def greys(preview: CameraPreview, y: int) -> Iterator[tuple[int, int]]:
    """The (upper, lower) grey of every cell of a line."""
    for segment in preview.render_line(y):
        for char in segment.text:
            style = segment.style
            if char == "▀" and style and style.color and style.bgcolor:
                assert style.color.triplet is not None
                assert style.bgcolor.triplet is not None
                yield style.color.triplet.red, style.bgcolor.triplet.red


async def test_picture_is_two_pixels_a_cell() -> None:
    preview = CameraPreview("Caméra fermée")
    async with OneApp(preview).run_test(size=(10, 4)):
        assert tuple(preview.picture_size) == (10, 8)
        preview.show(10, 8, bytes([0] * 10 + [255] * 10) * 4)
        assert list(greys(preview, 0)) == [(0, 255)] * 10
        assert list(greys(preview, 3)) == [(0, 255)] * 10


async def test_smaller_picture_is_centred_and_larger_is_cut() -> None:
    preview = CameraPreview()
    async with OneApp(preview).run_test(size=(10, 4)):
        preview.show(4, 4, bytes([255] * 16))
        assert preview.render_line(0).text == " " * 10
        assert preview.render_line(1).text == "   ▀▀▀▀   "
        preview.show(20, 16, bytes(range(20)) * 16)
        assert [preview.render_line(y).cell_length for y in range(4)] == [10] * 4


def colours(preview: CameraPreview, height: int) -> list[list[tuple[int, ...]]]:
    """The colour of every pixel."""
    lines: list[list[tuple[int, ...]]] = []
    for y in range(height):
        upper: list[tuple[int, ...]] = []
        lower: list[tuple[int, ...]] = []
        for segment in preview.render_line(y):
            assert segment.style is not None
            assert segment.style.color is not None
            assert segment.style.bgcolor is not None
            upper += [tuple(segment.style.color.triplet or ())] * len(segment.text)
            lower += [tuple(segment.style.bgcolor.triplet or ())] * len(segment.text)
        lines += [upper, lower]
    return lines


@pytest.mark.parametrize(("read", "drawn"), [(True, 36), (False, 18)])
async def test_a_code_is_outlined_whole_when_read_and_in_dashes_when_seen(
    read: bool,  # noqa: FBT001 - a parameter
    drawn: int,
) -> None:
    preview = CameraPreview()
    async with OneApp(preview).run_test(size=(20, 10)):
        square = ((0.25, 0.25), (0.7, 0.25), (0.7, 0.7), (0.25, 0.7))
        preview.show(20, 20, bytes(400), [(square, read)])
        lines = colours(preview, 10)
        coloured = {(x, y) for y in range(20) for x in range(20) if lines[y][x] != (0, 0, 0)}
        assert len(coloured) == drawn
        assert {x for x, _y in coloured} <= set(range(5, 15))
        assert {y for _x, y in coloured} <= set(range(5, 15))
        outside = ((-3.0, -2.0), (9.0, -2.0), (9.0, 5.0), (-3.0, 5.0))
        preview.show(20, 20, bytes(400), [(outside, read)])
        assert {colour for line in colours(preview, 10) for colour in line} == {(0, 0, 0)}


async def test_message_takes_the_place_of_the_picture() -> None:
    preview = CameraPreview()
    app = OneApp(preview)
    async with app.run_test(size=(40, 5)) as pilot:
        preview.show(2, 2, bytes(4))
        preview.show_message("Caméra débranchée")
        await pilot.pause()
        assert "Caméra débranchée" in app.lines()[2]
        assert "▀" not in "".join(app.lines())


def test_wrong_size_is_refused() -> None:
    with pytest.raises(ValueError, match="3 bytes are not 2 × 2"):
        CameraPreview().show(2, 2, bytes(3))


class Drawing(OneApp):
    """An application that keeps what is to be drawn."""

    def __init__(self, preview: CameraPreview) -> None:
        super().__init__(preview)
        self.drawn: list[str] = []

    def on_camera_preview_drawn(self, event: CameraPreview.Drawn) -> None:
        self.drawn.append(event.data)


async def test_kitty_draws_over_cells_that_say_where_and_forgets() -> None:
    preview = CameraPreview()
    app = Drawing(preview)
    async with app.run_test(size=(32, 12)) as pilot:
        preview.draw_by("kitty", (10, 20))
        assert tuple(preview.picture_size) == (320, 240)
        preview.show(320, 180, bytes(320 * 180))
        await pilot.pause()
        assert "c=32,r=9" in app.drawn[-1]
        assert [line.count("\U0010eeee") for line in app.lines()] == [0] + [32] * 9 + [0] * 2
        preview.show_message("Caméra fermée")
        await pilot.pause()
        assert "a=d" in app.drawn[-1]
        assert "\U0010eeee" not in "".join(app.lines())


async def test_sixels_are_drawn_where_the_picture_is_and_not_over_another_screen() -> None:
    preview = CameraPreview()
    app = Drawing(preview)
    async with app.run_test(size=(100, 12)) as pilot:
        preview.draw_by("sixel", (10, 20))
        assert tuple(preview.picture_size) == (640, 153)
        preview.show(200, 120, bytes(200 * 120))
        await pilot.pause()
        assert app.drawn[-1].startswith("\x1b7\x1b[4;41H\x1bPq")
        assert set("".join(app.lines())) == {" "}
        await app.push_screen(Screen())
        preview.show(200, 120, bytes(200 * 120))
        await pilot.pause()
        assert len(app.drawn) == 1


# Guidance


async def test_guidance_gives_its_hint_first_and_breaks_no_line_at_a_no_break_space() -> None:
    line = Guidance()
    app = OneApp(line)
    async with app.run_test(size=(20, 5)) as pilot:
        line.say("Un autre programme\u00a0: fermez-le.", "idle")
        await pilot.pause()
        lines = [text.strip() for text in app.lines()[:3]]
        assert lines == ["Un autre", "programme\u00a0:", "fermez-le."]
        line.hint("Plus près.")
        await pilot.pause()
        assert app.lines()[0].strip() == "→ Plus près."
        assert line.has_class("-warn")
        line.say("Caméra débranchée", "bad")
        await pilot.pause()
        assert app.lines()[0].strip() == "Caméra débranchée"
        line.say("", "idle")
        line.hint("")
        await pilot.pause()
        assert not line.display


# Verdict


@pytest.mark.parametrize("size", [(38, 16), (58, 36)])
async def test_verdict_shows_everything(size: tuple[int, int]) -> None:
    app = OneApp(VerdictPanel(OK))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        text = "\n".join(app.lines())
        assert "✓  A T T E N D U" in text
        for words in ("DIALLO Aïssatou", *OK.lines, "→ Vérifier", big_lines("B201")[0]):
            assert words in text


async def test_verdict_replaces_the_former_one() -> None:
    panel = VerdictPanel()
    app = OneApp(panel)
    async with app.run_test(size=(38, 16)) as pilot:
        panel.show(OK)
        await pilot.pause()
        assert panel.has_class("-ok")
        panel.show(BAD)
        await pilot.pause()
        text = "\n".join(app.lines())
        assert "✗  A N N U L É" in text
        assert "DIALLO" not in text
        assert "█" not in text
        assert panel.has_class("-bad")
        assert not panel.has_class("-ok")
        panel.show(NOTHING)
        await pilot.pause()
        assert "".join(app.lines()).strip() == ""


async def test_verdict_keeps_the_next_action_whatever_the_details() -> None:
    many = tuple(f"Besoin {n}" for n in range(30))
    view = VerdictView("warn", "!", "Attention", "Nom [b]", many, "B201", "Appeler un médiateur")
    app = OneApp(VerdictPanel(view))
    async with app.run_test(size=(38, 16)) as pilot:
        await pilot.pause()
        text = "\n".join(app.lines())
        assert "→ Appeler un médiateur" in text
        assert big_lines("B201")[0] in text
        assert "Nom [b]" in text


# Bar


async def bar_at(width: int) -> str:
    status = StatusBar()
    status.site, status.day, status.mode = "Bobigny", "mardi 3 mars", "Guichet"
    status.agent, status.clock = "Claire Martin", "09:04"
    status.sync = Sync("bad", "✗ hors ligne – 4 en attente")
    app = OneApp(status)
    async with app.run_test(size=(width, 3)) as pilot:
        await pilot.pause()
        assert len(app.lines()[0]) == width
        return app.lines()[0]


async def test_bar_shows_all_where_there_is_room() -> None:
    line = await bar_at(120)
    for part in ("guichet", "Bobigny", "Guichet", "mardi 3 mars", "Claire Martin", "09:04"):
        assert part in line
    assert line.index("mardi") < line.index("Claire") < line.index("hors ligne")


async def test_bar_drops_the_least_needed_first() -> None:
    line = await bar_at(80)
    assert "Claire Martin" not in line
    for part in ("guichet", "Bobigny", "Guichet", "mardi 3 mars", "✗ hors ligne – 4", "09:04"):
        assert part in line
    line = await bar_at(45)
    assert "Bobigny" in line
    assert "✗ hors ligne – 4 en attente" in line
    assert (await bar_at(20)) == "✗ hors ligne – 4 en…"


async def test_bar_follows_its_attributes() -> None:
    status = StatusBar()
    app = OneApp(status)
    async with app.run_test(size=(80, 3)) as pilot:
        status.sync = Sync("ok", "✓ à jour")
        await pilot.pause()
        assert "✓ à jour" in app.lines()[0]


# Big text


def test_reference_fits_in_sixty_columns() -> None:
    lines = big_lines("7K4Q-92XD-3")
    assert len(lines) == HEIGHT
    assert len({len(line) for line in lines}) == 1
    assert len(lines[0]) <= 60


def test_every_character_has_its_own_shape() -> None:
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-"
    assert len({big_lines(char) for char in alphabet}) == len(alphabet)


async def test_what_cannot_be_large_is_written_small() -> None:
    big = BigText("Ç?")
    app = OneApp(big)
    async with app.run_test(size=(40, 5)) as pilot:
        await pilot.pause()
        assert app.lines()[1].startswith("Ç?")
        big.text = "7K4Q-92XD-3"
        await pilot.pause()
        assert app.lines()[1].startswith("7K4Q-92XD-3")
        big.text = "b2"
        await pilot.pause()
        assert app.lines()[0].startswith(big_lines("B2")[0])


# The keys at the foot


class Keys(App[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5", "none", "Garder"),
        Binding("f6", "none2", "Nouvelle personne"),
        Binding("f12", "none3", "Verrouiller"),
    ]

    def compose(self) -> ComposeResult:
        yield Foot()


async def test_no_key_at_the_foot_is_cut_in_two() -> None:
    app = Keys()
    async with app.run_test(size=(40, 3)) as pilot:

        def foot() -> str:
            return "".join(s.text for s in app.screen._compositor.render_strips()).strip()

        await wait_for(pilot, lambda: foot() == "f5 Garder f6 Nouvelle personne")
        await pilot.resize_terminal(46, 3)
        await wait_for(pilot, lambda: foot() == "f5 Garder f6 Nouvelle personne f12 Verrouiller")
        await pilot.resize_terminal(20, 3)
        await wait_for(pilot, lambda: foot() == "f5 Garder")


class Helped(App[None]):
    """More keys than there is room for, then that of the help."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(f"f{n}", f"none{n}", f"Touche {n}") for n in range(2, 13)),
        Binding("f1", "help", "Aide"),
    ]

    def __init__(self, foot: Foot) -> None:
        super().__init__()
        self._foot = foot

    def compose(self) -> ComposeResult:
        yield self._foot


@pytest.mark.parametrize("foot", [Foot, TwoRows])
async def test_the_key_of_the_help_never_drops_off_the_foot(foot: type[Foot]) -> None:
    app = Helped(foot())
    async with app.run_test(size=(80, 4)) as pilot:

        def shown() -> str:
            return "".join(s.text for s in app.screen._compositor.render_strips())

        await wait_for(pilot, lambda: "f1 Aide" in shown())
        assert "f2 Touche 2" in shown()
        assert "f12" not in shown()


# What a whole room reads


@pytest.mark.parametrize(
    ("size", "lines", "columns"),
    [((80, 24), 12, 72), ((120, 40), 18, 108), ((18, 3), 3, 18), ((17, 9), 1, 4)],
)
async def test_a_call_is_as_large_as_there_is_room(
    size: tuple[int, int], lines: int, columns: int
) -> None:
    huge = Huge()
    app = OneApp(huge)
    async with app.run_test(size=size) as pilot:
        huge.text = "B201"
        await pilot.pause()
        painted = [line for line in app.lines() if line.strip()]
        assert len(painted) == lines
        left = min(len(line) - len(line.lstrip()) for line in painted)
        assert max(len(line.rstrip()) for line in painted) - left == columns
        assert left == (size[0] - columns) // 2


async def test_no_last_call_is_cut_in_two() -> None:
    last = LastCalls()
    app = OneApp(last)
    async with app.run_test(size=(80, 8)) as pilot:
        last.show(["B201→4", "A bis→é", *(f"C10{n}→5" for n in range(6))])
        await pilot.pause()
        lines = app.lines()
        assert "A bis→é" in lines[1]
        assert all(line.strip() for line in (*lines[:3], *lines[4:7]))
        assert not lines[3].strip()
        assert not lines[7].strip()
        await pilot.resize_terminal(80, 6)
        await pilot.pause()
        assert [bool(line.strip()) for line in app.lines()] == [True] * 3 + [False] * 3
