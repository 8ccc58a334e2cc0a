from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest
from sqlalchemy import Engine

from guichet.central import registry, training
from guichet.central.app import create_app
from guichet.central.serve import running
from guichet.config import load_enrolment
from guichet.doctor import CAMERA_FAULTS
from guichet.doctor.disk import _answer, _decrypts, bitlocker, filevault
from guichet.domain.keys import PublicKey
from guichet.scanner.faults import Reason
from guichet.store.engine import open_engine, sqlite_url, writing
from guichet.store.queries import everything
from guichet.store.records import put
from tests.commands import Run, logging_put_back, run
from tests.databases import migrated_sqlite
from tests.keyrings import TestKeyring, session_keyring
from tests.scanner.samples import code, file_of, scene, token, underexposed

__all__ = ["logging_put_back", "run", "session_keyring"]  # fixtures

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    path = tmp_path / "central.sqlite3"
    path.write_bytes(migrated_sqlite())
    opened = open_engine(sqlite_url(path))
    registry.create(opened, NOON)
    training.load(opened, NOON.date(), NOON, persons=60)
    yield opened
    opened.dispose()


def test_doctor_tells_how_to_mend(run: Run, tmp_path: Path) -> None:
    ran = run("doctor")
    assert ran.code == 0
    assert "✓ Python" in ran.output
    assert "guichet enrol" in ran.output
    (tmp_path / "station" / "enrolment.json").write_text("{")
    (tmp_path / "station" / "station.sqlite3").write_text("no database at all, only words" * 100)
    (tmp_path / "station" / "settings.toml").write_text('camera = "/dev/none"\n')
    broken = run("doctor")
    assert broken.code == 1
    assert "✗ enrôlement" in broken.output
    assert "✗ base locale" in broken.output
    assert "! caméra /dev/none\u00a0: introuvable" in broken.output
    assert "Traceback" not in broken.output


def test_doctor_tries_the_camera_and_the_decoders(run: Run, tmp_path: Path) -> None:
    camera, folder = tmp_path / "camera", tmp_path / "station"
    camera.mkdir()
    folder.mkdir()
    (folder / "settings.toml").write_text(f'camera = "{camera}"\n')
    (camera / "sheet.png").write_bytes(file_of(underexposed(scene(code(token())))))
    ran = run("doctor")
    assert "✓ lecteur de codes zxing-cpp\u00a0: " in ran.output
    assert "lit l’image d’essai" in ran.output
    assert f"✓ caméra {camera}\u00a0: s’ouvre, 1280×720" in ran.output
    assert "caméra, images par seconde\u00a0: " in ran.output
    assert "! caméra, lumière" in ran.output
    assert "→ Trop sombre" in ran.output


def test_every_fault_of_a_camera_has_words() -> None:
    assert set(CAMERA_FAULTS) == set(get_args(Reason))


def test_doctor_looks_at_central_and_its_clock(run: Run, engine: Engine, tmp_path: Path) -> None:
    with running(create_app(engine)) as url:
        code = registry.add_enrol_code(engine, 1, datetime.now(UTC))
        assert run("enrol", url, typed=f"{code}\n").code == 0
        well = run("doctor")
        enrolment = load_enrolment(tmp_path / "station")
        assert enrolment is not None
        registry.revoke(engine, enrolment.station, datetime.now(UTC))
        revoked = run("doctor")
    gone = run("doctor")
    assert well.code == 0, well.output
    assert "répond en" in well.output
    assert "✓ horloge" in well.output
    assert "✓ clés des convocations\u00a0: valables jusqu’au" in well.output
    assert "chiffrement des données" in well.output
    assert "ce poste est refusé" in revoked.output
    assert "La centrale est injoignable" in gone.output
    assert (revoked.code, gone.code) == (1, 1)


