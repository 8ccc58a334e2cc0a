"""``guichet scan``: QR codes in files or before a camera, decoded and verified from the shell."""

import json
import queue
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from guichet.cli_help import FOLDER, Command, missing, station_folder, unfit
from guichet.i18n import _

if TYPE_CHECKING:
    from guichet.scanner.faults import CameraFault
    from guichet.station import Reading
    from guichet.station.inspection import Inspector

_TICK = 0.2  # seconds between two looks for Ctrl+C while a camera sees nothing


@dataclass(frozen=True, slots=True)
class _Seen:
    """The codes of one file, or one code of a camera, whose decoding is not timed."""

    file: str
    texts: tuple[str, ...] = ()
    ms: float | None = None
    fault: "CameraFault | None" = None


@click.command(cls=Command)
@click.argument("files", metavar="FICHIER…", nargs=-1, type=click.Path(path_type=Path))
@click.option("--camera", metavar="SOURCE", help=_("Caméra (0), appareil, ou adresse."))
@click.option("--once", is_flag=True, help=_("Avec --camera\u00a0: s’arrêter au premier code."))
@click.option("--raw", is_flag=True, help=_("Décoder sans vérifier\u202f; aucun poste n’est lu."))
@click.option("--json", "as_json", is_flag=True, help=_("Un objet JSON par ligne."))
@click.option(
    "--dir",
    "folder",
    metavar="DOSSIER",
    type=FOLDER,
    help=_("Dossier du poste (sinon GUICHET_DIR, ou celui prévu)."),
)
def scan(
    *,
    files: tuple[Path, ...],
    camera: str | None,
    once: bool,
    raw: bool,
    as_json: bool,
    folder: Path | None,
) -> int:
    """Lire des QR codes et vérifier les convocations.

    FICHIER\u00a0: image, PDF, vidéo, ou dossier d’images. Aucune arrivée n’est enregistrée, et la
    personne n’est pas nommée.
    """
    if bool(files) is (camera is not None):
        raise unfit("camera") if files else missing("files")
    seen = _filmed(camera, once=once) if camera is not None else codes_in(files)
    with _inspector(folder, raw=raw) as inspector:
        good = True
        for each in seen:
            good = _told(each, inspector, as_json=as_json) and good
    return int(not good)


def _inspector(folder: Path | None, *, raw: bool) -> "AbstractContextManager[Inspector | None]":
    """What judges texts; None with --raw."""
    if raw:
        return nullcontext()
    from guichet.config import clock
    from guichet.station.inspection import inspecting

    return inspecting(station_folder(folder), clock())


def codes_in(paths: tuple[Path, ...]) -> Iterator[_Seen]:
    """The codes of each of these files; a fault stands in the place of those that cannot be."""
    from guichet.scanner.faults import CameraFault
    from guichet.scanner.files import files_of, read_file
    from guichet.scanner.sight import Sight

    with Sight() as sight:
        sight.start()
        for path in files_of(paths):
            try:
                found = read_file(path, sight)
            except CameraFault as fault:
                yield _Seen(str(path), fault=fault)
            else:
                yield _Seen(str(path), found.texts, found.ms)


def _filmed(spec: str, *, once: bool) -> Iterator[_Seen]:
    """Each code that comes before the camera, until it fails or the command is interrupted."""
    from guichet.scanner.reader import Reader
    from guichet.screens.camera_words import source_name  # with it only

    name = source_name(spec) if "://" in spec else spec  # an address may hold a password
    seen: queue.SimpleQueue[_Seen] = queue.SimpleQueue()
    reader = Reader(
        spec,
        lambda text: seen.put(_Seen(name, (text,))),
        None,
        lambda fault: seen.put(_Seen(name, fault=fault)),
    )
    reader.start()
    try:
        while True:
            try:
                each = seen.get(timeout=_TICK)
            except queue.Empty:
                continue
            yield each
            if once or each.fault is not None:
                return
    finally:
        reader.stop()


def _told(seen: _Seen, inspector: "Inspector | None", *, as_json: bool) -> bool:
    """Say what was seen; whether there was a code, and each a genuine convocation if judged."""
    if seen.fault is not None:
        _tell_fault(seen, seen.fault, as_json=as_json)
        return False
    readings = [inspector.read(text) for text in seen.texts] if inspector else []
    if as_json:
        facts: dict[str, Any] = {"file": seen.file, "texts": list(seen.texts), "ms": seen.ms}
        if inspector is not None:
            pairs = zip(seen.texts, readings, strict=True)
            # Of a text that is not believed nothing is told but its verdict.
            facts["texts"] = [text if reading.claims else None for text, reading in pairs]
            facts["verdicts"] = [_verdict(reading, inspector) for reading in readings]
        click.echo(json.dumps(facts, ensure_ascii=False))
    else:
        lines = [(_("fichier"), seen.file)]
        if not seen.texts:
            lines.append((_("code"), _("aucun")))
        if inspector is None:
            lines += [(_("texte"), text) for text in seen.texts]
        else:
            lines += [line for reading in readings for line in _spoken(reading, inspector)]
        click.echo("\n".join(f"{name}\u00a0: {value}" for name, value in lines))
    return bool(seen.texts) and all(reading.claims is not None for reading in readings)


def _tell_fault(seen: _Seen, fault: "CameraFault", *, as_json: bool) -> None:
    from guichet.doctor import CAMERA_FAULTS

    sentence = f"{seen.file}\u00a0: {CAMERA_FAULTS[fault.reason]}"
    if as_json:
        told = {"file": seen.file, "fault": fault.reason, "message": sentence}
        click.echo(json.dumps(told, ensure_ascii=False))
    click.echo(sentence, err=True)


def _verdict(reading: "Reading", inspector: "Inspector") -> dict[str, Any]:
    decision = reading.decision
    starts_at = decision.starts_at
    return {
        "verdict": decision.finding.value,
        "admit": decision.admit.value,
        "reference": reading.reference or None,
        "site": decision.site,
        "starts_at": inspector.local(starts_at).isoformat() if starts_at else None,
        "minutes_off": decision.minutes_off if starts_at else None,
    }


def _spoken(reading: "Reading", inspector: "Inspector") -> list[tuple[str, str]]:
    from guichet.domain.calendar_fr import long_date
    from guichet.screens.finding_words import FINDINGS

    lines = [(_("verdict"), FINDINGS[reading.decision.finding][0])]
    if reading.reference:
        lines.append((_("référence"), reading.reference))
    if reading.decision.starts_at is not None:
        local = inspector.local(reading.decision.starts_at)
        when = _("{day} à {time}").format(day=long_date(local.date()), time=f"{local:%H:%M}")
        lines.append((_("rendez-vous"), when))
    return lines
