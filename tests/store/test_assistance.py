"""Second appointments, documents shown, accords withdrawn, searches that found nothing."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from guichet.domain.model import Appointment, Demand, Role
from guichet.domain.operations import (
    Applied,
    Book,
    Hold,
    Present,
    RecordDemand,
    Refused,
    WithdrawAccord,
)
from guichet.store.engine import reading, writing
from guichet.store.records import get, put
from tests.store.samples import ACCORD, ADA, CHIEF, FIRST, NOW, Counter, furnish, new_id

DEMAND = Demand("d1", 93, "renew", ADA.id, NOW, "MARTIN", waiting=True)


@pytest.fixture
def central(engine: Engine) -> Counter:
    furnish(engine)
    with writing(engine) as connection:
        put(connection, replace(CHIEF, code="MB1", roles=(Role.MEDIATOR,)))
    return Counter(engine)


def appointment(central: Counter, key: str) -> Appointment:
    with reading(central.engine) as connection:
        found = get(connection, Appointment, key)
    assert found is not None
    return found


def second(central: Counter, override: str | None, agent: str = "MARTIN") -> Applied | Refused:
    central.do(Hold("h2", "s2"))
    return central.do(Book(new_id(), "h2", "s2", ADA.id, "renew", ACCORD, override), agent=agent)


def test_a_supervisor_lets_a_person_have_two_with_a_reason(central: Counter) -> None:
    first = central.book(ADA, "s1")
    assert second(central, None) == Refused("already_booked", {"appointment": first})
    assert second(central, "") == Refused("already_booked", {"appointment": first})
    assert second(central, "Deux dossiers", agent="MB1") == Refused("supervisor_only")
    let_through = second(central, "Deux dossiers")
    assert isinstance(let_through, Applied)
    kept = appointment(central, dict(let_through.changed)["appointment"])
    assert (kept.override, kept.family) == ("Deux dossiers", "permit")
    assert appointment(central, first).override is None


def test_the_reason_is_kept_only_when_it_was_needed(central: Counter) -> None:
    alone = second(central, "Deux dossiers")
    assert isinstance(alone, Applied)
    assert appointment(central, dict(alone.changed)["appointment"]).override is None


def test_documents_shown_are_of_those_asked_for(central: Counter) -> None:
    key = central.book(ADA, "s1")
    assert central.refusal(Present(key, ("permis de pêche",))) == "unknown_document"
    assert central.refusal(Present("no", ())) == "unknown_appointment"
    assert isinstance(central.do(Present(key, ("passeport",))), Applied)
    assert appointment(central, key).presented == ("passeport",)
    assert isinstance(central.do(Present(key, ())), Applied)
    assert appointment(central, key).presented == ()


def test_an_accord_is_withdrawn_once_and_the_appointment_stands(central: Counter) -> None:
    key = central.book(ADA, "s1")
    before = appointment(central, key)
    assert isinstance(central.do(WithdrawAccord(key), FIRST), Applied)
    assert isinstance(central.do(WithdrawAccord(key), NOW), Applied)
    assert before.accord is not None
    assert appointment(central, key) == replace(
        before, accord=replace(before.accord, withdrawn_at=FIRST)
    )
    assert central.refusal(WithdrawAccord("no")) == "unknown_appointment"


def test_a_search_that_found_nothing_is_kept_and_may_end(central: Counter) -> None:
    assert central.do(RecordDemand(DEMAND)) == Applied((("demand", "d1"), ("person", ADA.id)))
    no_more = replace(DEMAND, waiting=False, person=None, ended="left")
    assert isinstance(central.do(RecordDemand(replace(DEMAND, waiting=False))), Applied)
    with reading(central.engine) as connection:
        assert get(connection, Demand, "d1") == no_more
    assert central.refusal(RecordDemand(replace(DEMAND, site=94))) == "other_site"
    assert central.refusal(RecordDemand(replace(DEMAND, procedure="x"))) == "unknown_procedure"
