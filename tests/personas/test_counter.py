"""Personas who are booked at the mediator's desk, and received at the counter."""

from dataclasses import replace
from datetime import timedelta

import pytest
from textual.widgets import Static

from guichet.convocation import catalogue, document
from guichet.domain.day import DayState
from guichet.domain.model import Role
from guichet.domain.provenance import Through
from guichet.screens.queue import QueueBox
from guichet.screens.report import ReportDialog
from guichet.widgets.rows import Row, RowsView
from tests.personas.desks import (
    arrives,
    checked,
    choose,
    confirm,
    counter,
    form,
    hold,
    needs_shown,
    paper_of,
    printed,
    recorded,
    reports_at_central,
    said_in_dialog,
    said_on,
    seen_of,
    take,
    visits_at_central,
    words,
)
from tests.personas.people import (
    BERRADA,
    BUYER,
    DABO,
    HELPED_BEFORE,
    INVERTED,
    KOFFI,
    SACKO,
    SELLER,
    ZADRAN,
)
from tests.personas.photos import cracked_phone, photocopy
from tests.posts import DAY, World, free_slot
from tests.screens.counter_post import Counter
from tests.screens.mediation import mediation
from tests.screens.waiting import wait_for
from tests.waiting import until


async def test_01_born_on_no_known_day(world: World) -> None:
    async with mediation(world) as desk:
        await form(desk, "Dabo", "Bakary", "00/00/1980", DABO.number or "")
        await desk.shows("✓ 1980, jour et mois inconnus")
        await recorded(desk)
        (found,) = desk.station.mediation.find_persons("dabo bakary")
        assert found == replace(DABO, id=found.id)
        await desk.shows("DABO Bakary", "naissance 1980 · 9900000101")
        await desk.press("f7")
        await desk.on("RightsScreen")
        await desk.press("enter", "down", "enter", "tab")
        await desk.type("23/11/2026")  # yesterday
        await desk.press("enter", "tab", "tab", "enter", "down", "enter")
        await desk.shows("Pluriannuelle de 4 ans", "✓ acquis", "L. 433-3, 1er alinéa")
        await desk.shows("jusqu’au", "23/02/2027 au plus tard", "Le renouvellement est demandé.")
        await desk.press("escape")
        await desk.on("PersonFile")
        await desk.to_slots("reno")
        await desk.press("enter")
        await desk.says("Pour un renouvellement : rendez-vous après l’expiration")  # warned,
        await desk.press("enter")  # and free to go on
        await desk.on("AccordScreen")
        booked = await confirm(desk)
        paper = paper_of(desk.station, booked)
        assert "1980" in said_on(paper)
        for invented in ("00/00", "01/01/1980", "31/12/1980"):
            assert invented not in said_on(paper)
    async with counter(world, booked) as post:
        view = await arrives(post, paper)
        assert (view.level, view.name) == ("ok", "DABO Bakary")
        assert view.ticket == post.row(booked.id).ticket != ""
        assert post.row(booked.id).state is DayState.WAITING
        until(lambda: [visit.ticket for visit in visits_at_central(world, booked)])


async def test_03_aes_without_a_number_helped_by_an_association(world: World) -> None:
    async with mediation(world, HELPED_BEFORE) as desk:
        await form(desk, "Sacko", "Issa", "11/02/1996")
        await choose(desk, "#absent", "jamais")
        await desk.press("tab")
        await desk.type("06 39 98 00 50")
        await desk.press("enter", "enter", "tab")
        await choose(desk, "#proof", "carte con")
        await recorded(desk)  # the association's phone makes nobody the same person
        (found,) = desk.station.mediation.find_persons("sacko issa")
        assert found == replace(SACKO, id=found.id)
        await desk.shows("sans numéro : jamais attribué", "carte consulaire", "06 39 98 00 50")
        await desk.to_accord("aes")
        await desk.press("f6")
        await desk.on("ProvenanceDialog")
        await desk.shows("aucun rendez-vous n’est annulé pour cela")
        await desk.press("3")
        await desk.on("AccordScreen")
        await desk.shows("demandé par : une association")
        booked = await confirm(desk)
        assert booked.procedure == "AES"
        assert booked.accord is not None
        assert booked.accord.through == Through.ASSOCIATION.value
        await desk.press("enter")
        await desk.on("MediatorScreen")
        await desk.type("0639980050")
        await desk.shows("BAH Alpha", "SACKO Issa")
    async with counter(world, booked) as post:
        await post.type("issa sacko")  # nothing to show: by name
        view = await post.sees("Attendu")
        assert (view.level, view.name) == ("ok", "SACKO Issa")
        assert "Admission exceptionnelle au séjour" in words(view)
        assert post.row(booked.id).ticket == view.ticket != ""


