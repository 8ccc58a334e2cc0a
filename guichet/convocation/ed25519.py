"""Ed25519 (RFC 8032) as tokens need it; apart, so that its 7 MiB load with the first signature."""

from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


def generate() -> tuple[bytes, bytes]:
    """A fresh private seed and its public key, 32 bytes each."""
    key = Ed25519PrivateKey.generate()
    return key.private_bytes_raw(), key.public_key().public_bytes_raw()


def signature(private: bytes, message: bytes) -> bytes:
    """The 64-byte signature of `message` by the seed `private`."""
    return _key(private).sign(message)


@lru_cache(maxsize=2)
def _key(private: bytes) -> Ed25519PrivateKey:
    # Reading it takes longer than a signature.
    return Ed25519PrivateKey.from_private_bytes(private)


def is_signed(public: bytes, signed: bytes, message: bytes) -> bool:
    """Whether `signed` is the signature of `message` by the owner of `public`."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signed, message)
    except InvalidSignature:
        return False
    return True
