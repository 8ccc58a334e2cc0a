"""Making a station's plain database an encrypted one."""

import os
from contextlib import closing
from pathlib import Path

from guichet.errors import StoreError
from guichet.i18n import _
from guichet.store.engine import unlock

_PLAIN = b"SQLite format 3\x00"


def encrypt(path: Path, key: str) -> None:
    """Replace a plain SQLite file, which nobody has open, by one encrypted with the key.

    Does nothing to a file that is absent or no plain SQLite file.
    What the disk held before may still be found on it by those who look for what was deleted.
    Raises StoreError; the plain file is then as it was.
    """
    if not is_plain(path):
        return
    from sqlcipher3 import dbapi2  # noqa: PLC0415 - only where something is encrypted

    made = path.with_name(f".{path.name}-sealed")
    made.unlink(missing_ok=True)
    try:
        os.close(os.open(made, os.O_CREAT | os.O_RDWR, 0o600))
        with closing(dbapi2.connect(made)) as sealed:
            unlock(sealed, key)
            sealed.execute("ATTACH DATABASE ? AS plain KEY ''", (str(path),))
            sealed.execute("SELECT sqlcipher_export('main', 'plain')")
            sealed.commit()
        made.replace(path)
        for left in ("-wal", "-shm"):
            path.with_name(path.name + left).unlink(missing_ok=True)
    except (dbapi2.Error, OSError) as error:
        made.unlink(missing_ok=True)
        raise _failed() from error


def is_plain(path: Path) -> bool:
    """Whether there is a SQLite file that is not encrypted. Raises StoreError."""
    try:
        with path.open("rb") as file:
            return file.read(len(_PLAIN)) == _PLAIN
    except FileNotFoundError:
        return False
    except OSError as error:
        raise _failed() from error


def _failed() -> StoreError:
    return StoreError(
        _(
            "La base locale n’a pas pu être chiffrée. Vérifiez la place sur le disque, "
            "puis recommencez."
        )
    )
