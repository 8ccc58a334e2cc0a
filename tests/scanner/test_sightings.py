from hypothesis import given
from hypothesis import strategies as st

from guichet.scanner.sightings import Sightings


def test_a_text_held_in_view_is_fresh_once() -> None:
    sightings = Sightings()
    assert [sightings.fresh(["a"], tenth / 10) for tenth in range(100)] == [["a"]] + [[]] * 99


def test_a_text_is_fresh_again_after_two_seconds_out_of_view() -> None:
    sightings = Sightings()
    assert sightings.fresh(["a"], 10.0) == ["a"]
    assert sightings.fresh([], 11.0) == []
    assert sightings.fresh(["a"], 11.9) == []
    assert sightings.fresh(["a"], 13.8) == []
    assert sightings.fresh(["a"], 15.8) == ["a"]


def test_two_texts_do_not_hide_each_other() -> None:
    sightings = Sightings()
    assert sightings.fresh(["a"], 0.0) == ["a"]
    assert sightings.fresh(["b", "a", "b"], 0.5) == ["b"]


@given(st.lists(st.floats(0.01, 5.0), min_size=1, max_size=40))
def test_a_text_is_fresh_exactly_after_each_absence_of_two_seconds(gaps: list[float]) -> None:
    sightings = Sightings()
    now = 0.0
    assert sightings.fresh(["a"], now) == ["a"]
    for gap in gaps:
        before, now = now, now + gap
        assert (sightings.fresh(["a"], now) == ["a"]) == (now - before >= 2.0)
