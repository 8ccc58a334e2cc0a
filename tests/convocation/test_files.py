"""Writing, opening and printing, with real programs of our own in place of the desktop's."""

import dataclasses
import os
import stat
import sys
import threading
from pathlib import Path

import pytest

from guichet.convocation.document import render, write
from guichet.convocation.press import open_document, print_document, printer_available
from guichet.errors import DocumentError
from tests.convocation.samples import CONVOCATION
from tests.waiting import until

unix = pytest.mark.skipif(sys.platform == "win32", reason="shell scripts")
VIEWER = "open" if sys.platform == "darwin" else "xdg-open"


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the whole PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def program(folder: Path, name: str, script: str) -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def test_the_file_is_named_by_the_reference_and_says_nothing_of_the_person(tmp_path: Path) -> None:
    path = write(CONVOCATION, tmp_path / "new" / "folder")
    assert path.name == "convocation-7K4Q-92XD-3.pdf"
    assert path.read_bytes() == render(CONVOCATION)
    assert list(path.parent.iterdir()) == [path]


@unix
def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    assert stat.S_IMODE(write(CONVOCATION, tmp_path).stat().st_mode) == 0o600


def test_a_new_version_replaces_the_file(tmp_path: Path) -> None:
    older = write(CONVOCATION, tmp_path).read_bytes()
    newer = write(dataclasses.replace(CONVOCATION, revision=2), tmp_path)
    assert newer.read_bytes() != older
    assert list(tmp_path.iterdir()) == [newer]


def test_a_folder_that_cannot_be_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DocumentError, match="choisissez un autre dossier"):
        write(CONVOCATION, tmp_path / "file")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write all")
def test_a_folder_without_the_right_to_write_is_an_error_that_names_it(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(DocumentError, match=tmp_path.name):
        write(CONVOCATION, tmp_path)


@unix
def test_a_disk_that_is_full_keeps_the_older_file_and_leaves_no_other(tmp_path: Path) -> None:
    import resource  # noqa: PLC0415 - not on Windows

    path = write(CONVOCATION, tmp_path)
    before = path.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(DocumentError, match="libérez de la place"):
            write(dataclasses.replace(CONVOCATION, revision=2), tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == before


@unix
def test_the_viewer_gets_the_file_and_is_not_waited_for(programs: Path, tmp_path: Path) -> None:
    gate, seen = tmp_path / "gate", tmp_path / "seen"
    os.mkfifo(gate)
    program(programs, VIEWER, f'printf "%s" "$1" > "{seen}"; read closed < "{gate}"')
    path = tmp_path / "a b.pdf"
    open_document(path)
    assert seen.read_text() == str(path)
    (waiting,) = (thread for thread in threading.enumerate() if thread.name == "viewer")
    gate.write_text("closed\n")
    until(lambda: not waiting.is_alive(), what="the closed viewer to be reaped")


@unix
@pytest.mark.parametrize("script", [None, "exit 3"], ids=["no program", "program without a viewer"])
def test_no_viewer_is_an_error_that_says_what_to_do(
    programs: Path, tmp_path: Path, script: str | None
) -> None:
    if script is not None:
        program(programs, VIEWER, script)
    with pytest.raises(DocumentError, match="installez un lecteur de PDF"):
        open_document(tmp_path / "x.pdf")


@unix
def test_printing_hands_the_file_to_lp(programs: Path, tmp_path: Path) -> None:
    assert not printer_available()
    program(programs, "lp", f'printf "%s" "$*" > "{tmp_path}/seen"')
    assert printer_available()
    print_document(tmp_path / "-x.pdf")
    assert (tmp_path / "seen").read_text() == f"-- {tmp_path}/-x.pdf"


@unix
def test_no_printing_system_is_an_error_that_says_what_to_do(
    programs: Path, tmp_path: Path
) -> None:
    assert list(programs.iterdir()) == []
    with pytest.raises(DocumentError, match=r"pas de système d’impression.*lecteur de PDF"):
        print_document(tmp_path / "x.pdf")


@unix
def test_what_lp_complains_of_is_told(programs: Path, tmp_path: Path) -> None:
    program(programs, "lp", "echo 'lp: no default destination' >&2; exit 1")
    with pytest.raises(DocumentError, match=r"refusée .lp: no default destination"):
        print_document(tmp_path / "x.pdf")