def test_doctor_tells_a_station_that_central_no_longer_understands(
    run: Run, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(create_app(engine)) as url:
        code = registry.add_enrol_code(engine, 1, datetime.now(UTC))
        assert run("enrol", url, typed=f"{code}\n").code == 0
        monkeypatch.setattr("guichet.sync.client.PROTOCOL", "0")
        ran = run("doctor")
    assert ran.code == 1
    assert "✗ version\u00a0: ce guichet et la centrale ne se comprennent plus" in ran.output
    assert "Mettez guichet à jour" in ran.output


def test_doctor_does_not_show_the_password_of_an_address(run: Run, tmp_path: Path) -> None:
    address = "http://agent:hush@127.0.0.1:1/live"
    (tmp_path / "settings.toml").write_text(f'camera = "{address}"\n')
    told = run("doctor", "--dir", str(tmp_path))
    assert "http://127.0.0.1/live" in told.output
    assert "hush" not in told.output + told.errors


@pytest.mark.parametrize(
    ("days", "sign", "said"),
    [
        (700, "✓", "valables jusqu’au"),
        (30, "!", "guichet central keys --new"),
        (-1, "✗", "aucune n’est valable"),
    ],
)
def test_doctor_tells_when_keys_end(
    run: Run, engine: Engine, tmp_path: Path, days: int, sign: str, said: str
) -> None:
    with running(create_app(engine)) as url:
        code = registry.add_enrol_code(engine, 1, datetime.now(UTC))
        assert run("enrol", url, typed=f"{code}\n").code == 0
    station = open_engine(sqlite_url(tmp_path / "station" / "station.sqlite3"))
    with writing(station) as connection:
        end = datetime.now(UTC) + timedelta(days=days)
        (key,) = everything(connection, PublicKey)
        put(connection, replace(key, not_after=end))
    station.dispose()
    told = run("doctor").output
    assert f"{sign} clés des convocations" in told
    assert said in told


def test_doctor_tells_whether_a_stolen_disk_can_be_read(
    run: Run, engine: Engine, session_keyring: TestKeyring
) -> None:
    with running(create_app(engine)) as url:
        code = registry.add_enrol_code(engine, 1, datetime.now(UTC))
        assert run("enrol", url, typed=f"{code}\n").code == 0
    sealed = run("doctor").output
    assert "✓ chiffrement des données\u00a0: base chiffrée, clé dans le trousseau" in sealed
    assert "✓ base locale\u00a0: saine" in sealed
    session_keyring.locked = True
    shut = run("doctor").output
    assert "✗ enrôlement" in shut
    assert "déverrouillez-le" in shut
    assert "abîmée" not in shut


def test_an_encrypted_disk_is_recognised_under_what_rests_on_it(tmp_path: Path) -> None:
    """A volume of LVM on a volume of LUKS on a partition, as Linux shows them."""
    volume, crypt = tmp_path / "volume", tmp_path / "crypt"
    for device, uuid in ((volume, "LVM-abc"), (crypt, "CRYPT-LUKS2-abc")):
        (device / "dm").mkdir(parents=True)
        (device / "dm" / "uuid").write_text(uuid)
    assert not _decrypts(volume)
    (volume / "slaves").mkdir()
    (volume / "slaves" / "dm-0").symlink_to(crypt)
    assert _decrypts(volume)


@pytest.mark.parametrize(
    ("code", "said", "encrypted"),
    [
        (0, "FileVault is On.\n", True),
        (0, "FileVault is Off.\n", False),
        (0, "FileVault is On.\nEncryption in progress: Percent completed = 35\n", None),
        (0, "FileVault is Off.\nDecryption in progress: Percent completed = 80\n", None),
        (0, "FileVault is On, but needs to be restarted to finish.\n", None),
        (0, "", None),
        (1, "FileVault is On.\n", None),
        (-1, "", None),
    ],
)
def test_what_fdesetup_says_of_a_mac(code: int, said: str, *, encrypted: bool | None) -> None:
    assert filevault(code, said) is encrypted


PROTECTED = """\
BitLocker Drive Encryption: Configuration Tool version 10.0.22621
Copyright (C) 2013 Microsoft Corporation. All rights reserved.

Volume C: [OS]
[OS Volume]

    Size:                 237.85 GB
    BitLocker Version:    2.0
    Conversion Status:    Used Space Only Encrypted
    Percentage Encrypted: 100.0%
    Encryption Method:    XTS-AES 128
    Protection Status:    Protection On
    Lock Status:          Unlocked
    Key Protectors:
        TPM
"""
PLAIN = """\
Volume C: [OS]

    Conversion Status:    Fully Decrypted
    Percentage Encrypted: 0.0%
    Encryption Method:    None
    Protection Status:    Protection Off
"""
IN_FRENCH = """\
Volume C: [OS]

    Pourcentage chiffré :         100,0%
"""
NO_ADMINISTRATOR = """\
ERROR: An attempt to access a required resource was denied.
Check that you have administrative rights on the computer.
"""


@pytest.mark.parametrize(
    ("code", "said", "encrypted"),
    [
        (0, PROTECTED, True),
        (0, IN_FRENCH, True),
        (1, PLAIN, False),
        (1, PROTECTED.replace("Protection On", "Protection Off"), False),  # its key lies open
        (1, NO_ADMINISTRATOR, None),
        (-1, NO_ADMINISTRATOR, None),
        (0, NO_ADMINISTRATOR, None),
        (2, PROTECTED, None),
        (-1, "", None),
    ],
)
def test_what_manage_bde_says_of_a_drive(code: int, said: str, *, encrypted: bool | None) -> None:
    assert bitlocker(code, said) is encrypted


def test_a_command_of_the_system_that_says_nothing_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert _answer("sh", "-c", "echo 100%; exit 1") == (1, "100%\n")
    assert _answer("guichet-has-no-such-command") == (-1, "")
    monkeypatch.setattr("guichet.doctor.disk._PATIENCE", 0.05)
    assert _answer("sleep", "60") == (-1, "")
