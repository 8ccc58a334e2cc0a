"""The people of the fifteen walks: invented, with numbers that nobody can have been given."""

from guichet.domain.birth import BirthDate
from guichet.domain.model import Person
from guichet.domain.needs import Need


def person(key: str, family: str, given: str, birth: str, **facts: object) -> Person:
    """Somebody of Bobigny; `birth` as `Person` has it, `facts` replace the rest."""
    usual: dict[str, object] = {
        "number": None, "number_absent": None, "phone": None, "email": None,
        "commune": "Bobigny", "language": "fr", "needs": (),
    }  # fmt: skip
    return Person(key, 1, family, given, birth, **(usual | facts))  # type: ignore[arg-type]


def typed_birth(somebody: Person) -> str:
    """Their birth date as a mediator types it."""
    return str(BirthDate.from_text(somebody.birth))


ASSOCIATION = "+33639980050"
"""One phone for all whom the association helps."""

DABO = person("dabo", "Dabo", "Bakary", "1980", number="9900000101")
DIABATE = person("diabate", "Diabaté", "Sira", "1991-05-02", number="9900000102")
HELPED_BEFORE = person("bah", "Bah", "Alpha", "1988-08-20", number="9900000103", phone=ASSOCIATION)
SACKO = person(
    "sacko", "Sacko", "Issa", "1996-02-11", number_absent="jamais_attribue",
    phone=ASSOCIATION, proof="consular_card",
)  # fmt: skip
ZADRAN = person(
    "zadran", "Zadran", "Nasrin", "1979-09-30", number="9900000104", phone="+33148950000",
    language="prs", needs=(Need.INTERPRETER.value, Need.SEAT.value),
)  # fmt: skip
AMINATA = person(
    "aminata", "Sylla", "Aminata", "1999-04-17", number="9900000105", phone="+33639980051"
)
AMINATOU = person(
    "aminatou", "Sylla", "Aminatou", "1999-04-17", number="9900000106", phone="+33639980051"
)
INVERTED = person("kanoute", "Abdoul", "Kanouté", "1985-01-09", number="9900000107")
"""As the website has him; his card says KANOUTÉ Abdoul."""
HOARAU = person("hoarau", "Hoarau", "Judith", "1974-12-05", number="0599000008")
"""Her number begins with the zero that gets lost."""
JEAN = person("jean", "Jean", "Wilner", "1990-06-21", number="9900000109")
CHILDREN = tuple(
    person(name.lower(), "Baldé", name, birth, number_absent="jamais_attribue")
    for name, birth in (("Fatim", "2014-03-03"), ("Ismaël", "2016-07-19"), ("Aïcha", "2019-11-28"))
)
BERRADA = person(
    "berrada", "Berrada", "Warda", "1961-10-13", number="9900000110",
    needs=(Need.PRIORITY_CARD.value,),
)  # fmt: skip
SELLER = person("seller", "Dumont", "Kevin", "1992-02-02", number="9900000111")
"""The name under which a real seat was taken to be sold."""
BUYER = person("buyer", "Ouattara", "Salimata", "1987-07-07", number="9900000112")
KOFFI = person("koffi", "Koffi", "Ange", "1993-03-23", number="9900000113")
STUDENT = person("student", "Rakoto", "Lova", "2003-09-14", number="9900000115")
NEXT = person("next", "Mendy", "Paul", "1970-01-30", number="9900000116")
