"""The pages of a PDF file, as pictures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from guichet.scanner.frames import Frame

PDF_SUFFIX = ".pdf"

_PIXELS_A_POINT = 150 / 72
_LONGEST = 2400  # pixels of a page's longer side


def pages(data: bytes) -> Iterator[Frame]:
    """Each page of a PDF file's bytes in grey; none of a file that is damaged or locked.

    Rendered one by one, as they are asked for, in one thread.
    """
    import pypdfium2  # seldom needed

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        return
    try:
        for number in range(len(document)):
            try:
                yield _picture(document[number])
            except pypdfium2.PdfiumError:  # this page is damaged; the others may not be
                continue
    finally:
        document.close()


def _picture(page: Any) -> Frame:
    scale = min(_PIXELS_A_POINT, _LONGEST / max(page.get_size()))
    bitmap = page.render(scale=scale, grayscale=True)
    try:
        return cast("Frame", bitmap.to_numpy().reshape(bitmap.height, bitmap.width).copy())
    finally:
        bitmap.close()
        page.close()
