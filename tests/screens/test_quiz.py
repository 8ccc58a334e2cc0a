"""The démarche found by questions, on the mediator's screens."""

from collections.abc import Iterator

from textual.widgets import Input, OptionList

from guichet.domain.quiz import TREE, Advice, Note, Question, Way
from guichet.screens import quiz_words as words
from guichet.widgets.rows import RowsView
from tests.posts import World
from tests.screens.mediation import KOUYATE, Desk, mediation
from tests.screens.waiting import wait_for


def questions(here: Question | Advice = TREE) -> Iterator[Question]:
    if isinstance(here, Question):
        yield here
        for answer in here.answers:
            yield from questions(answer.to)


def test_every_code_has_words_that_fit() -> None:
    every = list(questions())
    assert set(words.QUESTIONS) == {question.code for question in every}
    pairs = {(question.code, answer.code) for question in every for answer in question.answers}
    assert set(words.ANSWERS) == pairs
    assert set(words.WAYS) == set(Way)
    assert set(words.NOTES) == set(Note)
    assert max(map(len, words.ANSWERS.values())) <= 68


async def begin(desk: Desk) -> None:
    """From the search to the first question."""
    await desk.search("kouyate")
    await desk.press("f6")
    await desk.on("ProcedureChoice")
    await desk.shows("À apporter")
    await desk.press("f5")
    await desk.on("QuizScreen")
    await desk.shows("Que vient faire la personne ?")


async def test_an_unchanged_renewal_gets_the_short_lane(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        await begin(desk)
        await desk.press("2", "3", "2", "1")
        await desk.shows("✓ Sur rendez-vous", "Renouvellement, circuit court", "Circuit court")
        await desk.press("enter")
        await desk.on("ProcedureChoice")
        view = desk.app.screen.query_one(RowsView)
        await wait_for(desk.pilot, lambda: view.key == "RENC")
        await desk.press("enter")
        await desk.on("SlotChoice")


async def test_one_change_leads_to_the_ordinary_lane(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        await begin(desk)
        # On a French keyboard the digits need Shift; the keys without it answer too.
        await desk.press("é", "quotation_mark", "é", "é")
        await desk.shows("Renouvellement de titre de séjour", "2 mois avant l’expiration")


async def test_what_is_online_spends_no_slot_and_shows_the_way_out(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        await begin(desk)
        await desk.press("1", "1")
        await desk.shows("! Cette démarche se fait en ligne : ANEF", "Aucun créneau")
        await desk.shows("aide humaine", "Listes de 2023-2024")
        await desk.press("enter")
        await desk.on("ProcedureChoice")
        view = desk.app.screen.query_one(RowsView)
        await wait_for(desk.pilot, lambda: view.key == "PAN1")


async def test_a_convocation_is_awaited_not_booked(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        await begin(desk)
        await desk.press("5", "4")
        await desk.shows("! Sur convocation de la préfecture seulement")
        await desk.press("enter")  # nothing to take
        await desk.shows("! Sur convocation de la préfecture seulement")
        assert type(desk.app.screen).__name__ == "QuizScreen"


async def test_going_back_waits_on_what_was_answered(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        await begin(desk)
        await desk.press("down", "enter")
        await desk.shows("Quel titre a-t-elle ?", "Renouveler un titre de séjour")
        await desk.press("down", "down", "down", "enter")
        await desk.shows("Cette démarche est-elle sur l’ANEF")
        await desk.press("escape")
        await desk.shows("Quel titre a-t-elle ?")
        options = desk.app.screen.query_one(OptionList)
        assert options.highlighted == 3
        await desk.press("escape")
        await desk.shows("Que vient faire la personne ?")
        assert options.highlighted == 1
        await desk.press("enter")
        await desk.shows("Quel titre a-t-elle ?")
        assert options.highlighted == 3
        await desk.press("escape", "8")  # another branch forgets the first one
        await desk.shows("nationalité")
        assert options.highlighted == 0
        await desk.press("escape", "escape")
        await desk.on("ProcedureChoice")


async def test_the_filter_makes_way_for_the_advice(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        await desk.search("kouyate")
        await desk.press("f6")
        await desk.on("ProcedureChoice")
        await desk.shows("À apporter")
        await desk.type("perte")
        await desk.press("f5")
        await desk.on("QuizScreen")
        await desk.press("5", "1", "enter")
        await desk.on("ProcedureChoice")
        view = desk.app.screen.query_one(RowsView)
        await wait_for(desk.pilot, lambda: view.key == "REMI")
        assert desk.app.screen.query_one(Input).value == ""
