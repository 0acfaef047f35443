"""Measures a fine-tuned network on labelled rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metier.training.intervals import Interval
from metier.training.networks import Network
from metier.workbench.finetuning.reading import read_windows
from metier.workbench.finetuning.rows import Row
from metier.workbench.finetuning.task import Objective
from metier.workbench.finetuning.tasks import check_rows

BATCH_SIZE = 32


@dataclass(frozen=True, slots=True)
class Measures:
    """How good a network is on some rows.

    Attributes:
        n: rows.
        figures: by name, with 95 % bootstrap intervals over independent units: texts, sentences, contexts,
            queries.
        score: name of the main figure.
        counts: of what was measured, by name.
    """

    n: int
    figures: Mapping[str, Interval]
    score: str
    counts: Mapping[str, int] = field(default_factory=dict)


def measure(
    network: Network, rows: Sequence[Row], *, batch_size: int = BATCH_SIZE, seed: int = 0
) -> Measures:
    """Return the figures of a network on labelled rows.

    Args:
        network: with a head for classes, tags, spans or ranking.
        rows: at least one, of the kind that the head needs.
        batch_size: rows that are read at once.
        seed: of the intervals' draws.

    Raises:
        InvalidInput: no rows, or of another kind; for ranking, no text that answers its query.
        ModelMismatch: labels that the network does not know, or another head.
        OutOfMemory: a batch does not fit into memory.
    """
    return judge(network, rows, batch_size=batch_size, seed=seed)[0]


def judge(
    network: Network, rows: Sequence[Row], *, batch_size: int = BATCH_SIZE, seed: int = 0
) -> tuple[Measures, list[dict[str, Any]]]:
    """Return the figures of a network, and what it decides for each row as plain values.

    Args:
        network: as of `measure`, here and below.
        rows: to measure on.
        batch_size: rows that are read at once.
        seed: of the intervals' draws.

    Raises:
        InvalidInput: `measure`.
        ModelMismatch: `measure`.
        OutOfMemory: a batch does not fit into memory.
    """
    objective = check_rows(network, rows)
    windows, raws = _read(objective, rows, batch_size)
    decisions = objective.decide(rows, windows, raws)
    figures = objective.figures(rows, decisions)
    measures = Measures(len(rows), figures.intervals(seed=seed), figures.score, figures.counts)
    return measures, [objective.record(row, each) for row, each in zip(rows, decisions, strict=True)]


def logits(
    network: Network, rows: Sequence[Row], *, batch_size: int = BATCH_SIZE
) -> list[NDArray[np.float32]]:
    """Return the raw outputs of a network for each row, to compare two networks of one tokenizer.

    Returns:
        For classes (n_classes,), for tags (n_words, n_tags), for answers (n_tokens of all windows, 2), for
        ranking (1,), each float32.

    Raises:
        InvalidInput: `measure`.
        ModelMismatch: `measure`.
        OutOfMemory: a batch does not fit into memory.
    """
    objective = check_rows(network, rows)
    windows, raws = _read(objective, rows, batch_size)
    return objective.row_logits(rows, windows, raws)


def _read(objective: Objective, rows: Sequence[Row], batch_size: int) -> tuple[list[Any], list[Any]]:
    windows = objective.windows(rows)
    return windows, read_windows(objective, windows, batch_size=batch_size).raws
