"""What a booking costs a mediator in keys and in steps: 40 and 6 at most (features, F01)."""

import pytest

from tests.posts import World
from tests.screens.mediation import mediation

MOST_KEYS, MOST_STEPS = 40, 6


async def test_a_known_person_is_booked_with_few_keys(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    async with mediation(world, size=(80, 24)) as desk:
        keys = 0
        steps = ["MediatorScreen"]

        async def press(*pressed: str, then: str) -> None:
            nonlocal keys
            keys += len(pressed)
            await desk.press(*pressed)
            await desk.on(then)
            steps.append(then)

        await desk.type("diallo aissatou")  # the words typed to find them are not counted
        await desk.shows("1 personne trouvée")
        await press("enter", then="PersonFile")
        await press("f6", then="ProcedureChoice")
        await desk.type("remise")
        keys += len("remise")
        await desk.shows("À apporter")
        await press("enter", then="SlotChoice")
        await desk.shows("libre")
        await press("enter", "enter", then="AccordScreen")
        await press("f9", then="BookedScreen")
        await desk.shows("✓ Rendez-vous confirmé", "Convocation")
        with capsys.disabled():
            print(f"\n{keys} keys, {len(steps)} steps: {' → '.join(steps)}")  # noqa: T201 - what is asked
        assert keys <= MOST_KEYS
        assert len(dict.fromkeys(steps)) <= MOST_STEPS
