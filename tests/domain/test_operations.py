from dataclasses import fields
from typing import get_args

import pytest

from guichet.domain.model import Person
from guichet.domain.needs import Need
from guichet.domain.operations import (
    Action,
    Applied,
    Book,
    Call,
    Cancel,
    CheckIn,
    Complete,
    FileReport,
    Hold,
    Move,
    NoteIdentity,
    NoteScan,
    Refused,
    Register,
    Release,
    Start,
    UndoCheckIn,
    concerned,
)
from guichet.domain.replicated import RECORDS

ACTIONS: tuple[type[Action], ...] = get_args(Action)
KINDS = {next(f.default for f in fields(action) if f.name == "kind") for action in ACTIONS}
PERSON = Person("p", 93, "DIALLO", "A", "1985", None, None, None, None, "", "fr", ())


def test_every_action_has_a_kind_of_its_own() -> None:
    assert len(KINDS) == len(ACTIONS)


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (Hold("h", "s"), {("slot", "s")}),
        (Release("h"), set()),
        (Register(PERSON), {("person", "p")}),
        (
            Book("a", "h", "s", "p", "renew", None),
            {("slot", "s"), ("appointment", "a"), ("person", "p")},
        ),
        (Move("a", "h", "s"), {("slot", "s"), ("appointment", "a")}),
        (Cancel("a", "person"), {("appointment", "a")}),
        (CheckIn("v", "a", "B101", None), {("visit", "v"), ("appointment", "a")}),
        (UndoCheckIn("v"), {("visit", "v")}),
        (Call("v", "4"), {("visit", "v")}),
        (Start("v"), {("visit", "v")}),
        (Complete("v", "served"), {("visit", "v")}),
        (NoteScan("forged", None), set()),
        (NoteScan("late", "a"), {("appointment", "a")}),
        (NoteIdentity("v", "matched"), {("visit", "v")}),
        (
            FileReport("r", "expected", "a", "v", "mismatched", ("name",), ""),
            {("report", "r"), ("visit", "v"), ("appointment", "a")},
        ),
    ],
)
def test_what_an_action_concerns(action: Action, expected: set[tuple[str, str]]) -> None:
    found = concerned(action)
    assert set(found) == expected
    assert len(found) == len(expected)
    assert {kind for kind, _ in found} <= set(RECORDS)


def test_answers_are_values() -> None:
    assert Applied() == Applied((), {})
    assert Refused("slot_full") == Refused("slot_full", {})
    assert Refused("slot_full") != Refused("slot_past")


def test_needs_are_a_closed_list_without_health() -> None:
    assert set(Need) == {
        "interpreter", "wheelchair", "seat", "hearing", "sight", "priority_card", "reading_help",
        "young_child",
    }  # fmt: skip
