from hypothesis import given
from hypothesis import strategies as st

from guichet.domain.provenance import FEW, Provenance, Through, counted

PROVENANCES = st.tuples(st.sampled_from(Through), st.sampled_from([None, False, True]))


@given(st.lists(PROVENANCES))
def test_all_are_counted_and_few_are_not_told(asked: list[Provenance]) -> None:
    found = counted(asked)
    assert set(found) == set(asked)
    for who, number in found.items():
        assert number == (asked.count(who) if asked.count(who) >= FEW else None)


def test_the_most_come_first() -> None:
    person, relative = (Through.PERSON, None), (Through.RELATIVE, None)
    found = counted([relative] * 5 + [person] * 6 + [(Through.ASSOCIATION, None)])
    assert list(found.items()) == [(person, 6), (relative, 5), ((Through.ASSOCIATION, None), None)]
