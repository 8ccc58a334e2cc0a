"""A network camera on the loopback."""

import base64
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.scanner.samples import code, file_of, scene


@dataclass
class Camera:
    """What the camera answers; `parts` pictures a connection, then the stream ends or stalls."""

    text: str = "hello"
    status: int = 200
    kind: str = "multipart/x-mixed-replace; boundary=frame"
    lengths: bool = True
    parts: int = 10_000
    stalls: bool = False
    port: int = 0
    certificate: Path | None = None
    asked: list[str] = field(default_factory=list)
    credentials: list[tuple[str, str]] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        scheme = "https" if self.certificate else "http"
        return f"{scheme}://127.0.0.1:{self.port}/video?size=large"


@contextmanager
def serving(camera: Camera) -> Iterator[Camera]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            camera.asked.append(self.path)
            if (given := self.headers["Authorization"]) is not None:
                user, _, password = base64.b64decode(given.split()[1]).decode().partition(":")
                camera.credentials.append((user, password))
            self.send_response(camera.status)
            self.send_header("Content-Type", camera.kind)
            self.end_headers()
            try:
                self._stream()
            except OSError:
                self.close_connection = True  # the reader left

        def _stream(self) -> None:
            for _ in range(camera.parts):
                if camera.closing.wait(0.02):
                    return
                picture = file_of(scene(code(camera.text, 5), (640, 480)), ".jpg")
                length = f"Content-Length: {len(picture)}\r\n" if camera.lengths else ""
                head = f"--frame\r\nContent-Type: image/jpeg\r\n{length}\r\n"
                self.wfile.write(head.encode() + picture + b"\r\n")
            if camera.stalls:
                camera.closing.wait()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
            del format, args

    camera.closing.clear()
    server = ThreadingHTTPServer(("127.0.0.1", camera.port), Handler)
    server.daemon_threads = False
    if camera.certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(camera.certificate)
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    camera.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield camera
    finally:
        camera.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()


def certify(folder: Path) -> Path:
    """A certificate for 127.0.0.1, signed by itself as a phone's is, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a phone")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    form = serialization.PrivateFormat.PKCS8
    pem = serialization.Encoding.PEM
    path = folder / "phone.pem"
    path.write_bytes(
        certificate.public_bytes(pem) + key.private_bytes(pem, form, serialization.NoEncryption())
    )
    return path
