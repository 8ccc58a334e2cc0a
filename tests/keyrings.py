"""A keyring for tests: it keeps what it is given, and may be locked."""

from collections.abc import Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError


class TestKeyring(KeyringBackend):
    """Kept in memory, as a session's keyring is kept apart from the disk of the station."""

    __test__ = False
    priority = 5

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # keyring says no types here
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        self._open()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._open()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._open()
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError(username)

    def _open(self) -> None:
        if self.locked:
            raise KeyringLocked


@pytest.fixture
def session_keyring() -> Iterator[TestKeyring]:
    """The session has a keyring, for this test."""
    before = keyring.get_keyring()
    made = TestKeyring()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)
