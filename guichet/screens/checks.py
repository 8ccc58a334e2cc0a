"""What the person form says of each field while it is typed.

A level "idle" with a message means "not finished": it becomes "bad" when the form is sent. The
messages fit 34 cells, half a terminal of 80 columns.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial

from guichet.domain import foreigner_number
from guichet.domain.birth import BirthDate, BirthProblem, parse
from guichet.domain.foreigner_number import FormCode
from guichet.domain.names import no_name, search_words
from guichet.i18n import _
from guichet.phones import PhoneKind, PhoneProblem, overseas, parse_phone
from guichet.widgets.field import IDLE, FieldState

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_DIGITS = 10

_BIRTHS: dict[BirthProblem, FieldState] = {
    BirthProblem.EMPTY: IDLE,
    BirthProblem.FORM: FieldState("idle", _("JJ/MM/AAAA, avec 00 si inconnu")),
    BirthProblem.SHORT_YEAR: FieldState("idle", _("Année en 4 chiffres, ex. 1985")),
    BirthProblem.YEAR: FieldState("bad", _("Année avant 1900 : vérifiez")),
    BirthProblem.CALENDAR: FieldState("bad", _("Ce jour n’existe pas : vérifiez")),
    BirthProblem.FUTURE: FieldState("bad", _("Date à venir : vérifiez")),
}
_PHONES: dict[PhoneProblem, FieldState] = {
    PhoneProblem.EMPTY: IDLE,
    PhoneProblem.CHARACTERS: FieldState("bad", _("Chiffres seulement, + au début")),
    PhoneProblem.LENGTH: FieldState("bad", _("Trop de chiffres : vérifiez")),
    PhoneProblem.UNKNOWN: FieldState("bad", _("Numéro inexistant : vérifiez")),
}


def final(state: FieldState) -> FieldState:
    """The state once nothing more will be typed: what is not finished is refused."""
    unfinished = state.level == "idle" and state.message
    return FieldState("bad", state.message) if unfinished else state


def name(text: str) -> FieldState:
    """A name needs a Latin form, for the convocation and for finding it again."""
    if not text.strip():
        return IDLE
    if no_name(text):
        return FieldState("info", _("Ce nom restera vide"))
    if not search_words(text):
        return FieldState("bad", _("En lettres latines"))
    if any(character.isdigit() for character in text):
        return FieldState("warn", _("Un chiffre\u00a0: vérifiez"))
    return IDLE


def birth(text: str, today: date) -> FieldState:
    """A birth date, of which the day and the month may be unknown."""
    parsed = parse(text, today)
    if isinstance(parsed, BirthProblem):
        return _BIRTHS[parsed]
    return FieldState("ok", _read_birth(parsed))


def _read_birth(parsed: BirthDate) -> str:
    if parsed.month is None:
        return _("{year}, jour et mois inconnus").format(year=parsed.year)
    if parsed.day is None:
        return _("{date}, jour inconnu").format(date=parsed)
    return str(parsed)


def year(text: str) -> FieldState:
    """A year of birth alone."""
    if not text.strip():
        return IDLE
    if re.fullmatch("(19|20)[0-9]{2}", text.strip()):
        return FieldState("ok", _("4 chiffres"))
    return FieldState("idle", _("Année en 4 chiffres, ex. 1985"))


def number(text: str) -> FieldState:
    """A numéro étranger; a correction is offered, never made silently."""
    verdict = foreigner_number.form(text)
    digits = sum(character.isdigit() for character in text)
    match verdict.code:
        case FormCode.EMPTY:
            return IDLE
        case FormCode.OK:
            return FieldState("ok", _("10 chiffres, forme correcte"))
        case FormCode.MISSING_ZERO:
            message = _("Zéro perdu ? F7 : {number}")
            return FieldState("warn", message.format(number=verdict.suggestion))
        case FormCode.CHARACTERS if verdict.suggestion:
            message = _("O, I ou l ? F7 : {number}")
            return FieldState("warn", message.format(number=verdict.suggestion))
        case FormCode.CHARACTERS:
            return FieldState("bad", _("Chiffres seulement"))
        case FormCode.LENGTH if digits < _DIGITS:
            return FieldState("idle", _("{n} chiffres sur 10").format(n=digits))
        case FormCode.LENGTH:
            return FieldState("bad", _("{n} chiffres au lieu de 10").format(n=digits))
        case FormCode.IMPLAUSIBLE:
            return FieldState("bad", _("Improbable : recopiez le titre"))


def phone(text: str) -> FieldState:
    """A phone number, and whether it gets text messages."""
    parsed = parse_phone(text)
    if isinstance(parsed, PhoneProblem):
        digits = sum(character.isdigit() for character in text)
        if digits < _DIGITS and parsed in (PhoneProblem.LENGTH, PhoneProblem.UNKNOWN):
            return FieldState("idle", _("Numéro incomplet"))
        return _PHONES[parsed]
    match parsed.kind:
        case PhoneKind.MOBILE:
            code = overseas(parsed)
            return FieldState(
                "ok",
                _("Mobile {code} : recevra les SMS").format(code=code)
                if code
                else _("Mobile : recevra les SMS"),
            )
        case PhoneKind.LANDLINE:
            return FieldState("info", _("Fixe : appel seulement, pas de SMS"))
        case PhoneKind.OTHER:
            return FieldState("info", _("Numéro spécial : pas de SMS"))


def email(text: str) -> FieldState:
    """An e-mail address, by its form only."""
    if not text.strip():
        return IDLE
    if re.search(r"\s", text.strip()):
        return FieldState("bad", _("Pas d’espace dans une adresse"))
    if _EMAIL.fullmatch(text.strip()):
        return FieldState("ok", _("Forme correcte"))
    return FieldState("idle", _("Incomplète, ex. nom@exemple.fr"))


def commune(text: str) -> FieldState:
    """A commune of residence: its name, since one postal code may cover several."""
    if any(character.isdigit() for character in text):
        return FieldState("bad", _("Le nom, pas le code postal"))
    return IDLE


def of_person(today: date) -> dict[str, Callable[[str], FieldState]]:
    """For each field of a person's form: what is thought of its value."""
    return {
        "family": name,
        "used": name,
        "given": name,
        "birth": partial(birth, today=today),
        "commune": commune,
        "number": number,
        "phone": phone,
        "email": email,
    }


def missing(values: Mapping[str, str], absent: str) -> dict[str, str]:
    """What a whole form lacks, by field; `absent` is why there is no number, if it was said."""
    wanted = {
        "family": (
            any(values[key] and not no_name(values[key]) for key in ("family", "given")),
            _("Un nom est demandé"),
        ),
        "birth": (bool(values["birth"]), _("Au moins l’année de naissance")),
        "number": (bool(values["number"] or absent), _("Le numéro, ou le motif à côté")),
    }
    return {key: why for key, (there, why) in wanted.items() if not there}


def sent(typed: Mapping[str, str], today: date) -> dict[str, FieldState]:
    """The state of each field of a form as it is sent: what stands in its way is "bad"."""
    checks = of_person(today)
    values = {key: typed.get(key, "").strip() for key in checks}
    states = {key: final(check(values[key])) for key, check in checks.items()}
    for key, why in missing(values, typed.get("absent", "")).items():
        states[key] = FieldState("bad", why)
    if states["number"].level == "warn":
        states["number"] = FieldState("bad", states["number"].message)
    return states
