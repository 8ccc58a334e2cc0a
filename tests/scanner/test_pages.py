from pathlib import Path

import pypdfium2
import pytest

from guichet.convocation.document import render
from guichet.scanner.decoder import Decoder, decode
from guichet.scanner.faults import CameraFault
from guichet.scanner.folder import Folder
from guichet.scanner.frames import read_image
from tests.convocation.samples import CONVOCATION, TOKEN
from tests.scanner.samples import code, file_of


def two_pages(path: Path) -> None:
    """A convocation, and before it a page with nothing on it."""
    document = pypdfium2.PdfDocument.new()
    document.new_page(595, 842)
    document.import_pages(pypdfium2.PdfDocument(render(CONVOCATION)))
    document.save(str(path))
    document.close()


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 0.1
        return self.now


def test_a_printed_convocation_is_read_from_its_file(tmp_path: Path) -> None:
    two_pages(tmp_path / "c.pdf")
    assert [decode(page) for page in read_image(tmp_path / "c.pdf")] == [[], [TOKEN]]


def test_pages_are_shown_to_the_camera_in_turn_with_the_pictures_beside(tmp_path: Path) -> None:
    two_pages(tmp_path / "c.pdf")
    (tmp_path / "d.png").write_bytes(file_of(code("picture", 3)))
    folder = Folder(tmp_path, Clock())
    decoder = Decoder()
    seen = [""]
    for _ in range(100):
        frame = folder.read()
        codes = () if frame is None else decoder.look(frame).codes
        text = codes[0].text if codes else ""
        if frame is not None and text != seen[-1]:
            seen.append(text)
    folder.close()
    assert seen[:5] == ["", TOKEN, "picture", "", TOKEN]


def test_a_picture_just_written_comes_before_the_pages_left(tmp_path: Path) -> None:
    two_pages(tmp_path / "c.pdf")
    clock = Clock()
    folder = Folder(tmp_path, clock)
    assert folder.read() is not None  # the page with nothing on it
    (tmp_path / "new.png").write_bytes(file_of(code("picture", 3)))
    clock.now += 2
    frame = folder.read()
    assert frame is not None
    assert decode(frame) == ["picture"]


@pytest.mark.parametrize("data", [b"", b"not a PDF", b"%PDF-1.7\n"])
def test_a_damaged_file_is_named(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "c.pdf").write_bytes(data)
    with pytest.raises(CameraFault) as caught:
        read_image(tmp_path / "c.pdf")
    assert caught.value.reason == "unreadable"
    assert Folder(tmp_path / "c.pdf", Clock()).read() is None


def test_a_page_as_large_as_a_wall_is_rendered_small(tmp_path: Path) -> None:
    document = pypdfium2.PdfDocument.new()
    document.new_page(14_400, 7_200)
    document.save(str(tmp_path / "wall.pdf"))
    document.close()
    (page,) = read_image(tmp_path / "wall.pdf")
    assert page.shape == (1200, 2400)
