import textwrap

import pytest

from guichet.domain.admission import Decision
from guichet.domain.identity import Check
from guichet.domain.verdicts import MEANINGS, Admit, Finding
from guichet.screens import verdicts
from guichet.screens.finding_words import FINDINGS
from guichet.screens.verdict_page import PATH, page
from guichet.screens.verdicts import READY
from guichet.station import Reading

_WAYS_ON = ("PAN", "superviseur", "nom", "Indiquez", "suivez", "ticket", "identité")


def test_the_page_is_what_the_table_makes() -> None:
    assert PATH.read_text(encoding="utf-8") == page(), "python -m guichet.screens.verdict_page"


def test_whoever_is_not_received_is_told_a_way_on() -> None:
    for finding, meaning in MEANINGS.items():
        said = FINDINGS[finding][1]
        if meaning.admit is Admit.NO:
            assert any(way in said for way in _WAYS_ON), finding
        if meaning.admit is Admit.ASK:
            assert "Entrée" in said, finding


def test_words_tell_verdicts_apart_without_colour() -> None:
    looks = {(meaning.tone, FINDINGS[finding][0]) for finding, meaning in MEANINGS.items()}
    assert len(looks) == len(MEANINGS)
    assert READY.word not in {word for word, _said in FINDINGS.values()}


OTHER = Reading(Decision(Finding.REVOKED_KEY), identity=Check.MISMATCHED)
SAID = [
    *FINDINGS.values(),
    verdicts._words(OTHER)[1:],
    (verdicts.reported_view(OTHER).word, verdicts.reported_view(OTHER).next_action),
]


@pytest.mark.parametrize(("word", "said"), SAID)
def test_nothing_is_cut_on_the_smallest_screen(word: str, said: str) -> None:
    """At 80 by 24 the panel has 17 letters for the word, and 3 lines of 35 for what to do."""
    assert len(f"X {word}") <= 18
    assert len(textwrap.wrap(f"→ {said}", 35, break_on_hyphens=False)) <= 3
