"""Pictures for terminals that draw pixels: kitty's graphics and sixel.

A picture is one byte a pixel, row after row, each the place of its colour in a palette.
"""

import base64
import re
import struct
import zlib
from collections.abc import Sequence
from functools import cache

Palette = Sequence[tuple[int, int, int]]
"""Red, green and blue, from 0 to 255."""

IMAGE = 0x67C5E7
"""The number of the picture in the terminal: kitty's cells tell it by their colour."""

_CHUNK = 4096  # of base64, the longest that kitty takes at once
_PLACEHOLDER = "\U0010eeee"
# Kitty's marks for the rows 0, 1, 2… of a picture.
_ROWS = (
    "\u0305\u030d\u030e\u0310\u0312\u033d\u033e\u033f\u0346\u034a\u034b\u034c\u0350\u0351\u0352"
    "\u0357\u035b\u0363\u0364\u0365\u0366\u0367\u0368\u0369\u036a\u036b\u036c\u036d\u036e\u036f"
)
MOST_ROWS = len(_ROWS)

_BAND = 6  # rows of pixels in a line of sixels
_BLANK = 63  # "?", the sixel of six empty pixels
_RUNS = re.compile(rb"(.)\1{4,}")


def kitty(picture: bytes, width: int, palette: Palette, columns: int, rows: int) -> str:
    """What makes kitty show the picture in the `columns` × `rows` cells of `kitty_cells`.

    No answer is asked for: it would be taken for keys.
    """
    data = base64.standard_b64encode(_png(picture, width, palette)).decode()
    head = f"a=T,U=1,f=100,q=2,i={IMAGE},c={columns},r={rows},"
    parts = []
    for start in range(0, len(data), _CHUNK):
        more = int(start + _CHUNK < len(data))
        parts.append(f"\x1b_G{head}m={more};{data[start : start + _CHUNK]}\x1b\\")
        head = "q=2,"
    return "".join(parts)


def kitty_cells(row: int, columns: int) -> str:
    """The text of one row of cells of the picture, to be written in the colour `IMAGE`."""
    return f"{_PLACEHOLDER}{_ROWS[row]}{_ROWS[0]}{_PLACEHOLDER * (columns - 1)}"


def kitty_removed() -> str:
    """What makes kitty forget the picture."""
    return f"\x1b_Ga=d,d=I,q=2,i={IMAGE}\x1b\\"


def _png(picture: bytes, width: int, palette: Palette) -> bytes:
    height = len(picture) // width
    lines = b"".join(
        b"\0" + picture[start : start + width] for start in range(0, len(picture), width)
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            _part(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            _part(b"PLTE", bytes(value for colour in palette for value in colour)),
            _part(b"IDAT", zlib.compress(lines, 1)),
            _part(b"IEND", b""),
        )
    )


def _part(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def sixel(picture: bytes, width: int, palette: Palette, column: int, row: int) -> str:
    """What draws the picture with its top left corner in a cell; the cursor stays where it was."""
    colours = "".join(
        f"#{number};2;{r * 100 // 255};{g * 100 // 255};{b * 100 // 255}"
        for number, (r, g, b) in enumerate(palette)
    )
    height = len(picture) // width
    bands = b"-".join(
        _band(picture[start : start + _BAND * width], width)
        for start in range(0, len(picture), _BAND * width)
    )
    return (
        f"\x1b7\x1b[{row + 1};{column + 1}H"
        f'\x1bPq"1;1;{width};{height}{colours}{_RUNS.sub(_run, bands).decode()}\x1b\\\x1b8'
    )


def _band(pixels: bytes, width: int) -> bytes:
    """Up to six rows of pixels: for each colour in them, which of the six have it."""
    rows = [pixels[start : start + width] for start in range(0, len(pixels), width)]
    blank = int.from_bytes(bytes([_BLANK]) * width, "big")
    lines = []
    for colour in set(pixels):
        # Six pixels are six bits; all columns at once, as one large number.
        bits = (
            int.from_bytes(row.translate(_bit(colour, number)), "big")
            for number, row in enumerate(rows)
        )
        lines.append(b"#%d%b" % (colour, (blank + sum(bits)).to_bytes(width, "big")))
    return b"$".join(lines)


@cache
def _bit(colour: int, row: int) -> bytes:
    """A table that makes of the colour the bit of that row, and of all others nothing."""
    return bytes((1 << row) * (value == colour) for value in range(256))


def _run(match: re.Match[bytes]) -> bytes:
    return b"!%d%b" % (len(match[0]), match[1])
