import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.audit.behaviour.characters import lower_case, mistype, respace, upper_case
from metier.errors import InvalidInput

TEXT = "Built services in Python and led a team of five engineers. Писал сервисы на Java."


def draws(seed=0):
    return np.random.default_rng(seed)


def test_case_is_all_that_changes():
    assert upper_case("Go и C#") == "GO И C#"
    assert lower_case("Go И C#") == "go и c#"


@given(st.text(max_size=80), st.integers(0, 5))
def test_spacing_changes_blanks_alone(text, seed):
    changed = respace(text, draws(seed), share=0.5)
    assert re.sub(" +", " ", changed) == re.sub(" +", " ", text)
    assert changed != text or not re.search(r"(?<=\S) (?=\S)", text)


@given(st.integers(0, 50), st.sampled_from([0.01, 0.3, 1.0]))
def test_a_share_of_words_gets_one_error_each_and_first_letters_stay(seed, share):
    changed = mistype(TEXT, draws(seed), share=share)
    pairs = list(zip(TEXT.split(), changed.split(), strict=True))
    wrong = [(old, new) for old, new in pairs if old != new]
    long_enough = sum(len(re.sub(r"\W", "", word)) >= 4 for word in TEXT.split())
    assert len(wrong) == max(1, round(share * long_enough))
    assert all(new[0] == old[0] and abs(len(new) - len(old)) <= 1 for old, new in wrong)


def test_the_same_draws_give_the_same_errors():
    assert mistype(TEXT, draws(3), share=0.5) == mistype(TEXT, draws(3), share=0.5)
    assert mistype(TEXT, draws(3), share=0.5) != mistype(TEXT, draws(4), share=0.5)


def test_kept_words_stay_and_terms_count_by_their_words():
    changed = mistype("Learned Power BI and PYTHON", draws(), share=1, keep=["python", "Power BI"])
    assert changed.endswith("Power BI and PYTHON")
    assert changed != "Learned Power BI and PYTHON"


def test_only_some_words_can_be_mistyped():
    for seed in range(20):
        changed = mistype("I have used Kubernetes since", draws(seed), share=0.01, only=["Kubernetes"])
        assert changed != "I have used Kubernetes since"
        assert [*changed.split()[:3], changed.split()[4]] == ["I", "have", "used", "since"]


def test_a_text_with_nothing_to_mistype_stays():
    assert mistype("Go, C, 한국어 텍스트입니다", draws(), share=1) == "Go, C, 한국어 텍스트입니다"
    assert mistype("", draws(), share=1) == respace("", draws(), share=1) == ""


def test_capitals_stay_capitals():
    assert all(mistype("PYTHON", draws(seed), share=1).isupper() for seed in range(20))


@pytest.mark.parametrize("share", [0, -1, 1.1, float("nan")])
def test_a_share_out_of_range_is_refused(share):
    with pytest.raises(InvalidInput, match="share must be above 0"):
        respace("a b", draws(), share=share)
    with pytest.raises(InvalidInput, match="share must be above 0"):
        mistype("word", draws(), share=share)
