"""The application with its agent already signed in: `python -m bench.opened FOLDER CODE PIN`.

With a fourth argument, a named pipe, each line that comes through it is taken for a text that the
camera has just decoded, or, when it is the path of a NumPy file, for the frame it has just filmed.
"""

import gc
import queue
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import guichet.cli  # noqa: F401 - what the command imports is part of its start
from guichet.config import load_settings

if TYPE_CHECKING:
    from guichet.app import GuichetApp
    from guichet.scanner.frames import Frame
    from guichet.scanner.webcam import Mode


def main() -> None:
    folder = Path(sys.argv[1])
    gc.disable()  # as the command does, before it imports the application
    from guichet.app import GuichetApp  # noqa: PLC0415 - its import is measured too

    app = GuichetApp(folder, load_settings(folder), auto_sign_in=(sys.argv[2], sys.argv[3]))
    if len(sys.argv) > 4:
        threading.Thread(target=_feed, args=(app, Path(sys.argv[4]), camera()), daemon=True).start()
    app.run()


class Camera:
    """A camera that films a frame when it is given one; the application's only one."""

    name = "bench"
    mode: "Mode | None" = None

    def __init__(self) -> None:
        self.frames: queue.SimpleQueue[Frame] = queue.SimpleQueue()

    def read(self) -> "Frame | None":
        """The next frame, waited for a second at most."""
        try:
            return self.frames.get(timeout=1.0)
        except queue.Empty:
            return None

    def interrupt(self) -> None:
        """Nothing: a read waits for a second at most."""

    def close(self) -> None:
        """Nothing is open."""


def camera() -> Camera:
    """Put a camera of ours in the place of the one the settings name."""
    from guichet.scanner import reader  # noqa: PLC0415 - heavy

    ours = Camera()
    vars(reader)["open_source"] = lambda _spec: ours
    return ours


def _feed(app: "GuichetApp", pipe: Path, ours: Camera) -> None:
    import numpy as np  # noqa: PLC0415 - heavy

    from guichet.screens.camera import CameraBox  # noqa: PLC0415 - as the counter does

    with pipe.open(encoding="ascii") as lines:
        for line in lines:
            told = line.rstrip("\n")
            if told.endswith(".npy"):
                ours.frames.put(np.load(told))
            else:
                app.screen.query_one(CameraBox).post_message(CameraBox.Read(told))


if __name__ == "__main__":
    main()
