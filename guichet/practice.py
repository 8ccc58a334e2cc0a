"""The demo's practice camera: pictures of pages as people hold them out, good and bad."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, select

from guichet.central.registry import authority
from guichet.central.training import loaded_day
from guichet.central.training_people import persona_id
from guichet.convocation.document import Convocation, render_png
from guichet.convocation.token import new_key, sign
from guichet.domain.birth import BirthDate
from guichet.domain.claims import Claims
from guichet.domain.model import Appointment, AppointmentStatus, Person, Procedure, Site
from guichet.domain.names import display_name
from guichet.store.booking import Authority
from guichet.store.engine import reading
from guichet.store.records import TABLES, from_row, get

TRAIN_TICKET = "i0CVVOGN7L 61TQ93H PARIS NORD BOBIGNY 2 CL PLEIN TARIF 0426"
_APPOINTMENT = TABLES["appointment"]
_EXPECTED = 4
_PPI = 100.0


def print_pages(engine: Engine, folder: Path, now: datetime) -> list[Path]:
    """Write the pictures into `folder` in place of the older ones; `now` is UTC.

    Four people of Bobigny expected about now, one too late, one of another day, one cancelled, one
    moved since, one of another site, one altered, one signed by an unknown key, one whose name was
    changed on the paper, and a train ticket. Raises StoreError and DocumentError.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for old in folder.glob("*.png"):
        old.unlink()
    sign_again = authority(engine)
    with reading(engine) as connection:
        pages = _pages(connection, engine, sign_again, now)
    paths = []
    for name, page in pages:
        path = folder / f"{name}.png"
        path.write_bytes(render_png(page, _PPI))
        path.chmod(0o600)
        paths.append(path)
    return paths


def _pages(
    connection: Connection, engine: Engine, central: Authority, now: datetime
) -> list[tuple[str, Convocation]]:
    del engine
    pages: list[tuple[str, Convocation]] = []
    for rank, appointment in enumerate(_expected(connection, now), 1):
        pages.append((f"01-attendu-{rank}", _page(connection, appointment)))
    for name, key in (
        ("02-en-retard", "priority_late"),
        ("03-autre-jour", "tomorrow"),
        ("04-annule", "cancelled"),
        ("05-autre-site", "other_site"),
    ):
        found = _of_persona(connection, key)
        if found is not None:
            pages.append((name, _page(connection, found)))
    moved = _of_persona(connection, "moved")
    if moved is not None:
        person = _needed(get(connection, Person, moved.person))
        before = replace(moved, revision=1, starts_at=moved.starts_at - timedelta(hours=1))
        before = replace(before, token=central.sign(before, person))
        pages.append(("06-remplace", _page(connection, before)))
    genuine = _of_persona(connection, "altered")
    if genuine is not None:
        page = _page(connection, genuine)
        pages += [
            ("07-nom-change", replace(page, person_name="DURAND Michel")),
            ("08-falsifie", replace(page, token=_altered(page.token))),
            ("09-cle-inconnue", replace(page, token=_stranger(genuine))),
            ("10-billet-de-train", replace(page, token=TRAIN_TICKET)),
        ]
    return pages
