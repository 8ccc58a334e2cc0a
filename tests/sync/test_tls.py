"""Central behind TLS: believed when this computer trusts its certificate, else said why not."""

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from guichet.errors import CentralUnavailable, GuichetError
from guichet.sync.client import CentralClient


def certificate(folder: Path) -> tuple[Path, Path]:
    """One of localhost that vouches for itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    where = folder / "cert.pem", folder / "key.pem"
    where[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    where[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return where


class _Nobody(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_error(503)

    def log_message(self, *_args: object) -> None:
        """On a terminal of tests nobody reads it."""


@pytest.fixture
def behind_tls(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """An address, and the certificate to trust."""
    cert, key = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    server = HTTPServer(("127.0.0.1", 0), _Nobody)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"https://localhost:{server.server_port}", cert
    server.shutdown()
    thread.join()
    server.server_close()


def refusal(url: str) -> GuichetError:
    client = CentralClient(url, "token")
    with pytest.raises(CentralUnavailable) as fault:
        client.hello()
    client.close()
    return fault.value


def test_a_certificate_nobody_vouches_for_is_told_as_such(behind_tls: tuple[str, Path]) -> None:
    assert "certificat de la centrale n’est pas reconnu" in str(refusal(behind_tls[0]))


def test_a_certificate_this_computer_trusts_is_believed(
    behind_tls: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(behind_tls[1]))
    assert "certificat" not in str(refusal(behind_tls[0]))  # it answered: 503
