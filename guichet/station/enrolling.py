"""Making a folder a station, or a station of another central, once."""

import logging
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from guichet import vault
from guichet.config import Enrolment, load_enrolment, save_enrolment, station_folder
from guichet.errors import ConfigError
from guichet.station import opening
from guichet.station.retention import DATABASE
from guichet.store.cipher import is_plain
from guichet.sync.client import CentralClient
from guichet.sync.journal import JOURNAL_FILE

logger = logging.getLogger(__name__)


def enrol(
    folder: Path,
    url: str,
    code: str,
    name: str,
    clock: Callable[[], datetime],
    *,
    fictional: bool = False,
    progress: Callable[[float], None] = lambda _part: None,
) -> Enrolment:
    """Make this folder a station: exchange the one-time code, keep the token, pull the site.

    A folder that was one before keeps what it had to send, and sends it as the new station. The
    local database is encrypted where the session has a keyring to keep its key, unless the data are
    `fictional`. `progress` is told the part of the site that was pulled, 0 to 1.
    Raises CentralRefused for a wrong, used or expired code, and the other faults of guichet.errors.
    """
    folder = station_folder(folder)  # before the code is spent
    with opening.locked(folder):
        enrolment = _enrolled(folder, url, code, name, clock, fictional=fictional)
        _pulled(folder, enrolment, clock, progress)
        return enrolment


def _pulled(
    folder: Path,
    enrolment: Enrolment,
    clock: Callable[[], datetime],
    progress: Callable[[float], None],
) -> None:
    with opening.core(folder, enrolment, clock) as (core, _notice):
        core.journal.reconcile()
        core.journal.restamp(enrolment.station)
        core.journal.start_over()  # nothing read before need be of this central, nor of this site
        core.exchange(progress)


def _enrolled(
    folder: Path,
    url: str,
    code: str,
    name: str,
    clock: Callable[[], datetime],
    *,
    fictional: bool,
) -> Enrolment:
    earlier = _earlier(folder)
    key = earlier.key if earlier is not None else ""
    if not key and not fictional and vault.name():
        key = secrets.token_hex(32)
    client = CentralClient(url)
    try:
        given = client.enrol(code, name)
    finally:
        client.close()
    enrolment = Enrolment(
        url=url,
        station=given.station,
        number=given.number,
        site=given.site,
        token=given.token,
        identity_secret=given.identity_secret,
        key=key,
        token_at=clock().isoformat(),
    )
    save_enrolment(folder, enrolment)
    if earlier is None:
        for lost in (DATABASE, JOURNAL_FILE):
            _set_aside(folder / lost)
    elif earlier.key:
        vault.drop(earlier.station)
    return enrolment


def _earlier(folder: Path) -> Enrolment | None:
    """What the folder was enrolled as, if that can still be read."""
    try:
        return load_enrolment(folder)
    except ConfigError:
        logger.warning("the earlier enrolment is lost")
        return None


def _set_aside(path: Path) -> None:
    """Rename an encrypted database whose key is lost: it is noise for ever, and in the way."""
    if path.exists() and path.stat().st_size and not is_plain(path):
        path.replace(path.with_name(f"{path.name}.illisible"))
        for left in ("-wal", "-shm"):
            path.with_name(path.name + left).unlink(missing_ok=True)
