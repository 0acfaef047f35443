"""How well a head guesses masked words, beside the plain frequency of pieces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from metier.training.intervals import Interval, Statistic, bootstrap, paired_bootstrap
from metier.workbench.looking.layer_states import LayerStates
from metier.workbench.looking.mask_head import MaskHead
from metier.workbench.looking.masked_states import Masked, places_of

_PLACES_AT_ONCE: Final = 512


@dataclass(frozen=True, slots=True)
class MaskFigures:
    """How well masked words are guessed, with 95 % intervals over texts.

    Attributes:
        n: masked tokens.
        n_texts: texts that they come from.
        known: share of them that are pieces which can be guessed; the others count as wrong.
        accuracy: share that is guessed right.
        top_5: share that stands among the first five guesses.
        perplexity: over the known ones; 1 would be certainty.
        unigram_accuracy: share that the most frequent piece of the training texts is.
        unigram_top_5: share that the five most frequent are.
        unigram_perplexity: over the known ones, by how often the training texts held each.
        gain: accuracy less that of the most frequent piece, on the same resamples.
    """

    n: int
    n_texts: int
    known: float
    accuracy: Interval
    top_5: Interval
    perplexity: Interval
    unigram_accuracy: Interval
    unigram_top_5: Interval
    unigram_perplexity: Interval
    gain: Interval


def measure_mask_head(
    head: MaskHead, encoder: LayerStates, masked: Masked, counts: Mapping[int, int], *, seed: int = 0
) -> MaskFigures:
    """Return how well a head guesses masked tokens, beside how well the most frequent pieces do.

    Args:
        head: as it is used, in half precision or not.
        encoder: the one it belongs to.
        masked: tokens to guess, at least one.
        counts: how often the training texts held each piece.
        seed: of the resamples.

    Raises:
        ModelMismatch: the head belongs to another encoder.
    """
    head.check_encoder(encoder.sha256)
    embeddings = encoder.embeddings(head.candidates)
    wanted = places_of(head.candidates, masked.targets)
    frequency = np.array([counts.get(int(piece), 0) for piece in head.candidates], np.float64)
    usual = np.log(np.maximum(frequency, 0.5) / np.maximum(frequency, 0.5).sum())
    likely = np.zeros(len(wanted))
    ranks = np.zeros(len(wanted), np.int64)
    for first in range(0, len(wanted), _PLACES_AT_ONCE):
        own = slice(first, first + _PLACES_AT_ONCE)
        found = head.log_probabilities(masked.features[own].astype(np.float32), embeddings)
        right = found[np.arange(len(found)), wanted[own]]
        likely[own], ranks[own] = right, (found > right[:, None]).sum(axis=1)
    known = wanted >= 0
    order = np.argsort(-usual, kind="stable")
    columns = {
        "accuracy": known & (ranks == 0),
        "top_5": known & (ranks < 5),
        "unigram_accuracy": known & (wanted == order[0]),
        "unigram_top_5": known & np.isin(wanted, order[:5]),
    }
    shares = {name: bootstrap(_share(column), masked.texts, seed=seed) for name, column in columns.items()}
    perplexities = {
        name: bootstrap(_perplexity(values, known), masked.texts, seed=seed)
        for name, values in (("perplexity", likely), ("unigram_perplexity", usual[wanted]))
    }
    gain = paired_bootstrap(
        _share(columns["accuracy"]), _share(columns["unigram_accuracy"]), masked.texts, seed=seed
    )
    n_texts = len(np.unique(masked.texts))
    return MaskFigures(len(wanted), n_texts, float(known.mean()), **shares, **perplexities, gain=gain)


def as_plain(figures: MaskFigures) -> dict[str, Any]:
    """Return figures as a card holds them."""
    return {
        name: {key: round(number, 5) for key, number in value.items()} if isinstance(value, dict) else value
        for name, value in asdict(figures).items()
    }


def _share(column: NDArray[np.bool_]) -> Statistic:
    return lambda rows: float(column[rows].mean())


def _perplexity(logs: NDArray[np.float64], known: NDArray[np.bool_]) -> Statistic:
    def figure(rows: NDArray[np.int64]) -> float:
        own = rows[known[rows]]
        return float(np.exp(-logs[own].mean())) if len(own) else float("nan")

    return figure
