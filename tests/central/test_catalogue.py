"""The catalogue of a préfecture, from a file to the feed of every site, and back."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from guichet.central import catalogue, feed, registry, training
from guichet.central import training_catalogue as trained
from guichet.central.catalogue import Change
from guichet.central.catalogue_file import Bad, Catalogue, Reason, ordered, read, to_toml
from guichet.domain.model import Procedure, Site
from guichet.store.engine import open_engine, reading, sqlite_url
from tests.central.samples import DAY, PROCEDURE, SITES, Caller, appointment, furnish, person, slot
from tests.posts import MORNING
from tests.servers import CentralUnderTest, Clock

OWN = ordered(Catalogue(SITES, (PROCEDURE,)))
THIRD = Site(3, "Saint-Denis", "2 rue Catulienne\n93200 Saint-Denis", "Europe/Paris", 30, 15)
OTHER = Procedure("REMI", "Remise", "remise", 10, "C", True, "", ("Ancien titre",))


def known(engine: Engine) -> Catalogue:
    with reading(engine) as connection:
        return catalogue.present(connection)


def sequences(engine: Engine) -> dict[int, int]:
    with reading(engine) as connection:
        return feed.sequences(connection)


@pytest.fixture
def furnished(engine: Engine) -> Engine:
    """Two sites with an agent each, of which the first has somebody's appointment."""
    registry.create(engine, MORNING)
    furnish(engine, slot("s1"), person("p1"), appointment("00000000000000a1", "s1", "p1", MORNING))
    return engine


def test_training_goes_out_and_into_an_empty_central_as_it_is(
    engine: Engine, tmp_path: Path
) -> None:
    registry.create(engine, MORNING)
    training.load(engine, DAY, MORNING, persons=60)
    before = known(engine)
    assert (set(before.sites), set(before.procedures)) == (
        set(trained.SITES),
        set(trained.PROCEDURES),
    )
    other = open_engine(sqlite_url(tmp_path / "other.sqlite3"))
    registry.create(other, MORNING)
    path = tmp_path / "catalogue.toml"
    path.write_bytes(to_toml(before).encode())
    wanted = read(path)
    assert isinstance(wanted, Catalogue)
    made = catalogue.replace(other, wanted)
    assert len(made) == 15
    assert known(other) == before
    told = sequences(other)
    assert told.keys() == {1, 2, 3}
    assert catalogue.replace(other, wanted) == []
    assert sequences(other) == told
    other.dispose()


def test_a_change_reaches_the_stations_of_every_site_and_nothing_else_does(
    central: CentralUnderTest, clock: Clock
) -> None:
    furnish(central.engine)
    wanted = replace(OWN, procedures=(replace(PROCEDURE, minutes=25, documents=("Titre",)), OTHER))
    with (
        Caller(central.url, central.enrol(1), clock()) as one,
        Caller(central.url, central.enrol(2), clock()) as two,
    ):
        cursors = [(caller, caller.pull()["cursor"]) for caller in (one, two)]
        before = sequences(central.engine)
        assert len(catalogue.replace(central.engine, wanted, check=True)) == 2
        assert sequences(central.engine) == before
        assert catalogue.replace(central.engine, wanted) == [
            Change(
                "procedure",
                "RENOUV",
                "changed",
                {"minutes": (20, 25), "documents": (("Passeport",), ("Titre",))},
            ),
            Change("procedure", "REMI", "new", {}),
        ]
        for caller, cursor in cursors:
            seen = {each["key"]: each["record"] for each in caller.pull(cursor)["changes"]}
            assert seen.keys() == {"RENOUV", "REMI"}
            assert (seen["RENOUV"]["minutes"], seen["RENOUV"]["documents"]) == (25, ["Titre"])
            assert seen["REMI"]["lane"] == "C"


def test_what_is_needed_stays(furnished: Engine) -> None:
    before = sequences(furnished)
    wanted = Catalogue((replace(SITES[0], time_zone="America/Cayenne"),), (OTHER,))
    refused = [
        Bad("procedures", "RENOUV", 0, "", Reason.USED, "appointment,slot"),
        Bad("sites", "2", 0, "", Reason.USED, "agent"),
        Bad("sites", "1", 0, "time_zone", Reason.ZONE, "America/Cayenne"),
    ]
    assert catalogue.replace(furnished, wanted, check=True) == refused
    assert catalogue.replace(furnished, wanted) == refused
    assert (known(furnished), sequences(furnished)) == (OWN, before)
    # A site without hours may still move.
    moved = replace(OWN, sites=(SITES[0], replace(SITES[1], time_zone="America/Cayenne")))
    (done,) = catalogue.replace(furnished, moved)
    assert isinstance(done, Change)
    assert done.fields == {"time_zone": ("Europe/Paris", "America/Cayenne")}


def test_what_nobody_needs_goes_from_every_feed(central: CentralUnderTest, clock: Clock) -> None:
    furnish(central.engine)
    whole = Catalogue((*SITES, THIRD), (PROCEDURE, OTHER))
    assert len(catalogue.replace(central.engine, whole)) == 2
    with Caller(central.url, central.enrol(1), clock()) as caller:
        cursor = caller.pull()["cursor"]
        assert catalogue.replace(central.engine, OWN) == [
            Change("site", "3", "gone", {}),
            Change("procedure", "REMI", "gone", {}),
        ]
        seen = {(c["kind"], c["key"]): c["record"] for c in caller.pull(cursor)["changes"]}
        assert seen == {("site", "3"): None, ("procedure", "REMI"): None}
        assert 3 not in sequences(central.engine)
        # And comes back as new as it was.
        catalogue.replace(central.engine, whole)
    with Caller(central.url, central.enrol(3), clock()) as caller:
        kept = [each["key"] for each in caller.pull_all() if each["kind"] in ("site", "procedure")]
    assert sorted(kept) == ["1", "2", "3", "REMI", "RENOUV"]


def test_of_two_files_at_once_one_holds_whole(engine: Engine) -> None:
    registry.create(engine, MORNING)
    files = [
        Catalogue((replace(SITES[0], name=name), THIRD), (replace(OTHER, label=name), PROCEDURE))
        for name in ("Bobigny", "Le Raincy")
    ]
    files.append(OWN)
    for _turn in range(4):
        with ThreadPoolExecutor() as pool:
            done = list(pool.map(lambda wanted: catalogue.replace(engine, wanted), files))
        assert not any(isinstance(each, Bad) for changes in done for each in changes)
        assert known(engine) in [ordered(each) for each in files]
        with reading(engine) as connection:
            assert feed.started(connection) == [site.number for site in known(engine).sites]
