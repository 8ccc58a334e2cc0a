from collections.abc import Sequence
from dataclasses import replace

import pytest

from guichet.scanner.guidance import Advice, Adviser, CodeMeasures, Measures, advise

GOOD = CodeMeasures(side=250, fill=0.4, white=220, black=40, glare=0, motion=0.02, sharpness=0.5)


@pytest.mark.parametrize(
    ("light", "code", "advice"),
    [
        (120, None, None),
        (20, None, "light"),
        (120, GOOD, None),
        (120, replace(GOOD, side=100), "closer"),
        (120, replace(GOOD, fill=0.95), "farther"),
        (120, replace(GOOD, glare=0.1), "glare"),
        (120, replace(GOOD, white=255, black=150), "screen_bright"),
        (120, replace(GOOD, white=60, black=10), "screen_dim"),
        (30, replace(GOOD, white=60, black=10), "light"),
        (120, replace(GOOD, motion=0.3), "still"),
        (120, replace(GOOD, sharpness=0.08), "still"),
        (120, replace(GOOD, sharpness=0.08, fill=0.7), "farther"),
        (120, replace(GOOD, sharpness=0.08, side=160), "closer"),
        # The coarsest trouble first.
        (120, replace(GOOD, side=100, glare=0.1, motion=0.3, sharpness=0.01), "closer"),
        (120, replace(GOOD, glare=0.1, motion=0.3), "glare"),
    ],
)
def test_each_trouble_has_its_hint(
    light: float, code: CodeMeasures | None, advice: Advice | None
) -> None:
    assert advise(Measures(light, code)) == advice


@pytest.mark.parametrize(
    ("measures", "advice"),
    [
        (Measures(38), "light"),
        (Measures(120, replace(GOOD, side=150)), "closer"),
        (Measures(120, replace(GOOD, fill=0.85)), "farther"),
        (Measures(120, replace(GOOD, glare=0.037)), "glare"),
        (Measures(60, replace(GOOD, white=95)), "light"),
        (Measures(120, replace(GOOD, white=95)), "screen_dim"),
        (Measures(120, replace(GOOD, motion=0.19)), "still"),
        (Measures(120, replace(GOOD, sharpness=0.17)), "still"),
    ],
)
def test_a_hint_that_is_shown_has_wider_limits(measures: Measures, advice: Advice) -> None:
    assert advise(measures) is None
    assert advise(measures, advice) == advice


def shown(hints: Sequence[Advice | None], adviser: Adviser | None = None) -> list[Advice | None]:
    """What is shown after each hint, ten a second."""
    adviser = adviser or Adviser()
    return [adviser.hear(hint, number / 10) for number, hint in enumerate(hints)]


def test_a_hint_is_shown_once_it_is_sure_and_does_not_flicker() -> None:
    brief: list[Advice | None] = ["still", "still", *[None] * 9]
    assert shown(brief) == [None] * 11
    seldom: list[Advice | None] = [None, None, "closer"]  # seen in one frame out of three
    seen = shown(seldom * 8)
    assert seen[8:] == ["closer"] * 16


def test_a_hint_stays_for_a_second_and_leaves_a_second_after_its_reason() -> None:
    changed: list[Advice | None] = [*["glare"] * 3, *["still"] * 20]  # type: ignore[list-item]
    seen = shown(changed)
    assert seen[2:12] == ["glare"] * 10
    assert set(seen[12:]) == {"still"}
    ended: list[Advice | None] = [*["glare"] * 5, *[None] * 15]  # type: ignore[list-item]
    gone = shown(ended)
    assert gone[14] == "glare"
    assert gone[15] is None


def test_two_hints_in_turn_are_one() -> None:
    turns: list[Advice | None] = ["glare", "still"]
    assert len(set(shown(turns * 20)[6:])) == 1


def test_a_code_that_was_read_leaves_nothing_to_say() -> None:
    adviser = Adviser()
    shown(("still",) * 5, adviser)
    adviser.forget()
    assert adviser.shown is None
    assert adviser.hear(None, 0.6) is None
