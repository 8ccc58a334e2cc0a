from dataclasses import replace

from guichet.domain.identity import identity_of, identity_of_name
from tests.central.samples import person


def test_a_number_is_the_identity_whatever_the_name() -> None:
    numbered = replace(person("p"), number="9912345678")
    assert identity_of(numbered) == "9912345678"
    assert identity_of(replace(numbered, family_name="Sow")) == "9912345678"


def test_without_a_number_the_canonical_name_and_the_year_are() -> None:
    assert identity_of(person("p")) == "DIALLO AISSATOU1989"
    assert identity_of_name("diallo", "AÏSSATOU", "1989") == identity_of(person("p"))
    assert identity_of_name("Diallo", "Aissatou", "1990-03-01") != identity_of(person("p"))
