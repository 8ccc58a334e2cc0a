"""Where a station keeps its files, what its settings are, and its clock.

Environment: ``GUICHET_DIR`` names the station's folder; ``GUICHET_CLOCK_OFFSET``, for training
only, is a number of seconds added to the computer's clock.
"""

import json
import os
import re
import tempfile
import tomllib
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from guichet import vault
from guichet.errors import ConfigError
from guichet.i18n import _

ENROLMENT_FILE = "enrolment.json"
SETTINGS_FILE = "settings.toml"
OFFSET_VARIABLE = "GUICHET_CLOCK_OFFSET"
THEMES = ("sombre", "clair", "contraste")
LOCK_DAYS = range(2, 31)
PREVIEWS = ("auto", "cells", "sixel", "kitty", "off")

_LANGUAGE = re.compile("[a-z]{2,3}")


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What a device was given when it was enrolled: its central, its place, its secrets.

    `station` is its id, `number` its number at the site; `identity_secret` and `key` are
    hexadecimal. `key` opens the local database, and is empty where that is not encrypted.
    `token_at` is when the token was given, in ISO 8601; empty when nobody noted it.
    """

    url: str
    station: str
    number: int
    site: int
    token: str
    identity_secret: str
    key: str = ""
    token_at: str = ""


_SECRETS = ("token", "identity_secret", "key")
"""What goes to the session's keyring instead of the file, where there is a `key`."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a station's user may choose, in settings.toml.

    `camera` is an index, a device, a file, a folder or an address (guichet.scanner.source);
    `preview` how its picture is drawn; `desk` the number of the desk beside this screen;
    `lock_days` how long the station works without hearing from central.
    """

    camera: str = "0"
    theme: str = "sombre"
    language: str = "fr"
    desk: str = "1"
    bell: bool = True
    preview: str = "auto"
    lock_days: int = 7


def station_folder(override: Path | None = None) -> Path:
    """The station's folder: `override`, else GUICHET_DIR, else the user's data folder; created.

    Raises ConfigError when it cannot be created or written.
    """
    import platformdirs  # noqa: PLC0415 - a quarter of the time of guichet --help

    named = override or os.environ.get("GUICHET_DIR")
    folder = Path(named) if named else Path(platformdirs.user_data_dir("guichet", appauthor=False))
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise unusable(folder, error) from error
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise ConfigError(
            _(
                "Le dossier {folder} ne peut pas être lu et écrit\u00a0: vérifiez ses droits, "
                "ou indiquez un autre dossier avec --dir."
            ).format(folder=folder)
        )
    return folder.absolute()


def load_enrolment(folder: Path) -> Enrolment | None:
    """The enrolment kept in the folder, None when the station is not enrolled.

    Raises ConfigError when the file is there and cannot be used, or its secrets are not there.
    """
    try:
        values = json.loads((folder / ENROLMENT_FILE).read_text("utf-8"))
        if "token" not in values:
            values |= json.loads(vault.find(values["station"]) or "{}")
            if "token" not in values:
                raise _lost_key()
        enrolment = Enrolment(**values)
        whole = all(type(getattr(enrolment, f.name)) is f.type for f in fields(Enrolment))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise unusable(folder / ENROLMENT_FILE, error) from error
    except (ValueError, TypeError, KeyError) as error:
        raise _broken_enrolment() from error
    if not whole:
        raise _broken_enrolment()
    return enrolment


def save_enrolment(folder: Path, enrolment: Enrolment) -> None:
    """Keep the enrolment, readable by its owner only, replacing the older one whole.

    Raises ConfigError when the folder, or the keyring, cannot take it.
    """
    values = asdict(enrolment)
    if enrolment.key:
        secrets = {name: values.pop(name) for name in _SECRETS}
        vault.keep(enrolment.station, json.dumps(secrets))
    write_private(folder / ENROLMENT_FILE, json.dumps(values, indent=2) + "\n")


def write_private(path: Path, text: str) -> None:
    """Write a file of mode 0600, replaced whole or not at all. Raises ConfigError."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)  # made 0600
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise unusable(path, error) from error


