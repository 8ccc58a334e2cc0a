"""``guichet doctor``: what works on this station, and how to mend what does not."""

import importlib.resources
import os
import shutil
import sys
import time
from datetime import datetime
from pathlib import Path

from guichet.config import Enrolment, clock, load_enrolment
from guichet.doctor.check import Check
from guichet.doctor.disk import encryption
from guichet.doctor.scanning import CAMERA_FAULTS, camera, decoders, keyring
from guichet.errors import DeviceRejected, GuichetError
from guichet.i18n import _

__all__ = ["CAMERA_FAULTS", "examine"]

_PYTHON = (3, 11)
_ROOM = 200_000_000  # bytes: a station's replica, its backup and its documents
_SKEW = 60.0  # seconds: beyond, early and late are judged wrong
_SHIPPED_FONTS = ("fontpkg_noto_sans", "fontpkg_noto_sans_arabic", "fontpkg_noto_sans_tamil")


def examine(folder: Path) -> list[Check]:
    """Every check, each in its own right: one that fails does not stop the others."""
    enrolment, fault = None, None
    try:
        enrolment = load_enrolment(folder)
    except GuichetError as error:
        fault = error
    key = enrolment.key if enrolment else ""
    checks = [_python(), _disk(folder), *_databases(folder, key, fault)]
    checks += [*decoders(), *camera(folder), _fonts(), _printer()]
    if fault is not None:
        return [
            *checks,
            Check(_("enrôlement"), good=False, found=_("illisible"), advice=str(fault)),
        ]
    if enrolment is None:
        return [
            *checks,
            Check(
                _("enrôlement"),
                good=None,
                found=_("ce poste n’est pas enrôlé"),
                advice=_("Lancez «\u00a0guichet enrol ADRESSE\u00a0»."),
            ),
        ]
    return [
        *checks,
        _secrets(folder),
        encryption(folder, enrolment),
        *keyring(folder, key),
        *_central(enrolment),
    ]


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    good = sys.version_info >= _PYTHON
    return Check(
        "Python", good, version, "" if good else _("Installez Python 3.11 ou plus récent.")
    )


def _disk(folder: Path) -> Check:
    free = shutil.disk_usage(folder).free
    good = free >= _ROOM and os.access(folder, os.W_OK)
    return Check(
        _("dossier du poste"),
        good,
        _("{folder}, {free} Mo libres").format(folder=folder, free=free // 1_000_000),
        "" if good else _("Libérez de la place et vérifiez les droits de ce dossier."),
    )


def _databases(folder: Path, key: str, fault: GuichetError | None) -> list[Check]:
    """The station's database and the journal of what was done here."""
    return [
        _database(folder / "station.sqlite3", _("base locale"), key, fault),
        _database(folder / "journal.sqlite3", _("journal des opérations"), key, fault),
    ]


def _database(path: Path, name: str, key: str, fault: GuichetError | None) -> Check:
    """Whether it opens; without the key that a `fault` keeps away, it may not."""
    from sqlalchemy import text

    from guichet.store.engine import open_engine, sqlite_url, writing

    if not path.exists():
        return Check(name, good=None, found=_("pas encore créée"))
    try:
        engine = open_engine(sqlite_url(path), key)
        try:
            with writing(engine) as connection:
                sound = connection.execute(text("PRAGMA integrity_check(1)")).scalar()
        finally:
            engine.dispose()
    except GuichetError as error:
        return Check(name, good=False, found=_("inutilisable"), advice=str(fault or error))
    if sound != "ok":
        advice = _(
            "Fermez guichet et rouvrez-le\u00a0: elle sera mise de côté et refaite. "
            "Ce qui attend d’être envoyé est gardé à part."
        )
        return Check(name, good=False, found=_("abîmée"), advice=advice)
    return Check(name, good=True, found=_("saine, et elle peut être écrite"))


def _fonts() -> Check:
    missing = []
    for package in _SHIPPED_FONTS:
        try:
            importlib.resources.files(package)
        except ModuleNotFoundError:
            missing.append(package)
    return Check(
        _("polices des convocations"),
        not missing,
        _("manquent\u00a0: {names}").format(names=", ".join(missing))
        if missing
        else _("présentes"),
        _("Réinstallez guichet\u00a0: elles en font partie.") if missing else "",
    )


def _printer() -> Check:
    if shutil.which("lp"):
        return Check(_("impression"), good=True, found="lp")
    advice = _(
        "Facultatif\u00a0: «\u00a0sudo apt install cups-client\u00a0». Sinon, imprimez le PDF."
    )
    return Check(_("impression"), good=None, found=_("pas de commande lp"), advice=advice)


def _secrets(folder: Path) -> Check:
    from guichet.config import ENROLMENT_FILE

    path = folder / ENROLMENT_FILE
    private = path.stat().st_mode & 0o077 == 0
    return Check(
        _("secret du poste"),
        private,
        _("lisible par son seul propriétaire") if private else _("lisible par d’autres"),
        "" if private else f"chmod 600 {path}",
    )


def _central(enrolment: Enrolment) -> list[Check]:
    """Whether central answers, lets this station in, speaks as it does, and shows the same time."""
    from guichet.sync.client import PROTOCOL, CentralClient

    name = _("centrale {url}").format(url=enrolment.url)
    started = time.monotonic()
    try:
        client = CentralClient(enrolment.url, enrolment.token)
        try:
            said = client.hello()
        finally:
            client.close()
    except DeviceRejected:
        advice = _("Demandez un code, puis «\u00a0guichet enrol ADRESSE\u00a0».")
        refused = Check(_("accès"), good=False, found=_("ce poste est refusé"), advice=advice)
        return [Check(name, good=True, found=_("répond")), refused]
    except GuichetError as error:
        advice = _("Si cela dure, prévenez qui administre le réseau ou la centrale.")
        return [Check(name, good=False, found=str(error), advice=advice)]
    took = round((time.monotonic() - started) * 1000)
    checks = [Check(name, good=True, found=_("répond en {took} ms").format(took=took))]
    if not said.protocol_min <= int(PROTOCOL) <= said.protocol_max:
        checks.append(
            Check(
                _("version"),
                good=False,
                found=_("ce guichet et la centrale ne se comprennent plus"),
                advice=_(
                    "Mettez guichet à jour\u202f; en attendant, l’accueil continue sans elle."
                ),
            )
        )
    return [*checks, _skew(said.now)]


def _skew(stated: datetime) -> Check:
    apart = abs((clock()() - stated).total_seconds())
    good = apart <= _SKEW
    return Check(
        _("horloge"),
        good,
        _("{apart} s d’écart avec la centrale").format(apart=round(apart)),
        "" if good else _("Réglez l’heure de cet ordinateur (réglage automatique)."),
    )
