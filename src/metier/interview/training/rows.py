"""What a choosing model learns from: inputs, the candidates for all of them, and which are right for each."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.encoders.folder import file_sha256
from metier.errors import InvalidInput
from metier.interview.training.tables import Table, TableRow, read_table
from metier.training.splits import Part, assign_parts, near_duplicates

INPUT: Final = "input_part"
SIMILARITY: Final = "similarity"
ARROW: Final = " -> "
"""Stands between question and answer in an input."""


class Target(StrEnum):
    """What is chosen: what an answer earns, or what is asked next."""

    ANSWER_TYPE = "answer-type"
    NEXT_TOPIC = "next-topic"


COLUMNS: Final[Mapping[Target, str]] = {
    Target.ANSWER_TYPE: "output_answer",
    Target.NEXT_TOPIC: "next_question",
}
"""The column that holds the candidates."""


@dataclass(frozen=True, slots=True, eq=False)
class Choices:
    """Inputs with what is right for each, among candidates that are the same for all.

    Attributes:
        target: what is chosen.
        inputs: distinct, at least one.
        candidates: distinct and sorted, at least two.
        right: (n_inputs, n_candidates) bool; at least one true and one false in each row.
        rows: number of the row of the file where each input is first said to be right with something.
        name: of the file.
        sha256: of the file, in hex.
    """

    target: Target
    inputs: tuple[str, ...]
    candidates: tuple[str, ...]
    right: NDArray[np.bool_]
    rows: tuple[int, ...]
    name: str
    sha256: str

    def part(self, numbers: Sequence[int]) -> Choices:
        """Return some of the inputs, by number, with all the candidates."""
        return replace(
            self,
            inputs=tuple(self.inputs[i] for i in numbers),
            right=self.right[list(numbers)],
            rows=tuple(self.rows[i] for i in numbers),
        )


def read_choices(path: Path, target: Target | None = None) -> Choices:
    """Return the choices in a CSV file.

    Columns are `input_part`, `output_answer` or `next_question`, and `similarity`, 1 where the candidate is
    right for the input and 0 where it is not; others are passed over. All candidates of the file stand for
    choice at every input: one that has no row with an input is not right for it.

    Args:
        path: the file.
        target: what is chosen; None to tell it by the header.

    Raises:
        NotFound: there is no such file.
        InvalidInput: the file breaks the format, two rows contradict each other, an input has no right
            candidate or no wrong one. The message names file and row, never the text.
    """
    table = read_table(path)
    chosen = target or _target_of(table)
    column = COLUMNS[chosen]
    table.require([INPUT, column, SIMILARITY])
    known: dict[tuple[str, str], tuple[bool, int]] = {}
    for row in table.rows:
        row.text(INPUT)  # not empty; the white space around it stays
        key, right = (row.fields[INPUT], row.text(column)), _is_right(row)
        before, number = known.setdefault(key, (right, row.number))
        if before != right:
            raise InvalidInput(
                f"{row.place}: input and candidate are those of row {number}, but {SIMILARITY} is not. "
                "Remove one of the two rows."
            )
    return _choices(known, chosen, table.name, file_sha256(path))


def split_choices(choices: Choices, share: float, *, seed: int) -> tuple[Choices, Choices | None]:
    """Return what to train on and what to tune on; near-duplicate inputs are on one side.

    Args:
        choices: all there is.
        share: of the inputs to tune on, from 0 to below 1; about, for groups stay whole.
        seed: another one gives another division.

    Returns:
        All of it and None where the share is 0.

    Raises:
        InvalidInput: a share out of range, or one of the two would be empty.
    """
    if not 0 <= share < 1:
        raise InvalidInput(f"tune_share must be from 0 to below 1. Got {share}.")
    if not share:
        return choices, None
    parts = assign_parts(answers_of(choices.inputs), {Part.TRAIN: 1 - share, Part.TUNE: share}, seed=seed)
    numbers = {side: [i for i, part in enumerate(parts) if part is side] for side in (Part.TRAIN, Part.TUNE)}
    if not all(numbers.values()):
        raise InvalidInput(
            f"{len(parts)} inputs are too few, or too much alike, to set {share:.0%} apart for tuning. Give "
            "more, or take tune_share 0."
        )
    return choices.part(numbers[Part.TRAIN]), choices.part(numbers[Part.TUNE])


def fold_numbers(choices: Choices, n_folds: int, *, seed: int) -> NDArray[np.int64]:
    """Return the fold of each input: near-duplicates share one, and every candidate is spread evenly.

    Near-duplicates are looked for among the answers, the part of an input after its first arrow: short
    answers to one long question would all look alike otherwise.

    Args:
        choices: all there is.
        n_folds: at least 2.
        seed: another one gives another division.

    Returns:
        (n_inputs,) int64, from 0 to n_folds - 1.

    Raises:
        InvalidInput: fewer than 2 folds, or fewer groups of inputs than folds.
    """
    groups: dict[int, list[int]] = {}
    for i, group in enumerate(near_duplicates(answers_of(choices.inputs))):
        groups.setdefault(group, []).append(i)
    if not 2 <= n_folds <= len(groups):
        raise InvalidInput(
            f"n_folds must be from 2 to the number of groups of inputs, {len(groups)}. Got {n_folds}."
        )

    def order(group: int) -> tuple[int, bytes]:
        key = f"{seed}\0{choices.inputs[group]}".encode(errors="replace")
        return -len(groups[group]), hashlib.sha256(key).digest()

    found = np.zeros(len(choices.inputs), np.int64)
    taken = np.zeros((n_folds, len(choices.candidates)))
    for group in sorted(groups, key=order):
        members = groups[group]
        counts = choices.right[members].sum(axis=0)
        # Fewest of the same candidates first, then fewest inputs.
        fold = int(np.lexsort((taken.sum(axis=1), taken @ counts))[0])
        found[members] = fold
        taken[fold] += counts
    return found


def answers_of(inputs: Sequence[str]) -> list[str]:
    """Return what is compared to find near-duplicates: the answers, where inputs name their question.

    >>> answers_of(["What is a tuple? -> a fixed list", "hello"])
    ['a fixed list', 'hello']
    """
    return [words.partition(ARROW)[2] or words for words in inputs]


def _target_of(table: Table) -> Target:
    found = [target for target, column in COLUMNS.items() if column in table.columns]
    if len(found) != 1:
        raise InvalidInput(
            f"{table.name}, row 1: the header must have one of the columns {' and '.join(COLUMNS.values())}. "
            f"It has {len(found)} of them. Add one, or say which with the target."
        )
    return found[0]


def _is_right(row: TableRow) -> bool:
    try:
        number = float(row.fields[SIMILARITY])
    except ValueError:
        number = -1.0
    if number not in (0, 1):
        raise InvalidInput(f"{row.place}, column {SIMILARITY}: must be 0 or 1. It is not. Mend the row.")
    return number == 1


def _choices(
    known: Mapping[tuple[str, str], tuple[bool, int]], target: Target, name: str, sha256: str
) -> Choices:
    candidates = sorted({candidate for _, candidate in known})
    place = {candidate: i for i, candidate in enumerate(candidates)}
    inputs: dict[str, int] = {}
    rows: dict[str, int] = {}
    first: dict[str, int] = {}
    for (words, _), (right, number) in known.items():
        inputs.setdefault(words, len(inputs))
        first.setdefault(words, number)
        if right:
            rows.setdefault(words, number)
    matrix = np.zeros((len(inputs), len(candidates)), np.bool_)
    for (words, candidate), (right, _) in known.items():
        matrix[inputs[words], place[candidate]] = right
    for words, number in inputs.items():
        if not 1 <= matrix[number].sum() < len(candidates):
            raise InvalidInput(
                f"{name}, row {first[words]}: an input must have a candidate of {SIMILARITY} 1 and another "
                f"one of 0. Of {len(candidates)} candidates {matrix[number].sum()} have 1. Mend its rows."
            )
    return Choices(
        target, tuple(inputs), tuple(candidates), matrix, tuple(rows[words] for words in inputs), name, sha256
    )
