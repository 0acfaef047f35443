"""Compares the weights of a model with those of the base that it was made from.

Training moves all rows of the word embeddings that its texts use a little. A backdoor put into the embeddings
(one rare word is made to mean the attacker's label) moves a few rows far and the others not at all or as
training does. Such rows are what is looked for; a backdoor trained into all weights is not seen this way.

Source: poisoned word embeddings, Yang et al. 2021, arXiv:2103.15543; Kurita et al. 2020, arXiv:2004.06660.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from metier.audit.provenance.limits import Deadline
from metier.audit.provenance.weights import DTYPES, robust_scores, row_norms, rows_of
from metier.encoders.structure.safetensors_file import SafetensorsHeader, TensorPlace
from metier.scans import Check, Outcome, ScanFinding
from metier.types import Severity

CHECK: Final = "change-from-base"
_PREFIXES: Final = (
    "bert. roberta. distilbert. electra. deberta. albert. mpnet. camembert. xlm-roberta. model. transformer. "
    "encoder_model. 0.auto_model. "
).split()
_WORDS: Final = ("word_embeddings.weight", "embed_tokens.weight", "tok_embeddings.weight", "wte.weight")
# A row counts as moved far if its change is this share of a usual row's length, and this many deviations
# above the other changed rows; more rows than this share are no few.
LEAST_CHANGE: Final = 0.25
LEAST_SCORE: Final = 8.0
MOST_SHARE: Final = 0.01
_FEW: Final = 20
_MOST_SHOWN: Final = 10
_LEAST_SHARED: Final = 0.5


@dataclass(frozen=True, slots=True)
class WeightFiles:
    """The safetensors files of a model: each tensor with the file that holds it."""

    tensors: Mapping[str, tuple[Path, TensorPlace]]

    @classmethod
    def of(cls, headers: Mapping[str, tuple[Path, SafetensorsHeader]]) -> WeightFiles:
        """Return the tensors of some files, by names without the prefix of a head's model."""
        return cls(
            {
                plain_name(name): (path, place)
                for path, header in headers.values()
                for name, place in header.tensors.items()
                if place.dtype in DTYPES
            }
        )

    def words(self) -> tuple[Path, TensorPlace] | None:
        """Return the word embeddings, or None where no matrix goes by such a name."""
        for name, (path, place) in sorted(self.tensors.items()):
            if name.endswith(_WORDS) and len(place.shape) == 2:
                return path, place
        return None


@dataclass(frozen=True, slots=True)
class Change:
    """How a model differs from its base: the check, what was found, and the figures."""

    check: Check
    findings: tuple[ScanFinding, ...]
    figures: Mapping[str, Any]


def plain_name(name: str) -> str:
    """Return the name of a tensor without the prefix that a head puts before it.

    >>> plain_name("bert.pooler.dense.weight"), plain_name("pooler.dense.weight")
    ('pooler.dense.weight', 'pooler.dense.weight')
    """
    return next((name.removeprefix(prefix) for prefix in _PREFIXES if name.startswith(prefix)), name)


def compare(model: WeightFiles, base: WeightFiles, tokens: Mapping[int, str], deadline: Deadline) -> Change:
    """Return what changed between a base and a model made from it.

    Args:
        model: the model.
        base: what it was made from.
        tokens: the model's tokens by id, to name rows with.
        deadline: when to stop.

    Raises:
        OSError: a file cannot be opened.
    """
    shared = [
        name
        for name, (_, place) in model.tensors.items()
        if name in base.tensors and base.tensors[name][1].shape == place.shape
    ]
    if not base.tensors or len(shared) < _LEAST_SHARED * len(base.tensors):
        reason = (
            f"{len(shared)} of the base's {len(base.tensors)} tensors are in the model: it has another shape."
        )
        return Change(Check(CHECK, Outcome.NOT_RUN, reason), (), {})
    changes: dict[str, float] = {}
    for name in shared:
        if deadline.is_over():
            return Change(Check(CHECK, Outcome.NOT_RUN, "The time was up."), (), {})
        changes[name] = _relative(model.tensors[name], base.tensors[name])
    figures = _figures(changes, len(model.tensors), len(base.tensors))
    words, base_words = model.words(), base.words()
    if words is None or base_words is None or words[1].shape != base_words[1].shape:
        reason = "The vocabulary is another one than the base's, so its rows cannot be compared."
        return Change(Check(CHECK, Outcome.NOT_RUN, reason), (), figures)
    moved = row_changes(words, base_words)
    rows = outlying_rows(moved)
    figures["rows_changed"], figures["rows_moved_far"] = int((moved > 0).sum()), len(rows)
    findings = (_row_finding(rows, moved, tokens),) if rows else ()
    return Change(Check(CHECK, Outcome.PASSED, "rows of the word embeddings, one by one"), findings, figures)


