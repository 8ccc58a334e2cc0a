import threading
from collections import deque
from functools import partial

import pytest

from guichet.scanner.decoder import decode
from guichet.scanner.faults import CameraFault
from guichet.scanner.live import Live
from guichet.scanner.rtsp import RtspStream
from tests.scanner.rtsp_camera import RtspCamera, serving
from tests.waiting import until


def fault_of(address: str) -> CameraFault:
    with pytest.raises(CameraFault) as caught:
        RtspStream(address)
    return caught.value


def test_pictures_are_read_until_the_stream_ends(capfd: pytest.CaptureFixture[str]) -> None:
    with serving(RtspCamera(parts=40)) as camera:
        stream = RtspStream(camera.address)
        assert decode(stream.grab()) == ["hello"]
        with pytest.raises(CameraFault) as caught:
            deque(iter(lambda: stream.grab() is None, True), maxlen=0)
        stream.close()
    assert caught.value.reason == "lost"
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("401 Unauthorized", "denied"),
        ("404 Not Found", "absent"),
        ("453 Not Enough Bandwidth", "busy"),
        ("500 Internal Server Error", "unreadable"),
    ],
)
def test_a_camera_that_says_no_is_named(status: str, reason: str) -> None:
    with serving(RtspCamera(status=status)) as camera:
        assert fault_of(camera.address).reason == reason


def test_a_password_refused_is_not_repeated() -> None:
    with serving(RtspCamera(status="401 Unauthorized")) as camera:
        fault = fault_of(camera.address.replace("rtsp://", "rtsp://agent:secret@"))
        assert fault.reason == "denied"
        assert "secret" not in fault.detail
        assert camera.asked.count("DESCRIBE") > 1  # it was tried with the password
        assert "SETUP" not in camera.asked


def test_nobody_and_nothing_at_the_address() -> None:
    with serving(RtspCamera(mute=True)) as camera:
        assert fault_of(camera.address).reason == "no_frames"
    assert fault_of(camera.address).reason == "absent"
    assert fault_of("rtsp://camera..example/live").reason == "absent"


def test_a_stalled_stream_holds_nobody_up() -> None:
    with serving(RtspCamera(parts=40, stalls=True)) as camera:
        live = Live("camera", partial(RtspStream, camera.address))
        until(lambda: live.read() is not None)
        reader = threading.Thread(target=lambda: [live.read() for _ in range(2)])
        reader.start()
        live.interrupt()
        reader.join(1)  # FFmpeg's own patience is longer
        assert not reader.is_alive()
    live.close()
    until(lambda: "stream" not in {thread.name for thread in threading.enumerate()})
