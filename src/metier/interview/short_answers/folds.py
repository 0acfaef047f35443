"""Folds for graded answers: copies of an answer, and forms of a question, never stand on both sides."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.errors import InvalidInput
from metier.interview.short_answers.rows import ScoreRow
from metier.training.splits import near_duplicates

_SPACE: Final = re.compile(r"\s+")


def question_key(row: ScoreRow) -> int:
    """Return what stands for the question of a row: a 64-bit hash of its words and references."""
    texts = [_plain(row.question), *sorted(_plain(text) for text in row.references)]
    return text_key("\n".join(texts))


def answer_key(row: ScoreRow) -> int:
    """Return what stands for an answer to its question: a 64-bit hash of both."""
    return text_key(f"{question_key(row)}\n{_plain(row.answer)}")


def text_key(text: str) -> int:
    """Return a 64-bit hash of a text.

    >>> text_key("stack") == text_key("stack") != text_key("queue")
    True
    """
    return int.from_bytes(hashlib.blake2b(text.encode(errors="replace"), digest_size=8).digest(), "big")


def question_groups(rows: Sequence[ScoreRow]) -> NDArray[np.int64]:
    """Return the group of each row's question, (n,): near-copies of a question or a reference share one."""
    groups = near_duplicates([row.question for row in rows])
    others = near_duplicates([" ".join(row.references) for row in rows])
    return _joined(groups, others)


def answer_folds(rows: Sequence[ScoreRow], n_folds: int, *, seed: int) -> NDArray[np.int64]:
    """Return a fold for each row, (n,), so that most questions have answers in all of them.

    Near-copies of an answer, to whatever question, share a fold.

    Raises:
        InvalidInput: fewer than 2 folds.
    """
    _check(n_folds)
    questions, answers = question_groups(rows), np.array(near_duplicates([row.answer for row in rows]))
    rng, fold_of, dealt = np.random.default_rng(seed), {}, 0
    for question in np.unique(questions):
        for answer in rng.permutation(np.unique(answers[questions == question])).tolist():
            if answer not in fold_of:
                fold_of[answer] = dealt % n_folds
                dealt += 1
    return np.array([fold_of[answer] for answer in answers.tolist()], np.int64)


def question_folds(rows: Sequence[ScoreRow], n_folds: int, *, seed: int) -> NDArray[np.int64]:
    """Return a fold for each row, (n,), so that all answers to a question share one.

    Raises:
        InvalidInput: fewer than 2 folds.
    """
    _check(n_folds)
    groups = question_groups(rows)
    order = np.random.default_rng(seed).permutation(np.unique(groups))
    fold_of = {group: i % n_folds for i, group in enumerate(order.tolist())}
    return np.array([fold_of[group] for group in groups.tolist()], np.int64)


def _plain(text: str) -> str:
    """Return a text without what does not make it another one: case, forms of letters, runs of spaces."""
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def _check(n_folds: int) -> None:
    if n_folds < 2:
        raise InvalidInput(f"n_folds must be at least 2. Got {n_folds}.")


def _joined(first: Sequence[int], second: Sequence[int]) -> NDArray[np.int64]:
    """Return groups in which rows stand together that do in either division."""
    groups = np.asarray(first, np.int64)
    while True:
        before = groups
        for keys in (np.asarray(second), np.asarray(first)):
            lowest: dict[int, int] = {}
            for key, group in zip(keys.tolist(), groups.tolist(), strict=True):
                lowest[key] = min(group, lowest.get(key, group))
            groups = np.array([lowest[key] for key in keys.tolist()], np.int64)
        if np.array_equal(groups, before):
            return groups
