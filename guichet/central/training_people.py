"""The invented persons of training, and the personas whose cases guichet must handle well."""

from dataclasses import dataclass
from random import Random
from uuid import NAMESPACE_OID, UUID, uuid5

from guichet.central.training_names import COMMUNES, NAMES
from guichet.domain.foreigner_number import AbsentReason
from guichet.domain.model import Person
from guichet.domain.names import canonical
from guichet.domain.needs import Need

_SITE_WEIGHTS = (56, 18, 26)
_NUMBERS = 9_399_000_000
_MOBILES = 33_639_980_000  # ARCEP's range for fiction, ten thousand numbers
_SHARES = {"number": 0.9, "phone": 0.9, "email": 0.7, "need": 0.1}
_NEEDS = (
    *(Need.INTERPRETER, Need.INTERPRETER, Need.INTERPRETER, Need.YOUNG_CHILD, Need.YOUNG_CHILD),
    *(Need.READING_HELP, Need.PRIORITY_CARD, Need.SEAT, Need.WHEELCHAIR, Need.HEARING, Need.SIGHT),
)


@dataclass(frozen=True, slots=True)
class Persona:
    """An invented case: `when` says where their appointment stands (guichet.central.training).

    "next" is the next start, "late" 20 minutes ago, "tomorrow" the next open day, "yesterday" the
    one before, "later" the demo day's end, "cancelled" and "mistake" cancelled ones of the demo
    day, "moved" moved once to the next start.
    """

    key: str
    family_name: str
    given_names: str
    birth: str
    procedure: str
    when: str
    number: str | None = None
    phone: str | None = None
    email: str | None = None
    language: str = "fr"
    needs: tuple[str, ...] = ()
    site: int = 1


PERSONAS = (
    Persona("expected", "Diallo", "Aïssatou", "1989-03-12", "RENO", "next", "9399900001",
            "+33639989001", "aissatou.diallo@example.org"),
    Persona("year_only", "Traoré", "Bakary", "1980", "RENO", "later", "9399900002",
            "+33639989002", language="bm"),
    Persona("short_card", "Benali", "Nadia", "1994-07-02", "RENC", "tomorrow", "9399900003",
            "+33639989003"),
    Persona("no_number", "Sissoko", "Demba", "1991", "AES", "next", None, "+33199009004",
            language="snk", needs=(Need.INTERPRETER,)),
    Persona("landline", "Haidari", "Fereshta", "1986-11", "R10A", "next", "9399900005",
            "+33199009005", language="prs", needs=(Need.INTERPRETER,)),
    Persona("sister_one", "Sivakumar", "Priya", "1998-05-21", "REMI", "next", "9399900006",
            "+33639989006", language="ta"),
    Persona("sister_two", "Sivakumar", "Piriya", "1999-06-21", "REMI", "next", "9399900007",
            "+33639989006", language="ta"),
    Persona("inverted", "Mamadou", "Konaté", "1977-02-14", "CHAD", "next", "9399900008",
            "+33639989008"),
    Persona("leading_zero", "Rahman", "Shafiq", "1990-12-31", "RENO", "later", "0399900009",
            "+33639989009", language="bn"),
    Persona("overseas", "Célestin", "Mirlande", "1983-08-08", "DUPL", "later", "9399900010",
            language="ht"),
    Persona("mother", "Camara", "Hawa", "1987-04-04", "PAN1", "next", "9399900011",
            "+33639989011", needs=(Need.YOUNG_CHILD,)),
    Persona("child_one", "Camara", "Moussa", "2012-01-15", "EMPR", "next", "9399900012",
            "+33639989011"),
    Persona("child_two", "Camara", "Coumba", "2014-09-30", "EMPR", "next", "9399900013",
            "+33639989011"),
    Persona("child_three", "Camara", "Lassana", "2017-06-06", "EMPR", "next", "9399900014",
            "+33639989011"),
    Persona("priority_late", "Khelifi", "Rachid", "1958-10-10", "REMI", "late", "9399900015",
            "+33639989015", needs=(Need.PRIORITY_CARD,)),
    Persona("mismatch", "Demir", "Elif", "1992-02-29", "RENO", "next", "9399900016",
            "+33639989016", language="tr"),
    Persona("altered", "Popescu", "Andrei", "1985-05-05", "REMI", "next", "9399900017",
            "+33639989017", language="ro"),
    Persona("cancelled", "Chen", "Lihua", "1979-01-01", "RENO", "cancelled", "9399900018",
            "+33639989018", language="zh"),
    Persona("yesterday", "Kovalenko", "Olena", "1996-03-03", "CHST", "yesterday", "9399900019",
            "+33639989019", language="uk"),
    Persona("student", "Quispe", "Luis", "2003-07-19", "RENO", "mistake", "9399900020",
            "+33639989020", "luis.quispe@example.org", language="es"),
    Persona("moved", "Okafor", "Grace", "1988-08-18", "REMI", "moved", "9399900021",
            "+33639989021", language="en"),
    Persona("other_site", "Ndiaye", "Ousmane", "1975-12-12", "RENO", "next", "9399900022",
            "+33639989022", language="wo", site=3),
)  # fmt: skip
"""The cases of the domain dossier. Who has a mobile of Guadeloupe has none here: no range of those
is kept for fiction."""


