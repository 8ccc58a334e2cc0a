"""Whether a person about to be recorded is known already: candidates, with how alike they are."""

from dataclasses import dataclass

from guichet.domain.model import Person
from guichet.domain.names import display_name
from guichet.domain.similar import LIKELY, Likeness, likeness
from guichet.errors import GuichetError
from guichet.station.core import Core
from guichet.store.engine import reading
from guichet.store.similar import persons_like
from guichet.sync.state import Link

_MOST = 3


@dataclass(frozen=True, slots=True)
class Alike:
    """A person known already, and why they may be the same."""

    person: Person
    likeness: Likeness


def likely_same(core: Core, person: Person) -> list[Alike]:
    """The persons of the site who may be this one, the likeliest first; three at most.

    Those this station knows, and those central still finds when it answers.
    """
    with reading(core.engine) as connection:
        here = persons_like(connection, person)
    candidates = {each.id: each for each in [*_at_central(core, person), *here]}
    candidates.pop(person.id, None)
    alike = (Alike(each, likeness(person, each)) for each in candidates.values())
    likely = [each for each in alike if each.likeness.score >= LIKELY]
    return sorted(likely, key=lambda each: (-each.likeness.score, each.person.id))[:_MOST]


def _at_central(core: Core, person: Person) -> list[Person]:
    """Persons whom this station may have forgotten."""
    if core.sync.state.link is not Link.ONLINE:
        return []
    name = display_name(person.family_name, person.given_names)
    found: list[Person] = []
    try:
        for query in filter(None, (person.number, person.phone, name)):
            found += core.client().persons(query)
    except GuichetError:  # the person waits, and nothing depends on it
        return found
    return found
