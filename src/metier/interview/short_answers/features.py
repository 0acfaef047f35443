"""What a short answer is compared by: with its reference, with its question, and in itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.interview.short_answers.rows import ScoreRow
from metier.interview.short_answers.texts import Text


class ScoreDoubt(StrEnum):
    """Why a score may be far off in a way that its interval does not know of."""

    REPEATS_QUESTION = "repeats-question"  # no word that carries meaning beyond those of the question
    SHARES_NOTHING = "shares-nothing"  # no such word in common with the reference
    NEGATION = "negation"  # much of the reference's words, but only one of the two negates


FEATURES: Final = (
    "cosine-reference",
    "cosine-question",
    "centered-cosine-reference",
    "centered-cosine-question",
    "alignment-precision",
    "alignment-recall",
    "centered-alignment-precision",
    "centered-alignment-recall",
    "rare-alignment-precision",
    "rare-alignment-recall",
    "question-alignment-precision",
    "question-alignment-recall",
    "stems-precision",
    "stems-recall",
    "stems-f",
    "new-stems-precision",
    "new-stems-recall",
    "new-stems-f",
    "question-stems-precision",
    "question-stems-recall",
    "trigrams-precision",
    "trigrams-recall",
    "trigrams-f",
    "fourgrams-precision",
    "fourgrams-recall",
    "fourgrams-f",
    "length",
    "length-ratio",
    "is-short",
    "new-length",
    "negation-mismatch",
    "negations",
    "does-not-know",
)
"""Names of the features, in the order of the columns."""

_SHORT: Final = 3
_MOSTLY: Final = 0.5
_MOST_NEGATIONS: Final = 3
_NEGATION: Final = re.compile(
    r"\b(?:not|no|never|none|cannot|without|nothing|neither|nor|не|нет|ни|никогда|без)\b|n['’]t\b"
)
_NOT_KNOWN: Final = re.compile(
    r"\b(?:don['’]?t|do not) know\b|\bnot sure\b|\bno (?:idea|answer)\b|\bnot answered\b"
    r"|\bне знаю\b|\bне уверен"
)
# Words that hold sentences together; stemmed as `find_terms` stems, so that they compare.
_FUNCTION_WORDS: Final = frozenset(
    "a an the of to in is are be it it' that this and or for with as by on at from which can has have had "
    "was were will would when if then than so i you they we he one not no do doe did what how whi where "
    "there their и в не на что это с как по к для из от а но или".split()
)


def answer_features(row: ScoreRow, texts: Mapping[str, Text]) -> NDArray[np.float32]:
    """Return the features of an answer, (n_features,), against the reference that it comes nearest to.

    Nearest is the reference whose tokens are aligned best. Overlaps are shares from 0 to 1: precision of
    the answer's part, recall of the reference's. New stems are those that the question does not hold.

    Args:
        row: question, references and answer.
        texts: each of its texts, read.

    Source: alignment, Zhang et al. 2020, "BERTScore" (arXiv:1904.09675), section 3; words of the question
        left out, Mohler et al. 2011 (P11-1076), section 5.
    """
    question, answer = texts[row.question], texts[row.answer]
    references = [texts[text] for text in row.references]
    alignments = [_alignment(answer, reference) for reference in references]
    best = int(np.argmax([precision + recall for precision, recall in alignments]))
    reference = references[best]
    values = [
        float(answer.vector @ reference.vector),
        float(answer.vector @ question.vector),
        float(answer.centered @ reference.centered),
        float(answer.centered @ question.centered),
        *_plain_alignment(answer.states, reference.states),
        *_plain_alignment(answer.centered_states, reference.centered_states),
        *alignments[best],
        *_alignment(answer, question),
        *_lexical(question, reference, answer),
        *_manner(question, reference, answer),
    ]
    return np.array(values, np.float32)


def answer_doubts(features: NDArray[np.float32]) -> tuple[ScoreDoubt, ...]:
    """Return why a person should look at an answer, by its features, (n_features,)."""
    values = dict(zip(FEATURES, features.tolist(), strict=True))
    found = []
    if not values["new-length"]:
        found.append(ScoreDoubt.REPEATS_QUESTION)
    if not values["stems-f"]:
        found.append(ScoreDoubt.SHARES_NOTHING)
    if values["negation-mismatch"] and values["new-stems-recall"] >= _MOSTLY:
        found.append(ScoreDoubt.NEGATION)
    return tuple(found)


def content_terms(answer: Text, question: Text) -> dict[str, float]:
    """Return the stems of an answer that its question does not hold, with their weights."""
    return {term: weight for term, weight in answer.rarity.items() if term not in question.rarity}


def _lexical(question: Text, reference: Text, answer: Text) -> list[float]:
    asked = set(question.rarity)
    given, wanted = _content(answer), _content(reference)
    rare = {**answer.rarity, **reference.rarity, **question.rarity}
    new = [Counter(term for term in terms if term not in asked) for terms in (given, wanted)]
    found = [
        *_overlap(given, wanted, rare.__getitem__),
        *_overlap(new[0], new[1], rare.__getitem__),
        *_overlap(given, _content(question), rare.__getitem__)[:2],
    ]
    for n in (3, 4):
        found += _overlap(answer.pieces[n], reference.pieces[n])
    return found


def _manner(question: Text, reference: Text, answer: Text) -> list[float]:
    n_given, n_wanted = len(answer.terms), len(reference.terms)
    n_new = sum(term not in question.rarity for term in _content(answer))
    words = answer.words.lower()
    negations = [len(_NEGATION.findall(text)) for text in (words, reference.words.lower())]
    return [
        np.log1p(n_given),
        np.log((n_given + 1) / (n_wanted + 1)),
        float(n_given <= _SHORT),
        np.log1p(n_new),
        float((negations[0] > 0) != (negations[1] > 0)),
        float(min(negations[0], _MOST_NEGATIONS)),
        float(_NOT_KNOWN.search(words) is not None),
    ]


def _content(text: Text) -> Counter[str]:
    return Counter(term for term in text.rarity if term not in _FUNCTION_WORDS)


def _overlap(
    given: Mapping[str, int], wanted: Mapping[str, int], weight: Callable[[str], float] = lambda _: 1.0
) -> list[float]:
    """Return precision, recall and F of what two bags share; 0 for an empty bag."""
    shared = sum(min(n, wanted[item]) * weight(item) for item, n in given.items() if item in wanted)
    sizes = [sum(n * weight(item) for item, n in bag.items()) for bag in (given, wanted)]
    both = sum(sizes)
    return [shared / size if size else 0.0 for size in sizes] + [2 * shared / both if both else 0.0]


def _plain_alignment(given: NDArray[np.float32], wanted: NDArray[np.float32]) -> tuple[float, float]:
    return _aligned(given @ wanted.T, np.ones(len(given)), np.ones(len(wanted)))


def _alignment(answer: Text, other: Text) -> tuple[float, float]:
    """Return how well each token of one text is matched in the other: precision and recall."""
    cosines = answer.centered_states @ other.centered_states.T

    return _aligned(cosines, answer.token_weights, other.token_weights)


def _aligned(
    cosines: NDArray[np.float32], given: NDArray[np.float64], wanted: NDArray[np.float64]
) -> tuple[float, float]:
    if not cosines.size:
        return 0.0, 0.0
    best: Sequence[NDArray[np.float32]] = (cosines.max(axis=1), cosines.max(axis=0))
    return float(best[0] @ given / given.sum()), float(best[1] @ wanted / wanted.sum())
