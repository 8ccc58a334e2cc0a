"""Tables as files that French spreadsheets open, as paper, and as nothing when stopped."""

import csv
import io
import zipfile
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pypdfium2
import pytest

from guichet.domain.model import Role
from guichet.domain.operations import Refused
from guichet.screens.statistics_words import day_list
from guichet.station.exports import write
from guichet.station.tables import Heading, Table
from tests.posts import DAY, World

ISSUED = datetime(2026, 11, 24, 9, 40)  # noqa: DTZ001 - the site's clock
TABLE = Table(
    "Essai",
    (Heading("Nom"), Heading("Jour", "day"), Heading("Heure", "time"), Heading("N", "number"),
     Heading("Part", "percent"), Heading("Jours", "decimal")),
    [
        ("=1+1", date(2026, 11, 24), time(9, 5), 1234, 0.125, 12.0),
        ('@x;"y"', None, None, None, None, None),
        ("-2", date(2026, 1, 2), time(0, 0), 0, 0.0, 0.25),
        ("\tcmd", date(2026, 1, 2), time(0, 0), 5, 1.0, 0.0),
    ],
)  # fmt: skip


def test_a_csv_is_what_a_french_spreadsheet_opens(tmp_path: Path) -> None:
    assert write(TABLE, tmp_path / "a.csv", "", ISSUED, lambda _part: True)
    content = (tmp_path / "a.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbfNom;Jour;Heure;N;Part;Jours\r\n")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows[1:] == [
        ["'=1+1", "24/11/2026", "09:05", "1234", "12,5\u00a0%", "12,0"],
        ['\'@x;"y"', "", "", "", "", ""],
        ["'-2", "02/01/2026", "00:00", "0", "0,0\u00a0%", "0,2"],
        ["'\tcmd", "02/01/2026", "00:00", "5", "100,0\u00a0%", "0,0"],
    ]
    assert content.count(b"\n") == content.count(b"\r\n")


def test_a_workbook_has_real_dates_and_numbers_and_no_formula(tmp_path: Path) -> None:
    assert write(TABLE, tmp_path / "a.xlsx", "", ISSUED, lambda _part: True)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    rows = list(sheet.iter_rows(min_row=2))
    first = rows[0]
    assert [cell.value for cell in first] == [
        "=1+1", datetime(2026, 11, 24), time(9, 5), 1234, 0.125, 12,  # noqa: DTZ001 - a cell's
    ]  # fmt: skip
    assert [cell.number_format for cell in first[1:]] == [
        "dd/mm/yyyy", "hh:mm", "#,##0", "0.0%", "0.0",
    ]  # fmt: skip
    with zipfile.ZipFile(tmp_path / "a.xlsx") as parts:
        assert b"<f" not in parts.read("xl/worksheets/sheet1.xml")
    assert [cell.value for cell in rows[1]][1:] == [None] * 5


@pytest.mark.parametrize("ending", ["csv", "xlsx", "pdf"])
def test_a_stopped_export_leaves_nothing(tmp_path: Path, ending: str) -> None:
    long = Table("Long", (Heading("N", "number"),), [(n,) for n in range(500)])
    parts: list[float] = []

    def going(part: float) -> bool:
        parts.append(part)
        return part < 0.5

    assert not write(long, tmp_path / f"a.{ending}", "", ISSUED, going)
    assert list(tmp_path.iterdir()) == []
    assert parts == sorted(parts)
    assert parts[-1] == pytest.approx(0.5)
    assert write(long, tmp_path / f"a.{ending}", "", ISSUED, lambda _part: True)


def test_a_printed_day_has_its_heading_and_number_on_each_page(tmp_path: Path) -> None:
    rows = [(time(9, n % 60), f"B{n:03}", "<#strong[x]> é") for n in range(500)]
    table = Table(
        "Journée", (Heading("Heure", "time"), Heading("Ticket"), Heading("Démarche")), rows
    )
    assert write(table, tmp_path / "a.pdf", "Bobigny", ISSUED, lambda _part: True)
    pdf = pypdfium2.PdfDocument(tmp_path / "a.pdf")
    texts = [page.get_textpage().get_text_range() for page in pdf]
    assert len(texts) > 5
    for number, text in enumerate(texts, 1):
        assert "Ticket" in text
        assert f"Page {number} sur {len(texts)}" in text
    assert all(any(f"B{n:03}" in text for text in texts) for n in range(500))
    assert "<#strong[x]>" in texts[0]
    pdf.close()


def test_names_are_for_supervisors_who_ask_for_them(world: World, tmp_path: Path) -> None:
    station = world.station("a", Role.SUPERVISOR)
    rows = station.reception.day()
    known = {row.name for row in rows if row.name}
    for named in (False, True):
        table = day_list(rows, DAY, station.local, named=named)
        assert station.figures.write(table, tmp_path / "jour.csv") is True
        text = (tmp_path / "jour.csv").read_text(encoding="utf-8-sig")
        assert len(text.splitlines()) == len(rows) + 1
        assert all((name in text) is named for name in known)
    other = world.station("b", Role.COUNTER)
    refused = other.figures.write(table, tmp_path / "autre.csv")
    assert isinstance(refused, Refused)
    assert refused.reason == "not_allowed"
    assert not (tmp_path / "autre.csv").exists()
