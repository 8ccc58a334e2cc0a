"""A station's folder taken into use: held against a second one, its database sound, up to date."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import Engine

from guichet.config import Enrolment, load_settings
from guichet.errors import ConfigError
from guichet.i18n import _, ngettext
from guichet.station.core import Core
from guichet.station.retention import DATABASE
from guichet.store.upkeep import migrate_safely, open_whole, salvage
from guichet.sync import outbox


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder against a second program; the system lets go when the process ends.

    Raises ConfigError when another has it.
    """
    # The thread that closes a station is seldom the one that opened it.
    lock = FileLock(
        folder / "station.lock",
        mode=0o600,
        blocking=False,
        thread_local=False,
        fallback_to_soft=False,  # that one would outlive a killed process
    )
    try:
        lock.acquire()
    except Timeout as error:
        raise ConfigError(
            _("guichet est déjà ouvert avec ce dossier. Fermez l’autre fenêtre, ou changez --dir.")
        ) from error
    except (OSError, NotImplementedError) as error:
        raise ConfigError(
            _(
                "Le dossier {folder} ne peut pas être réservé ({why})\u00a0: vérifiez ses droits, "
                "et qu’il est sur un disque de cet ordinateur."
            ).format(folder=folder, why=getattr(error, "strerror", None) or error)
        ) from error
    try:
        yield
    finally:
        lock.release()


def in_use(folder: Path) -> bool:
    """Whether a program holds the folder. Raises ConfigError when that cannot be told.

    The lock is taken for a moment to find out.
    """
    try:
        with locked(folder):
            return False
    except ConfigError as error:
        if isinstance(error.__cause__, Timeout):
            return True
        raise


def not_enrolled() -> ConfigError:
    """The fault of a folder that no station has been made of yet."""
    return ConfigError(
        _("Ce poste n’est pas encore enrôlé. Lancez «\u00a0guichet enrol ADRESSE\u00a0» une fois.")
    )


@dataclass(frozen=True, slots=True)
class Prepared:
    """A station's database, sound and up to date.

    `aside` is the damaged file it replaces, if any, `salvaged` what could be read of its outbox.
    """

    engine: Engine
    aside: Path | None
    salvaged: list[dict[str, Any]]


def prepared(folder: Path, now: datetime, key: str = "") -> Prepared:
    """Open the station's database, with its `key` when it is encrypted.

    A damaged one is set aside and begun anew: what it held comes back from central, and what was on
    its way to central from the journal. Raises StoreError.
    """
    path = folder / DATABASE
    if key:
        from guichet.store.cipher import encrypt  # noqa: PLC0415 - only where there is a key

        encrypt(path, key)
    engine, aside = open_whole(path, now, key)
    try:
        migrate_safely(engine, path)
    except BaseException:
        engine.dispose()
        raise
    salvaged = [] if aside is None else salvage(aside, outbox.ROWS, outbox.LAST_FIRST, key)
    return Prepared(engine, aside, salvaged)


def said(aside: Path | None, restored: int) -> str:
    """What the agent is told of a database made anew; empty when there is nothing to tell.

    `restored` operations were taken from the journal.
    """
    if aside is None and not restored:
        return ""
    told = [
        _(
            "La base locale était abîmée\u00a0: elle est mise de côté ({name}) et refaite depuis "
            "la centrale."
        ).format(name=aside.name)
        if aside
        else _("La base locale n’était pas complète.")
    ]
    if restored:
        told.append(
            ngettext(
                "{n} opération faite ici a été reprise du journal et va partir.",
                "{n} opérations faites ici ont été reprises du journal et vont partir.",
                restored,
            ).format(n=restored)
        )
    return " ".join(told)


@contextmanager
def core(
    folder: Path, enrolment: Enrolment, clock: Callable[[], datetime]
) -> Iterator[tuple[Core, str]]:
    """What a station's parts share, on its database, and what the agent is told of how it opened.

    The caller holds the folder. Raises ConfigError and StoreError.
    """
    with ExitStack() as held:
        found = prepared(folder, clock(), enrolment.key)
        held.callback(found.engine.dispose)
        opened = Core(found.engine, enrolment, clock, folder)
        opened.lock_after = timedelta(days=load_settings(folder).lock_days)
        held.callback(opened.close)
        restored = 0 if found.aside is None else opened.journal.reconcile(found.salvaged)
        yield opened, said(found.aside, restored)
