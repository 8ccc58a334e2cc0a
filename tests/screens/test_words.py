import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from typing import get_args

import pytest

import guichet
from guichet.cli_desk.refusals import OWN
from guichet.domain import lifecycle
from guichet.domain.admission import ADMIT, Admit, Finding
from guichet.domain.day import DayState
from guichet.domain.estimate import Wait
from guichet.domain.foreigner_number import AbsentReason
from guichet.domain.identity import Check
from guichet.domain.lifecycle import APPOINTMENT, VISIT
from guichet.domain.model import Role
from guichet.domain.needs import Need
from guichet.domain.operations import Action, Refused
from guichet.domain.proofs import Proof
from guichet.domain.reports import Seen
from guichet.domain.similar import Match, Reason
from guichet.screens import desk_words, person_words, undo, words
from guichet.screens.ask import Choices
from guichet.screens.desk_words import wait_short, wait_words
from guichet.screens.finding_words import FINDINGS

SOURCES = sorted(Path(guichet.__file__).parent.rglob("*.py"))


def calls(*names: str) -> Iterator[tuple[Path, ast.Call]]:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            if node.func.id in names:
                yield path, node


def texts(call: ast.Call) -> Iterator[str]:
    for argument in call.args:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            yield argument.value


@pytest.mark.parametrize(
    ("codes", "known"),
    [
        (Role, words.MODES),
        (DayState, words.STATES),
        (Need, words.NEEDS),
        (AbsentReason, person_words.NO_NUMBER),
        (Finding, FINDINGS),
        (Check, words.IDENTITIES),
        (Seen, words.SEEN),
        (Proof, person_words.PROOFS),
        (Reason, person_words.LIKENESS),
        (Match, person_words.MATCHES),
    ],
)
def test_every_code_has_words(codes: type[StrEnum], known: dict[StrEnum, object]) -> None:
    assert set(known) == set(codes)


def test_every_operation_has_words() -> None:
    assert set(words.OPERATIONS) == {
        field.default
        for action in get_args(Action)
        for field in fields(action)
        if field.name == "kind"
    }


@pytest.mark.parametrize(
    ("codes", "asked"),
    [
        (lifecycle.OUTCOMES, desk_words.OUTCOMES),
        (lifecycle.UNSUCCESSFUL, desk_words.UNSUCCESSFUL),
        (lifecycle.CALL_REASONS, desk_words.CALL_REASONS),
        (lifecycle.PARK_REASONS, desk_words.PARK_REASONS),
        (lifecycle.UNDO_REASONS, undo.CHOICES),
        (
            [r for r in lifecycle.STEP_UNDO_REASONS if r != "desk_gone"],
            desk_words.STEP_UNDO_REASONS,
        ),
    ],
)
def test_every_answer_has_its_own_key_and_words(codes: Sequence[str], asked: Choices) -> None:
    assert list(asked) == list(codes)
    assert len({key for key, _words in asked.values()} - {""}) == len(codes)


def test_what_somebody_put_aside_waits_for_has_words() -> None:
    assert list(desk_words.WAITS_FOR) == list(lifecycle.PARK_REASONS)


def test_every_anomaly_has_words() -> None:
    double = {reason for (_, kind), reason in APPOINTMENT.items() if kind == "check_in"}
    admitted = {finding.value for finding, admit in ADMIT.items() if admit is not Admit.NO}
    expected = admitted - {"expected"} | {r for r in double if not isinstance(r, StrEnum)}
    expected.add("moved")
    assert expected == set(words.ANOMALIES)


def test_every_refusal_has_a_sentence() -> None:
    written = {text for _, call in calls("Refused") for text in list(texts(call))[:1]}
    table = {
        step
        for (_, kind), step in [*APPOINTMENT.items(), *VISIT.items()]
        if kind != "check_in" and not isinstance(step, StrEnum)
    }
    assert {"slot_full", "other_site"} <= written
    assert written | table <= {*words.REFUSALS, *OWN, "wait", "bad_reference"}


def test_an_unknown_refusal_still_says_something() -> None:
    assert "nouveau_motif" in words.refusal(Refused("nouveau_motif"))
    assert "12 s" in words.refusal(Refused("wait", {"seconds": "12"}))


_PLAIN_SPACE = re.compile(r" [;:!?»]|« ")
_STRAIGHT_APOSTROPHE = re.compile(r"[a-zéA-Z]'[a-zéèêhA-Z]")


def test_french_typography() -> None:
    wrong = [
        f"{path.name}:{call.lineno} {text}"
        for path, call in calls("_", "ngettext")
        for text in texts(call)
        if _PLAIN_SPACE.search(text) or _STRAIGHT_APOSTROPHE.search(text)
    ]
    assert wrong == []


def test_a_colon_stands_behind_a_whole_space_of_its_line() -> None:
    """Imprimerie nationale: a thin one is for the other marks."""
    wrong = [
        f"{path.name}:{call.lineno} {text}"
        for path, call in calls("_", "ngettext")
        for text in texts(call)
        if "\u202f:" in text
    ]
    assert wrong == []


def test_the_scan_sees_sentences() -> None:
    assert sum(1 for _ in calls("_")) > 100


def test_a_wait_is_said_as_people_say_it() -> None:
    for wait, said, short in (
        (None, "aucun guichet ouvert pour cette file", ""),
        (Wait(0, 3), "moins de 5 minutes", "< 5"),
        (Wait(21, 33), "environ 20 à 35 minutes", "20–35"),
        (Wait(10, 10), "environ 10 minutes", "10"),
        (Wait(55, 92), "environ 55 à 105 minutes", "55–105"),
        (Wait(190, 400), "plus de 3 heures", "> 3 h"),
    ):
        assert (wait_words(wait), wait_short(wait)) == (said, short)
