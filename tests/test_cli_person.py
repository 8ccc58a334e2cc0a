"""A person entered by a plain command, against a real central, as a terminal or a script would."""

import json
import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from guichet.central import training
from guichet.domain.model import Person, Role
from guichet.station import Station
from tests.commands import Ran, Run, logging_put_back, run
from tests.posts import MORNING, World
from tests.waiting import until

__all__ = ["logging_put_back", "run"]  # fixtures

PIN = training.PINS[Role.MEDIATOR]
KABONGO = {
    "family_name": "Kabongo",
    "given_names": "Odette",
    "birth": "1980",
    "number": "0399812345",
    "phone": "06 39 98 00 11",
    "commune": "Bondy",
    "language": "pt",
    "proof": "passport",
    "needs": ["seat", "interpreter"],
}
Adding = Callable[..., Ran]


@pytest.fixture
def other(world: World) -> Station:
    """Another station of the site, to see what central has made known."""
    return world.station("other", Role.MEDIATOR)


@pytest.fixture
def add(world: World, run: Run, monkeypatch: pytest.MonkeyPatch) -> Adding:
    """Run `guichet person add` with the PIN and what is `typed`."""
    offset = math.ceil((MORNING - datetime.now(UTC)).total_seconds())
    monkeypatch.setenv("GUICHET_CLOCK_OFFSET", str(offset))
    monkeypatch.setenv("GUICHET_AGENT", training.agent_code(Role.MEDIATOR, 1))
    monkeypatch.setenv("GUICHET_DIR", str(world.enrolled("station")))

    def command(*words: str, typed: str) -> Ran:
        return run("person", "add", *words, typed=f"{PIN}\n{typed}")

    return command


def given(add: Adding, person: dict[str, Any], *words: str, code: int = 0) -> dict[str, Any]:
    """What the command answers to a JSON object."""
    ran = add("--stdin", "--json", *words, typed=json.dumps(person))
    assert ran.code == code, ran
    answer: dict[str, Any] = json.loads(ran.output)
    return answer


def known(station: Station, key: str) -> Person:
    until(lambda: station.mediation.find_persons_at_central("Kabongo"), what="heard by central")
    return next(p for p in station.mediation.find_persons_at_central("Kabongo") if p.id == key)


def test_a_person_given_in_json_is_recorded_as_on_the_form(add: Adding, other: Station) -> None:
    made = given(add, KABONGO)
    assert (made["name"], made["new"], made["register"]) == ("KABONGO Odette", True, "unavailable")
    assert known(other, made["id"]) == Person(
        id=made["id"],
        site=1,
        family_name="Kabongo",
        given_names="Odette",
        birth="1980",
        number="0399812345",
        number_absent=None,
        phone="+33639980011",
        email=None,
        commune="Bondy",
        language="pt",
        needs=("seat", "interpreter"),
        proof="passport",
    )


def test_who_seems_to_be_known_is_shown_before_a_second_record_is_made(
    add: Adding, other: Station
) -> None:
    first = given(add, KABONGO)["id"]
    sister = KABONGO | {"given_names": "Odile", "number": None, "number_absent": "illisible"}
    asked = given(add, KABONGO, code=1)
    assert asked["refused"] == "maybe_known"
    assert (asked["alike"][0]["id"], asked["alike"][0]["why"][0]) == (first, "number")
    assert len(other.mediation.find_persons_at_central("Kabongo")) == 1
    second = given(add, sister, "--new")
    assert (second["new"], second["number_absent"]) == (True, "illisible")
    assert len(other.mediation.find_persons_at_central("Kabongo")) == 2

    lines = ("Kabongo", "", "Odette", "1980", "Bondy", "0399812345", "", "", "", "", "", "")
    again = add(typed="\n".join((*lines[:-1], "", "")))
    assert (again.code, again.output) == (1, "")
    assert "fiche connue\u00a0: 1" in again.errors
    assert "même numéro étranger" in again.errors
    assert again.errors.endswith("Rien n’est enregistré.\n")
    hers = add("--json", typed="\n".join((*lines[:-1], "9", "1", "")))
    assert hers.code == 0, hers
    told = json.loads(hers.output)
    assert (told["new"], told["id"]) == (False, first)
    another = add("--json", typed="\n".join((*lines[:-1], "0", "")))
    assert json.loads(another.output)["id"] not in (first, second["id"])


