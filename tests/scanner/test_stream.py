import threading
from collections import deque
from pathlib import Path

import pytest

from guichet.scanner.decoder import decode
from guichet.scanner.faults import CameraFault
from guichet.scanner.frames import decode_picture
from guichet.scanner.stream import MjpegStream
from tests.scanner.cameras import Camera, certify, serving


def _texts(picture: bytes) -> list[str]:
    frame = decode_picture(picture)
    return [] if frame is None else decode(frame)


@pytest.mark.parametrize("lengths", [True, False])
@pytest.mark.parametrize("boundary", ["frame", "--frame", '"frame"'])
def test_every_picture_of_the_stream_is_read(boundary: str, *, lengths: bool) -> None:
    kind = f"multipart/x-mixed-replace; boundary={boundary}"
    with serving(Camera(kind=kind, lengths=lengths, parts=3, stalls=lengths)) as camera:
        stream = MjpegStream(camera.address)
        pictures = [stream.grab() for _ in range(3 if lengths else 2)]
        stream.close()
    assert [_texts(picture) for picture in pictures] == [["hello"]] * len(pictures)
    assert camera.asked == ["/video?size=large"]


def test_a_stream_that_ends_is_lost() -> None:
    with serving(Camera(parts=2)) as camera:
        stream = MjpegStream(camera.address)
        assert stream.grab()
        assert stream.grab()
        with pytest.raises(CameraFault) as caught:
            stream.grab()
        stream.close()
    assert caught.value.reason == "lost"


@pytest.mark.parametrize(
    ("camera", "reason"),
    [
        (Camera(status=401), "denied"),
        (Camera(status=403), "denied"),
        (Camera(status=404), "absent"),
        (Camera(status=503), "busy"),
        (Camera(status=500), "unreadable"),
        (Camera(kind="text/html"), "unreadable"),
        (Camera(kind="multipart/x-mixed-replace"), "unreadable"),
    ],
)
def test_an_answer_that_is_no_stream_is_named(camera: Camera, reason: str) -> None:
    camera.parts = 0
    with serving(camera):
        stream = MjpegStream(camera.address)
        with pytest.raises(CameraFault) as caught:
            stream.grab()
        stream.close()
    assert caught.value.reason == reason


def test_a_name_no_host_can_have() -> None:
    with pytest.raises(CameraFault) as caught:
        MjpegStream("http://camera..example/video")
    assert caught.value.reason == "absent"


def test_nobody_at_the_address() -> None:
    with serving(Camera()) as camera:
        pass
    with pytest.raises(CameraFault) as caught:
        MjpegStream(camera.address)
    assert caught.value.reason == "absent"


@pytest.mark.parametrize(
    "address",
    [
        "http://",
        "http://host:port/",
        "http:///video",
        "http://camera:0/video",
        "http://[::1",
        "http://a b/",
        "http://127.0.0.1/vidéo",
        "http://127.0.0.1/my video",
    ],
)
def test_an_address_that_is_none(address: str) -> None:
    with pytest.raises(CameraFault) as caught:
        MjpegStream(address)
    assert caught.value.reason == "unknown_source"


def test_a_waiting_read_is_interrupted() -> None:
    with serving(Camera(parts=1, stalls=True)) as camera:
        stream = MjpegStream(camera.address)
        assert stream.grab()
        faults: list[CameraFault] = []

        def wait() -> None:
            try:
                stream.grab()
            except CameraFault as fault:
                faults.append(fault)

        thread = threading.Thread(target=wait)
        thread.start()
        stream.cut()
        thread.join(4)  # the stream's own patience is longer
        assert [fault.reason for fault in faults] == ["lost"]
        stream.close()
        stream.cut()


def test_the_user_and_password_of_an_address_are_given_to_the_camera_only() -> None:
    with serving(Camera()) as camera:
        address = camera.address.replace("http://", "http://agent:un%20secret@")
        stream = MjpegStream(address)
        assert _texts(stream.grab()) == ["hello"]
        stream.close()
        assert camera.credentials == [("agent", "un secret")]
    with pytest.raises(CameraFault) as caught:
        MjpegStream(address)
    assert "secret" not in caught.value.detail


def test_an_encrypted_camera_is_read_when_its_certificate_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = certify(tmp_path)
    with serving(Camera(certificate=certificate)) as camera:
        with pytest.raises(CameraFault) as caught:
            MjpegStream(camera.address)
        assert caught.value.reason == "untrusted"
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        stream = MjpegStream(camera.address)
        assert _texts(stream.grab()) == ["hello"]
        stream.cut()
        with pytest.raises(CameraFault) as caught:
            deque(iter(stream.grab, None), maxlen=0)
        stream.close()
    assert caught.value.reason == "lost"
