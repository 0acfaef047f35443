import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from metier.skills.linking.merging import MergedScores, Place
from metier.skills.linking.scoring import Scored


def scored(*scores, spans=None):
    return Scored(np.array(scores), np.array(spans or [0] * len(scores)))


def merged(*sentences):
    made = MergedScores(len(sentences[0].scores))
    for i, sentence in enumerate(sentences):
        made.add(i, sentence)
    return made


def test_a_skill_has_the_score_of_its_best_sentence():
    found = merged(scored(0.1, 0.9), scored(0.5, 0.2), scored(0.3, 0.3))
    assert found.scores.tolist() == [0.5, 0.9]


def test_quotes_are_of_the_best_three_sentences():
    found = merged(*(scored(score, spans=[i + 1]) for i, score in enumerate((0.2, 0.9, 0.4, 0.6))))
    assert found.quotes(0) == [Place(1, 2), Place(3, 4), Place(2, 3)]


def test_of_equal_sentences_the_first_counts():
    assert merged(scored(0.5), scored(0.5)).quotes(0) == [Place(0, 0), Place(1, 0)]


def test_a_sentence_that_speaks_for_ten_others_is_no_quote_but_the_best_is():
    low = scored(*np.linspace(1.0, 2.0, 12))
    assert merged(low, low).quotes(0) == [Place(0, 0)]
    assert merged(low, low).quotes(11) == [Place(0, 0), Place(1, 0)]


def test_nothing_taken_in_has_no_quotes():
    made = MergedScores(2)
    assert made.quotes(1) == []
    assert np.isneginf(made.scores).all()


@given(st.lists(st.lists(st.integers(0, 5), min_size=4, max_size=4), min_size=1, max_size=8))
def test_merging_is_the_maximum_and_its_quotes_fall(rows):
    found = merged(*(scored(*map(float, row)) for row in rows))
    assert found.scores.tolist() == np.array(rows, float).max(axis=0).tolist()
    for skill in range(4):
        values = [rows[place.sentence][skill] for place in found.quotes(skill)]
        assert values == sorted((row[skill] for row in rows), reverse=True)[:3]
