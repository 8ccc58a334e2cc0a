"""What the decoder reads and at what cost, beside each engine alone.

On photographs, on a simulated webcam, and on frames that show no code. Times are processor time.
"""

import resource
import time
from collections.abc import Callable, Iterator
from functools import partial

import cv2
import zxingcpp
from pyzbar import pyzbar

from bench.figures import Figure
from bench.photos import PHOTOS, Score, score
from bench.webcam import RATE, empty, videos
from guichet.scanner.decoder import Decoder, decode, still_zbar
from guichet.scanner.frames import Frame
from guichet.scanner.sight import Sight

_SIZES = ((640, 480), (1280, 720))
_VIDEOS = 60
_FIRST = 5000  # seed: none that the passes were chosen with
_EMPTY = 100

Read = Callable[[Frame], list[str]]


def measure() -> Iterator[Figure]:
    cv2.setNumThreads(1)
    if PHOTOS is None:
        print("photographs: skipped, they are not beside the repository")
    else:
        yield from _photos(partial(score, PHOTOS))
    for size in _SIZES:
        yield from _webcam(size)
    for size in _SIZES:
        yield from _idle(size)


def _photos(scored: Callable[[Read], Score]) -> Iterator[Figure]:
    ours, apart = _with_child(partial(scored, decode))
    alone = {name: scored(read) for name, read in _ALONE.items()}
    for name, peer in alone.items():
        yield Figure("photographs not read", ours.missed, "%", peer.missed, name, 9.5)
    yield Figure("wrong texts on photographs", ours.wrong, "", limit=0.5)
    for name, peer in alone.items():
        yield Figure(f"wrong texts on photographs, {name}", peer.wrong, "")
    spent = ours.mean + 1000 * apart / ours.photos
    for name, peer in alone.items():
        yield Figure("a photograph, mean", spent, "ms", peer.mean, name, 12)


def _webcam(size: tuple[int, int]) -> Iterator[Figure]:
    what = f"{size[0]}×{size[1]}"
    seconds, frames, ours, theirs, wrong = 0.0, 0, 0, 0, 0
    first: list[int] = []
    for video in videos(_VIDEOS, size, _FIRST):
        decoder, seen = Decoder(), []
        for frame in video.frames:
            began = time.process_time()
            texts = [code.text for code in decoder.look(frame).codes]
            seconds += time.process_time() - began
            seen.append(video.text in texts)
            wrong += texts not in ([], [video.text])
            theirs += video.text in _zxing(frame)
        frames += len(seen)
        ours += sum(seen)
        first.append(seen.index(True) if True in seen else RATE * 10)
    missed, alone = (100 * (1 - read / frames) for read in (ours, theirs))
    yield Figure(f"{what} frames not read", missed, "%", alone, "zxing-cpp", 5)
    late = sum(wait >= RATE for wait in first)
    yield Figure(f"{what} videos not read within a second", late, f"of {_VIDEOS}", limit=0.5)
    yield Figure(f"{what} wrong texts", wrong, "", limit=0.5)
    yield Figure(f"{what} frame of a code, mean", 1000 * seconds / frames, "ms")


def _idle(size: tuple[int, int]) -> Iterator[Figure]:
    walls = [empty(seed, size) for seed in range(_EMPTY)]
    decoder = Decoder()
    ours, theirs = (_mean(read, walls) for read in (decoder.look, _zxing))
    name = f"{size[0]}×{size[1]} frame without a code, mean"
    yield Figure(name, ours, "ms", theirs, "zxing-cpp", 8)
    with Sight() as sight:
        sight.ready()
        began = time.perf_counter()
        for wall in walls:
            sight.look(wall)
        apart = 1000 * (time.perf_counter() - began) / _EMPTY
    yield Figure("the same in the decoder’s process, until its answer", apart, "ms", ours, "here")


def _mean(read: Callable[[Frame], object], frames: list[Frame]) -> float:
    began = time.process_time()
    for frame in frames:
        read(frame)
    return 1000 * (time.process_time() - began) / len(frames)


def _with_child(scored: Callable[[], Score]) -> tuple[Score, float]:
    """A score, and the processor time that zbar's process took beside it, starting included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = scored()
    still_zbar().close()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return result, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _zxing(grey: Frame) -> list[str]:
    kind = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)
    plain = zxingcpp.TextMode.Plain
    return [code.text for code in zxingcpp.read_barcodes(grey, formats=kind, text_mode=plain)]


def _zbar(grey: Frame) -> list[str]:
    try:
        found = pyzbar.decode(grey, symbols=[pyzbar.ZBarSymbol.QRCODE])
    except ValueError:  # one part of a text in several symbols
        return []
    return [code.data.decode(errors="replace") for code in found]


def _opencv(grey: Frame) -> list[str]:
    try:
        _found, texts, _corners, _flat = cv2.QRCodeDetector().detectAndDecodeMulti(grey)
    except UnicodeDecodeError:
        return []
    return [text for text in texts if text]


_ALONE: dict[str, Read] = {"zxing-cpp": _zxing, "pyzbar": _zbar, "opencv": _opencv}
