from collections import Counter
from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.skills.linking.name_index import NameIndex

NAMES = [("Python", "питон"), ("Java programming", "JVM"), ("manage a team", "lead a team"), ("C#",)]


def ngrams(text):
    words = [f" {word} " for word in text.casefold().split()]
    return Counter(w[i : i + n] for w in words for n in (3, 4, 5) for i in range(len(w) - n + 1))


def by_hand(words):
    flat = [name for group in NAMES for name in group]
    holding = Counter(gram for name in flat for gram in ngrams(name))

    def weigh(text):
        known = {gram: c for gram, c in ngrams(text).items() if gram in holding}
        weights = {g: (1 + log(c)) * (1 + log((1 + len(flat)) / (1 + holding[g]))) for g, c in known.items()}
        norm = sqrt(sum(w * w for w in weights.values())) or 1.0
        return {gram: weight / norm for gram, weight in weights.items()}

    mine = weigh(words)
    return [
        max(sum(w * weigh(name).get(gram, 0) for gram, w in mine.items()) for name in group)
        for group in NAMES
    ]


@given(st.text(alphabet="Python javgrm teaC# питонЯ𝕏", max_size=40))
def test_spellings_are_compared_as_the_formula_says(words):
    assert NameIndex(NAMES).compare(words) == pytest.approx(by_hand(words), abs=1e-6)


def test_a_name_is_as_alike_itself_as_can_be():
    index = NameIndex(NAMES)
    assert [index.compare(group[-1])[i] for i, group in enumerate(NAMES)] == pytest.approx([1.0] * 4)
    assert index.compare("managing teams").argmax() == 2


def test_case_and_blanks_play_no_part():
    index = NameIndex(NAMES)
    assert index.compare(" JAVA \n programming").tolist() == index.compare("java programming").tolist()


@pytest.mark.parametrize("words", ["", " ", "한국어", "\ud800", "zzz"])
def test_unknown_words_are_like_nothing(words):
    assert NameIndex(NAMES).compare(words).tolist() == [0.0] * 4


def test_many_names_are_indexed_quickly_and_each_finds_itself():
    rng = np.random.default_rng(0)
    words = ["".join(rng.choice(list("abcdefghij"), 6)) for _ in range(300)]
    names = [(" ".join(rng.choice(words, 3)), " ".join(rng.choice(words, 2))) for _ in range(3000)]
    index = NameIndex(names)
    for i in (0, 1500, 2999):
        assert index.compare(names[i][1])[i] == pytest.approx(1.0)
