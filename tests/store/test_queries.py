from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from guichet.domain.day import DayRow, DayState
from guichet.domain.keys import PublicKey
from guichet.domain.model import Agent, Procedure, Site, VisitStatus
from guichet.domain.operations import Call, Cancel, CheckIn, UndoCheckIn
from guichet.store import days, queries, search
from guichet.store.engine import reading
from tests.store.samples import (
    ADA,
    BOB,
    BOBIGNY,
    CHIEF,
    DAY,
    EVE,
    FIRST,
    NOW,
    RAINCY,
    Counter,
    furnish,
    slot,
)


@pytest.fixture
def central(engine: Engine) -> Counter:
    furnish(engine)
    return Counter(engine)


def found(central: Counter, query: str, limit: int = 50) -> list[str]:
    with reading(central.engine) as connection:
        return [p.id for p in search.find_persons(connection, 93, query, limit)]


def rows(central: Counter) -> list[DayRow]:
    with reading(central.engine) as connection:
        return days.day_rows(connection, 93, DAY)


SEARCHES: list[tuple[str, list[str]]] = [
    ("diallo", ["p-ada"]),
    ("Aïssatou DIALLO", ["p-ada"]),
    ("DIALLO aissatou", ["p-ada"]),
    ("dia ais", ["p-ada"]),
    ("perez", ["p-eve"]),
    ("Pérez López José", ["p-eve"]),
    ("lopez-perez", ["p-eve"]),
    ("n'diaye", ["p-bob"]),
    ("N’Diaye", ["p-bob"]),
    ("iallo", []),
    ("diallo ousmane", []),
    ("06 39 98 12 34", ["p-ada"]),
    ("0639981234", ["p-ada"]),
    ("+33 6 39 98 12 34", ["p-ada"]),
    ("+33 (0)6 39 98 12 34", ["p-ada"]),
    ("0033639981234", ["p-ada"]),
    ("06 39 98", ["p-ada", "p-eve"]),
    ("+33 6 39 98 5", ["p-eve"]),
    ("5678", ["p-eve"]),
    ("7503012345", ["p-ada"]),
    ("7503", ["p-ada"]),
    ("99 12 34", ["p-eve"]),
    ("03012345", []),
    ("", []),
    ("   ", []),
    ("%", []),
    ("_", []),
    ("%%%%", []),
    ("DIALL_", ["p-ada"]),
    ("D%LLO", []),
    ("D_ALLO", []),
    ("____1234", ["p-ada"]),
    ("7503%", ["p-ada"]),
    ("75_3", []),
    ("'; DROP TABLE person; --", []),
    ("٤٤٤٤", []),
    ("²²²²", []),
    ("0033", []),
]


def test_persons_are_found(central: Counter, subtests: pytest.Subtests) -> None:
    for query, expected in SEARCHES:
        with subtests.test(query=query):
            assert found(central, query) == expected


def test_persons_of_other_sites_are_not_found(central: Counter) -> None:
    central.put(replace(ADA, site=94))
    assert found(central, "diallo") == []
    assert found(central, "7503012345") == []


def test_no_more_persons_than_asked_the_first_by_name(central: Counter) -> None:
    central.put(*(replace(BOB, id=f"p-{n}", given_names="ABCDE"[n]) for n in range(5)))
    assert found(central, "n diaye", 2) == ["p-0", "p-1"]


def test_everything_of_a_small_type(central: Counter) -> None:
    with reading(central.engine) as connection:
        assert set(queries.everything(connection, Site)) == {BOBIGNY, RAINCY}
        assert queries.everything(connection, Agent) == [CHIEF]
        assert len(queries.everything(connection, Procedure)) == 3
        assert queries.everything(connection, PublicKey) == []


def test_coming_slots_by_time(central: Counter) -> None:
    central.put(
        slot("s0", 1, -1),
        slot("old", 1, -24, day=DAY - timedelta(days=1)),
        slot("next", 1, 24, day=DAY + timedelta(days=1)),
        slot("other", 1, site=94),
    )
    with reading(central.engine) as connection:
        names = [
            made.id
            for made in queries.coming_slots(connection, 93, "renew", NOW - timedelta(hours=1))
        ]
    assert names == ["s0", "s1", "s2", "next"]


