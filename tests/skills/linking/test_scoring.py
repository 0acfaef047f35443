import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.skills.linking.head import LinkingWeights
from metier.skills.linking.scoring import Candidates, best_first, score_skills

WEIGHTS = LinkingWeights(span=0.1, sentence=0.5, lexical=0.2, prior=0.3)


def made(seed=0, n_spans=3, n_skills=5):
    rng = np.random.default_rng(seed)
    candidates = Candidates(
        rng.normal(size=(n_spans, 4)).astype(np.float32),
        -rng.random(n_spans),
        rng.normal(size=4).astype(np.float32),
        rng.random((n_spans, n_skills)),
    )
    return candidates, rng.normal(size=(n_skills, 4)).astype(np.float32), rng.random(n_skills)


def test_scores_are_what_the_formula_says():
    given_, vectors, priors = made()
    found = score_skills(given_, vectors, WEIGHTS, priors=priors)
    for k in range(5):
        spans = [
            float(given_.meanings[i] @ vectors[k])
            + 0.2 * given_.spellings[i, k]
            + 0.1 * given_.log_probabilities[i]
            for i in range(3)
        ]
        expected = max(spans) + 0.5 * float(given_.sentence @ vectors[k]) + 0.3 * priors[k]
        assert found.scores[k] == pytest.approx(expected, abs=1e-5)
        assert found.spans[k] == int(np.argmax(spans))


def test_spellings_and_priors_may_be_left_out():
    candidates, vectors, _ = made()
    bare = Candidates(candidates.meanings, candidates.log_probabilities, candidates.sentence)
    none = score_skills(bare, vectors, WEIGHTS)
    zero = score_skills(
        Candidates(bare.meanings, bare.log_probabilities, bare.sentence, np.zeros((3, 5))),
        vectors,
        WEIGHTS,
        priors=np.zeros(5),
    )
    assert none.scores.tolist() == zero.scores.tolist()


@given(st.integers(0, 50))
def test_one_more_candidate_lowers_no_score(seed):
    candidates, vectors, _ = made(seed)
    fewer = Candidates(
        candidates.meanings[:2],
        candidates.log_probabilities[:2],
        candidates.sentence,
        candidates.spellings[:2],
    )
    more, less = (score_skills(each, vectors, WEIGHTS).scores for each in (candidates, fewer))
    assert (more >= less - 1e-6).all()


def test_equal_scores_keep_their_order():
    assert best_first(np.array([1.0, 2.0, 1.0, 2.0, 0.0]), 4).tolist() == [1, 3, 0, 2]


@pytest.mark.parametrize(("top_k", "n"), [(1, 1), (5, 5), (9, 5)])
def test_at_most_all_are_returned(top_k, n):
    assert len(best_first(np.arange(5.0), top_k)) == n
