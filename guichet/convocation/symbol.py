"""The QR code of a token, as a drawing."""

SIDE_MM = 48
"""Of the symbol without its white margin; 46 to 50 reads at 20 cm from a 640×480 webcam."""

_LEAST_VERSION = 7  # smaller ones lack the alignment patterns that save a folded page


def drawn(token: str) -> tuple[int, str]:
    """The modules a side, and the symbol alone as one SVG path: a single fill leaves no seams."""
    import qrcode  # noqa: PLC0415 - heavy, for those who print only
    from qrcode.util import MODE_ALPHA_NUM, QRData  # noqa: PLC0415 - as above

    code = qrcode.QRCode(
        version=_LEAST_VERSION, error_correction=qrcode.constants.ERROR_CORRECT_Q, border=0
    )
    code.add_data(QRData(token, mode=MODE_ALPHA_NUM), optimize=0)
    code.make(fit=True)
    rows: list[list[bool]] = code.get_matrix()
    size = len(rows)
    path = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    )
    box = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"'
    return size, f'<svg {box}><path d="{path}"/></svg>'
