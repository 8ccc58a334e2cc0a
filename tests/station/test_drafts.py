"""What an agent had under way outlives the program, for the same agent and the same day."""

from dataclasses import replace

from sqlalchemy import select

from guichet.station import Kept, Station
from guichet.store.engine import reading, writing
from guichet.store.schema import METADATA
from tests.posts import World
from tests.store.samples import ADA

PERSON = replace(ADA, site=1)
DRAFT = METADATA.tables["draft"]


def held(station: Station) -> int:
    with reading(station._core.engine) as connection:
        return len(connection.execute(select(DRAFT)).all())


def test_the_step_reached_is_found_again(world: World) -> None:
    station = world.station("one")
    assert station.mediation.register(PERSON) is None
    days = station.mediation.slots("REMI")
    slot = next(slot for slots in days.values() for slot in slots)
    kept = Kept("dia", {"family": "DIALLO"}, PERSON.id, "REMI", slot.id)
    station.drafts.keep("MB1", kept)
    station.close()
    found = world.open(station.folder).drafts.find("MB1")
    assert found is not None
    assert (found.query, found.typed, found.person) == ("dia", {"family": "DIALLO"}, PERSON)
    assert found.procedure is not None
    assert found.procedure.code == "REMI"
    assert found.slot is not None
    assert found.slot.id == slot.id


def test_one_draft_an_agent_and_nobody_elses(world: World) -> None:
    station = world.station("one")
    station.drafts.keep("MB1", Kept("dia"))
    station.drafts.keep("MB1", Kept("diallo"))
    assert station.drafts.find("MB2") is None
    found = station.drafts.find("MB1")
    assert found is not None
    assert found.query == "diallo"
    station.drafts.keep("MB1", None)
    assert station.drafts.find("MB1") is None
    assert held(station) == 0


def test_it_goes_with_the_day(world: World) -> None:
    station = world.station("one")
    station.drafts.keep("MB1", Kept("dia"))
    world.clock.forward(hours=14)  # 23:40 in Paris
    assert station.drafts.find("MB1") is not None
    world.clock.forward(minutes=30)
    assert station.drafts.find("MB1") is None
    station.close()
    assert held(world.open(station.folder)) == 0


def test_of_a_person_known_here_no_more_nothing_is_said(world: World) -> None:
    station = world.station("one")
    station.drafts.keep("MB1", Kept("dia", person="gone"))
    assert station.drafts.find("MB1") is None


def test_what_another_version_wrote_is_no_fault(world: World) -> None:
    station = world.station("one")
    for body in ("{", '{"query": 1}', "[]"):
        station.drafts.keep("MB1", Kept("dia"))
        with writing(station._core.engine) as connection:
            connection.execute(DRAFT.update().values(body=body))
        assert station.drafts.find("MB1") is None
