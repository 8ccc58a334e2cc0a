"""What is said of a camera: its faults, its hints, its kind, what it films in."""

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from guichet.i18n import _

if TYPE_CHECKING:
    from guichet.scanner.faults import Reason
    from guichet.scanner.guidance import Advice
    from guichet.scanner.webcam import Mode

FAULTS: "dict[Reason, str]" = {
    "absent": _(
        "Caméra introuvable\u00a0: vérifiez son câble, ou choisissez-en une autre (Maj+F7)."
    ),
    "denied": _(
        "Accès à la caméra refusé\u00a0: faites ajouter votre compte au groupe «\u00a0video\u00a0»."
    ),
    "busy": _("Un autre programme occupe la caméra\u00a0: fermez-le."),
    "lost": _("La caméra ne répond plus\u00a0: rebranchez-la."),
    "unreadable": _("Cette source ne donne pas d’images\u00a0: choisissez-en une autre (Maj+F7)."),
    "no_frames": _("La caméra s’ouvre mais n’envoie rien\u00a0: débranchez-la et rebranchez-la."),
    "black": _("Image noire\u00a0: ouvrez le cache de la caméra, ou allumez."),
    "untrusted": _(
        "Certificat de la caméra inconnu\u00a0: installez-le sur ce poste, ou prenez son "
        "adresse http."
    ),
    "unknown_source": _("Réglage de la caméra incompris\u00a0: choisissez-en une (Maj+F7)."),
}
"""What to do about each fault of a camera; meanwhile the reader tries again by itself."""

HINTS: "dict[Advice, str]" = {
    "closer": _("Plus près."),
    "farther": _("Plus loin."),
    "light": _("Plus de lumière."),
    "glare": _("Reflet\u00a0: inclinez la feuille."),
    "still": _("Ne bougez plus."),
    "screen_bright": _("Écran trop lumineux\u00a0: baissez-le."),
    "screen_dim": _("Écran trop sombre\u00a0: éclaircissez-le."),
}
"""What helps to read a code that is there and is not read; short, not to move the picture."""


def filmed_in(mode: "Mode | None") -> str:
    """A source's pictures in short: 1280×720, 30/s, MJPG."""
    if mode is None:
        return ""
    parts = [f"{mode.width}×{mode.height}", f"{mode.rate:.0f}/s" if mode.rate else "", mode.format]
    return ", ".join(part for part in parts if part)


def source_name(spec: str) -> str:
    """The words that name a source, without the password that an address may hold."""
    if spec.isdecimal():
        return _("Caméra {number}").format(number=spec)
    if "://" in spec:
        try:
            parts = urlsplit(spec)
        except ValueError:
            return _("Adresse incomprise")
        return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"
    home = str(Path.home())
    return f"~{spec.removeprefix(home)}" if spec.startswith(f"{home}/") else spec
