"""The mediator's calculator: filing windows and kept rights."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from enum import StrEnum
from typing import Any

import pytest
from textual.widgets import Input, Select

from guichet.domain.continuation import Answer, ContinuationDoubt, Ground, Verdict
from guichet.domain.filing import Article, FilingDoubt, Timing, Title
from guichet.domain.urgency import PointCode
from guichet.screens import rights_words as words
from guichet.screens.rights import read_day
from guichet.widgets.field import Field
from tests.posts import DAY, World
from tests.screens.mediation import KOUYATE, Desk, mediation

BAD, IDLE, OK, WARN = "bad", "idle", "ok", "warn"
INFORMATION = "Information, jamais un refus"


@pytest.mark.parametrize(
    ("codes", "known"),
    [
        (Title, words.TITLES),
        (Answer, words.ANSWERS),
        (Article, words.ARTICLES),
        (Timing, words.TIMINGS),
        (FilingDoubt, words.FILING_DOUBTS),
        (Verdict, words.VERDICTS),
        (Ground, words.GROUNDS),
        (ContinuationDoubt, words.CONTINUATION_DOUBTS),
        (PointCode, words.POINTS),
    ],
)
def test_every_code_has_words(codes: type[StrEnum], known: dict[StrEnum, object]) -> None:
    assert set(known) == set(codes)


@pytest.mark.parametrize(
    ("typed", "day", "level"),
    [
        ("30/11/2026", date(2026, 11, 30), OK),
        ("30112026", date(2026, 11, 30), OK),
        ("30-11-2026", date(2026, 11, 30), OK),
        ("29/02/2028", date(2028, 2, 29), OK),
        ("30/11/2036", date(2036, 11, 30), OK),
        ("30/11/2037", date(2037, 11, 30), WARN),
        ("30/11/1926", date(1926, 11, 30), WARN),
        ("", None, IDLE),
        ("30/1", None, IDLE),
        ("30/11/26", None, IDLE),
        ("30/11/202", None, IDLE),
        ("3011", None, IDLE),
        ("2026", None, IDLE),
        ("3O/11/2026", None, BAD),
        ("31/11/2026", None, BAD),
        ("29/02/2026", None, BAD),
        ("00/11/2026", None, BAD),
        ("11/2026", None, BAD),
        ("30/11/20266", None, BAD),
        ("30/11/1899", None, BAD),
        ("30/11/2126", None, BAD),
    ],
)
def test_a_typed_day(typed: str, day: date | None, level: str) -> None:
    found, state = read_day(typed, DAY)
    assert (found, state.level) == (day, level)
    assert state.message or not typed
    assert len(state.message) <= 28


@asynccontextmanager
async def calculator(world: World, **size: Any) -> AsyncIterator[Desk]:
    """The calculator opened from a person's file."""
    async with mediation(world, KOUYATE, **size) as desk:
        await desk.search("kouyate")
        await desk.shows("F7", "quand déposer")
        await desk.press("f7")
        await desk.on("RightsScreen")
        yield desk


async def enter(desk: Desk, **values: str) -> None:
    """Choose and type as if by hand, whatever the focus."""
    for key, value in values.items():
        widget = desk.find(f"#{key}")
        assert isinstance(widget, Select | Field)
        widget.value = value
    await desk.pilot.pause()


async def test_by_keyboard_alone_a_four_year_card_ending_30_november(world: World) -> None:
    async with calculator(world) as desk:
        await desk.shows("Choisissez le titre", INFORMATION)
        await desk.press("enter", "down", "enter", "tab")
        await desk.type("30/11/2026")
        await desk.shows("✓ lundi 30 novembre 2026", "L. 433-3, 1er alinéa", "28/02/2027")
        await desk.shows("! conditionnel", "Mois plus court", "du 02/08/2026 au 01/10/2026")
        await desk.press("enter", "tab", "tab", "enter", "down", "enter")
        await desk.shows("✓ acquis", "jusqu’au", "28/02/2027 au plus tard", INFORMATION)


async def test_persona_1_a_four_year_card_expired_yesterday(world: World) -> None:
    async with calculator(world) as desk:
        await enter(desk, title="four_year", expiry="23/11/2026", filed="yes")
        await desk.shows("✓ acquis", "L. 433-3, 1er alinéa", "23/02/2027 au plus tard")
        await desk.shows("Le renouvellement est demandé.", INFORMATION)
        await desk.shows("Liste ANEF : lisez l’arrêté")


async def test_persona_2_a_one_year_card_where_the_departement_is_not_listed(world: World) -> None:
    async with calculator(world) as desk:
        await enter(desk, title="temporary", expiry="23/11/2026", filed="yes")
        await desk.shows("! conditionnel", "Le département est-il listé")
        await enter(desk, listed="no")
        await desk.shows(
            "✗ non, par cet article", "L. 433-3, 2e alinéa", "? Liste des départements"
        )
        assert "acquis" not in desk.text
        assert "23/02/2027" not in desk.text
        assert INFORMATION in desk.text
        await enter(desk, listed="yes")
        await desk.shows("✓ acquis", "23/02/2027", "? Liste des départements")


