"""Whether a stolen disk would give this station's data away."""

import logging
import os
import platform
import shutil
import subprocess
from pathlib import Path

from guichet import vault
from guichet.config import Enrolment
from guichet.doctor.check import Check
from guichet.i18n import _

logger = logging.getLogger(__name__)

_DEVICES = Path("/sys/dev/block")
_MAC_DISK = Path("/private/var")
"""On the one volume that FileVault is about."""
_PATIENCE = 10.0
"""Seconds that the system's own command has to answer."""


def encryption(folder: Path, enrolment: Enrolment) -> Check:
    """The local data are encrypted by guichet, or else by the system's disk, or not at all."""
    name = _("chiffrement des données")
    if enrolment.key:
        found = _("base chiffrée, clé dans le trousseau ({name})").format(name=vault.name())
        return Check(name, good=True, found=found)
    disk = _disk_encrypted(folder)
    if disk:
        return Check(name, good=True, found=_("par le disque du système"))
    if vault.name():
        return Check(
            name,
            good=None,
            found=_("la base n’est pas chiffrée"),
            advice=_(
                "Demandez un code, puis «\u00a0guichet enrol ADRESSE\u00a0»\u00a0: elle le sera."
            ),
        )
    said = _("le disque ne l’est pas") if disk is False else _("celui du disque n’est pas connu")
    return Check(
        name,
        good=None,
        found=_("pas de trousseau pour garder une clé, et {disk}").format(disk=said),
        advice=_("Faites chiffrer le disque de cet ordinateur (LUKS, FileVault, BitLocker)."),
    )


def _disk_encrypted(folder: Path) -> bool | None:
    """Whether the system decrypts the disk the folder is on; None where that cannot be seen."""
    match platform.system():
        case "Linux":
            return _luks(folder)
        case "Darwin":
            if folder.stat().st_dev != _MAC_DISK.stat().st_dev:
                return None
            return filevault(*_answer("fdesetup", "status"))
        case "Windows":
            drive = folder.resolve().drive
            return bitlocker(*_answer("manage-bde", "-status", drive, "-p"))
        case _:
            return None


def filevault(code: int, said: str) -> bool | None:
    """Whether FileVault is on, by the exit code and the words of `fdesetup status`.

    None while it is being turned on or off, for then a part of the disk can be read.
    """
    if code or "in progress" in said:
        return None
    match said.strip().splitlines()[:1]:
        case ["FileVault is On."]:
            return True
        case ["FileVault is Off."]:
            return False
        case _:
            return None


def bitlocker(code: int, said: str) -> bool | None:
    """Whether BitLocker protects a drive, by what `manage-bde -status X: -p` gives.

    The exit code is 0 when it does and 1 when it does not; the words are in Windows' language. They
    have no percentage when the drive was not looked at, which takes an administrator: None.
    """
    return {0: True, 1: False}.get(code) if "%" in said else None


def _answer(name: str, *arguments: str) -> tuple[int, str]:
    """The exit code and the words of a command of the system; -1 when there is no answer."""
    path = shutil.which(name)
    if path is None:
        return -1, ""
    try:
        done = subprocess.run(
            [path, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        logger.info("%s: %s", name, type(error).__name__)
        return -1, ""
    return done.returncode, done.stdout.decode(errors="replace")


def _luks(folder: Path) -> bool | None:
    """The same for a folder under Linux."""
    number = folder.stat().st_dev
    device = _DEVICES / f"{os.major(number)}:{os.minor(number)}"
    return _decrypts(device) if device.exists() else None


def _decrypts(device: Path) -> bool:
    try:
        if (device / "dm" / "uuid").read_text("ascii").startswith("CRYPT-"):
            return True
    except OSError:
        pass  # not made by the device mapper; what it rests on may be
    below = device / "slaves"
    return below.is_dir() and any(map(_decrypts, below.iterdir()))
