"""The cameras plugged into this computer."""

from __future__ import annotations

import os
import re
import struct
import sys
from dataclasses import dataclass
from pathlib import Path

_NODE = re.compile(r"video(\d+)")
# V4L2's VIDIOC_QUERYCAP: driver, card, bus, version, capabilities of the device, of this node.
_QUERYCAP = 0x80685600
_CAPABILITY = struct.Struct("=16s32s32sIII12x")
_OWN_CAPABILITIES = 0x80000000
_FILMS = 0x00000001 | 0x00001000  # on one plane or on several


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera: what to set as source, its maker's name for it, and its device."""

    spec: str
    name: str
    node: str


def list_cameras(
    system: Path = Path("/sys/class/video4linux"), devices: Path = Path("/dev")
) -> list[Camera]:
    """The cameras there are, in the system's order; none where the system is not Linux.

    The source is a name that stays the same when the camera is plugged in again, where it has one.
    """
    lasting = _lasting(devices / "v4l" / "by-id")
    found = []
    for entry in system.glob("video*"):
        match = _NODE.fullmatch(entry.name)
        node = devices / entry.name
        if match is None or not _is_camera(entry, node):
            continue
        spec = lasting.get(node.resolve(), str(node))
        found.append((int(match[1]), Camera(spec, _read(entry / "name"), str(node))))
    return [camera for _number, camera in sorted(found, key=lambda pair: pair[0])]


def films(node: Path) -> bool:
    """Whether a device gives pictures (a camera has nodes that give none). Raises OSError."""
    if sys.platform != "linux":
        return True
    import fcntl  # there is none on Windows

    handle = os.open(node, os.O_RDWR | os.O_NONBLOCK)
    try:
        answer = fcntl.ioctl(handle, _QUERYCAP, bytes(_CAPABILITY.size))
    except OSError:  # no V4L2 device at all
        return False
    finally:
        os.close(handle)
    *_names, _version, device, own = _CAPABILITY.unpack(answer)
    return bool((own if device & _OWN_CAPABILITIES else device) & _FILMS)


def _is_camera(entry: Path, node: Path) -> bool:
    try:
        return films(node)
    except PermissionError:
        # Listed all the same, to be told what is wrong: the first node of a camera films.
        return _read(entry / "index") in ("", "0")
    except OSError:
        return False


def _lasting(folder: Path) -> dict[Path, str]:
    """The device of each of udev's names for cameras."""
    return {link.resolve(): str(link) for link in sorted(folder.glob("*"))}


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace").strip()
    except OSError:  # unplugged meanwhile
        return ""
