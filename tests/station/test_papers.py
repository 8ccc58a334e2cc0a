"""What a station hands over: convocations, calendar files, attestations, accords."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from guichet.convocation import catalogue
from guichet.convocation.catalogue import in_french
from guichet.domain.model import Appointment, Procedure, Role
from guichet.domain.operations import Refused
from guichet.errors import DocumentError
from guichet.station import Link, Station
from guichet.station.mediation import Booked, Held
from guichet.store.engine import writing
from guichet.store.records import get, put
from tests.convocation.outputs import pages, said_in
from tests.convocation.samples import read, symbol
from tests.posts import World
from tests.station.test_mediation import booked, person
from tests.waiting import until


def confirmed(station: Station, **changes: object) -> Appointment:
    """An appointment of a new person, which central has confirmed."""
    done = booked(station, person(station, **changes))
    assert isinstance(done, Booked)
    assert done.confirmed
    return done.appointment


def known(station: Station, key: str) -> Appointment:
    with writing(station._core.engine) as connection:
        found = get(connection, Appointment, key)
    assert found is not None
    return found


def procedure_of(station: Station, appointment: Appointment) -> Procedure:
    procedures = station.mediation.procedures()
    return next(each for each in procedures if each.code == appointment.procedure)


def change(world: World, station: Station, record: Appointment | Procedure) -> None:
    """Make the replica say something else, for good: central is out of reach."""
    until(lambda: station.sync_state.pending == 0)
    world.stop()
    until(lambda: station.sync_state.link is Link.OFFLINE)
    with writing(station._core.engine) as connection:
        put(connection, record)


def test_the_convocation_waits_for_central_and_is_private(world: World) -> None:
    station = world.station("one", Role.MEDIATOR)
    station.papers.practice = world.folder / "papers"
    appointment = confirmed(station)
    assert appointment.accord is not None
    assert appointment.accord.agent == appointment.booked_by
    path = station.papers.convocation(appointment.id)
    assert path.name == f"convocation-{appointment.reference}.pdf"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in station.papers.practice.iterdir()] == [f"{appointment.reference}.png"]
    change(world, station, replace(appointment, token=None))
    for paper in (station.papers.convocation, station.papers.calendar):
        with pytest.raises(DocumentError, match="pas encore confirmé"):
            paper(appointment.id)


def test_a_paper_that_cannot_be_written_says_so(world: World) -> None:
    station = world.station("one", Role.MEDIATOR)
    appointment = confirmed(station)
    blocked = Path(station.folder / "convocations")
    blocked.write_text("a file where the folder should be")
    for paper in (station.papers.convocation, station.papers.calendar):
        with pytest.raises(DocumentError, match="enregistré"):
            paper(appointment.id)


def test_what_the_station_no_longer_knows_has_no_paper(world: World) -> None:
    station = world.station("one", Role.MEDIATOR)
    for paper in (station.papers.convocation, station.papers.calendar):
        with pytest.raises(DocumentError, match="recherchez la personne"):
            paper("0123456789abcdef")
    assert not (station.folder / "convocations").exists()


def test_a_convocation_made_again_is_the_newest_of_the_same_reference(world: World) -> None:
    station = world.station("one", Role.MEDIATOR)
    appointment = confirmed(station)
    before = station.papers.convocation(appointment.id).read_bytes()
    coming = [slot for day in station.mediation.slots("RENO").values() for slot in day]
    later = next(s for s in coming if s.free and s.starts_at > appointment.starts_at)
    held = station.mediation.hold(later)
    assert isinstance(held, Held)
    moved = station.mediation.move(appointment, held)
    assert isinstance(moved, Booked)
    path = station.papers.convocation(appointment.id)
    assert path.name == f"convocation-{appointment.reference}.pdf"
    (old,), (new,) = pages(before), pages(path.read_bytes())
    local = station.local(later.starts_at)
    assert f"Convocation {appointment.reference}, version 1" in old
    assert f"Convocation {appointment.reference}, version 2" in new
    assert f"{local:%H} h {local:%M}" in new.replace("\u00a0", " ").replace("\u202f", " ")
    assert symbol(read(path.read_bytes()).picture)[0] == moved.appointment.token
    assert symbol(read(before).picture)[0] == appointment.token != moved.appointment.token


def test_large_type_is_another_file_with_the_same_symbol(world: World) -> None:
    station = world.station("one", Role.MEDIATOR)
    appointment = confirmed(station)
    usual = station.papers.convocation(appointment.id)
    large = station.papers.convocation(appointment.id, large=True)
    assert {usual.name, large.name} == {
        f"convocation-{appointment.reference}.pdf",
        f"convocation-{appointment.reference}-grand.pdf",
    }
    assert symbol(read(large.read_bytes()).picture)[0] == appointment.token
    assert len(pages(large.read_bytes())) > len(pages(usual.read_bytes())) == 1


def test_what_was_presented_is_ticked_as_long_as_it_is_asked_for(world: World) -> None:
    station = world.station("one", Role.MEDIATOR)
    appointment = confirmed(station)
    procedure = procedure_of(station, appointment)
    first, second, *_rest = procedure.documents
    assert station.assistance.present(appointment, (second, first)) is None
    for large in (False, True):
        text = "".join(pages(station.papers.convocation(appointment.id, large=large).read_bytes()))
        assert text.count("– présenté") == 2
    change(world, station, replace(procedure, documents=(second, "Autre pièce")))
    (text,) = pages(station.papers.convocation(appointment.id).read_bytes())
    assert f"{second} – présenté Autre pièce" in text
    assert first not in text


def test_papers_are_those_of_the_site_of_the_appointment(world: World) -> None:
    station = world.station("one", Role.MEDIATOR)
    appointment = confirmed(station)
    other = next(s for s in station.assistance.sites().values() if s != station.site)
    change(world, station, replace(appointment, site=other.number))
    convocation = station.papers.convocation(appointment.id).read_bytes()
    calendar = station.papers.calendar(appointment.id).read_bytes().decode().replace("\r\n ", "")
    for line in (other.name, *other.address.split("\n")):
        assert said_in(convocation, line)
        assert line in calendar.replace("\\,", ",")
    assert not said_in(convocation, station.site.name)
    assert station.site.name not in calendar


def test_the_calendar_file_and_the_names_of_files_say_nothing_of_the_person(world: World) -> None:
    station = world.station("one", Role.MEDIATOR)
    who = person(station, email="aissatou@exemple.fr")
    done = booked(station, who)
    assert isinstance(done, Booked)
    papers, appointment = station.papers, done.appointment
    calendar = papers.calendar(appointment.id)
    written = [papers.convocation(appointment.id), calendar, papers.accord_sheet("wolof", "wo")]
    content = calendar.read_bytes().decode().replace("\r\n ", "")
    procedure = procedure_of(station, appointment)
    for secret in (
        *(who.family_name, who.given_names, who.birth, who.number, who.phone, who.email, who.id),
        *(procedure.code, procedure.label, procedure.family, *procedure.documents),
        *(appointment.token, appointment.booked_by, who.language + ":"),
    ):
        assert secret
        assert secret.lower() not in content.lower()
        assert not [path for path in written if secret.lower() in path.name.lower()]
    assert appointment.reference in content
    assert {path.stat().st_mode & 0o777 for path in written} == {0o600}


def test_a_language_is_printed_once_it_is_proofread(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    station = world.station("one", Role.MEDIATOR)
    appointment = confirmed(station, language="tr")
    assert not station.papers.bilingual("tr")
    assert not station.papers.bilingual("fr")
    (alone,) = pages(station.papers.convocation(appointment.id).read_bytes())
    folder = world.folder / "phrases"
    folder.mkdir()
    file = folder / "tr.toml"
    monkeypatch.setattr(catalogue.second, "__defaults__", (folder,))
    review = '[review]\nby = "A. Reader"\non = 2026-11-24\n'
    file.write_text(review + '[accord]\ntitle = "Onay"\n', "utf-8")
    assert not station.papers.bilingual("tr"), "nothing of it is on a convocation"
    file.write_text(review + '[all]\nfree = "Randevu almak ücretsizdir."\n', "utf-8")
    assert station.papers.bilingual("tr")
    both = station.papers.convocation(appointment.id).read_bytes()
    assert said_in(both, in_french("all.free"))
    assert said_in(both, "Randevu almak ücretsizdir.")
    assert "ücretsiz" not in alone


def test_every_paper_says_that_it_is_free(world: World) -> None:
    station = world.station("one", Role.MEDIATOR)
    appointment = confirmed(station)
    who = station.mediation.person(appointment.person)
    assert who is not None
    procedure = procedure_of(station, appointment)
    demand = station.assistance.found_nothing(procedure, who, waiting=True)
    papers: list[Callable[[], Path]] = [
        lambda: station.papers.convocation(appointment.id),
        lambda: station.papers.convocation(appointment.id, large=True),
        lambda: station.papers.attestation(demand, procedure, who, ("ici",), named=False),
        lambda: station.papers.accord_sheet("wolof", "wo"),
    ]
    for paper in papers:
        assert said_in(paper().read_bytes(), in_french("all.free"))
    calendar = station.papers.calendar(appointment.id).read_bytes().decode()
    assert in_french("all.free").replace(",", "\\,") in calendar.replace("\r\n ", "")


def test_documents_shown_and_accords_withdrawn_reach_central(world: World) -> None:
    station = world.station("one", Role.MEDIATOR)
    appointment = confirmed(station)
    first = procedure_of(station, appointment).documents[0]
    assert station.assistance.present(appointment, ("Permis de conduire",)) == Refused(
        "unknown_document"
    )
    assert station.assistance.present(appointment, (first,)) is None
    assert station.assistance.withdraw_accord(appointment) is None
    until(lambda: station.sync_state.pending == 0)
    with world.engine.connect() as connection:
        found = get(connection, Appointment, appointment.id)
    assert found is not None
    assert found.accord is not None
    assert found.presented == (first,)
    assert found.accord.withdrawn_at == world.clock()
    assert (found.status, found.revision) == (appointment.status, appointment.revision)
    assert known(station, appointment.id) == found


def test_nothing_that_composes_documents_is_loaded_at_a_start() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, guichet.station; print(*(n for n in sys.modules if 'convocation' in n))",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(done.stdout.split()) <= {
        "guichet.convocation",
        "guichet.convocation.ed25519",
        "guichet.convocation.token",
    }
