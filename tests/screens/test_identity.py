"""Checking who stands before the agent, reporting what does not fit, and reading the reports."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from textual.widgets import Static

from guichet.central import keyring
from guichet.central.revocation import revoke
from guichet.domain.admission import Finding
from guichet.domain.day import DayRow, DayState
from guichet.domain.keys import PublicKey
from guichet.domain.model import Person, Role, Visit
from guichet.domain.reports import Report, Seen
from guichet.screens.identity import IdentityDialog
from guichet.screens.report import ReportDialog, ReportsDialog
from guichet.store.engine import reading
from guichet.store.records import TABLES, get, records
from guichet.widgets.field import Field
from guichet.widgets.said import Said
from tests.personas.desks import words
from tests.posts import World
from tests.screens.apps import application, morning, shown, until_shown
from tests.screens.counter_post import Counter, at_counter
from tests.screens.mediation import plain
from tests.screens.waiting import wait_for
from tests.waiting import until

__all__ = ["morning"]  # a fixture


def person_of(counter: Counter, row: DayRow) -> Person:
    with reading(counter.station._core.engine) as connection:
        found = connection.execute(
            select(TABLES["appointment"].c.person).filter_by(id=row.appointment)
        ).scalar_one()
        known = get(connection, Person, found)
    assert known is not None
    return known


async def dialog(counter: Counter) -> None:
    await counter.see(lambda: counter.screen.check_action("identity", ()), "somebody")
    await counter.pilot.press("ctrl+o")
    await counter.see(lambda: isinstance(counter.pilot.app.screen, IdentityDialog), "the dialog")


def said(counter: Counter) -> str:
    return plain(counter.pilot.app.screen.query_one(Said).text)


def visits(world: World, row: DayRow) -> list[Visit]:
    with reading(world.engine) as connection:
        table = TABLES["visit"]
        return records(connection, Visit, select(table).filter_by(appointment=row.appointment))


async def numbered(counter: Counter) -> tuple[DayRow, Person]:
    """Somebody expected who has a number, checked in."""
    for row in counter.rows():
        if row.state is DayState.EXPECTED and row.starts_at and row.confirmed:
            off = (counter.station.now() - row.starts_at).total_seconds() / 60
            person = person_of(counter, row)
            if -29 < off < 14 and person.number is not None:
                await counter.type(row.reference)
                await counter.sees("Attendu")
                return row, person
    raise LookupError("nobody with a number")


async def test_the_right_person_is_confirmed_and_nothing_typed_is_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        row, person = await numbered(counter)
        number = person.number or ""
        await dialog(counter)
        await counter.pilot.press(*number, "enter")
        await counter.see(lambda: counter.pilot.app.screen is counter.screen, "the verdict")
        assert "✓ identité vérifiée" in words(counter.view)
        assert counter.view.word == "Attendu"
        until(lambda: [visit.identity for visit in visits(world, row)] == ["matched"])
        with reading(world.engine) as connection:
            asked = connection.execute(
                select(TABLES["visit"].metadata.tables["verdict"].c.request)
            ).scalars()
            assert not [request for request in asked if number in request and "identity" in request]


async def test_another_person_is_reported_and_keeps_the_ticket(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        row, _person = await numbered(counter)
        ticket = counter.view.ticket
        await dialog(counter)
        await counter.pilot.press(*"9900000999", "enter")
        await counter.see(lambda: "Ne correspond pas" in said(counter))
        await counter.pilot.press("escape")
        view = await counter.sees("Autre identité")
        assert (view.level, view.ticket) == ("warn", ticket)
        assert "Le superviseur peut faire recevoir" in plain(view.next_action)
        until(lambda: [visit.identity for visit in visits(world, row)] == ["mismatched"])
        await dialog(counter)
        await counter.pilot.press("f9")
        await counter.see(lambda: isinstance(counter.pilot.app.screen, ReportDialog))
        await counter.pilot.press("f9")
        await counter.see(lambda: "au moins une ligne" in said(counter))
        await counter.pilot.press("space", "f9")
        view = await counter.sees("Signalé")
        assert (view.ticket, view.name) == (ticket, row.name)
        assert "le PAN donne" in plain(view.next_action)
        assert counter.row(row.appointment or "").state is DayState.WAITING
        until(lambda: reports(world))
        (report,) = reports(world)
        assert (report.appointment, report.identity) == (row.appointment, "mismatched")
        assert (report.finding, report.seen, report.note) == ("expected", ("name",), "")
        assert "9900000999" not in repr(report)
        assert counter.row(row.appointment or "").reported


def reports(world: World) -> list[Report]:
    with reading(world.engine) as connection:
        return records(connection, Report, select(TABLES["report"]))


async def test_what_is_typed_is_looked_over_first(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        await numbered(counter)
        await dialog(counter)
        screen = counter.pilot.app.screen
        await counter.pilot.press("enter")
        assert "Tapez le numéro" in said(counter)
        await counter.pilot.press(*"599000008", "enter")
        assert "Corrigez" in said(counter)
        field = screen.query_one("#number", Field)
        assert field.value == "599000008"  # never made silently
        await counter.pilot.press("f7")
        assert field.value == "0599000008"
        field.value = ""
        await counter.pilot.press("tab", *"Diallo", "enter")
        assert "année" in said(counter)
        await counter.pilot.press(*"19", "enter")
        assert screen.query_one("#year", Field).state.level == "bad"


async def test_a_forged_paper_can_be_reported_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        row = counter.expected(-29, 14)
        counter.hold(counter.token_of(row)[:-4] + "0000")
        await counter.sees("Faux ou modifié")
        await counter.pilot.press("ctrl+o")
        await counter.see(lambda: isinstance(counter.pilot.app.screen, ReportDialog))
        await counter.pilot.press("f9")  # « modifiée ou fausse » is ticked already
        await counter.sees("Signalé")
        until(lambda: [report.seen for report in reports(world)] == [("altered",)])


async def test_nobody_is_checked_for_somebody_elses_code(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        counter.hold("WIFI:T:WPA;S:prefecture;P:secret;;")
        await counter.sees("Autre QR code")
        await counter.pilot.press("ctrl+o")
        await counter.pilot.pause()
        assert counter.pilot.app.screen is counter.screen


def revoked_here(counter: Counter, kid: str) -> bool:
    with reading(counter.station._core.engine) as connection:
        key = get(connection, PublicKey, kid)
    return key is not None and key.revoked_at is not None


async def test_a_revoked_signature_is_checked_then_received(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        row = counter.expected(-29, 14)
        paper = counter.token_of(row)
        person = person_of(counter, row)
        (key,) = keyring.keys(world.engine)
        assert revoke(world.engine, key.kid, counter.station.now()) is not None
        counter.station._core.sync.wake()
        until(lambda: revoked_here(counter, key.kid))
        counter.hold(paper)
        await counter.sees("Clé retirée")
        assert "La personne n’y est pour rien" in counter.view.next_action
        await dialog(counter)
        await counter.pilot.press("tab")
        await counter.pilot.press(
            *f"{person.given_names} {person.family_name}", "tab", *person.birth[:4], "enter"
        )
        await counter.see(lambda: counter.pilot.app.screen is counter.screen, "the verdict")
        assert "✓ identité vérifiée" in words(counter.view)
        await counter.pilot.press("enter")
        view = await counter.sees("Admis")
        assert view.ticket
        until(
            lambda: (
                [(v.identity, v.anomaly) for v in visits(world, row)]
                == [("matched", "revoked_key")]
            )
        )


@pytest.mark.usefixtures("morning")
async def test_the_supervisor_reads_the_reports(world: World) -> None:
    counter = world.station("counter", Role.COUNTER)
    row = next(r for r in counter.reception.day() if r.state is DayState.EXPECTED and r.confirmed)
    assert row.starts_at is not None
    world.clock.now = row.starts_at - timedelta(minutes=1)
    found = counter.reception.choose(row.appointment or "")
    assert found.decision.finding is Finding.EXPECTED
    seen = [Seen.PAID, Seen.OTHER]
    assert counter.identification.report(found, seen, " trois cents euros ") is None
    until(lambda: reports(world))
    app = application(world.enrolled("chief"), Role.SUPERVISOR)
    async with app.run_test(size=(120, 40)) as pilot:
        await until_shown(pilot, f"! {row.name}")
        await pilot.press("ctrl+o")
        await wait_for(pilot, lambda: isinstance(app.screen, ReportsDialog))
        await wait_for(
            pilot, lambda: "euros" in str(app.screen.query_one("#reports > Static", Static).content)
        )
        text = plain(shown(app))
        assert row.name in text
        assert "La personne dit avoir payé ce rendez-vous, Autre chose, à préciser" in text
        assert "« trois cents euros »" in text
        assert "verdict : Attendu" in text
