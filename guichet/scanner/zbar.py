"""zbar's process: ``python -m guichet.scanner.zbar ROOM``, started by ``apart``.

zbar is old C that malformed symbols have made abort. Here an abort, or a hang, costs this process
and nothing else. An answer is a list of ``[text, [[x, y], …]]`` in pixels.
"""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

from guichet.scanner.served import ABSENT, alone, serve


def main() -> None:
    """Answer pictures until the socket is closed; exits with ABSENT without libzbar."""
    alone()
    try:
        from pyzbar import pyzbar  # looks for libzbar, which may be absent
    except ImportError:
        sys.exit(ABSENT)
    serve(partial(_read, pyzbar))


def _read(
    pyzbar: Any,
    pixels: bytes,
    width: int,
    height: int,
    still: bool,  # noqa: FBT001 - as all who are served
) -> list[tuple[str, list[Any]]]:
    """Zbar's reading of grey pixels: texts, each with the corners of its outline.

    zbar guesses the encoding of anything but ASCII, wrongly for one photograph in forty: only
    ASCII texts are believed, which every token of ours is.
    """
    del still
    try:
        found = pyzbar.decode((pixels, width, height), symbols=[pyzbar.ZBarSymbol.QRCODE])
    except ValueError:  # pyzbar's word for one part of a text cut into several symbols
        return []
    return [(code.data.decode(), code.polygon) for code in found if code.data.isascii()]


if __name__ == "__main__":
    main()
