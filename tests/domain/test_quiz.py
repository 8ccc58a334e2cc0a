from collections.abc import Iterator
from itertools import chain, combinations

import pytest

from guichet.domain.quiz import CHANGED, TREE, Advice, Note, Question, Way, renewal_lane, step

CATALOGUE = {
    *("PREM", "RENO", "RENC", "R10A", "DUPL", "CHAD", "CHST", "RECP", "REMI", "DCEM", "TIVR"),
    *("TVBP", "BPI", "ASIL", "NATU", "AES", "EMPR", "PAN1"),
}
"""The codes of the domain dossier."""
ONLINE = {Way.ANEF, Way.NATALI, Way.FORM}


def paths(here: Question | Advice = TREE, *before: str) -> Iterator[tuple[str, ...]]:
    if isinstance(here, Advice):
        yield before
    else:
        for answer in here.answers:
            yield from paths(answer.to, *before, answer.code)


PATHS = list(paths())


def advice(*chosen: str) -> Advice:
    found = step(chosen)
    assert isinstance(found, Advice)
    return found


@pytest.mark.parametrize("path", PATHS, ids="-".join)
def test_four_questions_at_most_lead_to_an_advice(path: tuple[str, ...]) -> None:
    assert 1 <= len(path) <= 4
    for depth in range(len(path)):
        question = step(path[:depth])
        assert isinstance(question, Question)
        codes = [answer.code for answer in question.answers]
        assert 2 <= len(codes) == len(set(codes)) <= 9
    found = advice(*path)
    if found.way is Way.APPOINTMENT:
        assert found.procedure in CATALOGUE
    elif found.way in ONLINE or found.way is Way.HELP:
        assert found.procedure == "PAN1"
    else:
        assert found.procedure == ""


@pytest.mark.parametrize("path", PATHS, ids="-".join)
def test_what_is_not_known_stays_in_doubt(path: tuple[str, ...]) -> None:
    notes = advice(*path).notes
    assert len(notes) == len(set(notes))
    assert (Note.ANEF_LIST in notes) is (advice(*path).way is Way.ANEF)
    if "unknown" in path[:3]:
        assert {Note.BY_TITLE, Note.BY_PREFECTURE} & set(notes)


def test_every_way_and_note_is_reached() -> None:
    found = [advice(*path) for path in PATHS]
    assert {each.way for each in found} == set(Way)
    assert {note for each in found for note in each.notes} == set(Note)


def test_every_procedure_of_the_catalogue_has_its_way() -> None:
    booked = {advice(*path).procedure for path in PATHS} - {""}
    # Those that are online, by the GUDA or on convocation only are never booked.
    assert booked == CATALOGUE - {"DCEM", "TVBP", "BPI", "ASIL", "NATU", "EMPR"}


@pytest.mark.parametrize(
    ("path", "way", "procedure", "notes"),
    [
        ("first student", Way.ANEF, "PAN1", {Note.ANEF_LIST}),
        ("first other", Way.APPOINTMENT, "PREM", {Note.TWO_MONTHS}),
        ("first unknown", Way.APPOINTMENT, "PREM", {Note.BY_TITLE, Note.TWO_MONTHS}),
        ("first none appointment", Way.APPOINTMENT, "AES", set()),
        ("first none form", Way.FORM, "PAN1", set()),
        ("first none unknown", Way.APPOINTMENT, "AES", {Note.BY_PREFECTURE}),
        ("renewal listed", Way.ANEF, "PAN1", {Note.ANEF_LIST}),
        ("renewal card yes", Way.ANEF, "PAN1", {Note.ANEF_LIST}),
        ("renewal card no nothing", Way.APPOINTMENT, "RENC", {Note.SHORT_LANE}),
        ("renewal card no address", Way.APPOINTMENT, "RENO", {Note.LAST_TWO_MONTHS}),
        (
            "renewal card unknown nothing",
            Way.APPOINTMENT,
            "RENC",
            {Note.SHORT_LANE, Note.BY_TITLE},
        ),
        ("renewal card no unknown", Way.APPOINTMENT, "RENO", {Note.LAST_TWO_MONTHS}),
        ("renewal unknown late", Way.APPOINTMENT, "RENO", {Note.LAST_TWO_MONTHS, Note.BY_TITLE}),
        ("renewal resident no", Way.APPOINTMENT, "R10A", {Note.LAST_TWO_MONTHS}),
        ("renewal protected", Way.ANEF, "PAN1", {Note.ANEF_LIST}),
        ("status no", Way.APPOINTMENT, "CHST", {Note.BEFORE_EXPIRY}),
        ("change stolen no", Way.APPOINTMENT, "DUPL", {Note.POLICE}),
        ("change stolen yes", Way.ANEF, "PAN1", {Note.POLICE, Note.ANEF_LIST}),
        ("change lost no", Way.APPOINTMENT, "DUPL", set()),
        ("change address unknown", Way.APPOINTMENT, "CHAD", {Note.BY_TITLE}),
        ("file told", Way.APPOINTMENT, "REMI", set()),
        ("file not_told", Way.CONVOCATION, "", {Note.AFTER_SMS}),
        ("file receipt", Way.APPOINTMENT, "RECP", {Note.RECEIPT_END}),
        ("file fingerprints", Way.CONVOCATION, "", set()),
        ("travel minor", Way.ANEF, "PAN1", {Note.ANEF_LIST}),
        ("travel other no", Way.APPOINTMENT, "TIVR", set()),
        ("protection ask", Way.ASYLUM, "", set()),
        ("protection granted", Way.ANEF, "PAN1", {Note.OFPRA, Note.ANEF_LIST}),
        ("nationality file", Way.NATALI, "PAN1", set()),
        ("nationality interview", Way.CONVOCATION, "", set()),
        ("help", Way.HELP, "PAN1", set()),
    ],
)
def test_advice(path: str, way: Way, procedure: str, notes: set[Note]) -> None:
    found = advice(*path.split())
    assert (found.way, found.procedure, set(found.notes)) == (way, procedure, notes)


def test_one_change_is_enough_to_leave_the_short_lane() -> None:
    assert renewal_lane([]) == "RENC"
    some = chain.from_iterable(combinations(CHANGED, n) for n in range(1, len(CHANGED) + 1))
    assert {renewal_lane(changed) for changed in some} == {"RENO"}
    question = step(("renewal", "card", "no"))
    assert isinstance(question, Question)
    assert [a.code for a in question.answers] == ["nothing", *CHANGED, "unknown"]


@pytest.mark.parametrize("path", [("zut",), ("help", "first"), ("first", "resident")])
def test_an_answer_of_another_question_is_a_fault(path: tuple[str, ...]) -> None:
    with pytest.raises(KeyError):
        step(path)
