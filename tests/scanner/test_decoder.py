import os
import signal
import subprocess
import sys
from functools import partial
from itertools import count, repeat
from pathlib import Path

import cv2
import numpy as np
import pytest

from bench.photos import PHOTOS, score
from bench.webcam import RATE, video
from guichet.scanner.decoder import Decoder, available, decode
from guichet.scanner.engines import zxing
from guichet.scanner.finders import find
from guichet.scanner.frames import Frame
from tests.scanner.samples import (
    blurred,
    code,
    creased,
    noisy,
    scene,
    stained,
    tilted,
    token,
    underexposed,
    washed_out,
)
from tests.waiting import until

needs_zbar = pytest.mark.skipif(
    available()["zbar"] is None, reason="libzbar is not installed (apt install libzbar0)"
)
_EASY = {
    "straight": scene(code(token())),
    "in a small frame": scene(code(token(), 2), (640, 480)),
    "tilted": tilted(scene(code(token()))),
    "upside down": np.ascontiguousarray(scene(code(token()))[::-1, ::-1]),
    "light on dark": 255 - scene(code(token())),
    "tilted, blurred, noisy": noisy(blurred(tilted(scene(code(token()))))),
}
_HARD = {
    "washed out": washed_out(scene(code(token()))),
    "underexposed": underexposed(scene(code(token()))),
    "two blurred pixels a module": blurred(scene(code(token(), 2), (640, 480)), 1),
}


def texts(decoder: Decoder, frame: Frame) -> list[str]:
    return [code.text for code in decoder.look(frame).codes]


@pytest.mark.parametrize("frame", _EASY.values(), ids=_EASY.keys())
def test_an_ordinary_frame_is_read_at_once(frame: Frame) -> None:
    assert texts(Decoder(), frame) == [token()]


@pytest.mark.parametrize("frame", _HARD.values(), ids=_HARD.keys())
def test_a_hard_frame_is_read_within_a_few_frames(frame: Frame) -> None:
    decoder = Decoder()
    assert [token()] in [texts(decoder, frame) for _ in range(RATE)]  # a second
    assert decode(frame) == [token()]


@pytest.mark.parametrize(
    ("turns", "slope"),
    [(0, 0.84), (1, 0.8), (2, 0.82), (3, 0.8)],
    ids=["down", "left", "up", "right"],
)
def test_a_fold_is_made_flat_whichever_way_it_goes(turns: int, slope: float) -> None:
    frame = folded(turns, slope)
    assert zxing(frame)[0] == ()
    assert decode(frame) == [token()]
    decoder = Decoder()
    assert [token()] in [texts(decoder, frame) for _ in range(RATE)]  # a second


def folded(turns: int, slope: float) -> Frame:
    turned = np.rot90(code(token()), turns)
    return blurred(scene(np.rot90(creased(turned, slope), -turns)))


def test_a_colour_frame_larger_than_a_camera_gives_is_read() -> None:
    photo = cv2.cvtColor(scene(code(token(), 5), (4000, 3000)), cv2.COLOR_GRAY2BGR)
    assert decode(photo.astype(np.uint8)) == [token()]


def test_every_code_of_a_frame_is_read_once() -> None:
    pair = np.hstack([scene(code(text, 5), (400, 400)) for text in (token(1), token(2), token(1))])
    assert sorted(decode(pair)) == sorted([token(1), token(2)])


@pytest.mark.parametrize(
    "text",
    ["i0CVTrain ticket|Paris Est 12:05|voiture 7", "Hôtel — 東京", "line\r\nother\x1dGS\x00"],
)
def test_any_text_comes_out_as_it_is(text: str) -> None:
    assert decode(code(text)) == [text]


def test_a_frame_without_a_code_gives_nothing() -> None:
    assert decode(scene(np.full((9, 9), 255, np.uint8))) == []
    assert decode(noisy(scene(np.full((9, 9), 128, np.uint8)), 60)) == []


def test_the_engines_are_named_with_their_versions() -> None:
    engines = available()
    assert engines.keys() == {"zxing-cpp", "zbar", "opencv"}
    assert (engines["zxing-cpp"] or "").startswith("3.")


def test_what_is_read_is_placed() -> None:
    (found,) = Decoder().look(scene(code(token()))).codes
    half = 49 * 6 / 2
    left, right, top, bottom = 640 - half, 640 + half, 360 - half, 360 + half
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    assert np.allclose(found.corners or (), np.array(corners) / (1280, 720), atol=0.003)
    (turned,) = Decoder().look(scene(code(token()))[::-1, ::-1].copy()).codes
    assert np.allclose(turned.corners or (), 1 - np.array(found.corners), atol=0.003)