def persona_id(key: str) -> str:
    """The id of a persona's person."""
    return str(uuid5(NAMESPACE_OID, f"guichet training {key}"))


def persona_person(persona: Persona) -> Person:
    """The person of a persona."""
    return Person(
        id=persona_id(persona.key),
        site=persona.site,
        family_name=persona.family_name,
        given_names=persona.given_names,
        birth=persona.birth,
        number=persona.number,
        number_absent=None if persona.number else AbsentReason.NEVER_GIVEN.value,
        phone=persona.phone,
        email=persona.email,
        commune=COMMUNES[persona.site][0],
        language=persona.language,
        needs=tuple(str(need) for need in persona.needs),
    )


def people(rng: Random, count: int, year: int) -> list[Person]:
    """`count` persons of the three sites, the personas first; `year` is the year it is."""
    mobiles = rng.sample(range(9_000), 9_000)
    weights = [weight for _language, weight, _family, _given in NAMES]
    persons = [persona_person(persona) for persona in PERSONAS]
    for rank in range(count - len(persons)):
        language, _weight, families, givens = rng.choices(NAMES, weights)[0]
        (site,) = rng.choices((1, 2, 3), _SITE_WEIGHTS)
        family, given = rng.choice(families.split()), rng.choice(givens.split())
        numbered = rng.random() < _SHARES["number"]
        persons.append(
            Person(
                id=str(UUID(int=rng.getrandbits(128), version=4)),
                site=site,
                family_name=family.replace("-", " ") if family.startswith("Da-") else family,
                given_names=given,
                birth=_birth(rng, year),
                number=str(_NUMBERS + rank * 7919 % 900_000) if numbered else None,
                number_absent=None if numbered else rng.choice(tuple(AbsentReason)).value,
                phone=_phone(rng, mobiles[rank % len(mobiles)]),
                email=_email(rng, family, given, rank),
                commune=rng.choice(COMMUNES[site]),
                language=language if rng.random() < _SHARES["email"] else "fr",
                needs=(rng.choice(_NEEDS).value,) if rng.random() < _SHARES["need"] else (),
            )
        )
    return persons


def _birth(rng: Random, year: int) -> str:
    """A birth date of an adult; of some only the month or the year is known."""
    born, known = year - 18 - int(rng.triangular(1, 62, 17)), rng.random()
    if known < 0.05:  # noqa: PLR2004 - one in twenty
        return str(born)
    month = rng.randint(1, 12)
    return f"{born}-{month:02}" if known < 0.07 else f"{born}-{month:02}-{rng.randint(1, 28):02}"  # noqa: PLR2004


def _phone(rng: Random, rank: int) -> str | None:
    return f"+{_MOBILES + rank}" if rng.random() < _SHARES["phone"] else None


def _email(rng: Random, family: str, given: str, rank: int) -> str | None:
    if rng.random() >= _SHARES["email"]:
        return None
    name = ".".join(canonical(part).lower() for part in (given, family))
    return f"{name}{rank}@example.org"
