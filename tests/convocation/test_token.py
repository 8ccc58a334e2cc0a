import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime

import cbor2
import pytest
import qrcode
from base45 import b45decode, b45encode
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from pycose.keys.okp import OKPKey
from pycose.messages.sign1message import Sign1Message
from qrcode.util import MODE_ALPHA_NUM, QRData

from guichet.convocation.token import (
    PREFIX,
    Unverified,
    Verified,
    identity_digest,
    key_id,
    new_key,
    sign,
    verify,
)
from guichet.domain.claims import Claims
from tests.convocation.samples import CLAIMS, KEYRING, KID, PUBLIC, SEED, TOKEN

claims = st.builds(
    Claims,
    appointment=st.binary(min_size=8, max_size=8).map(bytes.hex),
    revision=st.integers(0, 2**32 - 1),
    site=st.integers(0, 2**32 - 1),
    starts_at=st.integers(0, 2**32 - 1).map(lambda second: datetime.fromtimestamp(second, UTC)),
    digest=st.binary(min_size=4, max_size=4),
)
cbor = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.binary() | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.integers(), inner, max_size=3),
)


def raw(token: str) -> bytes:
    return bytes(b45decode(token.removeprefix(PREFIX)))


def text(message: bytes) -> str:
    return PREFIX + str(b45encode(message).decode())


def refusal(candidate: str) -> str:
    answer = verify(candidate, KEYRING)
    assert isinstance(answer, Unverified)
    return answer.reason


@given(claims)
def test_what_is_signed_is_what_is_verified(some: Claims) -> None:
    assert verify(sign(some, KID, SEED), KEYRING) == Verified(some, KID)


def test_a_new_key_signs_for_its_own_id() -> None:
    kid, private, public = new_key()
    assert kid == key_id(public)
    assert (len(kid), len(private), len(public)) == (6, 32, 32)
    token = sign(CLAIMS, kid, private)
    assert verify(token, {**KEYRING, kid: public}) == Verified(CLAIMS, kid)


def test_an_independent_cose_library_reads_the_token() -> None:
    message = Sign1Message.from_cose_obj(cbor2.loads(raw(TOKEN)), True)
    message.key = OKPKey(crv="ED25519", x=PUBLIC)
    assert message.verify_signature()
    assert cbor2.loads(message.payload or b"") == [
        bytes.fromhex(CLAIMS.appointment),
        CLAIMS.revision,
        CLAIMS.site,
        int(CLAIMS.starts_at.timestamp()),
        CLAIMS.digest,
    ]


def test_the_signature_is_over_the_sig_structure_of_rfc_9052() -> None:
    protected, unprotected, payload, signature = cbor2.loads(raw(TOKEN))
    assert cbor2.loads(protected) == {1: -8, 4: bytes.fromhex(KID)}
    assert unprotected == {}
    # Written by hand: array of 4, text "Signature1", 8 bytes, no external data, 22 bytes.
    signed = b"\x84\x6aSignature1" + b"\x48" + protected + b"\x40" + b"\x56" + payload
    Ed25519PublicKey.from_public_bytes(PUBLIC).verify(signature, signed)


@pytest.mark.parametrize(
    ("revision", "site", "size", "characters", "version"),
    [
        (1, 3, 100, 153, 8),
        (23, 255, 101, 155, 8),
        (24, 255, 103, 158, 9),
        (255, 65535, 104, 159, 9),
        (2**32 - 1, 2**32 - 1, 109, 167, 9),
    ],
)
def test_the_size_of_a_token_and_of_its_symbol(
    revision: int, site: int, size: int, characters: int, version: int
) -> None:
    token = sign(replace(CLAIMS, revision=revision, site=site), KID, SEED)
    assert (len(raw(token)), len(token)) == (size, characters)
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_Q)
    code.add_data(QRData(token, mode=MODE_ALPHA_NUM))
    assert code.best_fit() == version


@given(st.integers(0, 99), st.integers(1, 255))
def test_a_token_with_any_byte_altered_is_refused(index: int, difference: int) -> None:
    message = bytearray(raw(TOKEN))
    message[index] ^= difference
    assert refusal(text(bytes(message))) in {"malformed", "unknown_key", "bad_signature"}


@given(claims)
def test_other_claims_under_the_same_signature_are_refused(other: Claims) -> None:
    message = cbor2.loads(raw(TOKEN))
    message[2] = cbor2.loads(raw(sign(other, KID, SEED)))[2]
    verdict = verify(text(cbor2.dumps(message)), KEYRING)
    if other == CLAIMS:
        assert isinstance(verdict, Verified)
    else:
        assert verdict == Unverified("bad_signature", KID)


def test_a_key_outside_the_keyring_is_named() -> None:
    assert verify(TOKEN, {}) == Unverified("unknown_key", KID)
    kid, _private, public = new_key()
    assert verify(TOKEN, {kid: public}) == Unverified("unknown_key", KID)


def test_the_key_of_another_under_our_id_is_a_forgery() -> None:
    _kid, private, _public = new_key()
    assert verify(sign(CLAIMS, KID, private), KEYRING) == Unverified("bad_signature", KID)


