from hypothesis import given
from hypothesis import strategies as st

from metier.skills.seeds import stable_random, stable_seed


def test_seeds_are_the_same_on_every_machine():
    assert stable_seed("a", 1) == 1381375925460027057
    assert stable_random("a", 1).randrange(1000) == stable_random("a", 1).randrange(1000)


@given(st.lists(st.text() | st.integers()))
def test_seeds_are_not_negative_and_fit_in_63_bits(parts):
    assert 0 <= stable_seed(*parts) < 2**63


def test_parts_do_not_run_into_each_other():
    assert (
        len(
            {
                stable_seed("ab", "c"),
                stable_seed("a", "bc"),
                stable_seed("abc"),
                stable_seed("1"),
                stable_seed(1),
            }
        )
        == 5
    )
