"""Classifiers that know some texts by heart, and texts that are not alike."""

from dataclasses import dataclass, field

import numpy as np

LETTERS = np.array(list("abcdefghijklmnopqrstuvwxyz"))


@dataclass
class Known:
    """Gives each known text its own probabilities, and any other text those in `other`."""

    table: dict
    other: tuple = (0.5, 0.5)
    labels: tuple = ("no", "yes")
    name: str = "known"
    asked: list = field(default_factory=list)

    def probabilities(self, texts):
        self.asked += texts
        return np.array([self.table.get(text, self.other) for text in texts], float).reshape(
            -1, len(self.labels)
        )


def made_texts(n, seed=0):
    """Return n texts of random words, no two nearly the same."""
    rng = np.random.default_rng(seed)
    return [" ".join("".join(word) for word in LETTERS[rng.integers(0, 26, (4, 6))]) for _ in range(n)]


def world(n, *, seed=0, temperature=1.0, sharpness=2.0, n_labels=2):
    """Return probabilities divided by a temperature, and gold drawn from the true ones."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, sharpness, (n, n_labels))
    true, said = (
        np.exp(logits / t) / np.exp(logits / t).sum(axis=1, keepdims=True) for t in (1.0, temperature)
    )
    gold = (true.cumsum(axis=1) > rng.random((n, 1))).argmax(axis=1)
    return said, gold


def known_world(n, *, other=(0.5, 0.5), **settings):
    """Return a classifier, its texts and their labels."""
    said, gold = world(n, **settings)
    texts = made_texts(n, seed=settings.get("seed", 0))
    model = Known(dict(zip(texts, said, strict=True)), other)
    return model, texts, [model.labels[i] for i in gold]
