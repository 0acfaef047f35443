"""What can be told of membership without the model: by the length of a text, and by its words.

An attack that is no better has shown that members and non-members are different kinds of text, and nothing of
the model.

Source: Das et al. 2024 (arXiv:2406.16201); naive Bayes, Manning et al. 2008, "Introduction to information
retrieval", section 13.3.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.audit.labelled_texts import LabelledText
from metier.audit.membership.attacks import AttackScores
from metier.errors import InvalidInput

_WORD: Final = re.compile(r"\w+|[^\w\s]")
_MOST_CHARS: Final = 2_000
_RUN: Final = 4


class Blind(StrEnum):
    """What a baseline looks at."""

    LENGTH = "length"
    WORDS = "words"
    LETTERS = "letters"


def blind_scores(
    members: Sequence[LabelledText],
    non_members: Sequence[LabelledText],
    groups: NDArray[np.int64],
    *,
    n_folds: int = 5,
    seed: int = 0,
) -> Mapping[Blind, AttackScores]:
    """Return scores of attacks that never see the model; each row's comes from a fit without its group.

    Args:
        members: at least as many different texts as folds; the label counts as a word.
        non_members: likewise.
        groups: (n + m,) which texts are nearly the same, members first.
        n_folds: parts that rows are left out by, at least 2.
        seed: of the parts.

    Raises:
        InvalidInput: fewer texts than folds, or groups that do not fit.
    """
    rows = [*members, *non_members]
    member = np.arange(len(rows)) < len(members)
    if groups.shape != member.shape:
        raise InvalidInput(f"groups must name the text of all {len(rows)} rows. Got shape {groups.shape}.")
    folds = _folds(groups, member, n_folds, seed)
    found = {Blind.LENGTH: _by_length(rows, member, folds)}
    for kind, features in ((Blind.WORDS, _words), (Blind.LETTERS, _letters)):
        found[kind] = _by_features([features(row) for row in rows], member, folds)
    return {kind: AttackScores(scores[member], scores[~member]) for kind, scores in found.items()}


def _folds(
    groups: NDArray[np.int64], member: NDArray[np.bool_], n_folds: int, seed: int
) -> NDArray[np.int64]:
    rng = np.random.default_rng(seed)
    first = np.unique(groups[member])
    found = np.zeros(len(groups), np.int64)
    for kind in (first, np.setdiff1d(groups, first)):
        if len(kind) < n_folds:
            raise InvalidInput(
                f"There must be at least {n_folds} different members, and as many others. Got {len(kind)}."
            )
        dealt = dict(zip(rng.permutation(kind).tolist(), np.arange(len(kind)) % n_folds, strict=True))
        chosen = np.isin(groups, kind)
        found[chosen] = [dealt[group] for group in groups[chosen].tolist()]
    return found


def _by_length(
    rows: Sequence[LabelledText], member: NDArray[np.bool_], folds: NDArray[np.int64]
) -> NDArray[np.float64]:
    lengths = np.log([1 + len(row.text) for row in rows])
    found = np.zeros(len(rows))
    for fold in np.unique(folds):
        fit = folds != fold
        gap = lengths[fit & member].mean() - lengths[fit & ~member].mean()
        found[folds == fold] = lengths[folds == fold] * (1.0 if gap >= 0 else -1.0)
    return found


def _by_features(
    rows: Sequence[frozenset[str]], member: NDArray[np.bool_], folds: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the log-odds of naive Bayes over the features that a row has, without its prior."""
    number = {feature: place for place, feature in enumerate(sorted(frozenset().union(*rows)))}
    # Sorted, so that sums do not depend on the order that a set happens to have.
    own = [np.array(sorted(number[feature] for feature in row), np.int64) for row in rows]
    found = np.zeros(len(rows))
    for fold in np.unique(folds):
        odds = np.zeros(len(number))
        for kind, sign in ((True, 1), (False, -1)):
            fit = np.flatnonzero((folds != fold) & (member == kind))
            counts = np.bincount(np.concatenate([own[i] for i in fit.tolist()]), minlength=len(number))
            odds += sign * np.log((counts + 1) / (len(fit) + 2))
        for i in np.flatnonzero(folds == fold).tolist():
            found[i] = odds[own[i]].sum()
    return found


def _words(row: LabelledText) -> frozenset[str]:
    return frozenset([*_WORD.findall(row.text[:_MOST_CHARS].casefold()), f"label {row.label}"])


def _letters(row: LabelledText) -> frozenset[str]:
    text = row.text[:_MOST_CHARS].casefold()
    return frozenset(text[i : i + _RUN] for i in range(max(len(text) - _RUN + 1, 1)))
