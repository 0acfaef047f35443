"""Which of some texts look poisoned: by the entropy of answers (STRIP) and by odd words (ONION)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metier.audit.backdoor.entropy import mixing_entropies
from metier.audit.backdoor.options import BackdoorOptions
from metier.audit.backdoor.perplexity import NgramModel
from metier.audit.classifier import TextClassifier

_PARTS = 5


@dataclass(frozen=True, slots=True)
class OddInputs:
    """Texts that stand out from clean ones.

    Attributes:
        steady: numbers of texts whose class hardly changes with other text mixed in.
        odd: numbers of texts with a word that does not belong there.
        entropies: (n,) mean entropy of each text's answers, in nats; empty if it was not looked at.
        gains: (n,) what each text gains by losing its oddest word, in nats per word.
    """

    steady: tuple[int, ...]
    odd: tuple[int, ...]
    entropies: NDArray[np.float64]
    gains: NDArray[np.float64]


def find_odd_inputs(
    model: TextClassifier | None, suspects: Sequence[str], clean: Sequence[str], options: BackdoorOptions
) -> OddInputs:
    """Return which texts stand out from clean ones; thresholds are quantiles of the clean texts' own figures.

    Args:
        model: a classifier of single texts; None leaves entropies out.
        suspects: to judge.
        clean: texts that are trusted, at least 20.
        options: `odd_share` of the clean texts are beyond each threshold; `copies`, `seed`.
    """
    gains = _gains(suspects, clean)
    odd = np.flatnonzero(gains > np.quantile(_cross_gains(clean), 1 - options.odd_share))
    entropies, steady = np.zeros(0), np.zeros(0, np.int64)
    if model is not None:
        entropies, steady = _steady(model, suspects, clean, options)
    return OddInputs(tuple(steady.tolist()), tuple(odd.tolist()), entropies, gains)


def _gains(texts: Sequence[str], clean: Sequence[str]) -> NDArray[np.float64]:
    language = NgramModel(clean)
    return np.array([language.odd_word(text).gain for text in texts])


def _cross_gains(clean: Sequence[str]) -> NDArray[np.float64]:
    """Return the gains of clean texts, each by a model that has not seen it."""
    found = np.zeros(len(clean))
    for part in range(_PARTS):
        rest = [text for i, text in enumerate(clean) if i % _PARTS != part]
        found[part::_PARTS] = _gains(clean[part::_PARTS], rest)
    return found


def _steady(
    model: TextClassifier, suspects: Sequence[str], clean: Sequence[str], options: BackdoorOptions
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the entropies of suspects, and which are below what is usual for texts of their class.

    Some classes are steadier than others, so each has a threshold of its own.
    """
    settings = {"copies": options.copies, "seed": options.seed}
    usual = mixing_entropies(model, clean, clean, **settings)
    found = mixing_entropies(model, suspects, clean, **settings)
    classes = model.probabilities(clean).argmax(axis=1)
    lowest = {
        int(label): float(np.quantile(usual[classes == label], options.odd_share)) for label in set(classes)
    }
    own = model.probabilities(suspects).argmax(axis=1)
    # A class that no clean text is of has no usual entropy.
    low = [entropy < lowest.get(int(label), -1.0) for entropy, label in zip(found, own, strict=True)]
    return found, np.flatnonzero(low)