def test_who_is_known_to_central_only_is_kept_here_once_chosen(
    add: Adding, run: Run, other: Station
) -> None:
    mediation = other.mediation
    person = next(
        each
        for name in ("diallo", "singh", "nguyen", "traore", "amina", "maria")
        for each in mediation.find_persons_at_central(name)
        if each.number and each not in mediation.find_persons(name)
    )
    show = ("person", "show", person.id)
    assert run(*show, typed=f"{PIN}\n").code == 1
    lines = (person.family_name, "", person.given_names, person.birth[:4], "", person.number or "")
    ran = add("--json", typed="\n".join((*lines, "", "", "", "", "", "1", "")))
    assert json.loads(ran.output)["id"] == person.id
    assert run(*show, typed=f"{PIN}\n").code == 0


def test_each_line_is_asked_until_it_is_right(add: Adding, other: Station) -> None:
    typed = (
        *("", "", "", "Kabongo", ""),  # no name at all: asked again
        *("", "19", "31/02/1980", "00/03/1980"),
        *("93140", "Bondy"),
        *("399812345", "0399812345"),  # the zero lost is offered, never put there
        *("06", "01 48 95 00 00"),
        *("odette", "odette@exemple.fr"),
        *("xx", "pt"),
        *("9", "1 2", "1"),
        *("12", "2,3"),
    )
    made = add("--json", typed="\n".join((*typed, "")))
    assert made.code == 0, made
    person = known(other, json.loads(made.output)["id"])
    assert (person.family_name, person.given_names, person.birth) == ("Kabongo", "", "1980-03")
    assert (person.number, person.phone) == ("0399812345", "+33148950000")
    assert (person.commune, person.email) == ("Bondy", "odette@exemple.fr")
    assert (person.language, person.proof) == ("pt", "passport")
    assert person.needs == ("wheelchair", "seat")
    for sentence in (
        "Nom de naissance\u00a0: un nom est demandé.",
        "Date de naissance\u00a0: au moins l’année de naissance.",
        "Date de naissance\u00a0: ce jour n’existe pas",
        "Commune de résidence\u00a0: le nom, pas le code postal.",
        "Numéro étranger\u00a0: si c’est 0399812345, retapez-le ainsi.",
        "Adresse e-mail\u00a0: incomplète",
        "Les codes sont\u00a0: fr, ",
    ):
        assert sentence in made.errors


def test_what_is_wrong_is_refused_field_by_field(add: Adding) -> None:
    for change, field, why in (
        ({"family_name": None, "given_names": "sans prénom"}, "family_name", "un nom"),
        ({"birth": ""}, "birth", "au moins l’année"),
        ({"birth": "2030"}, "birth", "date à venir"),
        ({"number": "399812345"}, "number", "si c’est 0399812345"),
        ({"number": ""}, "number", "motif"),
        ({"number": "", "number_absent": "perdu"}, "number_absent", "document_perdu"),
        ({"phone": "06"}, "phone", "incomplet"),
        ({"language": "xx"}, "language", "fr"),
        ({"needs": ["sleep"]}, "needs", "interpreter"),
        ({"commune": 93140}, "commune", "un texte"),
    ):
        refused = given(add, KABONGO | change, code=1)
        assert (refused["refused"], refused["detail"]["field"]) == ("bad_field", field)
        assert why in refused["message"]
    assert given(add, {"name": "Kabongo"}, code=1)["refused"] == "bad_input"
    assert given(add, KABONGO | {"birth": "1980-03-14"})["birth"] == "1980-03-14"


def test_without_central_a_person_is_recorded_here_and_heard_later(
    add: Adding, run: Run, world: World, other: Station
) -> None:
    run("procedures", typed=f"{PIN}\n")
    world.stop()
    made = given(add, KABONGO)
    world.start()
    shown = run("person", "show", made["id"], "--json", typed=f"{PIN}\n")
    assert json.loads(shown.output)["name"] == "KABONGO Odette"
    assert known(other, made["id"]).commune == "Bondy"
