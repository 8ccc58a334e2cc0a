import os
from pathlib import Path

import pytest

from guichet.scanner.faults import CameraFault
from guichet.scanner.frames import decode_picture, read_image
from tests.scanner.samples import code, file_of, noisy, scene


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".pgm"])
def test_a_whole_picture_is_decoded(suffix: str) -> None:
    picture = decode_picture(file_of(code("x"), suffix))
    assert picture is not None
    assert picture.shape[:2] == code("x").shape


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".pgm"])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.95])
def test_a_picture_cut_short_is_none_and_says_nothing_on_the_terminal(
    suffix: str, share: float, capfd: pytest.CaptureFixture[str]
) -> None:
    data = file_of(noisy(scene(code("x"), (640, 480))), suffix)
    assert decode_picture(data[: int(len(data) * share)]) is None
    assert capfd.readouterr() == ("", "")


def test_read_image_gives_the_file_or_each_image_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "b.png").write_bytes(file_of(code("b", 3)))
    (tmp_path / "a.JPG").write_bytes(file_of(code("a", 5), ".jpg"))
    (tmp_path / "notes.txt").write_text("no picture")
    assert [frame.shape[0] for frame in read_image(tmp_path)] == [29 * 5, 29 * 3]
    assert [frame.shape[0] for frame in read_image(tmp_path / "b.png")] == [29 * 3]


def test_read_image_names_what_is_wrong(tmp_path: Path) -> None:
    text = tmp_path / "text.png"
    text.write_text("not a picture")
    with pytest.raises(CameraFault) as caught:
        read_image(text)
    assert caught.value.reason == "unreadable"
    assert "text.png" in caught.value.detail
    with pytest.raises(CameraFault) as caught:
        read_image(tmp_path / "none.png")
    assert caught.value.reason == "absent"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_read_image_of_a_file_that_is_not_ours(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(file_of(code("a")))
    path.chmod(0)
    with pytest.raises(CameraFault) as caught:
        read_image(path)
    assert caught.value.reason == "denied"
