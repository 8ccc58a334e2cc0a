"""How a sheet becomes a file on paper: composed by typst in process, written, shown, printed."""

import functools
import importlib.resources
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from guichet.errors import DocumentError
from guichet.i18n import _

if TYPE_CHECKING:
    import typst

_TEMPLATES = Path(__file__).parent
_VIEWER_START = 1.0  # seconds in which a viewer that cannot start has said so
_PRINT_WAIT = 30.0  # seconds for the printing system to take a page in its queue
_FONT_PACKAGES = ("fontpkg_noto_sans", "fontpkg_noto_sans_arabic", "fontpkg_noto_sans_tamil")


def pdf(template: str, sheet: dict[str, Any]) -> bytes:
    """A tagged PDF (PDF/UA-1) of `sheet` laid out by a template of this folder.

    Raises DocumentError for a character no font of ours can print.
    """
    return _compile(template, sheet, format="pdf", pdf_standards=["ua-1"])[0]


def picture(template: str, sheet: dict[str, Any], ppi: float) -> bytes:
    """A PNG of the first page, `ppi` pixels an inch."""
    return _compile(template, sheet, format="png", ppi=ppi)[0]


def put(folder: Path, name: str, content: bytes) -> Path:
    """Write a file readable by its owner only, and give its path.

    An older file of that name is replaced whole or not at all. Raises DocumentError when the folder
    cannot take it.
    """
    target = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(prefix=".document-", suffix=".part", dir=folder)
        try:
            with os.fdopen(handle, "wb") as file:  # mkstemp made it 0600
                file.write(content)
            os.replace(part, target)  # noqa: PTH105 - pathlib's replace says the same of a str
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise
    except OSError as error:
        message = _(
            "Le document n’a pas pu être enregistré dans {folder} ({why})\u00a0: "
            "libérez de la place ou choisissez un autre dossier, puis recommencez."
        )
        raise DocumentError(message.format(folder=folder, why=error.strerror)) from error
    return target


def open_document(path: Path) -> None:
    """Show the file in the desktop's viewer, without waiting for it to be closed.

    Waits up to a second to learn that no viewer starts. Raises DocumentError then.
    """
    message = _(
        "Aucun logiciel n’a pu afficher {path}\u00a0: installez un lecteur de PDF, "
        "ou ouvrez ce fichier sur un autre poste."
    ).format(path=path)
    if sys.platform == "win32":
        try:
            os.startfile(path)  # noqa: S606 - the desktop chooses the viewer
        except OSError as error:
            raise DocumentError(message) from error
        return
    command = "open" if sys.platform == "darwin" else "xdg-open"
    try:
        # In a session of its own, so that closing guichet's terminal leaves the viewer open.
        viewer = subprocess.Popen(
            [command, str(path.absolute())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise DocumentError(message) from error
    try:
        if viewer.wait(_VIEWER_START) != 0:
            raise DocumentError(message)
    except subprocess.TimeoutExpired:
        threading.Thread(target=viewer.wait, daemon=True, name="viewer").start()


def printer_available() -> bool:
    """Whether this station has a printing system (``lp``) to send a document to."""
    return shutil.which("lp") is not None


def print_document(path: Path) -> None:
    """Send the file to the default printer. Raises DocumentError with the reason it was not taken.

    Waits until the printing system holds the document, 30 seconds at most, not until it is printed.
    """
    advice = _("ouvrez le document et imprimez-le depuis le lecteur de PDF.")
    try:
        done = subprocess.run(
            ["lp", "--", str(path.absolute())],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PRINT_WAIT,
            check=False,
        )
    except OSError as error:
        message = _("Ce poste n’a pas de système d’impression\u00a0: {advice}")
        raise DocumentError(message.format(advice=advice)) from error
    except subprocess.TimeoutExpired as error:
        message = _("L’imprimante ne répond pas\u00a0: {advice}")
        raise DocumentError(message.format(advice=advice)) from error
    if done.returncode != 0:
        message = _("L’impression a été refusée ({why})\u00a0: {advice}")
        why = done.stderr.strip() or done.returncode
        raise DocumentError(message.format(why=why, advice=advice))


def _compile(template: str, sheet: dict[str, Any], **options: Any) -> list[bytes]:
    import typst  # noqa: PLC0415 - a heavy extension, for those who print only

    try:
        result = typst.compile(
            _TEMPLATES / template,
            root=_TEMPLATES,
            font_paths=_fonts(),
            ignore_system_fonts=True,
            sys_inputs={"sheet": json.dumps(sheet)},
            **options,
        )
    except typst.TypstError as error:
        if "PDF/UA-1 error: the text" not in error.message:
            raise  # not the text's fault: a fault in the template
        message = _(
            "Le document contient un caractère qui ne peut pas être imprimé ({why})\u00a0: "
            "écrivez-le en lettres latines, puis recommencez."
        )
        raise DocumentError(message.format(why=_unprintable(error.message))) from error
    return result if isinstance(result, list) else [result]


def _unprintable(message: str) -> str:
    """The character that typst's message names, or the message."""
    found = re.search(r'"(.*?)"', message)
    return found[1] if found else message


@functools.cache
def _fonts() -> "typst.Fonts":
    import typst  # noqa: PLC0415 - as above

    folders = [str(importlib.resources.files(name) / "files") for name in _FONT_PACKAGES]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
