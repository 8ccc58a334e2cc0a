"""What a convocation's token is bound to: who the person is, as the counter can type it again."""

from guichet.domain.model import Person
from guichet.domain.names import canonical


def identity_of(person: Person) -> str:
    """The person's numéro étranger, or without one their canonical name and birth year."""
    if person.number is not None:
        return person.number
    return identity_of_name(person.family_name, person.given_names, person.birth)


def identity_of_name(family: str, given: str, birth: str) -> str:
    """The identity of someone without a number; `birth` is ISO text, of which the year counts."""
    return canonical(f"{family} {given}") + birth[:4]