@pytest.mark.parametrize("around", ["\r\n", " ", "\n", "\t \r\n"])
def test_what_a_scanner_adds_around_is_ignored(around: str) -> None:
    assert verify(around + TOKEN + around, KEYRING) == Verified(CLAIMS, KID)


@given(claims)
def test_a_token_never_ends_with_a_space_that_trimming_would_take(some: Claims) -> None:
    token = sign(some, KID, SEED)
    assert token == token.strip()


@pytest.mark.parametrize(
    "other",
    ["", "https://example.org/rdv", "i0CVVF123456", "G2:" + TOKEN[3:], TOKEN.lower(), "x" * 10_000],
)
def test_another_code_is_not_ours(other: str) -> None:
    assert refusal(other) == "not_ours"


def other_spellings() -> dict[str, bytes]:
    """Our token's message written otherwise, each with the signature of what it would say."""
    message = raw(TOKEN)
    protected, _empty, payload, signature = cbor2.loads(message)
    long_array = b"\x98\x04" + message[1:]
    indefinite = b"\x9f" + message[1:] + b"\xff"
    return {
        "trailing byte": message + b"\x00",
        "longer array head": long_array,
        "indefinite array": indefinite,
        "tagged": b"\xd2" + message,
        "unprotected header": cbor2.dumps([protected, {4: b"abc"}, payload, signature]),
        "trailing byte in the payload": cbor2.dumps([protected, {}, payload + b"\x00", signature]),
        "five parts": cbor2.dumps([protected, {}, payload, signature, 1]),
        "other algorithm": cbor2.dumps(
            [cbor2.dumps({1: -7, 4: bytes.fromhex(KID)}), {}, payload, signature]
        ),
        "short signature": cbor2.dumps([protected, {}, payload, signature[:-1]]),
        "true for a revision": cbor2.dumps(
            [protected, {}, cbor2.dumps([b"12345678", True, 1, 1, b"abcd"]), signature]
        ),
        "a start out of time": cbor2.dumps(
            [protected, {}, cbor2.dumps([b"12345678", 1, 1, 2**63, b"abcd"]), signature]
        ),
    }


@pytest.mark.parametrize(("name", "message"), other_spellings().items())
def test_only_one_spelling_is_read(name: str, message: bytes) -> None:
    assert refusal(text(message)) == "malformed", name


@pytest.mark.parametrize("byte", [b"\x81", b"\x9f", b"\x5f", b"\xa1", b"\xd8", b"\xff"])
def test_a_huge_text_is_malformed(byte: bytes) -> None:
    # Arrays in arrays, endless strings, maps in maps, tags on tags.
    assert refusal(text(byte * 100_000)) == "malformed"


@given(st.text() | st.text().map(PREFIX.__add__))
def test_no_text_raises(some: str) -> None:
    assert isinstance(verify(some, KEYRING), Unverified)


@given(st.binary(max_size=260) | cbor.map(cbor2.dumps))
def test_no_message_raises(message: bytes) -> None:
    assert isinstance(verify(text(message), KEYRING), Unverified)


@given(cbor, cbor, cbor, cbor)
def test_no_cose_of_other_content_raises(
    headers: object, other: object, fields: object, end: object
) -> None:
    message = [cbor2.dumps(headers), other, cbor2.dumps(fields), end]
    assert isinstance(verify(text(cbor2.dumps(message)), KEYRING), Unverified)


@given(st.integers(3, len(TOKEN) - 1), st.characters())
def test_no_altered_character_passes(index: int, character: str) -> None:
    altered = TOKEN[:index] + character + TOKEN[index + 1 :]
    assert (altered == TOKEN) == isinstance(verify(altered, KEYRING), Verified)


@pytest.mark.parametrize(
    "bad",
    [
        {"appointment": "0123"},
        {"revision": -1},
        {"site": 2**32},
        {"digest": b"abc"},
        {"starts_at": datetime(2026, 11, 24, 8, 40, 0, 1, tzinfo=UTC)},
        {"starts_at": datetime(1969, 12, 31, tzinfo=UTC)},
    ],
)
def test_claims_that_the_format_cannot_carry_are_not_signed(bad: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="cannot carry"):
        sign(replace(CLAIMS, **bad), KID, SEED)  # type: ignore[arg-type]


def test_a_key_id_of_another_length_is_not_signed() -> None:
    with pytest.raises(ValueError, match="key id"):
        sign(CLAIMS, "abcd", SEED)


def test_the_identity_digest_is_the_hmac_that_the_format_names() -> None:
    # openssl: printf '\1\2\3\4\5\6\7\109912345678' | openssl dgst -sha256 -mac HMAC
    #          -macopt hexkey:6b6b6b6b (first 4 bytes)
    assert identity_digest(b"kkkk", "0102030405060708", "9912345678").hex() == "543da948"


@given(st.text(), st.text())
def test_the_identity_digest_tells_people_and_appointments_apart(one: str, other: str) -> None:
    here, there = "00" * 8, "01" * 8
    same = identity_digest(b"s", here, one) == identity_digest(b"s", here, other)
    assert same == (one == other)
    assert identity_digest(b"s", here, one) != identity_digest(b"s", there, one)


def test_reading_tokens_loads_nothing_that_prints() -> None:
    code = (
        "import sys, guichet.convocation.token, guichet.convocation.document;"
        "print([name for name in ('typst', 'qrcode', 'PIL') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