def load_settings(folder: Path) -> Settings:
    """The settings of settings.toml, each with its default; all defaults without the file.

    Raises ConfigError, naming the file and the key, for an unknown key or a bad value.
    """
    path = folder / SETTINGS_FILE
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        raise unusable(path, error) from error
    except ValueError as error:
        raise ConfigError(
            _("Le fichier {path} n’est pas du TOML lisible ({why})\u00a0: corrigez-le.").format(
                path=path, why=error
            )
        ) from error
    for key, value in values.items():
        _check(path, key, value)
    return Settings(**values)


def clock() -> Callable[[], datetime]:
    """What gives the time, UTC: the computer's clock, shifted for training by GUICHET_CLOCK_OFFSET.

    Raises ConfigError when that is no number of seconds.
    """
    text = os.environ.get(OFFSET_VARIABLE) or "0"
    try:
        offset = timedelta(seconds=int(text))
        datetime.now(UTC) + offset
    except (ValueError, OverflowError) as error:
        raise ConfigError(
            _(
                "{name} doit être un nombre entier de secondes, pas «\u00a0{text}\u00a0»\u00a0: "
                "corrigez ou retirez cette variable d’environnement."
            ).format(name=OFFSET_VARIABLE, text=text)
        ) from error
    return lambda: datetime.now(UTC) + offset


def _check(path: Path, key: str, value: Any) -> None:
    """Raise ConfigError unless the setting exists and may have that value."""
    default = getattr(Settings(), key, None) if key in {f.name for f in fields(Settings)} else None
    if default is None:
        known = ", ".join(f.name for f in fields(Settings))
        raise ConfigError(
            _(
                "{path}\u00a0: le réglage «\u00a0{key}\u00a0» n’existe pas\u202f; "
                "les réglages sont {known}."
            ).format(path=path, key=key, known=known)
        )
    fits = type(value) is type(default) and value != ""
    if key == "theme":
        fits = fits and value in THEMES
        wanted = ", ".join(THEMES)
    elif key == "preview":
        fits = fits and value in PREVIEWS
        wanted = ", ".join(PREVIEWS)
    elif key == "language":
        fits = fits and _LANGUAGE.fullmatch(value) is not None
        wanted = _('un code de langue comme "fr"')
    elif key == "lock_days":
        fits = fits and value in LOCK_DAYS
        wanted = _("de {least} à {most}").format(least=LOCK_DAYS[0], most=LOCK_DAYS[-1])
    else:
        wanted = "true, false" if isinstance(default, bool) else _("un texte entre guillemets")
    if not fits:
        raise ConfigError(
            _(
                "{path}\u00a0: le réglage «\u00a0{key}\u00a0» ne peut pas valoir {value!r}\u202f; "
                "valeurs possibles\u00a0: {wanted}."
            ).format(path=path, key=key, value=value, wanted=wanted)
        )


def unusable(path: Path, error: OSError) -> ConfigError:
    """The fault of a file or folder that the system does not let us use."""
    return ConfigError(
        _("{path} ne peut pas être utilisé ({why})\u00a0: vérifiez ses droits et la place.").format(
            path=path, why=error.strerror
        )
    )


def _lost_key() -> ConfigError:
    return ConfigError(
        _(
            "Le trousseau de cette session n’a pas la clé de ce poste\u00a0: ouvrez la session qui "
            "l’a enrôlé, ou enrôlez-le à nouveau avec «\u00a0guichet enrol ADRESSE\u00a0»."
        )
    )


def _broken_enrolment() -> ConfigError:
    return ConfigError(
        _(
            "Le fichier {name} de ce poste est abîmé\u00a0: enrôlez-le à nouveau avec "
            "«\u00a0guichet enrol ADRESSE\u00a0»."
        ).format(name=ENROLMENT_FILE)
    )
