"""A sound from a file, played by what the system has for that."""

import shutil
import subprocess
import sys
from pathlib import Path

from guichet.errors import ConfigError, GuichetError
from guichet.i18n import _

_PLAYERS = ("pw-play", "paplay", "aplay", "afplay")
"""PipeWire's, PulseAudio's, ALSA's (WAV only) and macOS's: the first that is there."""
_LONGEST = 10.0
"""Seconds: what rings for longer than that is cut."""


class Sound:
    """A file that can be played."""

    def __init__(self, file: Path) -> None:
        """Raises ConfigError when there is no such file, or nothing to play it with."""
        if not file.is_file():
            raise ConfigError(_("Fichier son introuvable\u00a0: {file}.").format(file=file))
        self._file = file
        found = filter(None, map(shutil.which, _PLAYERS))
        self._player = next(found, None)
        if self._player is None and sys.platform != "win32":
            told = _("Aucun lecteur de son sur ce poste\u00a0: installez l’un de {players}.")
            raise ConfigError(told.format(players=", ".join(_PLAYERS)))

    def play(self) -> None:
        """Play it to its end; blocks. Raises GuichetError when that fails."""
        try:
            self._play()
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            raise GuichetError(_("Le son n’a pas pu être joué.")) from error

    def _play(self) -> None:
        if self._player is None:
            if sys.platform == "win32":
                import winsound  # noqa: PLC0415 - Windows only

                winsound.PlaySound(str(self._file), winsound.SND_FILENAME)
            return
        subprocess.run(
            [self._player, str(self._file)],
            check=True,
            timeout=_LONGEST,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
