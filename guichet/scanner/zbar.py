"""The process in which zbar reads: ``python -m guichet.scanner.zbar ROOM``, started by ``apart``.

zbar is old C that malformed symbols have made abort. Here an abort, or a hang, costs this process
and nothing else. It speaks over the socket it has for standard input: a request is the width and
height of the picture lying in the shared memory ROOM, the answer a JSON list of
``[text, [[x, y], …]]`` in pixels. It ends with the socket, that is with whoever started it.
"""

from __future__ import annotations

import json
import mmap
import signal
import socket
import struct
import sys
from typing import Any

REQUEST = struct.Struct("=II")
"""A picture's width and height."""
ANSWER_SIZE = 100_000
"""Bytes; more than all the texts one picture can hold."""
PATIENCE = 1.0
"""Seconds for one picture; zbar takes hundredths."""
ABSENT = 3
"""Exit status of a process that found no libzbar."""
_IDLE = 60.0  # seconds without a picture after which this process is not worth its memory


def main() -> None:
    """Answer requests until the socket is closed, or nothing came for a minute."""
    import resource  # noqa: PLC0415 - Unix only, as all of this; constants are read elsewhere too

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core would hold a picture of somebody
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    try:
        from pyzbar import pyzbar  # noqa: PLC0415 - looks for libzbar, which may be absent
    except ImportError:
        sys.exit(ABSENT)
    room = mmap.mmap(int(sys.argv[1]), 0, prot=mmap.PROT_READ)
    channel = socket.socket(fileno=0)
    channel.send(b"[]")  # ready
    # The alarm is the kernel's: it ends this process whatever the C code is doing.
    signal.setitimer(signal.ITIMER_REAL, _IDLE)
    while request := channel.recv(REQUEST.size):
        signal.setitimer(signal.ITIMER_REAL, PATIENCE)
        width, height = REQUEST.unpack(request)
        found = _read(pyzbar, room[: width * height], width, height)
        channel.send(json.dumps(found).encode())
        signal.setitimer(signal.ITIMER_REAL, _IDLE)


def _read(pyzbar: Any, pixels: bytes, width: int, height: int) -> list[tuple[str, list[Any]]]:
    """Zbar's reading of grey pixels: texts, each with the corners of its outline.

    zbar guesses the encoding of anything but ASCII, wrongly for one photograph in forty: only
    ASCII texts are believed, which every token of ours is.
    """
    try:
        found = pyzbar.decode((pixels, width, height), symbols=[pyzbar.ZBarSymbol.QRCODE])
    except ValueError:  # pyzbar's word for one part of a text cut into several symbols
        return []
    return [(code.data.decode(), code.polygon) for code in found if code.data.isascii()]


if __name__ == "__main__":
    main()
