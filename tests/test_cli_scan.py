"""``guichet scan``: what files and cameras show, without a screen and without checking in."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PIL import Image

from guichet.config import OFFSET_VARIABLE
from guichet.domain.day import DayState
from tests.commands import Ran, Run, logging_put_back, run
from tests.posts import MORNING, World
from tests.scanner.samples import code, file_of, scene, token, video
from tests.screens.counter_post import appointments, signed

__all__ = ["logging_put_back", "run"]  # fixtures

SECRET = "WIFI:T:WPA;S:maison;P:hirondelle73;;"


def picture(path: Path, text: str) -> Path:
    path.write_bytes(file_of(scene(code(text))))
    return path


def objects(ran: Ran) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ran.output.splitlines()]


def test_raw_decodes_whatever_the_file_and_needs_no_station(run: Run, tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    one = picture(files / "one.png", token(1))
    with Image.open(one) as opened:
        opened.convert("L").save(files / "page.pdf")
    film = tmp_path / "film.avi"
    video(film, [scene(code(text)) for text in (token(1), token(1), token(2))])
    ran = run("scan", "--raw", "--json", str(files), str(film))
    assert ran.code == 0, ran.errors
    found = objects(ran)
    assert [(Path(o["file"]).name, o["texts"]) for o in found] == [
        ("one.png", [token(1)]),
        ("page.pdf", [token(1)]),
        ("film.avi", [token(1), token(2)]),
    ]
    assert all(set(o) == {"file", "texts", "ms"} and o["ms"] > 0 for o in found)
    assert not (tmp_path / "station").exists()
    assert f"texte\u00a0: {token(1)}" in run("scan", "--raw", str(one)).output


def test_what_gives_no_code_or_is_not_there_is_told(run: Run, tmp_path: Path) -> None:
    empty = tmp_path / "empty.png"
    empty.write_bytes(file_of(scene(code(token()))[:100, :100]))
    missing = tmp_path / "missing.png"
    words = tmp_path / "notes.txt"
    words.write_text("no picture")
    ran = run("scan", "--raw", "--json", str(empty), str(missing), str(words))
    assert ran.code == 1
    nothing, absent, unreadable = objects(ran)
    assert nothing["texts"] == []
    assert (absent["fault"], unreadable["fault"]) == ("absent", "unreadable")
    assert "introuvable" in ran.errors
    assert "code\u00a0: aucun" in run("scan", "--raw", str(empty)).output
    assert run("scan").code == 2
    assert run("scan", "--camera", "0", str(empty)).code == 2


def test_without_a_station_it_says_how_to_go_on(run: Run, tmp_path: Path) -> None:
    ran = run("scan", str(picture(tmp_path / "one.png", token())))
    assert ran.code == 1
    assert "--raw" in ran.errors


def test_each_convocation_has_its_verdict_and_nobody_is_checked_in(
    run: Run, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offset = MORNING - datetime.now(UTC)
    monkeypatch.setenv(OFFSET_VARIABLE, str(round(offset.total_seconds())))
    station = world.station("one")  # the application is open on the same folder
    row = next(
        row
        for row in station.reception.day()
        if row.state is DayState.EXPECTED and row.starts_at is not None and row.starts_at > MORNING
    )
    made = appointments(world, id=row.appointment)[0]
    genuine = picture(tmp_path / "a.png", made.token or "")
    stale = signed(world, made.id, made.revision - 1, 1, made.starts_at)
    old = picture(tmp_path / "b.png", stale)
    ran = run("scan", "--json", "--dir", str(station.folder), str(genuine), str(old))
    assert ran.code == 0, ran.errors
    first, second = objects(ran)
    assert first["texts"] == [made.token]
    (verdict,) = first["verdicts"]
    assert verdict["verdict"] in {"expected", "early"}
    assert verdict["reference"] == made.reference
    assert datetime.fromisoformat(verdict["starts_at"]) == made.starts_at
    assert verdict["starts_at"].endswith("+01:00")
    assert second["verdicts"][0]["verdict"] == "superseded"
    said = run("scan", "--dir", str(station.folder), str(genuine))
    assert f"référence\u00a0: {made.reference}" in said.output
    assert row.name not in ran.output + said.output
    assert station.sync_state.pending == 0
    states = {each.appointment: each.state for each in station.reception.day()}
    assert states[row.appointment] is DayState.EXPECTED


def test_of_another_code_nothing_is_told_nor_kept(run: Run, world: World, tmp_path: Path) -> None:
    folder = world.enrolled("one")
    foreign = picture(tmp_path / "wifi.png", SECRET)
    ran = run("scan", "--json", "--dir", str(folder), str(foreign))
    assert ran.code == 1
    (seen,) = objects(ran)
    assert seen["texts"] == [None]
    assert seen["verdicts"][0]["verdict"] == "not_ours"
    spoken = run("scan", "--dir", str(folder), str(foreign))
    assert "Autre QR code" in spoken.output
    assert "hirondelle" not in ran.output + ran.errors + spoken.output + spoken.errors
    for file in folder.iterdir():
        assert b"hirondelle" not in file.read_bytes(), file.name


def test_a_camera_s_first_code(run: Run, tmp_path: Path) -> None:
    camera = tmp_path / "camera"
    camera.mkdir()
    picture(camera / "sheet.png", token(3))
    ran = run("scan", "--raw", "--json", "--once", "--camera", str(camera))
    assert ran.code == 0
    assert objects(ran) == [{"file": str(camera), "texts": [token(3)], "ms": None}]
    ran = run("scan", "--raw", "--json", "--camera", str(tmp_path / "nowhere"))
    assert ran.code == 1
    assert objects(ran)[0]["fault"] == "absent"


def test_a_pdf_is_read_page_by_page(run: Run, tmp_path: Path) -> None:
    pages = []
    for seed in (1, 2):
        with Image.open(picture(tmp_path / f"{seed}.png", token(seed))) as opened:
            pages.append(opened.convert("L"))
    pages[0].save(tmp_path / "two.pdf", save_all=True, append_images=pages[1:])
    assert len(pypdfium2.PdfDocument(tmp_path / "two.pdf")) == 2
    ran = run("scan", "--raw", "--json", str(tmp_path / "two.pdf"))
    assert objects(ran)[0]["texts"] == [token(1), token(2)]


def test_the_password_of_an_address_is_not_shown(run: Run) -> None:
    ran = run("scan", "--raw", "--json", "--camera", "http://agent:hush@127.0.0.1:1/live")
    (told,) = objects(ran)
    assert told["file"] == "http://127.0.0.1/live"
    assert "hush" not in ran.output + ran.errors
