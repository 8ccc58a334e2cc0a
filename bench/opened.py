"""The application with its agent already signed in: `python -m bench.opened FOLDER CODE PIN`.

With a fourth argument, a named pipe, each line that comes through it is taken for a text that the
camera has just decoded.
"""

import sys
import threading
from pathlib import Path

import guichet.cli  # noqa: F401 - what the command imports is part of its start
from guichet.app import GuichetApp
from guichet.config import load_settings


def main() -> None:
    folder = Path(sys.argv[1])
    app = GuichetApp(folder, load_settings(folder), auto_sign_in=(sys.argv[2], sys.argv[3]))
    if len(sys.argv) > 4:
        threading.Thread(target=_feed, args=(app, Path(sys.argv[4])), daemon=True).start()
    app.run()


def _feed(app: GuichetApp, pipe: Path) -> None:
    with pipe.open(encoding="ascii") as texts:
        for text in texts:
            from guichet.screens.camera import CameraBox  # noqa: PLC0415 - as the counter does

            app.screen.query_one(CameraBox).post_message(CameraBox.Read(text.rstrip("\n")))


if __name__ == "__main__":
    main()
