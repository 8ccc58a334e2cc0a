"""Secrets in the keyring of the user's session (Secret Service, macOS Keychain, Windows).

It opens with the user's password, so that the disk alone gives nothing away. Where there is none,
nothing pretends to be one: a key in a file beside what it opens protects nothing.
"""

from typing import TYPE_CHECKING

from guichet.errors import ConfigError
from guichet.i18n import _

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_SERVICE = "guichet"


def name() -> str:
    """What the keyring is called, empty when there is none."""
    found = _keyring()
    return found.name if found is not None else ""


def keep(owner: str, secret: str) -> None:
    """Keep a secret under that name, instead of an earlier one. Raises ConfigError."""
    from keyring.errors import KeyringError  # noqa: PLC0415 - slow

    found = _keyring()
    if found is None:
        raise _closed()
    try:
        found.set_password(_SERVICE, owner, secret)
    except KeyringError as error:
        raise _closed() from error


def find(owner: str) -> str | None:
    """The secret kept under that name, if any. Raises ConfigError when the keyring stays closed."""
    from keyring.errors import KeyringError  # noqa: PLC0415 - slow

    found = _keyring()
    if found is None:
        raise _closed()
    try:
        return found.get_password(_SERVICE, owner)
    except KeyringError as error:
        raise _closed() from error


def drop(owner: str) -> None:
    """Forget the secret kept under that name. Raises ConfigError when the keyring stays closed."""
    from keyring.errors import KeyringError, PasswordDeleteError  # noqa: PLC0415 - slow

    found = _keyring()
    if found is None:
        raise _closed()
    try:
        found.delete_password(_SERVICE, owner)
    except PasswordDeleteError:
        return  # there was none
    except KeyringError as error:
        raise _closed() from error


def _keyring() -> "KeyringBackend | None":
    """The session's keyring; those below 1 keep nothing, or keep it readable."""
    import keyring  # noqa: PLC0415 - slow, and most folders need none

    found = keyring.get_keyring()
    return found if found.priority >= 1 else None


def _closed() -> ConfigError:
    return ConfigError(
        _(
            "Le trousseau de cette session ne s’ouvre pas, et il garde la clé des données de ce "
            "poste. Ouvrez la session habituelle, déverrouillez-le, puis recommencez."
        )
    )
