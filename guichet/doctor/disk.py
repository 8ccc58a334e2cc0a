"""Whether a stolen disk would give this station's data away."""

import os
from pathlib import Path

from guichet import vault
from guichet.config import Enrolment
from guichet.doctor.check import Check
from guichet.i18n import _

_DEVICES = Path("/sys/dev/block")


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
                "Demandez un code, puis «\u00a0guichet enrol ADRESSE\u00a0»\u202f: elle le sera."
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
    """Whether the folder is on a disk that Linux decrypts; None where that cannot be seen."""
    number = folder.stat().st_dev
    device = _DEVICES / f"{os.major(number)}:{os.minor(number)}"
    if not device.exists():
        return None
    return _decrypts(device)


def _decrypts(device: Path) -> bool:
    try:
        if (device / "dm" / "uuid").read_text("ascii").startswith("CRYPT-"):
            return True
    except OSError:
        pass  # not made by the device mapper; what it rests on may be
    below = device / "slaves"
    return below.is_dir() and any(map(_decrypts, below.iterdir()))
