"""Arabic and Tamil on paper, against another shaping engine (HarfBuzz by way of Pillow's raqm).

Pictures are compared, never extracted text: unshaped text extracts as well as shaped text does.
"""

import dataclasses
import importlib.resources

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont, ImageStat, features

from guichet.convocation.catalogue import Phrases
from guichet.convocation.document import render
from tests.convocation.samples import CONVOCATION, DPI

ARABIC = "حجز الموعد مجاني دائمًا"
TAMIL = "சந்திப்பு பதிவு எப்போதும் இலவசம்"
FONTS = {
    "ar": ("fontpkg_noto_sans_arabic", "NotoSansArabic[wdth,wght].ttf", range(0x600, 0x700)),
    "ta": ("fontpkg_noto_sans_tamil", "NotoSansTamil[wdth,wght].ttf", range(0xB80, 0xC00)),
}
SIZE = (400, 60)

needs_raqm = pytest.mark.skipif(not features.check("raqm"), reason="Pillow without raqm")


def notice(language: str, line: str) -> tuple[Image.Image, tuple[int, int, int, int]]:
    """The page's picture and the box of `line`, printed as the notice's only line, in pixels."""
    words_of = Phrases(language, {"convocation.title": "-", "all.free": line})
    convocation = dataclasses.replace(CONVOCATION, second=words_of)
    document = pypdfium2.PdfDocument(render(convocation))
    page = document[0]
    words = page.get_textpage()
    boxes = [
        words.get_charbox(index, loose=True)
        for index in range(words.count_chars())
        if pdfium.FPDFText_GetUnicode(words, index) in FONTS[language][2]
    ]
    picture = page.render(scale=DPI / 72, grayscale=True).to_pil().convert("L")
    height = page.get_height()
    document.close()
    scale = DPI / 72
    rough = (
        int(min(box[0] for box in boxes) * scale) - 5,
        int((height - max(box[3] for box in boxes)) * scale) - 5,
        int(max(box[2] for box in boxes) * scale) + 5,
        int((height - min(box[1] for box in boxes)) * scale) + 5,
    )
    return picture, rough


def ink(picture: Image.Image) -> Image.Image:
    """The picture cut to what is dark and brought to one size."""
    box = ImageChops.invert(picture).point(lambda grey: 255 * (grey > 128)).getbbox()
    return picture.crop(box).resize(SIZE)


def drawn(language: str, line: str, layout: ImageFont.Layout) -> Image.Image:
    package, name, _letters = FONTS[language]
    file = importlib.resources.files(package) / "files" / name
    font = ImageFont.truetype(str(file), round(14 * DPI / 72), layout_engine=layout)
    picture = Image.new("L", (2000, 200), 255)
    direction = None
    if layout is ImageFont.Layout.RAQM:
        direction = "rtl" if language == "ar" else "ltr"
    ImageDraw.Draw(picture).text((50, 50), line, font=font, fill=0, direction=direction)
    return ink(picture)


def difference(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of two pictures in grey levels."""
    return ImageStat.Stat(ImageChops.difference(one, other)).mean[0]


@needs_raqm
@pytest.mark.parametrize(("language", "line"), [("ar", ARABIC), ("ta", TAMIL)])
def test_letters_join_as_another_engine_joins_them(language: str, line: str) -> None:
    picture, box = notice(language, line)
    printed = ink(picture.crop(box))
    shaped = difference(printed, drawn(language, line, ImageFont.Layout.RAQM))
    unshaped = difference(printed, drawn(language, line, ImageFont.Layout.BASIC))
    assert shaped < 12
    assert unshaped > 3 * shaped


def test_arabic_letters_held_apart_look_otherwise() -> None:
    joined, apart = (
        ink(picture.crop(box))
        for picture, box in (notice("ar", ARABIC), notice("ar", "\u200c".join(ARABIC)))
    )
    assert difference(joined, apart) > 20


def test_arabic_starts_at_the_right_edge_and_tamil_at_the_left() -> None:
    for language, line in (("ar", ARABIC), ("ta", TAMIL)):
        picture, (left, _top, right, _bottom) = notice(language, line)
        space_left, space_right = left, picture.width - right
        # 18 mm of margin and 4 mm inside the notice's rule.
        edge = space_right if language == "ar" else space_left
        assert edge == pytest.approx(22 / 25.4 * DPI, abs=15)
        assert abs(space_left - space_right) > 200
