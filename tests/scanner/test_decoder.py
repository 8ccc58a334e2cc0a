import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from guichet.scanner.decoder import Decoder, available, decode
from guichet.scanner.frames import Frame
from tests.scanner.samples import (
    blurred,
    code,
    noisy,
    scene,
    tilted,
    token,
    underexposed,
    washed_out,
)

_REPOSITORY = Path(__file__).parents[2]
_PHOTOS = _REPOSITORY.parent / "shared" / "qr-photos"

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
    assert [token()] in [texts(decoder, frame) for _ in range(5)]
    assert decode(frame) == [token()]


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


@pytest.mark.slow
@pytest.mark.skipif(not _PHOTOS.exists(), reason="the photographs are not beside the repository")
def test_photographs_are_read_and_never_wrongly(tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    program, manifest = str(_PHOTOS / "score.py"), str(_PHOTOS / "manifest.csv")
    command = [sys.executable, program, "guichet.scanner.decoder:decode", manifest]
    subprocess.run(
        [*command, "--json", str(results)],
        cwd=_REPOSITORY,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    photos = json.loads(results.read_text())
    assert [photo for photo in photos if photo["wrong"] or photo["error"]] == []
    assert sum(photo["read"] for photo in photos) >= 310  # of 335 labelled; 313 without zbar