def test_a_margin_put_around_does_not_move_a_code() -> None:
    picture = scene(code(token(), 3), (640, 480))
    wide = cv2.copyMakeBorder(picture, 24, 24, 24, 24, cv2.BORDER_CONSTANT, value=(255,))
    (inside,), _ = zxing(picture)
    (around,), _ = zxing(np.asarray(wide, np.uint8), 24)
    assert np.allclose(inside.corners or (), around.corners or (), atol=0.003)


def test_a_code_that_cannot_be_read_is_suspected_where_it_is() -> None:
    spoilt = code(token())
    spoilt[120:250, 120:250] = 255  # beyond what error correction mends
    look = Decoder().look(scene(spoilt))
    assert look.codes == ()
    half = 49 * 6 / 2
    corners = np.array([(-half, -half), (half, -half), (half, half), (-half, half)])
    expected = (corners + np.array([640, 360])) / (1280, 720)
    assert np.allclose(look.suspect or (), expected, atol=0.02)


def test_a_code_is_suspected_below_much_that_looks_like_one() -> None:
    frame = scene(code(token()))
    bars = np.where(np.isin(np.arange(1280) % 40 // 4, [0, 2, 3, 4, 6]), 0, 255)
    frame[:100] = bars.astype(np.uint8)
    frame[:100, 1200:] = 255
    suspect = find(frame)
    assert suspect is not None
    assert max(y for _x, y in suspect.corners) > 0.6


def test_nothing_is_suspected_where_there_is_no_code_or_one_is_read() -> None:
    wall = noisy(scene(np.full((200, 200), 255, np.uint8)), 15)
    assert Decoder().look(wall).suspect is None
    assert Decoder().look(scene(code(token()))).suspect is None


def test_passes_are_spread_over_frames_when_time_is_short() -> None:
    frame = folded(2, 0.82)
    assert texts(Decoder(partial(next, repeat(0.0))), frame) == [token()]  # all the time it needs
    hurried = Decoder(partial(next, count(0.0)))  # a second between any two looks at the clock
    seen = [texts(hurried, frame) for _ in range(RATE)]
    assert seen[0] == []
    first = seen.index([token()])
    assert seen[first:] == [[token()]] * (RATE - first)  # what has read once is tried first


@needs_zbar
def test_a_stained_code_is_read_by_zbar() -> None:
    picture = scene(stained(code(token())))
    assert zxing(picture)[0] == ()
    assert decode(picture) == [token()]
    decoder = Decoder()
    until(lambda: texts(decoder, picture) == [token()])


@needs_zbar
def test_frames_are_read_while_zbar_is_stopped_or_killed() -> None:
    decoder, hard = Decoder(), scene(stained(code(token())))
    until(lambda: texts(decoder, hard))
    first = decoder._zbar.pid
    assert first is not None
    os.kill(first, signal.SIGSTOP)
    until(lambda: not texts(decoder, hard) and texts(decoder, scene(code(token(1)))))
    until(lambda: texts(decoder, hard) or decoder._zbar.failures == 1)
    until(lambda: texts(decoder, hard))  # another process, after its rest
    second = decoder._zbar.pid
    assert second not in {None, first}


@needs_zbar
def test_zbar_s_process_ends_with_its_decoder() -> None:
    decoders = [Decoder()]
    until(lambda: texts(decoders[0], scene(stained(code(token())))))
    pid = decoders[0]._zbar.pid
    assert pid is not None
    decoders.clear()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_no_process_is_started_by_frames_that_are_read() -> None:
    decoder = Decoder()
    for _ in range(3):
        texts(decoder, scene(code(token())))
        texts(decoder, scene(np.full((9, 9), 255, np.uint8)))
    assert decoder._zbar.pid is None


@pytest.mark.parametrize("seed", [0, 1, 4, 5])
def test_a_simulated_second_of_video_is_read(seed: int) -> None:
    held = video(seed, (640, 480), 10)
    decoder = Decoder()
    seen = [texts(decoder, frame) for frame in held.frames]
    assert seen.count([held.text]) >= 8
    assert {text for frame in seen for text in frame} == {held.text}


@pytest.mark.slow
def test_photographs_are_read_and_never_wrongly() -> None:
    if PHOTOS is None:
        pytest.skip("the photographs are not beside the repository")
    result = score(PHOTOS, decode)
    assert result.wrong == 0
    assert result.read >= (329 if available()["zbar"] else 328)  # of 335 labelled


def test_a_program_that_has_decoded_ends_in_silence(tmp_path: Path) -> None:
    """What the binding says of objects still alive would be left on the agent's terminal."""
    np.save(tmp_path / "scene.npy", scene(code(token())))
    program = (
        "import gc, sys, numpy; from guichet.scanner.decoder import decode;"
        "assert decode(numpy.load(sys.argv[1])); gc.freeze()"  # as the application does
    )
    run = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "scene.npy")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert (run.stdout, run.stderr) == ("", "")
