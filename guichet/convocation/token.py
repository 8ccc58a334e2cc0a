"""The signed text in a convocation's QR code: made by central, verified offline by stations.

``G1:`` and the base45 (RFC 9285) of an untagged COSE_Sign1 (RFC 9052), EdDSA over Ed25519::

    [ << {1: -8, 4: kid} >>, {}, << [id, revision, site, start, digest] >>, signature ]

The reasons behind each byte are in docs/adr/0001-token-format.md.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal

import cbor2
from base45 import b45decode, b45encode

from guichet.domain.claims import Claims

PREFIX = "G1:"
LONGEST_TEXT = 400  # characters; a real one has at most 167

_ALG, _KID, _EDDSA = 1, 4, -8  # RFC 9052 §3.1 and RFC 9053 §2.2
_KID_BYTES, _ID_BYTES, _DIGEST_BYTES, _SIGNATURE_BYTES = 3, 8, 4, 64
_UINT32 = 2**32

Reason = Literal["not_ours", "malformed", "unknown_key", "bad_signature"]


@dataclass(frozen=True, slots=True)
class Verified:
    """What a token signed by key `kid` (6 hexadecimal digits) says."""

    claims: Claims
    kid: str


@dataclass(frozen=True, slots=True)
class Unverified:
    """Why a text is not believed.

    ``not_ours`` is another QR code (a train ticket, a web address); ``malformed`` and
    ``bad_signature`` are forged, altered or badly read; ``unknown_key`` is well formed but signed
    by a key outside the keyring. `kid` is the key that the text names, empty where it names none.
    """

    reason: Reason
    kid: str = ""


def new_key() -> tuple[str, bytes, bytes]:
    """A fresh key: its id (6 hexadecimal digits), private seed and public key (32 bytes each)."""
    from guichet.convocation import ed25519  # noqa: PLC0415 - see there

    private, public = ed25519.generate()
    return key_id(public), private, public


def key_id(public: bytes) -> str:
    """The id of a public key: the first 3 bytes of its SHA-256, as 6 hexadecimal digits."""
    return hashlib.sha256(public).digest()[:_KID_BYTES].hex()


def sign(claims: Claims, kid: str, private: bytes) -> str:
    """The text of the QR code for `claims`, signed with the 32-byte seed `private`.

    155 characters at most for a site up to 255 and a revision up to 23 (QR version 8 at level Q),
    159 up to site 65535 and revision 255 (version 9). Raises ValueError for claims or a `kid` that
    the format cannot carry.
    """
    from guichet.convocation import ed25519  # noqa: PLC0415 - see there

    protected, payload = _protected(kid), _payload(claims)
    signature = ed25519.signature(private, _to_sign(protected, payload))
    return _assemble(protected, payload, signature)


def verify(text: str, keyring: Mapping[str, bytes]) -> Verified | Unverified:
    """What `text` says if a key of `keyring` (id → raw 32-byte public key) signed it.

    Whitespace and line ends around the text are ignored: scanners add them, and base45 after our
    prefix neither begins nor ends with a space. Never raises, whatever the text. Whether the key's
    dates and the appointment still hold is the caller's to decide.
    """
    text = text.strip()
    if not text.startswith(PREFIX):
        return Unverified("not_ours")
    parsed = _parse(text)
    if parsed is None:
        return Unverified("malformed")
    claims, kid, signature = parsed
    public = keyring.get(kid)
    if public is None:
        return Unverified("unknown_key", kid)
    from guichet.convocation import ed25519  # noqa: PLC0415 - see there

    if not ed25519.is_signed(public, signature, _to_sign(_protected(kid), _payload(claims))):
        return Unverified("bad_signature", kid)
    return Verified(claims, kid)


def prepare() -> None:
    """Load now what the first `verify` would load, which makes it slower than all others."""
    from guichet.convocation import ed25519  # noqa: F401, PLC0415 - see there


def identity_digest(secret: bytes, appointment: str, identity: str) -> bytes:
    """The 4 bytes that bind a token to a person without naming them.

    `appointment` is its id (16 hexadecimal digits); `identity` the numéro étranger (10 digits) or,
    without one, the canonical name and birth year. `secret` is shared by central with enrolled
    stations only: a hash without one would be undone in minutes by trying every number.
    """
    message = bytes.fromhex(appointment) + identity.encode()
    return hmac.digest(secret, message, "sha256")[:_DIGEST_BYTES]


@lru_cache(maxsize=32)  # a text that was scanned may name any key
def _protected(kid: str) -> bytes:
    raw = bytes.fromhex(kid)
    if len(raw) != _KID_BYTES:
        raise ValueError(f"a key id has {_KID_BYTES} bytes: {kid!r}")
    return cbor2.dumps({_ALG: _EDDSA, _KID: raw}, canonical=True)


def _payload(claims: Claims) -> bytes:
    appointment = bytes.fromhex(claims.appointment)
    start = int(claims.starts_at.timestamp())
    fits = (
        len(appointment) == _ID_BYTES
        and len(claims.digest) == _DIGEST_BYTES
        and all(0 <= number < _UINT32 for number in (claims.revision, claims.site, start))
        and claims.starts_at == datetime.fromtimestamp(start, UTC)
    )
    if not fits:
        raise ValueError(f"claims that a token cannot carry: {claims}")
    fields = [appointment, claims.revision, claims.site, start, claims.digest]
    return cbor2.dumps(fields, canonical=True)


def _to_sign(protected: bytes, payload: bytes) -> bytes:
    # Sig_structure of RFC 9052 §4.4, with no external data.
    return cbor2.dumps(["Signature1", protected, b"", payload], canonical=True)


def _assemble(protected: bytes, payload: bytes, signature: bytes) -> str:
    message = cbor2.dumps([protected, {}, payload, signature], canonical=True)
    encoded: bytes = b45encode(message)
    return PREFIX + encoded.decode()


def _parse(text: str) -> tuple[Claims, str, bytes] | None:
    """The unverified content of `text`, or None unless it is exactly what `sign` would write.

    Writing the content again and comparing refuses trailing bytes and every second spelling of the
    same CBOR or base45, so one signature has one text.
    """
    if len(text) > LONGEST_TEXT:
        return None
    try:
        match cbor2.loads(b45decode(text.removeprefix(PREFIX))):
            case [bytes(protected), {}, bytes(payload), bytes(signature)]:
                headers, fields = cbor2.loads(protected), cbor2.loads(payload)
            case _:
                return None
    except (ValueError, cbor2.CBORDecodeError):
        return None
    kid, claims = _kid(headers), _claims(fields)
    if kid is None or claims is None or len(signature) != _SIGNATURE_BYTES:
        return None
    if _assemble(_protected(kid), _payload(claims), signature) != text:
        return None
    return claims, kid, signature


def _kid(headers: Any) -> str | None:
    match headers:
        case {4: bytes(kid)} if len(kid) == _KID_BYTES:
            return kid.hex()
        case _:
            return None


def _claims(fields: Any) -> Claims | None:
    match fields:
        case [bytes(id_), int(revision), int(site), int(start), bytes(digest)]:
            numbers = (revision, site, start)
        case _:
            return None
    # CBOR's true and false are int to Python, and a bignum would not fit a date.
    if any(isinstance(n, bool) or not 0 <= n < _UINT32 for n in numbers):
        return None
    if len(id_) != _ID_BYTES or len(digest) != _DIGEST_BYTES:
        return None
    return Claims(id_.hex(), revision, site, datetime.fromtimestamp(start, UTC), digest)
