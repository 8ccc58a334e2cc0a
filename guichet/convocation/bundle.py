"""Several documents as one file, for the printer."""

import io
from collections.abc import Sequence


def joined(documents: Sequence[bytes]) -> bytes:
    """The pages of these PDFs, in their order, in one PDF.

    For paper: it says nothing of its structure, as each of the documents does.
    """
    import pypdfium2 as pdfium  # noqa: PLC0415 - for those who print only

    whole = pdfium.PdfDocument.new()
    for each in documents:
        part = pdfium.PdfDocument(each)
        whole.import_pages(part)
        part.close()
    written = io.BytesIO()
    whole.save(written)
    whole.close()
    return written.getvalue()
