from pathlib import Path

import pytest

from guichet.scanner.cameras import Camera, films, list_cameras


@pytest.fixture
def plugged(tmp_path: Path) -> tuple[Path, Path]:
    """A system with two cameras, the second with a lasting name and a node that films nothing."""
    system, devices = tmp_path / "system", tmp_path / "dev"
    lasting = devices / "v4l" / "by-id"
    lasting.mkdir(parents=True)
    for number, name, index in (
        (10, "Phone\n", 0),
        (2, "Webcam C270\n", 0),
        (3, "Webcam C270\n", 1),
    ):
        entry = system / f"video{number}"
        entry.mkdir(parents=True)
        (entry / "name").write_text(name)
        (entry / "index").write_text(f"{index}\n")
        (devices / f"video{number}").touch()
    (system / "v4l-subdev0").mkdir()
    (lasting / "usb-C270-video-index0").symlink_to("../../video2")
    return system, devices


def test_what_is_no_camera_is_not_listed(plugged: tuple[Path, Path]) -> None:
    system, devices = plugged
    assert not films(devices / "video2")  # a mere file here
    assert list_cameras(system, devices) == []


def test_cameras_are_listed_by_number_under_their_lasting_names(
    plugged: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(node: Path) -> bool:
        raise PermissionError(node)

    # What the system says to who may not open the devices; root may.
    monkeypatch.setattr("guichet.scanner.cameras.films", closed)
    system, devices = plugged
    lasting = str(devices / "v4l" / "by-id" / "usb-C270-video-index0")
    assert list_cameras(system, devices) == [
        Camera(lasting, "Webcam C270", str(devices / "video2")),
        Camera(str(devices / "video10"), "Phone", str(devices / "video10")),
    ]


def test_no_camera_at_all(tmp_path: Path) -> None:
    assert list_cameras(tmp_path / "none", tmp_path) == []
