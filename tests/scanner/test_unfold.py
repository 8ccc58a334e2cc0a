from functools import partial
from itertools import count

import numpy as np
import pytest
import qrcode

from bench.webcam import RATE, empty, video
from guichet.scanner.crease import _pattern
from guichet.scanner.decoder import Decoder, decode
from guichet.scanner.engines import zxing
from guichet.scanner.finders import Squares, find, search
from guichet.scanner.frames import Frame
from guichet.scanner.unfold import Unfolder, unfolded
from tests.scanner.samples import blurred, code, creased, noisy, scene, token

_SMALL, _LARGE = (640, 480), (1280, 720)


def held(text: str, at: tuple[int, int] = (0, 0)) -> Frame:
    """A creased code, some pixels right and down of the middle."""
    frame = blurred(scene(creased(code(text), 0.84)))
    return np.roll(frame, at, (1, 0))


def read(unfolder: Unfolder, frame: Frame) -> list[str]:
    codes = unfolder.step(frame, None)
    while not codes and unfolder.searching:
        codes = unfolder.step(frame, None)
    return [code.text for code in codes]


@pytest.mark.parametrize(
    ("seed", "size"),
    [(5058, _SMALL), (5058, _LARGE), (20877, _SMALL), (20443, _LARGE)],
)
def test_folded_leaning_and_dark_it_is_soon_read(seed: int, size: tuple[int, int]) -> None:
    clip = video(seed, size, 2 * RATE // 3)
    hurried = Decoder(partial(next, count(0.0)))  # a second between any two looks at the clock
    seen = [[code.text for code in hurried.look(frame).codes] for frame in clip.frames]
    assert [clip.text] in seen
    assert all(texts in ([], [clip.text]) for texts in seen)


@pytest.mark.parametrize("length", [147, 157, 180])
def test_what_is_known_of_a_symbol_is_so_in_symbols_another_made(length: int) -> None:
    maker = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_Q, border=0)
    maker.add_data((token(1) + token(2))[:length])
    maker.make(fit=True)
    symbol = np.where(np.array(maker.get_matrix()), 1, -1)
    known = _pattern(len(symbol))
    assert np.count_nonzero(known) == 3 * 64 + 2 * (len(symbol) - 16) + 6 * 25 - 2 * 5
    assert (symbol == known)[known != 0].all()


def find_squares(frame: Frame) -> Squares:
    suspect = find(frame)
    assert suspect is not None
    assert suspect.squares is not None
    return suspect.squares


@pytest.mark.parametrize("turns", range(4))
def test_a_creased_symbol_is_read_and_placed(turns: int) -> None:
    frame = blurred(scene(np.rot90(creased(np.rot90(code(token()), -turns), 0.84), turns)))
    (found,) = unfolded(frame, find_squares(frame))
    assert found.text == token()
    # The crease, at 0.65 of the picture, takes 0.16 of what is beyond away from that side.
    corners = np.array(found.corners) * (1280, 720) - (640, 360)
    beyond = (0.35 * 57 - 4) * 6 * 0.16
    away = [(0, 1), (1, 0), (0, -1), (-1, 0)][turns]
    whole = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * 49 * 3
    expected = whole - np.outer(whole @ np.array(away) > 0, away) * beyond
    assert np.abs(corners - expected).max() < 3


def test_a_symbol_is_followed_as_it_moves_and_found_again_by_its_squares() -> None:
    unfolder = Unfolder()
    unfolder.begin(held(token()), find_squares(held(token())))
    assert read(unfolder, held(token())) == [token()]
    for step in range(1, 4):
        assert read(unfolder, held(token(), (20 * step, -12 * step))) == [token()]
    far = held(token(), (-300, 100))
    assert read(unfolder, far) == []
    assert [c.text for c in unfolder.step(far, find_squares(far))] == [token()]


def test_what_was_seen_of_one_message_is_not_added_to_another() -> None:
    unfolder = Unfolder()
    first, second = held(token(1)), held(token(2))
    unfolder.begin(first, find_squares(first))
    for _ in range(3):
        assert read(unfolder, first) == [token(1)]
    assert read(unfolder, second) == [token(2)]


def test_views_too_noisy_to_be_read_add_up() -> None:
    unfolder = Unfolder()
    clear = blurred(scene(creased(code(token(), 3), 0.84), _SMALL), 0.8)
    unfolder.begin(clear, find_squares(clear))
    read(unfolder, clear)
    unfolder._seen = None  # only where it lies is known
    seen = [read(unfolder, noisy(clear, 140, seed)) for seed in range(12)]
    assert seen[:2] == [[], []]
    assert seen[-1] == [token()]


def test_a_symbol_taken_away_is_given_up() -> None:
    unfolder = Unfolder()
    unfolder.begin(held(token()), find_squares(held(token())))
    read(unfolder, held(token()))
    assert unfolder.busy
    for _ in range(3):
        assert read(unfolder, empty(1, _LARGE)) == []
    assert not unfolder.busy


def test_squares_are_found_as_wholes_where_no_line_crosses_them_cleanly() -> None:
    frame = noisy(blurred(scene(code(token(), 3)), 2), 30)
    suspect = find(frame)
    assert suspect is None or suspect.squares is None
    found = search(frame)
    assert found is not None
    near = 21 * 3
    expected = np.array([(-near, -near), (near, -near), (-near, near)])
    assert np.abs(np.array(found) * (1280, 720) - (640, 360) - expected).max() < 3


@pytest.mark.parametrize("size", [_SMALL, _LARGE])
def test_no_squares_are_found_where_there_is_no_code(size: tuple[int, int]) -> None:
    assert [search(empty(seed, size)) for seed in range(8)] == [None] * 8


def test_what_is_no_symbol_of_ours_has_no_pose() -> None:
    other = scene(code("https://example.org/", 12))
    assert zxing(other)[0] != ()
    assert unfolded(other, find_squares(other)) == ()
    assert unfolded(empty(3, _LARGE), find_squares(held(token()))) == ()


def test_a_still_picture_too_dark_and_folded_for_every_pass_is_read() -> None:
    clip = video(5058, _LARGE, 1)
    assert decode(clip.frames[0]) == [clip.text]