def test_appointments_of_a_person_and_by_reference(central: Counter) -> None:
    first, last = central.book(ADA, "s1"), central.book(ADA, "s2", "collect")
    central.book(BOB, "s2")
    reference = central.appointment(first).reference
    with reading(central.engine) as connection:
        made = queries.appointments_of(connection, "p-ada")
        assert [a.id for a in made] == [last, first]
        by_reference = queries.appointment_by_reference(connection, reference)
        assert by_reference == central.appointment(first)
        assert queries.appointment_by_reference(connection, "0000-0000-0") is None


def test_the_day_joins_what_is_known(central: Counter) -> None:
    made = central.book(ADA, "s1")
    (expected,) = rows(central)
    assert expected == DayRow(
        key=made,
        state=DayState.EXPECTED,
        starts_at=FIRST,
        name="DIALLO Aïssatou",
        procedure="Renouvellement",
        reference=central.appointment(made).reference,
        appointment=made,
        visit=None,
        ticket="",
        arrived_at=None,
        called_at=None,
        desk="",
        needs=("interpreter",),
        anomaly=None,
        confirmed=True,
        lane="B",
    )
    central.do(CheckIn("v1", made, "B101", "early"), FIRST)
    central.do(Call("v1", "4"), FIRST)
    assert rows(central) == [
        replace(
            expected,
            state=DayState.CALLED,
            visit="v1",
            ticket="B101",
            arrived_at=FIRST,
            called_at=FIRST,
            desk="4",
            calls=1,
            anomaly="early",
        )
    ]


def test_a_line_for_each_appointment_and_each_visit_without_one(central: Counter) -> None:
    late, early = central.book(ADA, "s2"), central.book(BOB, "s1")
    cancelled = central.book(EVE, "s2")
    central.do(Cancel(cancelled, "person"))
    central.do(CheckIn("stranger", "f" * 16, "B102", None), FIRST)
    lines = rows(central)
    assert [line.key for line in lines] == [early, *sorted([late, cancelled]), "f" * 16]
    states = {line.key: line.state for line in lines}
    assert states[cancelled] is DayState.CANCELLED
    assert states["f" * 16] is DayState.WAITING
    assert (lines[-1].name, lines[-1].starts_at, lines[-1].confirmed) == ("", None, True)


def test_doubles_and_undone_check_ins_give_no_line_of_their_own(central: Counter) -> None:
    made = central.book(ADA, "s1")
    central.check_in("v2", made, 2)
    central.check_in("v1", made, 1)
    (line,) = rows(central)
    assert (line.visit, line.state) == ("v1", DayState.WAITING)
    assert central.visit("v2").status is VisitStatus.DUPLICATE
    central.check_in("stranger", "f" * 16)
    central.do(UndoCheckIn("stranger"))
    central.do(UndoCheckIn("v1"))
    (line,) = rows(central)
    assert (line.visit, line.state) == ("v2", DayState.WAITING)
    central.do(UndoCheckIn("v2"))
    (line,) = rows(central)
    assert (line.visit, line.state) == (None, DayState.EXPECTED)


def test_who_comes_on_another_day_is_seen_on_the_day_they_came(central: Counter) -> None:
    made = central.book(ADA, "s1")
    central.do(CheckIn("v1", made, "B101", "early"), FIRST - timedelta(days=1))
    with reading(central.engine) as connection:
        (line,) = days.day_rows(connection, 93, DAY - timedelta(days=1))
    assert (line.appointment, line.visit, line.name) == (made, "v1", "DIALLO Aïssatou")


def test_what_central_has_not_confirmed_says_so(engine: Engine) -> None:
    furnish(engine)
    station = Counter(engine, authority=None)
    station.book(ADA, "s1")
    assert [line.confirmed for line in rows(station)] == [False]


def test_a_person_or_procedure_not_replicated_yet_leaves_the_line(central: Counter) -> None:
    made = central.book(ADA, "s1")
    central.put(replace(central.appointment(made), person="unknown", procedure="unknown"))
    (line,) = rows(central)
    assert (line.name, line.procedure, line.needs) == ("", "", ())
