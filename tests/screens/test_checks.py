"""What the person form says of each field."""

from datetime import date

import pytest

from guichet.screens import checks
from guichet.widgets.field import FieldState
from guichet.widgets.level import Level

TODAY = date(2026, 11, 24)
WIDTH = 34
"""Cells a message has in a terminal of 80 columns."""


def said(state: FieldState) -> tuple[str, str]:
    assert len(state.message) <= WIDTH, state.message
    return state.level, state.message.replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("typed", "level", "message"),
    [
        ("", "idle", ""),
        ("1", "idle", "JJ/MM/AAAA, avec 00 si inconnu"),
        ("12/03/85", "idle", "Année en 4 chiffres, ex. 1985"),
        ("12/03/1985", "ok", "12/03/1985"),
        ("12031985", "ok", "12/03/1985"),
        ("1980", "ok", "1980, jour et mois inconnus"),
        ("00/00/1980", "ok", "1980, jour et mois inconnus"),
        ("00/07/1980", "ok", "07/1980, jour inconnu"),
        ("31/02/1980", "bad", "Ce jour n’existe pas : vérifiez"),
        ("1880", "bad", "Année avant 1900 : vérifiez"),
        ("25/11/2026", "bad", "Date à venir : vérifiez"),
    ],
)
def test_birth(typed: str, level: Level, message: str) -> None:
    assert said(checks.birth(typed, TODAY)) == (level, message)


@pytest.mark.parametrize(
    ("typed", "level", "message"),
    [
        ("", "idle", ""),
        ("93 01", "idle", "4 chiffres sur 10"),
        ("399900009", "warn", "Zéro perdu ? F7 : 0399900009"),
        ("93 9990 0001", "ok", "10 chiffres, forme correcte"),
        ("93999O0001", "warn", "O, I ou l ? F7 : 9399900001"),
        ("93X", "bad", "Chiffres seulement"),
        ("93999000011", "bad", "11 chiffres au lieu de 10"),
        ("0123456789", "bad", "Improbable : recopiez le titre"),
    ],
)
def test_number(typed: str, level: Level, message: str) -> None:
    assert said(checks.number(typed)) == (level, message)


@pytest.mark.parametrize(
    ("typed", "level", "message"),
    [
        ("", "idle", ""),
        ("06 39 98", "idle", "Numéro incomplet"),
        ("06 39 98 00 11", "ok", "Mobile : recevra les SMS"),
        ("01 99 00 90 04", "info", "Fixe : appel seulement, pas de SMS"),
        ("0806 001 620", "info", "Numéro spécial : pas de SMS"),
        ("06 39 98 00 111", "bad", "Trop de chiffres : vérifiez"),
        ("0700 12 34 56", "bad", "Numéro inexistant : vérifiez"),
        ("06 ALLO", "bad", "Chiffres seulement, + au début"),
    ],
)
def test_phone(typed: str, level: Level, message: str) -> None:
    assert said(checks.phone(typed)) == (level, message)


@pytest.mark.parametrize(
    ("typed", "level", "message"),
    [
        ("", "idle", ""),
        ("fanta@", "idle", "Incomplète, ex. nom@exemple.fr"),
        ("fanta@exemple.fr", "ok", "Forme correcte"),
        ("fanta @exemple.fr", "bad", "Pas d’espace dans une adresse"),
    ],
)
def test_email(typed: str, level: Level, message: str) -> None:
    assert said(checks.email(typed)) == (level, message)


def test_names_and_communes() -> None:
    assert said(checks.name("Nguyễn")) == ("idle", "")
    assert said(checks.name("王")) == ("bad", "En lettres latines")
    assert said(checks.name("amina1402")) == ("warn", "Un chiffre : vérifiez")
    assert said(checks.commune("Bondy")) == ("idle", "")
    assert said(checks.commune("93140")) == ("bad", "Le nom, pas le code postal")


def test_what_is_not_finished_is_refused_in_the_end() -> None:
    assert checks.final(checks.phone("06 39")) == FieldState("bad", "Numéro incomplet")
    assert checks.final(checks.phone("")) == FieldState()
    assert checks.final(checks.phone("0639980011")).level == "ok"
