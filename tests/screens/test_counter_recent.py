"""The last readings at the counter: no question is lost, a family's tickets stand together."""

from dataclasses import replace

import pytest
from textual.widgets import Static

from guichet.central import feed
from guichet.central.transactions import transact
from guichet.domain.admission import Decision, Finding
from guichet.domain.day import DayRow, DayState
from guichet.domain.lifecycle import UNDO_REASONS
from guichet.domain.model import Person
from guichet.screens import undo, verdicts
from guichet.screens.ask import AskScreen
from guichet.screens.finding_words import FINDINGS
from guichet.screens.queue import QueueBox
from guichet.screens.recent import _COLUMNS, KEPT, Recent
from guichet.station import Reading
from guichet.store.engine import reading
from guichet.store.records import get
from guichet.widgets.columns import GUTTER, share
from guichet.widgets.rows import RowsView
from guichet.widgets.verdict import NOTHING
from tests.posts import MORNING, World
from tests.screens.counter_post import Counter, appointments, at_counter


def lines(counter: Counter) -> list[tuple[str, ...]]:
    """The list, without its times."""
    return [row.cells[1:] for row in counter.screen._box.query_one(RowsView).rows]


def waiting(counter: Counter) -> str:
    line = counter.screen.query_one("#open", Static)
    return str(line.content) if line.display else ""


def all_expected(counter: Counter, least: float, most: float) -> list[DayRow]:
    now = counter.station.now()
    return [
        row
        for row in counter.rows()
        if row.state is DayState.EXPECTED
        and row.confirmed
        and row.starts_at is not None
        and least < (now - row.starts_at).total_seconds() / 60 < most
    ]


def named(world: World, person: Person) -> None:
    transact(world.engine, lambda connection: feed.publish_records(connection, 1, [person]))


async def test_a_question_left_open_by_the_next_person_is_taken_up_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        late, expected = counter.expected(16, 600), counter.expected(-29, 14)
        counter.hold(counter.token_of(late))
        await counter.sees("En retard")
        assert waiting(counter) == ""  # it is the one shown
        counter.hold(counter.token_of(expected))  # nobody has touched the keyboard
        ticket = (await counter.sees("Attendu")).ticket
        assert lines(counter) == [
            ("Attendu", expected.name, ticket),
            ("En retard", late.name, "?"),
        ]
        assert "1 personne attend" in waiting(counter)
        assert counter.row(late.appointment or "").state is DayState.EXPECTED
        await counter.pilot.press("ctrl+l", "down", "enter")
        view = await counter.sees("En retard")
        assert view.lines[-1].startswith("Lecture de ")
        assert counter.row(late.appointment or "").state is DayState.EXPECTED
        assert waiting(counter) == ""
        await counter.pilot.press("enter")
        admitted = await counter.sees("Admis")
        assert lines(counter) == [
            ("Admis", late.name, admitted.ticket),
            ("Attendu", expected.name, ticket),
        ]
        assert counter.row(late.appointment or "").ticket == admitted.ticket


async def test_who_is_told_to_wait_is_no_open_question(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        counter.hold(counter.token_of(counter.expected(-600, -40)))
        await counter.sees("En avance")
        await counter.pilot.press("escape")
        await counter.sees("Prêt")
        counter.hold("train ticket")
        await counter.sees("Autre QR code")
        assert waiting(counter) == ""
        assert [line[0] for line in lines(counter)] == ["Autre QR code", "En avance"]
        await counter.pilot.press("ctrl+l")
        await counter.see(lambda: not counter.screen.query_one(QueueBox).display)
        await counter.pilot.press("ctrl+l")
        await counter.see(lambda: counter.screen.query_one(QueueBox).display)
        assert counter.screen.focused is counter.screen.query_one("#entry")


async def test_a_family_s_tickets_stand_together_and_one_of_them_is_taken_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_counter(world, monkeypatch, size=(120, 40)) as counter:
        family = all_expected(counter, -29, 14)[:2]
        for row in family:
            made = appointments(world, id=row.appointment)[0]
            with reading(world.engine) as connection:
                person = get(connection, Person, made.person)
            assert person is not None
            named(world, replace(person, family_name="KONATÉ"))
        await counter.see(
            lambda: sum("KONATÉ" in row.name for row in counter.rows()) == len(family)
        )
        await counter.type(family[0].reference)
        first = (await counter.sees("Attendu")).ticket
        await counter.type(family[1].reference)
        await counter.see(lambda: counter.view.ticket not in {"", first})
        second = counter.view.ticket
        assert counter.view.lines[-1] == f"Même nom ou téléphone\u00a0: {first}, {second}"
        assert counter.screen._box.display  # there is room for it beside the queue
        await counter.pilot.press("ctrl+l", "down", "u")
        await counter.see(lambda: isinstance(counter.pilot.app.screen, AskScreen))
        await counter.pilot.press("e")
        await counter.sees("Arrivée annulée")
        assert counter.row(family[0].appointment or "").state is DayState.EXPECTED
        assert counter.row(family[1].appointment or "").state is DayState.WAITING
        assert [line[0::2] for line in lines(counter)] == [
            ("Attendu", second),
            ("Reprise", ""),
        ]


def test_ten_readings_are_kept_and_every_open_question() -> None:
    recent = Recent()
    asked = recent.add(Reading(Decision(Finding.LATE)), NOTHING, MORNING)
    for _turn in range(KEPT + 5):
        recent.add(Reading(Decision(Finding.NOT_OURS)), NOTHING, MORNING)
    assert len(list(recent)) == KEPT + 1
    assert list(recent)[-1] == asked
    recent.put(replace(asked, open=False))
    recent.add(Reading(Decision(Finding.NOT_OURS)), NOTHING, MORNING)
    assert recent.numbered(asked.number) is None
    assert len(list(recent)) == KEPT


def test_every_verdict_s_word_is_whole_in_the_smallest_terminal() -> None:
    widths = dict(share(_COLUMNS, 40 - GUTTER, 80))
    word, who = (widths[at] for at, column in enumerate(_COLUMNS) if column.key in {"word", "who"})
    assert max(len(said) for said, _next in FINDINGS.values()) <= word
    assert who >= 8  # as much as is left for a name


def test_who_was_checked_in_twice_is_told_which_ticket_stands(world: World) -> None:
    station = world.station("one")
    visit = next(
        found.visit
        for row in station.reception.day()
        if row.state is DayState.EXPECTED
        and (found := station.reception.choose(row.appointment or "")).visit
    )
    assert "A205" not in verdicts.undone_view(visit).next_action
    said = verdicts.undone_view(visit, "A205").next_action
    assert visit.ticket in said
    assert "A205, reste valable" in said


def test_every_reason_has_a_key_of_its_own() -> None:
    assert set(undo.CHOICES) == set(UNDO_REASONS)
    assert len({key for key, _words in undo.CHOICES.values()}) == len(UNDO_REASONS)
