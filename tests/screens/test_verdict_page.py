from guichet.domain.verdicts import MEANINGS, Admit
from guichet.screens.verdict_page import PATH, page
from guichet.screens.verdicts import READY
from guichet.screens.words import FINDINGS

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
