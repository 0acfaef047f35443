"""STRIP: texts whose class does not change however much other text is mixed in.

Source: Gao et al. 2019 (arXiv:1902.06531), for texts 1911.10312. There, words are replaced; here the words
of a clean text are put around and between those of the text, so that a trigger stays whole.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from metier.audit.classifier import TextClassifier


def mixing_entropies(
    model: TextClassifier, texts: Sequence[str], others: Sequence[str], *, copies: int, seed: int
) -> NDArray[np.float64]:
    """Return the mean entropy of the model's answers for each text with other texts mixed in, in nats.

    Args:
        model: any classifier.
        texts: to judge.
        others: clean texts to mix in, at least one.
        copies: mixtures of each text, at least 1.
        seed: of the draws; a text's mixtures depend on the seed and its place only.
    """
    mixed = [
        mixture(text, others[int(rng.integers(len(others)))], rng)
        for place, text in enumerate(texts)
        for rng in [np.random.default_rng([seed, place])]
        for _ in range(copies)
    ]
    if not mixed:
        return np.zeros(0)
    found = np.clip(model.probabilities(mixed), 1e-12, 1.0)
    entropies: NDArray[np.float64] = -(found * np.log(found)).sum(axis=1)
    means: NDArray[np.float64] = entropies.reshape(len(texts), copies).mean(axis=1)
    return means


def mixture(text: str, other: str, rng: np.random.Generator) -> str:
    """Return the words of a text, cut in two at most once, with those of another around them."""
    words, rest = text.split(), other.split()
    cut = int(rng.integers(len(words) + 1)) if len(words) > 3 else 0
    first, second = sorted(int(place) for place in rng.integers(len(rest) + 1, size=2))
    return " ".join([*rest[:first], *words[:cut], *rest[first:second], *words[cut:], *rest[second:]])