async def test_04_dari_speaker_with_a_landline_only(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    phrases = world.folder / "phrases"
    phrases.mkdir()
    (phrases / "prs.toml").write_text(
        '[review]\nby = "A. Reader"\non = 2026-11-24\n[convocation]\ntitle = "احضار"\n', "utf-8"
    )
    # No translation is proofread yet: this one stands for the one to come.
    monkeypatch.setattr(catalogue.second, "__defaults__", (phrases,))
    async with mediation(world) as desk:
        await form(desk, "Zadran", "Nasrin", "30/09/1979", ZADRAN.number or "")
        await desk.type("01 48 95 00 00")
        await desk.shows("i Fixe : appel seulement, pas de SMS")
        await desk.press("enter", "enter")
        await choose(desk, "#language", "dari")
        for need in ZADRAN.needs:
            desk.find(f"#need-{need}").focus()
            await desk.press("space")
        await recorded(desk)
        (found,) = desk.station.mediation.find_persons("zadran")
        assert found == replace(ZADRAN, id=found.id)
        await desk.shows("01 48 95 00 00 (à appeler, pas de SMS)", "dari", "interprète")
        await desk.to_accord("remi")
        booked = await confirm(desk)
        await desk.shows("Convocation · français + dari")
        assert booked.accord is not None
        assert booked.accord.language == "prs"
        paper = paper_of(desk.station, booked)
        assert any("\u0600" <= letter < "\u0700" for letter in said_on(paper))
        assert "Remise de titre" in said_on(paper)  # the French stays complete
    async with counter(world, booked) as post:
        view = await arrives(post, paper)
        assert view.name == "ZADRAN Nasrin"
        assert needs_shown(post) == "Besoins : interprète, place assise"


def shown(post: Counter) -> list[Row]:
    """The lines of the day that match what is typed."""
    return list(post.screen.query_one(RowsView).rows)


async def test_06_names_inverted_between_the_booking_and_the_card(world: World) -> None:
    async with mediation(world, INVERTED) as desk:
        for typed in ("kan abdoul", "abdoul kan"):
            await desk.type(typed)
            await desk.shows("1 personne trouvée", "ABDOUL Kanouté")
            await desk.press(*["backspace"] * len(typed))
            await wait_for(desk.pilot, lambda: "ABDOUL Kanouté" not in desk.text)
        await form(desk, "Kanouté", "Abdoul", "09/01/1985", INVERTED.number or "")
        await desk.press("f9")
        await desk.on("DuplicatesDialog")
        await desk.shows("ABDOUL Kanouté", "même numéro étranger, nom et prénom")
        await desk.shows("≈ ABDOUL Kanouté", "= 09/01/1985")
        booked = take(desk.station, INVERTED, free_slot(desk.station, "RENO"))
    async with counter(world, booked) as post:
        await post.pilot.press(*"abdoul kan")
        await post.see(lambda: [row.cells[2] for row in shown(post)] == ["ABDOUL Kanouté"])
        await post.pilot.press("escape")
        await post.see(lambda: post.screen.query_one(QueueBox).typed == "")
        await post.type("kan abdoul")
        assert (await post.sees("Attendu")).name == "ABDOUL Kanouté"


async def test_10_priority_card_holder_twenty_minutes_late(world: World) -> None:
    async with mediation(world, BERRADA) as desk:
        await desk.search("berrada")
        await desk.shows("prioritaire (carte mobilité inclusion)")
        await desk.to_accord("reno")
        booked = await confirm(desk)
        paper = paper_of(desk.station, booked)
    async with counter(world, booked) as post:
        world.clock.now = booked.starts_at + timedelta(minutes=20)
        view = await arrives(post, paper, "En retard")
        assert (view.level, view.ticket) == ("warn", "")
        assert "20 min de retard" in words(view)
        assert "Entrée : recevoir quand même" in words(view)
        assert needs_shown(post) == "Besoins : prioritaire (carte mobilité inclusion)"
        assert post.row(booked.id).state is DayState.EXPECTED
        await post.pilot.press("enter")
        view = await post.sees("Admis")
        assert (view.level, view.name) == ("ok", "BERRADA Warda")
        assert post.row(booked.id).ticket == view.ticket != ""
        until(lambda: [each.anomaly for each in visits_at_central(world, booked)] == ["late"])
        following = post.station.calling.line()[0].row
        assert following is not None
        assert "priority_card" in following.needs
        line = post.screen.query_one("#desk", Static)
        await post.see(lambda: "(carte prioritaire)" in str(line.content))


async def test_11_a_real_appointment_bought_under_another_name(world: World) -> None:
    pan = world.station("online", Role.MEDIATOR)
    sold = take(pan, SELLER, free_slot(pan, "RENO"))
    paper = printed(pan, sold)
    chief = world.station("chief", Role.SUPERVISOR)
    async with counter(world, sold) as post:
        view = await arrives(post, paper)  # genuine: only the agent's eyes can tell
        name = post.screen.query_one(".verdict--name", Static)
        assert str(name.content) == view.name == "DUMONT Kevin"
        assert name.styles.text_style.bold
        assert name.region.width > 0
        ticket = view.ticket
        await checked(post, BUYER.number or "")  # the card in the hand says OUATTARA Salimata
        await post.see(lambda: "Ne correspond pas" in said_in_dialog(post))
        await post.pilot.press("f9")
        await post.see(lambda: isinstance(post.pilot.app.screen, ReportDialog))
        await post.pilot.press("space", "down", "down", "down", "down", "down", "space", "f9")
        view = await post.sees("Signalé")
        assert view.ticket == ticket  # nobody is refused by a report
        assert "le PAN donne un autre rendez-vous" in words(view)
        until(lambda: [each.seen for each in reports_at_central(world)] == [("name", "paid")])
        (report,) = reports_at_central(world)
        assert (report.appointment, report.identity) == (sold.id, "mismatched")
        assert str(BUYER.number) not in repr(report)
        assert "OUATTARA" not in repr(report).upper()
        until(lambda: [v.identity for v in visits_at_central(world, sold)] == ["mismatched"])
        until(chief.identification.reports)
        (told,) = chief.identification.reports()
        assert told.row is not None
        assert (told.row.ticket, told.row.reported) == (ticket, True)
    async with mediation(world, BUYER) as desk:
        await desk.search("ouattara")
        await desk.to_accord("reno")
        own = await confirm(desk)
        assert own.person == BUYER.id
        assert own.id != sold.id
        assert "OUATTARA Salimata" in said_on(paper_of(desk.station, own))
        (kept,) = desk.station.mediation.appointments_of(SELLER)
        assert kept.id == sold.id  # nobody's was taken for it


async def test_12_a_convocation_on_which_the_name_was_edited(world: World) -> None:
    pan = world.station("pan", Role.MEDIATOR)
    booked = take(pan, KOFFI, free_slot(pan, "RENO"))
    procedure = next(p for p in pan.mediation.procedures() if p.code == "RENO")
    genuine = document.convocation_of(booked, KOFFI, procedure, pan.site, DAY)
    edited = document.write(replace(genuine, person_name="MARTIN Luc"), world.folder)
    assert "MARTIN Luc" in said_on(edited)
    assert "Koffi" not in said_on(edited)
    async with counter(world, booked) as post:
        view = await arrives(post, edited)
        assert view.name == "KOFFI Ange"  # what was booked, whatever the paper says
        assert "MARTIN" not in words(view)
        # The name on the edited paper is compared with nothing that can be edited.
        await checked(post, "", "Luc Martin", "1993")
        await post.see(lambda: "Ne correspond pas" in said_in_dialog(post))
        await post.pilot.press("escape")
        assert (await post.sees("Autre identité")).ticket == view.ticket
        # KOFFI himself, with a passport: no number on it, and the given name first.
        await checked(post, "", "Ange Koffi", "1993")
        await post.see(lambda: "identité vérifiée" in words(post.view))
        assert (post.view.word, post.view.ticket) == ("Attendu", view.ticket)
        until(lambda: [v.identity for v in visits_at_central(world, booked)] == ["matched"])


async def test_13_papers_of_every_state_in_every_state(world: World) -> None:
    pan = world.station("pan", Role.MEDIATOR)
    there = world.station("there", Role.MEDIATOR, site=2)
    yesterday = take(pan, replace(KOFFI, id="before"), free_slot(pan, "RENO"))
    days = [day for day in pan.mediation.slots("RENO") if day > yesterday.day]
    slots = [slot for slot in pan.mediation.slots("RENO")[days[0]] if slot.free]
    copied = take(pan, KOFFI, slots[0])
    photographed = take(pan, DABO, slots[0 if slots[0].free > 1 else 1])
    cancelled = take(pan, BERRADA, slots[-1])
    elsewhere = take(there, replace(BUYER, site=2), free_slot(there, "RENO", day=days[0]))
    papers = {
        each.id: printed(station, each)
        for station, each in (
            (pan, yesterday), (pan, copied), (pan, photographed), (pan, cancelled),
            (there, elsewhere),
        )
    }  # fmt: skip
    pan.mediation.cancel(cancelled, "person")
    async with counter(world, copied, photographed) as post:
        view = await arrives(post, papers[cancelled.id], "Annulé")
        assert (view.level, view.sign, view.ticket) == ("bad", "✗", "")
        assert "proposez le PAN" in words(view)
        view = await arrives(post, papers[yesterday.id], "Autre jour")
        assert view.level == "bad"
        assert f"{yesterday.day.day} novembre" in words(view)
        view = await arrives(post, papers[elsewhere.id], "Autre site")
        assert "Le Raincy" in words(view)
        assert there.site.name in words(view)

        hold(post, photocopy(seen_of(papers[copied.id])))
        view = await post.sees("Attendu")
        assert view.name == "KOFFI Ange"
        world.clock.now = photographed.starts_at
        hold(post, cracked_phone(seen_of(papers[photographed.id])))
        await post.see(lambda: post.view.name == "DABO Bakary")
        assert post.view.word == "Attendu"
        for each in (copied, photographed):
            assert post.row(each.id).state is DayState.WAITING
