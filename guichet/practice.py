"""The demo's practice camera: pictures of pages as people hold them out, good and bad."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from guichet.central.registry import authority
from guichet.central.training_people import persona_id
from guichet.convocation.document import Convocation, convocation_of, render_png
from guichet.convocation.token import Unverified, new_key, sign, verify
from guichet.domain.claims import Claims
from guichet.domain.model import Appointment, AppointmentStatus, Person, Procedure, Site
from guichet.errors import DocumentError
from guichet.i18n import _
from guichet.scanner.frames import opencv
from guichet.store.booking import Authority
from guichet.store.engine import reading
from guichet.store.queries import appointments_of
from guichet.store.records import TABLES, get, records

TRAIN_TICKET = "I0CVVOGN7L 61TQ93H PARIS NORD 2 CL PLEIN TARIF"

_APPOINTMENT = TABLES["appointment"]
_SITE = 1
_EXPECTED = 4
_JUST_PAST, _SOON = timedelta(minutes=5), timedelta(minutes=25)


def print_pages(engine: Engine, folder: Path, now: datetime) -> list[Path]:
    """Write the pictures into `folder` in place of the older ones; `now` is UTC.

    People of Bobigny expected about now; one too late, one of another day, one cancelled, one of
    another site, one moved since; a page whose name was changed, a forged one, one of an unknown
    key; a train ticket. Raises StoreError, and DocumentError when the folder cannot take them.
    """
    central = authority(engine, now)
    with reading(engine) as connection:
        pages = _good_pages(connection, now) + _bad_pages(connection, central)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for old in folder.glob("[0-9][0-9]-*.png"):
            old.unlink()
        written = []
        for name, picture in [*((n, render_png(p)) for n, p in pages), _train_ticket()]:
            path = folder / f"{name}.png"
            path.write_bytes(picture)
            path.chmod(0o600)
            written.append(path)
    except OSError as error:
        raise DocumentError(
            _(
                "Le dossier {folder} de la caméra d’entraînement ne peut pas être rempli "
                "({why})\u00a0: libérez de la place ou choisissez un autre dossier avec --dir."
            ).format(folder=folder, why=error.strerror)
        ) from error
    return written


def _good_pages(connection: Connection, now: datetime) -> list[tuple[str, Convocation]]:
    """Pages of people expected about now."""
    statement = (
        select(_APPOINTMENT)
        .where(
            _APPOINTMENT.c.site == _SITE,
            _APPOINTMENT.c.status == AppointmentStatus.BOOKED.value,
            _APPOINTMENT.c.starts_at.between(now - _JUST_PAST, now + _SOON),
        )
        .order_by(_APPOINTMENT.c.starts_at.desc(), _APPOINTMENT.c.id)
        .limit(_EXPECTED)
    )
    found = records(connection, Appointment, statement)
    return [(f"01-attendu-{n}", _page(connection, a)) for n, a in enumerate(found, 1)]


def _bad_pages(connection: Connection, central: Authority) -> list[tuple[str, Convocation]]:
    """Pages that admit nobody at once."""
    moved = _of_persona(connection, "moved")
    before = replace(moved, revision=1, starts_at=moved.starts_at - timedelta(hours=1))
    first = replace(before, token=central.sign(before, _person(connection, before)))
    genuine = _of_persona(connection, "altered")
    page = _page(connection, genuine)
    key, private, _public = new_key()
    signer = verify(page.token, {})
    signed_by = signer.kid if isinstance(signer, Unverified) else ""
    return [
        ("02-en-retard", _page(connection, _of_persona(connection, "priority_late"))),
        ("03-autre-jour", _page(connection, _of_persona(connection, "short_card"))),
        ("04-annulé", _page(connection, _of_persona(connection, "cancelled"))),
        ("05-autre-site", _page(connection, _of_persona(connection, "other_site"))),
        ("06-remplacé", _page(connection, first)),
        ("07-nom-changé", replace(page, person_name="DURAND Michel")),
        ("08-falsifié", replace(page, token=sign(_claims(genuine), signed_by, private))),
        ("09-clé-inconnue", replace(page, token=sign(_claims(genuine), key, private))),
    ]


def _train_ticket() -> tuple[str, bytes]:
    """A picture of a QR code that is not ours."""
    cv2 = opencv()
    code = cv2.QRCodeEncoder.create().encode(TRAIN_TICKET)
    white = cv2.copyMakeBorder(code, 6, 6, 6, 6, cv2.BORDER_CONSTANT, value=255)
    large = cv2.resize(white, None, fx=8, fy=8, interpolation=cv2.INTER_NEAREST)
    return "10-billet-de-train", cv2.imencode(".png", large)[1].tobytes()


def _page(connection: Connection, appointment: Appointment) -> Convocation:
    person = _person(connection, appointment)
    procedure = get(connection, Procedure, appointment.procedure)
    site = get(connection, Site, appointment.site)
    if procedure is None or site is None:
        raise LookupError(appointment.id)
    return convocation_of(appointment, person, procedure, site, appointment.booked_at.date())


def _person(connection: Connection, appointment: Appointment) -> Person:
    person = get(connection, Person, appointment.person)
    if person is None:
        raise LookupError(appointment.person)
    return person


def _of_persona(connection: Connection, key: str) -> Appointment:
    """The persona's first appointment. Raises LookupError when this is no training data."""
    found = appointments_of(connection, persona_id(key))
    if not found:
        raise LookupError(key)
    return min(found, key=lambda appointment: appointment.booked_at)


def _claims(appointment: Appointment) -> Claims:
    return Claims(
        appointment.id, appointment.revision, appointment.site, appointment.starts_at, b"\0\0\0\0"
    )
