"""How near an answer comes to the right ones, as SQuAD compares them, and when to give none."""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metier.errors import InvalidInput

_ARTICLES: Final = re.compile(r"\b(a|an|the)\b")


def normalise_answer(text: str) -> str:
    """Return an answer in lower case, without punctuation, English articles and superfluous spaces.

    SQuAD takes out the punctuation of ASCII. That of other scripts goes too, as in MLQA; only the articles of
    English do, for those of other languages are also other words.

    Source: Rajpurkar et al. 2016 (arXiv:1606.05250), section 6.1; Lewis et al. 2020 (arXiv:1910.07475).

    >>> normalise_answer("The  Eiffel Tower!"), normalise_answer("«Мир»")
    ('eiffel tower', 'мир')
    """
    kept = "".join(char for char in text.lower() if not _is_punctuation(char))
    return " ".join(_ARTICLES.sub(" ", kept).split())


def exact_match(answer: str, golds: Sequence[str]) -> float:
    """Return 1 if an answer is one of the right ones after normalisation, else 0.

    Args:
        answer: empty for none.
        golds: the right ones; none where no answer is right.
    """
    return max(float(normalise_answer(answer) == gold) for gold in _golds(golds))


def token_f1(answer: str, golds: Sequence[str]) -> float:
    """Return the F1 of the words that an answer shares with the right one it is nearest to, from 0 to 1.

    Args:
        answer: empty for none.
        golds: the right ones; none where no answer is right.

    Source: Rajpurkar et al. 2016 (arXiv:1606.05250), section 6.1; none as in Rajpurkar et al. 2018
        (arXiv:1806.03822).

    >>> token_f1("the green door", ["a green gate", "red"]), token_f1("", []), token_f1("x", [])
    (0.5, 1.0, 0.0)
    """
    return max(_f1(normalise_answer(answer).split(), gold.split()) for gold in _golds(golds))


def best_threshold(margins: ArrayLike, answered: ArrayLike, silent: ArrayLike) -> float:
    """Return the margin above which giving no answer gains most.

    Args:
        margins: (n,) by how much the score of no answer is above that of the best answer, per question.
        answered: (n,) what the answer is worth.
        silent: (n,) what giving none is worth.

    Returns:
        A number halfway between two margins, or 1 beyond all; of equally good ones that nearest to 0.

    Raises:
        InvalidInput: no questions, or shapes that do not fit.
    Source: Rajpurkar et al. 2018 (arXiv:1806.03822), section 4.

    >>> best_threshold([-3.0, 1.0, 4.0], [1, 1, 0], [0, 0, 1])
    2.5
    """
    order: NDArray[np.float64] = np.asarray(margins, np.float64)
    gain = np.asarray(silent, np.float64) - np.asarray(answered, np.float64)
    if order.ndim != 1 or not order.size or order.shape != gain.shape:
        raise InvalidInput(f"margins, answered and silent must be (n,). Got {order.shape} and {gain.shape}.")
    edges, which = np.unique(order, return_inverse=True)
    gains = np.bincount(which, weights=gain)
    # Threshold i keeps silent on all edges from i on.
    worth = np.append(np.cumsum(gains[::-1])[::-1], 0.0)
    between = np.concatenate([[edges[0] - 1], (edges[:-1] + edges[1:]) / 2, [edges[-1] + 1]])
    best = np.flatnonzero(np.isclose(worth, worth.max(), rtol=0, atol=1e-9))
    return float(min(between[best], key=abs))


def _golds(golds: Sequence[str]) -> list[str]:
    return [gold for gold in map(normalise_answer, golds) if gold] or [""]


def _f1(found: list[str], gold: list[str]) -> float:
    if not found or not gold:
        return float(found == gold)
    common = sum((Counter(found) & Counter(gold)).values())
    return 2 * common / (len(found) + len(gold))


def _is_punctuation(char: str) -> bool:
    return char in string.punctuation or unicodedata.category(char).startswith("P")
