"""How PINs are kept: argon2id, so that a stolen disk does not give them away at once."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one lane at least. The library's own
# 64 MiB would nearly double what the application holds in memory, at each sign-in.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hash_pin(pin: str) -> str:
    """The hash to keep, its parameters and salt included."""
    return _HASHER.hash(pin)


def is_pin(pin_hash: str, pin: str) -> bool:
    """Whether the PIN is the one hashed; False too for a hash that is none."""
    try:
        return _HASHER.verify(pin_hash, pin)
    except (VerificationError, InvalidHashError):
        return False
