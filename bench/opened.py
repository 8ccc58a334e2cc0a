"""The application with its agent already signed in: `python -m bench.opened FOLDER CODE PIN`.

With a fourth argument, a named pipe, each line that comes through it is taken for a text that the
camera has just decoded.
"""

import gc
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import guichet.cli  # noqa: F401 - what the command imports is part of its start
from guichet.config import load_settings

if TYPE_CHECKING:
    from guichet.app import GuichetApp


def main() -> None:
    folder = Path(sys.argv[1])
    gc.disable()  # as the command does, before it imports the application
    from guichet.app import GuichetApp  # noqa: PLC0415

    app = GuichetApp(folder, load_settings(folder), auto_sign_in=(sys.argv[2], sys.argv[3]))
    if len(sys.argv) > 4:
        threading.Thread(target=_feed, args=(app, Path(sys.argv[4])), daemon=True).start()
    app.run()


def _feed(app: "GuichetApp", pipe: Path) -> None:
    with pipe.open(encoding="ascii") as texts:
        for text in texts:
            from guichet.screens.camera import CameraBox  # noqa: PLC0415 - as the counter does

            app.screen.query_one(CameraBox).post_message(CameraBox.Read(text.rstrip("\n")))


if __name__ == "__main__":
    main()
