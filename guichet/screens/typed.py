"""What is typed in a person's form, and the person it makes."""

from datetime import date

from guichet.domain.birth import BirthDate, parse
from guichet.domain.foreigner_number import form
from guichet.domain.model import Person
from guichet.phones import Phone, PhoneKind, parse_phone
from guichet.screens import describe

Typed = dict[str, str]
"""The texts by field; "needs" are separated by blanks."""


def typed_of(person: Person) -> Typed:
    """The form filled in with what is known of a person."""
    return {
        "family": person.family_name,
        "given": person.given_names,
        "birth": describe.birth(person),
        "commune": person.commune,
        "number": person.number or "",
        "absent": person.number_absent or "",
        "phone": describe.phone(person),
        "email": person.email or "",
        "language": person.language,
        "needs": " ".join(person.needs),
    }


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
        family_name=texts.get("family", ""),
        given_names=texts.get("given", ""),
        birth=birth.to_text() if isinstance(birth, BirthDate) else "",
        number=number,
        number_absent=None if number else texts.get("absent") or None,
        phone=phone.e164 if isinstance(phone, Phone) else None,
        email=texts.get("email") or None,
        commune=texts.get("commune", ""),
        language=texts.get("language") or "fr",
        needs=tuple(texts.get("needs", "").split()),
    )
