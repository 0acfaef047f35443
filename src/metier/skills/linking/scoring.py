"""How the skills of a taxonomy are ordered for one sentence.

Candidate spans i of the sentence have g_i, the log-probability that they tell of a skill; e_i, the vector of
their words alone; x_i, the mean state of their tokens in the sentence. With v_k the vector of skill k, f the
mean state of the whole sentence, t_ik how alike span and names are spelled, and p_k a prior,

    score_k = max over i of (e_i . v_k + x_i . v_k + a t_ik + b g_i) + c f . v_k + d p_k
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metier.skills.linking.head import LinkingWeights


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """What speaks for skills in one sentence.

    Attributes:
        meanings: (n_spans, dim) float32, e_i + x_i; n_spans at least 1.
        log_probabilities: (n_spans,), g_i.
        sentence: (dim,) float32, f.
        spellings: (n_spans, n_skills), t_ik; None to leave them aside.
    """

    meanings: NDArray[np.float32]
    log_probabilities: NDArray[np.float64]
    sentence: NDArray[np.float32]
    spellings: NDArray[np.float64] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """The score of each skill, (n_skills,) float64, and the candidate that it comes from, (n_skills,)."""

    scores: NDArray[np.float64]
    spans: NDArray[np.int64]


def score_skills(
    candidates: Candidates,
    vectors: NDArray[np.float32],
    weights: LinkingWeights,
    *,
    priors: NDArray[np.float64] | None = None,
) -> Scored:
    """Return how much a sentence speaks for each skill; a score orders only.

    Args:
        candidates: of the sentence.
        vectors: (n_skills, dim), v_k.
        weights: a, b, c and d.
        priors: (n_skills,), p_k; None for none.
    """
    rows = np.concatenate([candidates.meanings, candidates.sentence[None]])
    cosines = (rows @ vectors.T).astype(np.float64)
    spans = cosines[:-1] + weights.span * candidates.log_probabilities[:, None]
    if candidates.spellings is not None:
        spans += weights.lexical * candidates.spellings
    best = spans.argmax(axis=0)
    scores = spans[best, np.arange(len(vectors))] + weights.sentence * cosines[-1]
    if priors is not None:
        scores += weights.prior * priors
    return Scored(scores, best)


def best_first(scores: NDArray[np.floating], top_k: int) -> NDArray[np.int64]:
    """Return the places of the highest scores, (min(top_k, n_skills),), the first of equals first.

    >>> best_first(np.array([0.5, 0.9, 0.5, 0.1]), 2).tolist()
    [1, 0]
    """
    order: NDArray[np.int64] = np.argsort(-scores, kind="stable")[:top_k]
    return order
