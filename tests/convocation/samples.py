"""One convocation and its token, and what an independent reader finds on its page."""

import io
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pypdfium2
import zxingcpp
from PIL import Image

from guichet.convocation.document import Convocation
from guichet.convocation.token import key_id, sign
from guichet.domain.claims import Claims

PARIS = ZoneInfo("Europe/Paris")
STARTS_AT = datetime(2026, 11, 24, 9, 40, tzinfo=PARIS)
CLAIMS = Claims("0123456789abcdef", 1, 3, STARTS_AT.astimezone(UTC), b"\x01\x02\x03\x04")
# RFC 8032 §7.1, test 1: a published key pair, so nothing here is secret.
SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
PUBLIC = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
KID = key_id(PUBLIC)
KEYRING = {KID: PUBLIC}
TOKEN = sign(CLAIMS, KID, SEED)

CONVOCATION = Convocation(
    reference="7K4Q-92XD-3",
    person_name="DIALLO Fatoumata Binta",
    birth="12/03/1989",
    procedure="Renouvellement d’une carte de séjour pluriannuelle",
    documents=("Carte de séjour actuelle", "Passeport", "Justificatif de domicile"),
    starts_at=STARTS_AT,
    minutes=20,
    site_name="Préfecture de la Seine-Saint-Denis",
    site_address="1 esplanade Jean-Moulin\n93007 Bobigny",
    desk="File B, guichets 12 à 16",
    needs=("Fauteuil roulant",),
    token=TOKEN,
    revision=1,
    issued_on=date(2026, 11, 23),
)

DPI = 300


@dataclass(frozen=True)
class Page:
    """The first page of a PDF as pdfium sees it."""

    pages: int
    text: str
    picture: Image.Image


def read(pdf: bytes) -> Page:
    document = pypdfium2.PdfDocument(pdf)
    try:
        text = document[0].get_textpage().get_text_range()
        picture = document[0].render(scale=DPI / 72, grayscale=True).to_pil().convert("L")
        return Page(len(document), " ".join(text.split()), picture)
    finally:
        document.close()


def symbol(picture: Image.Image) -> tuple[str, tuple[int, int, int, int]]:
    """The text of the only QR code of a picture and the box of its dark modules, in pixels."""
    (found,) = zxingcpp.read_barcodes(picture)
    middle = found.position
    rough = (
        middle.top_left.x - 20,
        middle.top_left.y - 20,
        middle.bottom_right.x + 20,
        middle.bottom_right.y + 20,
    )
    ink = picture.crop(rough).point(lambda grey: 255 * (grey < 128)).getbbox()
    assert ink is not None
    return found.text, (
        rough[0] + ink[0],
        rough[1] + ink[1],
        rough[0] + ink[2],
        rough[1] + ink[3],
    )


def opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("L")
