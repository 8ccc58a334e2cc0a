"""The log of a station's or a central's folder, which names nobody."""

import logging
import os
import time
import traceback
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import cast

from guichet.config import unusable

LOG_FILE = "guichet.log"
_LOG_BYTES = 1_000_000
_LOG_BACKUPS = 2  # with the current one, three files


def configure_logging(folder: Path) -> None:
    """Log to guichet.log in the folder (three files of 1 MB, mode 0600), nothing on the terminal.

    No personal data: libraries speak from WARNING on, and exceptions are logged without their
    messages, which may quote what somebody typed. Raises ConfigError when it cannot be written.
    """
    try:
        handler = _PrivateFile(
            folder / LOG_FILE, maxBytes=_LOG_BYTES, backupCount=_LOG_BACKUPS, encoding="utf-8"
        )
    except OSError as error:
        raise unusable(folder / LOG_FILE, error) from error
    handler.setFormatter(_Discreet("%(asctime)sZ %(levelname)s %(name)s %(message)s"))
    logging.raiseExceptions = False  # a full disk must not write over the screens
    logging.captureWarnings(capture=True)
    root = logging.getLogger()
    for old in [known for known in root.handlers if isinstance(known, _PrivateFile)]:
        root.removeHandler(old)
        old.close()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger("guichet").setLevel(logging.INFO)


def log_file() -> Path | None:
    """The file this process logs to, None before `configure_logging`."""
    found = [h for h in logging.getLogger().handlers if isinstance(h, _PrivateFile)]
    return Path(found[0].baseFilename) if found else None


class _PrivateFile(RotatingFileHandler):
    """A rotating file that only its owner can read, the new one after each rotation too."""

    def _open(self) -> TextIOWrapper:
        stream = open(  # noqa: SIM115 - the handler closes it
            self.baseFilename,
            self.mode,
            encoding=self.encoding,
            opener=lambda path, flags: os.open(path, flags, 0o600),
        )
        return cast("TextIOWrapper", stream)


class _Discreet(logging.Formatter):
    """Lines with UTC times, and exceptions told by their type and place only."""

    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        """The line; what another formatter made of the exception is not taken over."""
        own = logging.makeLogRecord(record.__dict__)
        own.exc_text = None
        return super().format(own)

    def formatException(  # noqa: N802 - logging's name
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        lines: list[str] = []
        fault = ei[1]
        while fault is not None:
            frames = traceback.format_tb(fault.__traceback__)
            lines[:0] = [*frames, f"{type(fault).__module__}.{type(fault).__qualname__}\n"]
            fault = fault.__cause__ or fault.__context__
        return "".join(lines).rstrip()
