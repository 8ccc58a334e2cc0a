"""What a scan needs: a camera that sees, decoders that read, keys to verify with."""

from pathlib import Path
from typing import TYPE_CHECKING

from guichet.config import clock, load_settings
from guichet.doctor.check import Check
from guichet.errors import GuichetError
from guichet.i18n import _

if TYPE_CHECKING:
    from guichet.scanner.trial import Film

_SLOW = 10.0  # frames a second: under it a code is held for long
_DARK, _BLINDING = 40.0, 220.0  # mean light, of 255
_VAGUE = 30.0  # sharpness of a wall, or of anything out of focus

CAMERA_FAULTS: dict[str, str] = {
    "absent": _("introuvable"),
    "denied": _("interdite à cet utilisateur"),
    "busy": _("occupée par un autre programme"),
    "lost": _("ne répond plus"),
    "unreadable": _("ne donne pas d’images"),
    "no_frames": _("s’ouvre, mais n’envoie rien"),
    "black": _("ne donne que du noir"),
    "untrusted": _("certificat inconnu"),
    "unknown_source": _("réglage incompris"),
}
"""What each fault of a source is, in a few words."""


def decoders() -> list[Check]:
    """Whether each engine is here and reads a picture made for it."""
    from guichet.scanner.trial import engines

    return [_decoder(name, version, reads=reads) for name, version, reads in engines()]


def _decoder(engine: str, version: str | None, *, reads: bool) -> Check:
    name = _("lecteur de codes {name}").format(name=engine)
    if version is None:
        if engine == "zbar":
            advice = _(
                "Facultatif\u00a0: «\u00a0sudo apt install libzbar0\u00a0» sous Debian et Ubuntu. "
                "Les autres lecteurs suffisent."
            )
            return Check(name, good=None, found=_("absent"), advice=advice)
        return Check(name, good=False, found=_("absent"), advice=_reinstall())
    if not reads:
        found = _("{version}, ne lit pas l’image d’essai").format(version=version)
        return Check(name, good=False, found=found, advice=_reinstall())
    return Check(name, good=True, found=_("{version}, lit l’image d’essai").format(version=version))


def _reinstall() -> str:
    return _("Réinstallez guichet\u00a0: ce lecteur en fait partie.")


def camera(folder: Path) -> list[Check]:
    """Whether the camera opens, and how well it sees: filmed for a second and a half."""
    from guichet.scanner.faults import CameraFault
    from guichet.scanner.source import open_source
    from guichet.scanner.trial import film
    from guichet.screens.camera_words import source_name

    try:
        spec = load_settings(folder).camera
    except GuichetError as error:
        return [Check(_("réglages"), good=False, found=_("inutilisables"), advice=str(error))]
    name = _("caméra {source}").format(source=source_name(spec) if "://" in spec else spec)
    try:
        source = open_source(spec)
        try:
            seen = film(source)
        finally:
            source.close()
    except CameraFault as fault:
        found = _("{fault}\u202f; images, netteté et lumière non mesurées").format(
            fault=CAMERA_FAULTS[fault.reason]
        )
        advice = _(
            "Branchez-la, fermez ce qui l’occupe, ou changez «\u00a0camera\u00a0» dans "
            "settings.toml. Sans elle, tapez la référence de la convocation."
        )
        return [Check(name, good=None, found=found, advice=advice)]
    if seen is None:
        advice = _("Vérifiez ce qu’elle montre\u202f; sans elle, tapez la référence.")
        return [Check(name, good=None, found=_("s’ouvre, mais n’a rien montré"), advice=advice)]
    size = _("s’ouvre, {width}×{height}").format(width=seen.width, height=seen.height)
    return [Check(name, good=True, found=size), *_quality(seen)]


def _quality(seen: "Film") -> list[Check]:
    """How fast, in what light and how sharply the camera films."""
    return [
        _measured(
            _("images par seconde"),
            f"{seen.rate:.0f}",
            _("Éclairez mieux, ou branchez-la sans multiprise USB\u00a0: elle est lente.")
            if seen.rate < _SLOW
            else "",
        ),
        _measured(
            _("lumière"), _("{light} sur 255").format(light=round(seen.light)), _lit(seen.light)
        ),
        _measured(
            _("netteté"),
            f"{seen.sharpness:.0f}",
            _(
                "Montrez une page imprimée et relancez\u00a0: si elle reste floue, nettoyez "
                "l’objectif ou réglez sa mise au point."
            )
            if seen.sharpness < _VAGUE
            else "",
        ),
    ]


def _measured(name: str, found: str, advice: str) -> Check:
    return Check(_("caméra, {name}").format(name=name), None if advice else True, found, advice)


def _lit(light: float) -> str:
    if light < _DARK:
        return _("Trop sombre\u00a0: allumez, ou tournez-la vers la lumière.")
    if light > _BLINDING:
        return _("Trop clair\u00a0: éloignez-la d’une fenêtre ou d’une lampe.")
    return ""


def keyring(folder: Path, key: str) -> list[Check]:
    """Whether this station holds a key to verify today's convocations with, and until when."""
    from guichet.domain.keys import WARN_BEFORE, PublicKey, good_until
    from guichet.store.engine import open_engine, reading, sqlite_url
    from guichet.store.queries import everything

    path = folder / "station.sqlite3"
    if not path.exists():
        return []
    now = clock()()  # as the station has it: the demo's is moved to opening hours
    try:
        engine = open_engine(sqlite_url(path), key)
        try:
            with reading(engine) as connection:
                keys = everything(connection, PublicKey)
        finally:
            engine.dispose()
    except GuichetError:
        return []  # the local database has been told about already
    name, end = _("clés des convocations"), good_until(keys, now)
    if end is None:
        advice = _("Ouvrez guichet avec le réseau\u00a0: elles viennent de la centrale.")
        return [Check(name, good=False, found=_("aucune n’est valable"), advice=advice)]
    found = _("valables jusqu’au {day}").format(day=f"{end:%d/%m/%Y}")
    if end - now < WARN_BEFORE:
        advice = _(
            "Demandez à la centrale la suivante dès maintenant "
            "(«\u00a0guichet central keys --new\u00a0»)."
        )
        return [Check(name, good=None, found=found, advice=advice)]
    return [Check(name, good=True, found=found)]
