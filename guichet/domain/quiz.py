"""The démarche found by a few questions: a tree whose leaves say which way to go.

The channels are those that préfectures published in 2023 and 2024 (ANEF lists of Alpes-de-Haute-
Provence and Yonne; gisti.org, article 6721, July 2024); what they leave open stays a note to check.
Advice, never a refusal: an agent may always choose otherwise.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum


class Way(StrEnum):
    """How the démarche is done."""

    APPOINTMENT = "appointment"
    ANEF = "anef"
    NATALI = "natali"
    FORM = "form"
    """Démarches simplifiées."""
    CONVOCATION = "convocation"
    """The préfecture summons; nobody books."""
    ASYLUM = "asylum"
    """The guichet unique (GUDA), by way of the SPADA."""
    HELP = "help"
    """The point d'accès numérique."""


class Note(StrEnum):
    """What to check or to say besides."""

    BY_TITLE = "by_title"
    """ANEF or appointment depends on the title, and nobody knew."""
    ANEF_LIST = "anef_list"
    """On the préfectures' lists of 2023-2024; the lists are set by arrêté and change."""
    BY_PREFECTURE = "by_prefecture"
    TWO_MONTHS = "two_months"
    """R. 431-4, read in a summary only."""
    BEFORE_EXPIRY = "before_expiry"
    LAST_TWO_MONTHS = "last_two_months"
    """R. 431-5, for titles that are not on the ANEF."""
    SHORT_LANE = "short_lane"
    """No text gives the criteria of the circuit court: these are a proposal."""
    POLICE = "police"
    AFTER_SMS = "after_sms"
    RECEIPT_END = "receipt_end"
    OFPRA = "ofpra"


@dataclass(frozen=True, slots=True)
class Advice:
    """A leaf: the way, and the démarche of the catalogue to book, "" when there is none.

    Where the way is online, `procedure` is the help that can be booked on site.
    """

    way: Way
    procedure: str = ""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer and where it leads; `notes` go with every advice behind it."""

    code: str
    to: "Question | Advice"
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A question and its answers, at most nine: one key each."""

    code: str
    answers: tuple[Answer, ...]


HELP = "PAN1"
"""The démarche that is help at the point d'accès numérique."""
SHORT_LANE, ORDINARY_LANE = "RENC", "RENO"
CHANGED = ("address", "family", "ground", "civil_status", "late")
"""What keeps a renewal out of the circuit court as soon as one of them holds: an address, family,
ground of stay (work, studies, income) or civil status that changed, or a title already expired.
A closed list and a proposal: the source names circuits courts without criteria; each préfecture
sets its own."""


def renewal_lane(changed: Iterable[str]) -> str:
    """The démarche of a renewal of which these items of CHANGED hold."""
    return ORDINARY_LANE if any(changed) else SHORT_LANE


def step(chosen: Sequence[str]) -> Question | Advice:
    """Where these answers, given in order from the first question on, have led.

    Raises KeyError for an answer that its question does not have.
    """
    here: Question | Advice = TREE
    notes: list[Note] = []
    for code in chosen:
        answers = {} if isinstance(here, Advice) else {each.code: each for each in here.answers}
        answer = answers[code]
        notes += answer.notes
        here = answer.to
    if isinstance(here, Question):
        return here
    return replace(here, notes=tuple(dict.fromkeys([*notes, *here.notes])))


def _book(procedure: str, *notes: Note) -> Advice:
    return Advice(Way.APPOINTMENT, procedure, notes)


def _online(way: Way, *notes: Note) -> Advice:
    return Advice(way, HELP, notes)


_ANEF = _online(Way.ANEF, Note.ANEF_LIST)


def _by_title(beyond: Question | Advice) -> Question:
    """Whether this title is among those of which the démarche is on the ANEF; else `beyond`."""
    return Question(
        "online",
        (
            Answer("yes", _ANEF),
            Answer("no", beyond),
            Answer("unknown", beyond, (Note.BY_TITLE,)),
        ),
    )


_UNCHANGED = Question(
    "changed",
    (
        Answer("nothing", _book(renewal_lane(()), Note.SHORT_LANE)),
        *(Answer(item, _book(renewal_lane((item,)), Note.LAST_TWO_MONTHS)) for item in CHANGED),
        Answer("unknown", _book(ORDINARY_LANE, Note.LAST_TWO_MONTHS)),
    ),
)

_PREFECTURE = Question(
    "regularisation",
    (
        Answer("appointment", _book("AES")),
        Answer("form", _online(Way.FORM)),
        Answer("unknown", _book("AES", Note.BY_PREFECTURE)),
    ),
)

TREE = Question(
    "need",
    (
        Answer(
            "first",
            Question(
                "ground",
                (
                    Answer("student", _ANEF),
                    Answer("talent", _ANEF),
                    Answer("visitor", _ANEF),
                    Answer("european", _ANEF),
                    Answer("family", _ANEF),
                    Answer("other", _book("PREM", Note.TWO_MONTHS)),
                    Answer("none", _PREFECTURE),
                    Answer("unknown", _book("PREM", Note.BY_TITLE, Note.TWO_MONTHS)),
                ),
            ),
        ),
        Answer(
            "renewal",
            Question(
                "title",
                (
                    Answer("listed", _ANEF),
                    Answer("family", _ANEF),
                    Answer("card", _by_title(_UNCHANGED)),
                    Answer("resident", _by_title(_book("R10A", Note.LAST_TWO_MONTHS))),
                    Answer("protected", _ANEF),
                    Answer("unknown", _UNCHANGED, (Note.BY_TITLE,)),
                ),
            ),
        ),
        Answer("status", _by_title(_book("CHST", Note.BEFORE_EXPIRY))),
        Answer(
            "change",
            Question(
                "event",
                (
                    Answer("lost", _by_title(_book("DUPL"))),
                    Answer("stolen", _by_title(_book("DUPL")), (Note.POLICE,)),
                    Answer("address", _by_title(_book("CHAD"))),
                    Answer("civil_status", _ANEF),
                ),
            ),
        ),
        Answer(
            "file",
            Question(
                "stage",
                (
                    Answer("told", _book("REMI")),
                    Answer("not_told", Advice(Way.CONVOCATION, notes=(Note.AFTER_SMS,))),
                    Answer("receipt", _book("RECP", Note.RECEIPT_END)),
                    Answer("fingerprints", Advice(Way.CONVOCATION)),
                ),
            ),
        ),
        Answer(
            "travel",
            Question(
                "document",
                (
                    Answer("minor", _ANEF),
                    Answer("protected", _ANEF),
                    Answer("other", _by_title(_book("TIVR"))),
                ),
            ),
        ),
        Answer(
            "protection",
            Question(
                "protection",
                (
                    Answer("ask", Advice(Way.ASYLUM)),
                    Answer("granted", _online(Way.ANEF, Note.OFPRA, Note.ANEF_LIST)),
                ),
            ),
        ),
        Answer(
            "nationality",
            Question(
                "naturalisation",
                (
                    Answer("file", _online(Way.NATALI)),
                    Answer("interview", Advice(Way.CONVOCATION)),
                ),
            ),
        ),
        Answer("help", Advice(Way.HELP, HELP)),
    ),
)
"""The first question, and all the others behind it."""
