"""Pictures in pixels, read back as a terminal would."""

import base64
import re

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from guichet.widgets.pixels import IMAGE, kitty, kitty_cells, kitty_removed, sixel

PALETTE = [(0, 0, 0), (120, 120, 120), (255, 255, 255), (60, 230, 110)]
SIZE = (37, 20)
PICTURE = bytes(np.random.default_rng(1).integers(0, 4, SIZE[0] * SIZE[1], np.uint8))


def of_kitty(text: str) -> tuple[dict[str, str], NDArray[np.uint8]]:
    """The keys of the first part, and the picture of all."""
    parts = re.findall(r"\x1b_G([^;]*);([^\x1b]*)\x1b\\", text)
    assert "".join(f"\x1b_G{keys};{data}\x1b\\" for keys, data in parts) == text
    assert all("q=2" in keys for keys, _data in parts)
    assert [("m=1" in keys) for keys, _data in parts] == [True] * (len(parts) - 1) + [False]
    assert all(len(data) <= 4096 for _keys, data in parts)
    png = base64.b64decode("".join(data for _keys, data in parts))
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    keys = dict(pair.split("=") for pair in parts[0][0].split(","))
    return keys, np.asarray(picture, np.uint8)


def of_sixel(text: str) -> NDArray[np.int64]:
    """The palette's places of the pixels drawn, -1 where none was."""
    head = re.fullmatch(
        r'\x1b7\x1b\[(\d+);(\d+)H\x1bPq"1;1;(\d+);(\d+)((?:#\d+;2;\d+;\d+;\d+)*)(.*)\x1b\\\x1b8',
        text,
    )
    assert head is not None
    width, height = int(head[3]), int(head[4])
    pixels = np.full((height + 6, width), -1)
    x = y = colour = 0
    for token in re.findall(r"#\d+|!\d+.|[$-]|.", head[6]):
        if token[0] == "#":
            colour = int(token[1:])
        elif token == "$":
            x = 0
        elif token == "-":
            x, y = 0, y + 6
        else:
            count = int(token[1:-1]) if token[0] == "!" else 1
            bits = ord(token[-1]) - 63
            assert 0 <= bits < 64
            for row in range(6):
                if bits >> row & 1:
                    assert (pixels[y + row, x : x + count] == -1).all()
                    pixels[y + row, x : x + count] = colour
            x += count
        assert x <= width
    assert (pixels[height:] == -1).all()
    return pixels[:height]


@pytest.mark.parametrize("picture", [PICTURE, bytes(len(PICTURE)), PICTURE * 40])
def test_kitty_is_given_every_pixel(picture: bytes) -> None:
    keys, drawn = of_kitty(kitty(picture, SIZE[0], PALETTE, 12, 5))
    assert keys | {"a": "T", "U": "1", "c": "12", "r": "5", "i": str(IMAGE)} == keys
    wanted = np.array(PALETTE, np.uint8)[np.frombuffer(picture, np.uint8)]
    assert (drawn[..., ::-1].reshape(-1, 3) == wanted).all()


def test_kitty_s_cells_are_as_many_as_their_columns() -> None:
    assert [kitty_cells(row, 12).count("\U0010eeee") for row in (0, 29)] == [12, 12]
    assert kitty_cells(0, 12) != kitty_cells(1, 12)
    assert str(IMAGE) in kitty_removed()


@pytest.mark.parametrize("picture", [PICTURE, bytes(len(PICTURE)), PICTURE[: SIZE[0] * 12]])
def test_every_sixel_is_drawn_once_in_its_colour(picture: bytes) -> None:
    text = sixel(picture, SIZE[0], PALETTE, 3, 7)
    assert text.startswith("\x1b7\x1b[8;4H")
    drawn = of_sixel(text)
    assert (drawn.reshape(-1) == np.frombuffer(picture, np.uint8)).all()
