"""The matrix of competence, from its file to the feed of every site."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from guichet.central import competence, pull, registry, training
from guichet.central.competence import BadLine, Reason, Replaced
from guichet.central.training_names import COMMUNES
from guichet.domain.competence import commune_named, site_for
from guichet.domain.model import Competence, Site
from guichet.errors import ConfigError
from guichet.store.engine import open_engine, reading, sqlite_url
from guichet.store.queries import everything
from tests.central.samples import DAY, furnish, publish
from tests.commands import Run, logging_put_back, run
from tests.posts import MORNING

__all__ = ["logging_put_back", "run"]  # fixtures

HEADER = "commune,name,procedure,site\n"
GAGNY = "93032,Gagny,,2\n"
STAINS = "93072,Stains,,1\n93072,Stains,RENOUV,2\n"


@pytest.fixture
def furnished(engine: Engine) -> Engine:
    registry.create(engine, MORNING)
    furnish(engine)
    return engine


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a central with two sites."""
    opened = open_engine(sqlite_url(tmp_path / "central.sqlite3"))
    registry.create(opened, MORNING)
    furnish(opened)
    opened.dispose()
    return tmp_path


def table(folder: Path, text: str) -> Path:
    path = folder / "matrix.csv"
    path.write_text(text, "utf-8")
    return path


def matrix(engine: Engine) -> dict[str, tuple[str, int]]:
    with reading(engine) as connection:
        rows = everything(connection, Competence)
    return {row.id: (row.name, row.site) for row in rows}


def changes(engine: Engine, site: int, since: int = 0) -> tuple[dict[str, Any], int]:
    """What the site's feed says of competences after `since`, and how far it goes."""
    with reading(engine) as connection:
        text, last, more = pull.rows_json(connection, site, since, 100_000, DAY)
    assert not more
    kinds = [change for change in json.loads(text) if change["kind"] == "competence"]
    return {change["key"]: change["record"] for change in kinds}, last


def test_a_file_becomes_the_matrix_of_every_site(furnished: Engine, tmp_path: Path) -> None:
    done = competence.replace(furnished, table(tmp_path, HEADER + GAGNY + STAINS))
    assert done == Replaced(3, 3, 0)
    expected = {
        "93032:": ("Gagny", 2),
        "93072:": ("Stains", 1),
        "93072:RENOUV": ("Stains", 2),
    }
    assert matrix(furnished) == expected
    for site in (1, 2):
        seen, _last = changes(furnished, site)
        assert {key: (row["name"], row["site"]) for key, row in seen.items()} == expected
    publish(furnished, 3, Site(3, "Saint-Denis", "2 rue Catulienne", "Europe/Paris", 30, 15))
    assert changes(furnished, 3)[0].keys() == expected.keys()


def test_what_is_gone_leaves_a_tombstone_in_every_feed(furnished: Engine, tmp_path: Path) -> None:
    competence.replace(furnished, table(tmp_path, HEADER + GAGNY + STAINS))
    before = {site: changes(furnished, site)[1] for site in (1, 2)}
    text = HEADER + "93032,Gagny,,1\n93072,Stains,,1\n"
    assert competence.replace(furnished, table(tmp_path, text)) == Replaced(2, 1, 1)
    assert matrix(furnished) == {"93032:": ("Gagny", 1), "93072:": ("Stains", 1)}
    for site in (1, 2):
        seen, _last = changes(furnished, site, before[site])
        assert seen.keys() == {"93032:", "93072:RENOUV"}  # Stains is as it was
        assert seen["93032:"]["site"] == 1
        assert seen["93072:RENOUV"] is None


def test_the_same_file_again_changes_nothing(furnished: Engine, tmp_path: Path) -> None:
    path = table(tmp_path, HEADER + GAGNY)
    competence.replace(furnished, path)
    before = changes(furnished, 1)
    assert competence.replace(furnished, path) == Replaced(1, 0, 0)
    assert changes(furnished, 1) == before


def test_one_bad_line_and_nothing_is_imported(furnished: Engine, tmp_path: Path) -> None:
    competence.replace(furnished, table(tmp_path, HEADER + GAGNY))
    before = changes(furnished, 1)
    lines = [
        "93072,Stains,,1",
        "93340,,,1",
        "",
        "1001,L’Abergement,,1",
        "93072,Stains,,2",
        "93072,Saint-Denis,RENOUV,2",
        "93066,Saint-Denis,ZUT,9",
        "93027,La Courneuve,1",
        "93070,Saint-Ouen,,un",
    ]
    done = competence.replace(furnished, table(tmp_path, HEADER + "\n".join(lines)))
    assert done == [
        BadLine(3, Reason.NAME, ""),
        BadLine(5, Reason.COMMUNE, "1001"),
        BadLine(6, Reason.TWICE, "93072"),
        BadLine(7, Reason.OTHER_NAME, "Saint-Denis"),
        BadLine(8, Reason.PROCEDURE, "ZUT"),
        BadLine(8, Reason.SITE, "9"),
        BadLine(9, Reason.COLUMNS, "3"),
        BadLine(10, Reason.SITE, "un"),
    ]
    assert matrix(furnished) == {"93032:": ("Gagny", 2)}
    assert changes(furnished, 1) == before


