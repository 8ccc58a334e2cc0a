"""The printed convocation: a tagged PDF (PDF/UA-1) of one A4 page, written, opened and printed.

The page is composed by typst, in process, from convocation.typ. Everything said on it is in French,
the only version with legal value; a notice in the person's language may follow.
"""

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
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from guichet.domain.birth import BirthDate
from guichet.domain.calendar_fr import clock, long_date
from guichet.domain.model import Appointment, Person, Procedure, Site
from guichet.domain.names import display_name
from guichet.errors import DocumentError
from guichet.i18n import _

if TYPE_CHECKING:
    import typst

FREE_OF_CHARGE = (
    "La prise de rendez-vous est gratuite. "
    "N’achetez jamais un rendez-vous\u202f: cette convocation est personnelle."
)
QR_MM = 48  # the symbol without its white margin; 46 to 50 reads at 20 cm from a 640×480 webcam

_LEAST_QR_VERSION = 7  # smaller ones lack the alignment patterns that save a folded page
_RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "prs", "ps", "sd", "ug", "ur", "yi"})
_VIEWER_START = 1.0  # seconds in which a viewer that cannot start has said so
_PRINT_WAIT = 30.0  # seconds for the printing system to take a page in its queue
_REFERENCE = re.compile(r"[0-9A-Z]+(-[0-9A-Z]+)*")
_FONT_PACKAGES = ("fontpkg_noto_sans", "fontpkg_noto_sans_arabic", "fontpkg_noto_sans_tamil")


@dataclass(frozen=True, kw_only=True, slots=True)
class Convocation:
    """Everything that is printed.

    `starts_at` is the site's local time, aware; `minutes` the planned duration; `birth` as it is to
    be read, for it may lack a day or a month; `site_address` may have several lines; `desk` says
    where inside the site; `token` is the QR code's text. `notice_translated` is a title and lines
    in `language` (ISO 639-1), which gives their direction.
    Raises ValueError for a naive `starts_at` or a `reference` that is not ours.
    """

    reference: str
    person_name: str
    birth: str | None = None
    procedure: str
    documents: tuple[str, ...]
    starts_at: datetime
    minutes: int
    site_name: str
    site_address: str
    desk: str | None = None
    needs: tuple[str, ...] = ()
    token: str
    revision: int
    issued_on: date
    language: str = "fr"
    notice_translated: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.starts_at.tzinfo is None:
            raise ValueError("starts_at must be aware")
        if not _REFERENCE.fullmatch(self.reference):
            # It names a file: nothing else may come through.
            raise ValueError(f"not a reference: {self.reference!r}")


def convocation_of(
    appointment: Appointment, person: Person, procedure: Procedure, site: Site, issued_on: date
) -> Convocation:
    """The convocation of a confirmed appointment; raises ValueError when it has no token."""
    if appointment.token is None:
        raise ValueError("central has not confirmed this appointment")
    return Convocation(
        reference=appointment.reference,
        person_name=display_name(person.family_name, person.given_names),
        birth=str(BirthDate.from_text(person.birth)),
        procedure=procedure.label,
        documents=procedure.documents,
        starts_at=appointment.starts_at.astimezone(ZoneInfo(site.time_zone)),
        minutes=appointment.minutes,
        site_name=site.name,
        site_address=site.address,
        token=appointment.token,
        revision=appointment.revision,
        issued_on=issued_on,
        language=person.language,
    )


def render(convocation: Convocation) -> bytes:
    """The convocation as a PDF. Raises DocumentError for a character no font of ours can print."""
    return _compile(convocation, format="pdf", pdf_standards=["ua-1"])[0]


def render_png(convocation: Convocation, ppi: float = 100) -> bytes:
    """A picture of the first page, `ppi` pixels an inch, as a camera would see the paper."""
    return _compile(convocation, format="png", ppi=ppi)[0]


def write(convocation: Convocation, folder: Path) -> Path:
    """Write the PDF in `folder`, readable by its owner only, and give its path.

    The name says the reference and nothing about the person. An older file of that name is replaced
    whole or not at all. Raises DocumentError when the folder cannot take it.
    """
    return _put(folder, f"convocation-{convocation.reference}.pdf", render(convocation))