def row_changes(words: tuple[Path, TensorPlace], base: tuple[Path, TensorPlace]) -> NDArray[np.float64]:
    """Return how far each row moved, as a share of the length that a row of the base usually has.

    Raises:
        OSError: a file cannot be opened.
    """
    moved, lengths = [], []
    for new, old in zip(rows_of(*words), rows_of(*base), strict=True):
        moved.append(np.linalg.norm(new - old, axis=1))
        lengths.append(np.linalg.norm(old, axis=1))
    usual = float(np.median(np.concatenate(lengths))) or 1.0
    return np.concatenate(moved) / usual


def outlying_rows(moved: NDArray[np.float64]) -> list[int]:
    """Return the few rows that moved far while the others did not, the farthest first; none if they are many.

    Args:
        moved: how far each row moved, as a share of a usual row's length.

    >>> outlying_rows(np.array([0.0] * 500 + [0.9])), outlying_rows(np.linspace(0.1, 0.9, 501))
    ([500], [])
    """
    changed = np.flatnonzero((moved > 0) | ~np.isfinite(moved))
    if not changed.size:
        return []
    far = moved >= LEAST_CHANGE
    if changed.size > _FEW:
        scores = np.full_like(moved, -np.inf)
        scores[changed] = robust_scores(moved[changed])
        far &= scores >= LEAST_SCORE
    rows = np.flatnonzero(far | ~np.isfinite(moved))
    if rows.size > max(_FEW, MOST_SHARE * moved.size):
        return []
    return [int(row) for row in rows[np.argsort(-np.nan_to_num(moved[rows], nan=np.inf), kind="stable")]]


def outlying_norms(words: tuple[Path, TensorPlace], tokens: Mapping[int, str]) -> tuple[ScanFinding, ...]:
    """Return a finding for the rows of word embeddings that are far longer than the others, base or no base.

    Rare and special tokens are so in many honest models; the finding is for the reader, not for the verdict.

    Raises:
        OSError: the file cannot be opened.
    """
    norms = row_norms(*words)
    if norms.size <= _FEW or not np.isfinite(norms).all():
        return ()
    scores = robust_scores(norms)
    rows = np.flatnonzero((scores >= LEAST_SCORE) & (norms >= 2 * np.median(norms)))
    if not rows.size:
        return ()
    first = [int(row) for row in rows[np.argsort(-norms[rows], kind="stable")][:_MOST_SHOWN]]
    message = (
        f"{rows.size:,} rows of the word embeddings are far longer than the others: {_named(first, tokens)}. "
        "Special "
        "tokens often are; words that no text needs are not. --base tells which rows were changed."
    )
    facts = {"rows": first, "tokens": [tokens.get(row, "") for row in first], "count": int(rows.size)}
    return (ScanFinding("long-embedding-rows", Severity.INFO, message, words[0].name, facts),)


def _relative(one: tuple[Path, TensorPlace], other: tuple[Path, TensorPlace]) -> float:
    """Return the norm of the difference of two tensors over the norm of the second."""
    if not one[1].shape:
        return 0.0
    difference = length = 0.0
    for new, old in zip(rows_of(*one), rows_of(*other), strict=False):
        both = min(len(new), len(old))
        difference += float(np.square(new[:both] - old[:both]).sum())
        length += float(np.square(old).sum())
    return float(np.sqrt(difference / length)) if length else float(difference > 0)


def _figures(changes: Mapping[str, float], in_model: int, in_base: int) -> dict[str, Any]:
    most = sorted(changes.items(), key=lambda item: (-item[1], item[0]))[:_MOST_SHOWN]
    return {
        "tensors_shared": len(changes),
        "tensors_new": in_model - len(changes),
        "tensors_gone": in_base - len(changes),
        "tensors_changed": sum(change > 0 for change in changes.values()),
        "median_relative_change": round(float(np.median(list(changes.values()))), 6),
        "most_changed": {name[:120]: round(change, 6) for name, change in most if change > 0},
    }


def _row_finding(rows: list[int], moved: NDArray[np.float64], tokens: Mapping[int, str]) -> ScanFinding:
    shown = rows[:_MOST_SHOWN]
    message = (
        f"{len(rows):,} rows of the word embeddings moved far from the base while the others did not: "
        f"{_named(shown, tokens)}. Training does not do that; a backdoor on these words does. Run "
        "metier audit backdoor, try texts with these words, and do not use the model if its answers turn."
    )
    facts = {
        "rows": shown,
        "tokens": [tokens.get(row, "") for row in shown],
        "moved": [round(float(moved[row]), 4) for row in shown],
        "count": len(rows),
    }
    return ScanFinding("embedding-rows-moved", Severity.WARNING, message, "", facts)


def _named(rows: list[int], tokens: Mapping[int, str]) -> str:
    return ", ".join(f"{row} {tokens[row][:24]!r}" if row in tokens else str(row) for row in rows)
