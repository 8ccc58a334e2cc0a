"""What is typed in a person's form, and the person it makes."""

from datetime import date

from guichet.domain.birth import BirthDate, parse
from guichet.domain.foreigner_number import form
from guichet.domain.model import Person
from guichet.domain.names import no_name
from guichet.phones import Phone, PhoneKind, parse_phone
from guichet.screens import describe

Typed = dict[str, str]
"""The texts by field; "needs" are separated by blanks."""


def typed_of(person: Person) -> Typed:
    """The form filled in with what is known of a person."""
    return {
        "family": person.family_name,
        "given": person.given_names,
        "used": person.used_name or "",
        "birth": describe.birth(person),
        "commune": person.commune,
        "number": person.number or "",
        "absent": person.number_absent or "",
        "phone": describe.phone(person),
        "email": person.email or "",
        "language": person.language,
        "proof": person.proof or "",
        "needs": " ".join(person.needs),
    }


def begun(typed: Typed) -> bool:
    """Whether anything was typed; the language stands there from the beginning."""
    return any(value.strip() for key, value in typed.items() if key != "language")


def typed_in_search(query: str) -> Typed:
    """The form begun with what was searched for: a phone, a numéro étranger, or names."""
    query = query.strip()
    if not any(character.isdigit() for character in query):
        words = query.split()
        capitals = [word for word in words if word.isupper()]
        family = capitals if 0 < len(capitals) < len(words) else words[:1]
        given = [word for word in words if word not in family]
        return {"family": " ".join(family), "given": " ".join(given)}
    found = parse_phone(query) if query.startswith(("0", "+")) else None
    if isinstance(found, Phone) and found.kind is not PhoneKind.OTHER:
        return {"phone": query}
    return {"number": query}


def person_of(typed: Typed, person_id: str, site: int, today: date) -> Person:
    """The person of a form that has nothing wrong in it (guichet.screens.checks)."""
    texts = {key: " ".join(value.split()) for key, value in typed.items()}
    birth = parse(texts.get("birth", ""), today)
    phone = parse_phone(texts.get("phone", ""))
    number = form(texts.get("number", "")).value or None
    return Person(
        id=person_id,
        site=site,
        family_name=_name(texts, "family"),
        given_names=_name(texts, "given"),
        birth=birth.to_text() if isinstance(birth, BirthDate) else "",
        number=number,
        number_absent=None if number else texts.get("absent") or None,
        phone=phone.e164 if isinstance(phone, Phone) else None,
        email=texts.get("email") or None,
        commune=texts.get("commune", ""),
        language=texts.get("language") or "fr",
        needs=tuple(texts.get("needs", "").split()),
        used_name=_name(texts, "used") or None,
        proof=texts.get("proof") or None,
    )


def proposed(person: Person, typed: Typed) -> Typed:
    """The form of a known person with what was typed about them meanwhile; blanks change nothing.

    Needs are added to those known.
    """
    known = typed_of(person)
    changed = {key: text for key, text in typed.items() if text.strip()}
    if changed.get("language") == "fr":  # what the form begins with
        del changed["language"]
    needs = dict.fromkeys([*known["needs"].split(), *typed.get("needs", "").split()])
    return known | changed | {"needs": " ".join(needs)}


def _name(texts: Typed, key: str) -> str:
    """The name typed, empty for "sans prénom" and its like."""
    text = texts.get(key, "")
    return "" if no_name(text) else text