def write_picture(convocation: Convocation, folder: Path) -> Path:
    """Write a picture of the page in `folder` the same way, for the practice camera."""
    return _put(folder, f"{convocation.reference}.png", render_png(convocation))


def _put(folder: Path, name: str, content: bytes) -> Path:
    target = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(prefix=".convocation-", suffix=".part", dir=folder)
        try:
            with os.fdopen(handle, "wb") as file:  # mkstemp made it 0600
                file.write(content)
            os.replace(part, target)  # noqa: PTH105 - pathlib's replace says the same of a str
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise
    except OSError as error:
        message = _(
            "La convocation n’a pas pu être enregistrée dans {folder} ({why})\u202f: "
            "libérez de la place ou choisissez un autre dossier, puis recommencez."
        )
        raise DocumentError(message.format(folder=folder, why=error.strerror)) from error
    return target


def open_document(path: Path) -> None:
    """Show the file in the desktop's viewer, without waiting for it to be closed.

    Waits up to a second to learn that no viewer starts. Raises DocumentError then.
    """
    message = _(
        "Aucun logiciel n’a pu afficher {path}\u202f: installez un lecteur de PDF, "
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
        message = _("Ce poste n’a pas de système d’impression\u202f: {advice}")
        raise DocumentError(message.format(advice=advice)) from error
    except subprocess.TimeoutExpired as error:
        message = _("L’imprimante ne répond pas\u202f: {advice}")
        raise DocumentError(message.format(advice=advice)) from error
    if done.returncode != 0:
        message = _("L’impression a été refusée ({why})\u202f: {advice}")
        why = done.stderr.strip() or done.returncode
        raise DocumentError(message.format(why=why, advice=advice))


def _compile(convocation: Convocation, **options: Any) -> list[bytes]:
    import typst  # noqa: PLC0415 - a heavy extension, for those who print only

    template = importlib.resources.files(__package__).joinpath("convocation.typ").read_bytes()
    inputs = {"convocation": json.dumps(_inputs(convocation))}
    try:
        result = typst.compile(
            template, font_paths=_fonts(), ignore_system_fonts=True, sys_inputs=inputs, **options
        )
    except typst.TypstError as error:
        if "PDF/UA-1 error: the text" not in error.message:
            raise  # not the text's fault: a fault in the template
        message = _(
            "La convocation contient un caractère qui ne peut pas être imprimé ({why})\u202f: "
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
    import typst  # noqa: PLC0415

    folders = [str(importlib.resources.files(name) / "files") for name in _FONT_PACKAGES]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


def _inputs(it: Convocation) -> dict[str, Any]:
    modules, svg = _qr_svg(it.token)
    return {
        "reference": it.reference,
        "person_name": it.person_name,
        "birth": it.birth,
        "procedure": it.procedure,
        "documents": it.documents,
        "day": long_date(it.starts_at).replace(" ", "\u00a0"),
        "hour": clock(it.starts_at),
        "duration": f"{it.minutes}\u00a0minutes",
        "site_name": it.site_name,
        "site_address": it.site_address,
        "desk": it.desk,
        "needs": it.needs,
        "notice": FREE_OF_CHARGE,
        "language": it.language,
        "rtl": it.language in _RIGHT_TO_LEFT,
        "translated": it.notice_translated,
        "footer": f"Convocation {it.reference}, version {it.revision},"
        f" éditée le {long_date(it.issued_on)}",
        "issued": {"year": it.issued_on.year, "month": it.issued_on.month, "day": it.issued_on.day},
        "qr_mm": QR_MM,
        "qr_modules": modules,
        "qr_svg": svg,
    }


def _qr_svg(token: str) -> tuple[int, str]:
    """The modules a side, and the symbol alone as one SVG path: a single fill leaves no seams."""
    import qrcode  # noqa: PLC0415 - heavy, see above
    from qrcode.util import MODE_ALPHA_NUM, QRData  # noqa: PLC0415

    code = qrcode.QRCode(
        version=_LEAST_QR_VERSION, error_correction=qrcode.constants.ERROR_CORRECT_Q, border=0
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