async def test_persona_14_the_month_has_no_such_day(world: World) -> None:
    async with calculator(world) as desk:
        await enter(desk, title="four_year", expiry="30/11/2025", online="yes", filed="yes")
        await desk.shows("du 02/08/2025 au 01/10/2025", "C’était jusqu’au 28/02/2026")
        await desk.shows("✗ non", "Les trois mois sont passés", "Mois plus court")
        await desk.shows("Cette démarche se fait sur l’ANEF")
        assert "Hors ANEF" not in desk.text


@pytest.mark.parametrize(
    ("online", "appointment", "said"),
    [
        ("yes", "01/03/2027", "Rendez-vous avant la période"),
        ("yes", "02/03/2027", "✓ Rendez-vous dans la période"),
        ("yes", "02/05/2027", "Rendez-vous après la période"),
        ("no", "29/04/2027", "Rendez-vous avant la période"),
        ("no", "30/04/2027", "✓ Rendez-vous dans la période"),
        ("no", "01/07/2027", "Rendez-vous après l’expiration"),
        ("no", "31/12/2027", "plus de 6 mois : autre démarche ?"),
    ],
)
async def test_the_appointment_is_compared_with_the_window(
    world: World, online: str, appointment: str, said: str
) -> None:
    async with calculator(world) as desk:
        await enter(desk, title="temporary", expiry="30/06/2027", online=online)
        await desk.shows("02/03/2027 au 01/05/2027" if online == "yes" else "30/04/2027")
        assert "règle vue sur un seul site" not in desk.text
        await enter(desk, appointment=appointment)
        await desk.shows(said, "? Rendez-vous : règle vue sur un seul site")


async def test_a_wrong_date_says_why_and_stays(world: World) -> None:
    async with calculator(world) as desk:
        await enter(desk, title="four_year", expiry="31/11/2026")
        await desk.shows("✗ Ce jour n’existe pas", "✗ Date d’expiration : ce jour n’existe")
        assert "acquis" not in desk.text
        await enter(desk, expiry="30/11/26")
        await desk.shows("Date d’expiration : année en 4 chiffres.")
        await enter(desk, expiry="30/11/2026", appointment="2x")
        await desk.shows("✗ Rendez-vous : des chiffres seulement.", "28/02/2027")
        field = desk.find("#appointment")
        assert isinstance(field, Field)
        assert field.value == "2x"


async def test_the_european_long_term_card_has_no_window(world: World) -> None:
    async with calculator(world) as desk:
        await enter(desk, title="resident_eu", expiry="30/11/2026", filed="yes", online="yes")
        await desk.shows("ne s’applique pas à cette", "! conditionnel", "? Le texte ne nomme pas")
        assert "se fait sur l’ANEF" not in desk.text


@pytest.mark.parametrize("title", Title)
@pytest.mark.parametrize("answer", Answer)
async def test_everything_fits_80_by_24(world: World, title: Title, answer: Answer) -> None:
    async with calculator(world) as desk:
        panel = desk.find(".panel")
        for expiry in ("30/11/2026", "30/04/2026", "30/09/2026", "30/04/2027"):
            await enter(
                desk,
                title=title,
                expiry=expiry,
                filed=answer,
                online=answer,
                appointment="10/12/2026",
            )
            await desk.shows("Droits gardés")
            assert panel.max_scroll_y == 0, desk.text
            assert desk.find("#known").max_scroll_y == 0
            assert INFORMATION in desk.text
            assert "…" not in desk.text.split("\n", 1)[1], desk.text


async def test_what_is_typed_is_kept_and_the_chosen_appointment_is_taken(world: World) -> None:
    async with calculator(world) as desk:
        await enter(
            desk, title="temporary", expiry="30/11/2026", listed="yes", appointment="1/1/2027"
        )
        await desk.press("escape")
        await desk.on("PersonFile")
        await desk.press("escape")
        await desk.on("MediatorScreen")
        await desk.press("enter")
        await desk.on("PersonFile")
        await desk.press("f7")
        await desk.on("RightsScreen")
        inputs = [each.value for each in desk.app.screen.query(Input)]
        chosen = [each.value for each in desk.app.screen.query(Select)]
        assert inputs == ["30/11/2026", "1/1/2027"]
        assert chosen == ["temporary", "yes", "unknown", "unknown"]
        await desk.shows("Droits gardés")


async def test_the_appointment_under_the_cursor_is_taken(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        await desk.search("kouyate")
        await desk.to_accord("renouv titre")
        await desk.press("down", "enter", "f9")
        await desk.on("BookedScreen")
        await desk.shows("Rendez-vous confirmé")
        await desk.press("enter")
        await desk.on("MediatorScreen")
        await desk.search("kouyate")
        (appointment,) = desk.station.mediation.appointments_of(KOUYATE)
        await desk.shows(appointment.reference)
        await desk.press("f7")
        await desk.on("RightsScreen")
        field = desk.find("#appointment")
        assert isinstance(field, Field)
        local = desk.station.local(appointment.starts_at)
        assert field.value == f"{local:%d/%m/%Y}"
        await enter(desk, title="temporary", expiry=f"{local:%d/%m/%Y}", online="no")
        await desk.shows("✓ Rendez-vous dans la période.")
