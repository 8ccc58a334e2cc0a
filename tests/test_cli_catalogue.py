"""The commands that take in a catalogue and write it out."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from guichet.central.catalogue_file import read
from tests.commands import Run, logging_put_back, run

__all__ = ["logging_put_back", "run"]  # fixtures

EXAMPLE = Path(__file__).parents[1] / "docs" / "catalogue.example.toml"


def written(folder: Path, text: str) -> Path:
    path = folder / "catalogue.toml"
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def ask(run: Run, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """What `catalogue import` answers in JSON, in a central of its own."""

    def command(*words: str, code: int = 0) -> dict[str, Any]:
        where = ("--json", "--dir", str(tmp_path / "central"))
        ran = run("central", "catalogue", "import", *words, *where)
        assert ran.code == code, ran
        answer: dict[str, Any] = json.loads(ran.output)
        return answer

    return command


def test_the_example_is_imported_and_written_out(
    run: Run, ask: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    where = ("--dir", str(tmp_path / "central"))
    assert "catalogue import" in run("central", "init", *where).output
    assert "catalogue import" in run("central", "enrol-code", "1", *where).errors
    path = written(tmp_path, run("central", "catalogue", "export", *where).output)
    assert run("central", "catalogue", "import", str(path), *where).errors.splitlines()[0] == (
        "Le fichier, [[sites]]\u00a0: cela ne va pas, mettez au moins un [[sites]]."
    )
    tried = ask(str(EXAMPLE), "--check")
    assert (tried["imported"], len(tried["changes"]), tried["bad"]) == (False, 6, [])
    done = ask(str(EXAMPLE))
    assert (done["imported"], done["changes"]) == (True, tried["changes"])
    exported = run("central", "catalogue", "export", *where)
    path = written(tmp_path, exported.output)
    assert read(path) == read(EXAMPLE)
    assert ask(str(path))["changes"] == []
    path.write_text(exported.output.replace("minutes = 20", "minutes = 25"), "utf-8")
    told = run("central", "catalogue", "import", str(path), "--check", *where)
    assert told.output.splitlines() == [
        "Démarche RENO, minutes\u00a0: 20 → 25",
        "Rien n’a été importé\u00a0: c’était un essai (--check).",
    ]
    assert "déjà" in run("central", "init", "--training", *where).errors


def test_the_command_says_everything_that_is_wrong_and_what_to_do(
    run: Run, ask: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    where = ("--dir", str(tmp_path / "central"))
    text = EXAMPLE.read_text("utf-8")
    ask(str(EXAMPLE))
    wrong = text.replace("minutes = 20", "minuets = 20").replace('lane = "C"', 'lane = "X"')
    path = written(tmp_path, wrong + "\n[autre]\n")
    told = run("central", "catalogue", "import", str(path), *where)
    assert (told.code, told.output) == (1, "")
    assert told.errors.splitlines() == [
        (
            "Démarche RENO (le n°\u00a02 du fichier), minutes\u00a0: cela manque, mettez un nombre "
            "entier de minutes, de 1 à 480."
        ),
        (
            "Démarche RENO (le n°\u00a02 du fichier)\u00a0: le champ minuets n’existe pas\u202f; "
            "il y a code, label, family, minutes, lane, number_required, channel_note, documents, "
            "renewal."
        ),
        (
            'Démarche REMI (le n°\u00a03 du fichier), lane\u00a0: "X" ne va pas, mettez une lettre '
            'majuscule autre que X, par exemple "B".'
        ),
        "«\u00a0autre\u00a0» n’existe pas\u00a0: il y a des [[sites]] et des [[procedures]].",
        "Rien n’a été importé\u00a0: corrigez cela, puis recommencez.",
    ]
    refused = ask(str(path), code=1)
    assert (refused["imported"], refused["changes"]) == (False, [])
    assert refused["bad"][0] == {
        "kind": "procedures",
        "key": "RENO",
        "place": 2,
        "field": "minutes",
        "reason": "missing",
        "value": "",
    }
    run("central", "enrol-code", "2", *where)
    fewer = text[: text.index("[[sites]]\nnumber = 2")] + text[text.index("[[procedures]]") :]
    told = run("central", "catalogue", "import", str(written(tmp_path, fewer)), *where)
    assert (told.code, told.errors.splitlines()[0].partition(". ")[0]) == (
        1,
        "Site 2\u00a0: cela n’est plus dans le fichier, mais sert encore\u00a0: d’autres données",
    )
