"""Every finding of a scan, a reference or a name, as the counter's agent sees it."""

from dataclasses import replace
from typing import get_args

import pytest

from guichet.central import feed
from guichet.central.training_catalogue import SITES
from guichet.central.transactions import transact
from guichet.convocation import token
from guichet.domain.calendar_fr import clock, long_date
from guichet.domain.claims import Claims
from guichet.domain.day import DayState
from guichet.domain.model import AppointmentStatus
from guichet.domain.reference import ReferenceProblem, reference_of
from guichet.scanner.faults import Reason
from guichet.scanner.guidance import Advice
from guichet.screens import camera_words
from guichet.screens.finding_words import REFERENCE_PROBLEMS
from guichet.station import Link
from guichet.widgets.rows import RowsView
from tests.posts import DAY, MORNING, World
from tests.screens.counter_post import appointments, at_counter, signed

FIRST = "00000000000000aa"


async def test_who_is_expected_gets_a_ticket(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        row = counter.expected(-29, 14)
        counter.hold(counter.token_of(row))
        view = await counter.sees("Attendu")
        assert (view.level, view.sign, view.name) == ("ok", "✓", row.name)
        assert row.starts_at is not None
        assert view.lines[0] == f"{clock(counter.station.local(row.starts_at))} – {row.procedure}"
        assert "ticket" in view.next_action
        found = counter.row(row.appointment or "")
        assert (found.state, found.ticket) == (DayState.WAITING, view.ticket)
        await counter.shown(row.appointment, DayState.WAITING)
        assert row.appointment in {shown.key for shown in counter.screen.query_one(RowsView).rows}


async def test_who_is_late_comes_in_when_the_agent_says_so(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        row = counter.expected(16, 600)
        assert row.starts_at is not None
        minutes = int((counter.station.now() - row.starts_at).total_seconds() // 60)
        counter.hold(counter.token_of(row))
        view = await counter.sees("En retard")
        assert view.level == "warn"
        assert view.ticket == ""
        assert "de retard" in view.lines[1]
        # The clock goes on: the minute may have turned since.
        said = [f"{each % 60:02}".lstrip("0") for each in (minutes, minutes + 1)]
        assert any(each in view.lines[1] for each in said)
        assert counter.row(row.appointment or "").state is DayState.EXPECTED
        await counter.pilot.press("enter")
        view = await counter.sees("Admis")
        assert view.level == "ok"
        assert counter.row(row.appointment or "").ticket == view.ticket != ""


async def test_escape_leaves_who_is_early_outside(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        row = counter.expected(-600, -40)
        counter.hold(counter.token_of(row))
        view = await counter.sees("En avance")
        assert "d’avance" in view.lines[1]
        await counter.pilot.press("escape")
        await counter.sees("Prêt")
        await counter.pilot.press("enter")
        await counter.pilot.pause()
        assert counter.row(row.appointment or "").state is DayState.EXPECTED


async def test_each_convocation_that_is_not_for_now(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        later = next(a for a in appointments(world, site=1, status="booked") if a.day > DAY)
        counter.hold(later.token or "")
        view = await counter.sees("Autre jour")
        assert long_date(later.day) in view.lines[0].lower()

        there = next(a for a in appointments(world, site=2, day=DAY) if a.token)
        counter.hold(there.token or "")
        view = await counter.sees("Autre site")
        site = next(s for s in SITES if s.number == 2)
        assert {site.name, site.address} <= set(view.lines)
        assert any(there.reference in line for line in view.lines)

        row = counter.expected(-600, 600)
        kept = appointments(world, id=row.appointment)[0]
        counter.hold(signed(world, kept.id, kept.revision - 1, 1, kept.starts_at))
        view = await counter.sees("Remplacé")
        assert "Déplacé au" in view.lines[0]
        assert clock(counter.station.local(kept.starts_at)) in view.lines[0]

        gone = replace(kept, status=AppointmentStatus.CANCELLED)
        transact(world.engine, lambda c: feed.publish_records(c, 1, [gone]))
        await counter.shown(kept.id, DayState.CANCELLED)
        counter.hold(kept.token or "")
        view = await counter.sees("Annulé")
        assert (view.level, view.sign, view.name) == ("bad", "✗", row.name)


async def test_each_code_that_is_not_believed(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        counter.hold("I0CVVOGN7L 61TQ93H PARIS NORD 2 CL PLEIN TARIF")
        view = await counter.sees("Autre QR code")
        assert "convocation" in view.next_action
        genuine = signed(world, FIRST, 1, 1, MORNING)
        counter.hold(genuine[:-9] + ("A" if genuine[-9] != "A" else "B") + genuine[-8:])
        assert (await counter.sees("Faux ou modifié")).level == "bad"
        kid, private, _public = token.new_key()
        counter.hold(token.sign(Claims(FIRST, 1, 1, MORNING, b"abcd"), kid, private))
        assert (await counter.sees("Clé inconnue")).level == "bad"
        counter.hold(genuine)
        view = await counter.sees("Admis à vérifier")
        assert view.ticket.startswith("X")
        assert any(reference_of(FIRST) in line for line in view.lines)


async def test_a_typed_reference(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        row = counter.expected(-29, 14)
        wrong = row.reference[:-1] + ("0" if row.reference[-1] != "0" else "1")
        await counter.type(wrong)
        await counter.see(lambda: "Un caractère" in counter.said())
        assert counter.screen.query_one("#entry").value == wrong  # type: ignore[attr-defined]
        assert counter.view.word == "Prêt"
        await counter.pilot.press("escape")
        await counter.type(row.reference.lower())
        assert (await counter.sees("Attendu")).name == row.name
        await counter.see(lambda: counter.screen.query_one("#entry").value == "")  # type: ignore[attr-defined]
        await counter.type(row.reference)
        view = await counter.sees("Déjà arrivé")
        assert view.ticket
        assert "Arrivé à" in view.lines[1]
        await counter.type(reference_of("fedcba9876543210"))
        await counter.sees("Introuvable")


async def test_a_reference_without_a_digit_is_no_name(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert reference_of("ed2f89d94a2f20aa") == "XMQR-KPAA-X"
    async with at_counter(world, monkeypatch) as counter:
        await counter.type("xmqrkpaax")
        await counter.sees("Introuvable")


async def test_a_name_typed_filters_the_day_and_is_chosen(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        row = counter.expected(-29, 14)
        rows = counter.screen.query_one(RowsView)
        await counter.pilot.press(*row.name.lower())
        await counter.see(lambda: {r.cells[2] for r in rows.rows} == {row.name})
        rows.select(row.key)
        await counter.pilot.press("down", "enter")
        await counter.see(lambda: counter.view.name == row.name)
        await counter.pilot.press("escape")
        await counter.type("zzzz")
        await counter.see(lambda: "Personne de ce nom" in counter.said())


async def test_an_unconfirmed_appointment_asks(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        row = counter.expected(-29, 14)
        pending = replace(appointments(world, id=row.appointment)[0], token=None)
        transact(world.engine, lambda c: feed.publish_records(c, 1, [pending]))
        await counter.see(lambda: not counter.row(pending.id).confirmed)
        await counter.type(row.reference)
        await counter.sees("Non confirmé")
        await counter.see(lambda: counter.screen.query_one("#entry").value == "")  # type: ignore[attr-defined]
        await counter.pilot.press("enter")
        assert (await counter.sees("Admis")).ticket


async def test_a_keyboard_scanner_s_text_is_a_scan(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        row = counter.expected(-29, 14)
        entry = counter.screen.query_one("#entry")
        entry.value = counter.token_of(row)  # type: ignore[attr-defined]
        await counter.pilot.press("enter")
        assert (await counter.sees("Attendu")).name == row.name


async def test_without_central_the_work_goes_on_and_arrives_once(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = world.station("other")
    async with at_counter(world, monkeypatch) as counter:
        world.stop()
        await counter.see(lambda: counter.station.sync_state.link is Link.OFFLINE)
        row = counter.expected(-29, 14)
        counter.hold(counter.token_of(row))
        view = await counter.sees("Attendu")
        assert view.ticket
        assert counter.station.sync_state.pending == 1
        world.start()
        await counter.see(lambda: counter.station.sync_state.pending == 0, "the outbox is empty")

        def tickets() -> list[str]:
            return [r.ticket for r in other.reception.day() if r.appointment == row.appointment]

        await counter.see(lambda: tickets() == [view.ticket], "the other station knows")


def test_every_code_the_counter_tells_has_words() -> None:
    assert set(REFERENCE_PROBLEMS) == set(ReferenceProblem)
    assert set(camera_words.FAULTS) == set(get_args(Reason))
    assert set(camera_words.HINTS) == set(get_args(Advice))
