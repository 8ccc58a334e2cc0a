"""Inside a process that ``apart`` started: pictures come, answers go, until the socket is closed.

A request says the size of the grey picture that lies in the shared memory, whether it may take its
time, and how long at most; the answer is JSON. This module loads next to nothing, as zbar's process
shall stay small.
"""

from __future__ import annotations

import json
import mmap
import signal
import socket
import struct
import sys
from collections.abc import Callable

REQUEST = struct.Struct("=II?d")
"""A picture's width and height, whether it is a still one, and the seconds it may take."""
ANSWER_SIZE = 200_000
"""Bytes; more than all the texts one picture can hold."""
ABSENT = 3
"""Exit status of a process that found nothing to read with."""
_IDLE = 60.0  # seconds without a picture after which such a process is not worth its memory


def alone() -> None:
    """Leave no picture of anybody behind, and end at the alarm. To be called first."""
    import resource  # Unix only, as all of this; constants are read elsewhere too

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core would hold a picture of somebody
    signal.signal(signal.SIGALRM, signal.SIG_DFL)


def serve(read: Callable[[bytes, int, int, bool], object]) -> None:
    """Answer each picture with ``read(pixels, width, height, still)``.

    Returns when the socket that is standard input is closed. The alarm is the kernel's: it ends
    this process whatever the C code is doing, and when no picture came for a minute.
    """
    room = mmap.mmap(int(sys.argv[1]), 0, prot=mmap.PROT_READ)
    channel = socket.socket(fileno=0)
    channel.send(b"[]")  # ready
    signal.setitimer(signal.ITIMER_REAL, _IDLE)
    while request := channel.recv(REQUEST.size):
        width, height, still, patience = REQUEST.unpack(request)
        signal.setitimer(signal.ITIMER_REAL, patience)
        answer = read(room[: width * height], width, height, still)
        channel.send(json.dumps(answer, ensure_ascii=False).encode(errors="surrogatepass"))
        signal.setitimer(signal.ITIMER_REAL, _IDLE)