def test_a_spreadsheets_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "matrix.csv"
    text = (
        'commune;name;procedure;site\r\n 93032 ;"Gagny";;2\r\n\r\n;;;\r\n2A004;Ajaccio;RENO;1\r\n'
    )
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    rows, bad = competence.read(path, {1, 2}, {"RENO"})
    assert bad == []
    assert rows == [
        Competence("93032:", "93032", "Gagny", "", 2),
        Competence("2A004:RENO", "2A004", "Ajaccio", "RENO", 1),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "première ligne"),
        (b"93032,Gagny,,2\n", "première ligne"),
        (b"commune,nom,demarche,site\n", "première ligne"),
        (HEADER.encode(), "aucune commune"),
        (HEADER.encode() + "93032,Épinay,,2".encode("latin-1"), "UTF-8"),
        (HEADER.encode() + b'93032,"' + b"x" * 200_000 + b'",,2', "CSV"),
    ],
)
def test_what_is_no_table_is_refused_in_one_sentence(
    tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "matrix.csv"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=said):
        competence.read(path, {1, 2}, set())


def test_the_command_replaces_the_matrix(run: Run, folder: Path) -> None:
    path = table(folder, HEADER + GAGNY + STAINS)
    ran = run("central", "competence", str(path), "--dir", str(folder))
    assert (ran.code, ran.errors) == (0, "")
    assert ran.output == "3 lignes\u00a0: 3 nouvelles ou modifiées, 0 retirée.\n"
    engine = open_engine(sqlite_url(folder / "central.sqlite3"))
    assert matrix(engine).keys() == {"93032:", "93072:", "93072:RENOUV"}
    engine.dispose()


def test_the_command_says_every_bad_line(run: Run, folder: Path) -> None:
    path = table(folder, HEADER + GAGNY + "93072,Stains,ZUT,9\n93,X,,1\n93001,,,1\n" + GAGNY)
    path.write_text(path.read_text("utf-8") + "93032,Bondy,RENOUV,1\na,b\n", "utf-8")
    ran = run("central", "competence", str(path), "--dir", str(folder))
    assert (ran.code, ran.output) == (1, "")
    assert ran.errors.splitlines() == [
        "Ligne 3\u00a0: démarche inconnue\u00a0: ZUT.",
        "Ligne 3\u00a0: site inconnu\u00a0: «\u00a09\u00a0».",
        "Ligne 4\u00a0: «\u00a093\u00a0» n’est pas un code INSEE de commune.",
        "Ligne 5\u00a0: le nom de la commune manque.",
        "Ligne 6\u00a0: la commune 93032 est déjà plus haut pour cette démarche.",
        "Ligne 7\u00a0: cette commune avait un autre nom plus haut que «\u00a0Bondy\u00a0».",
        "Ligne 8\u00a0: 4 colonnes attendues, 2 trouvées.",
        "Rien n’a été importé\u00a0: corrigez ces lignes, puis recommencez.",
    ]
    engine = open_engine(sqlite_url(folder / "central.sqlite3"))
    assert matrix(engine) == {}
    engine.dispose()


def test_training_knows_the_communes_of_seine_saint_denis() -> None:
    rows = training.communes()
    # Arrondissements of Bobigny, Le Raincy and Saint-Denis since the merger of 1 January 2025.
    assert [sum(row.site == site for row in rows) for site in (1, 2, 3)] == [9, 22, 8]
    assert {(row.commune[:2], row.procedure) for row in rows} == {("93", "")}
    raincy = commune_named(rows, "le raincy")
    assert raincy is not None
    found = site_for(rows, raincy.code, "RENO")
    assert found is not None
    assert found.site == 2
    for names in COMMUNES.values():
        for name in names:
            assert commune_named(rows, name) is not None, name


def test_training_sends_its_matrix_to_every_site(tmp_path: Path) -> None:
    engine = open_engine(sqlite_url(tmp_path / "central.sqlite3"))
    registry.create(engine, MORNING)
    training.load(engine, DAY, MORNING, persons=60)
    for site in (1, 2, 3):
        assert len(changes(engine, site)[0]) == 39
    engine.dispose()
