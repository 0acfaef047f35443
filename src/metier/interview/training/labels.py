"""The texts that stand for candidates: their labels, enriched with what a right answer must contain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from metier.errors import InvalidInput
from metier.interview.training.rows import ARROW, Choices
from metier.interview.training.tables import read_table
from metier.training.splits import normalise

CANDIDATE: Final = "candidate"
TEXT: Final = "text"
FEW_QUESTIONS: Final = 2
"""A candidate of the inputs of more questions is about none of them, so nothing is added to its label."""
_EXAMPLE_CHARS: Final = 60
_SHINGLE: Final = 3


class LabelsMode(StrEnum):
    """What a given text does with the label: comes after it, or takes its place."""

    EXTEND = "extend"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class LabelOptions:
    """How labels become texts; what is learnt for it comes from the training part alone.

    Attributes:
        file: CSV with the columns `candidate` and `text`, or None.
        mode: what the file's text does with the label.
        questions: put before a candidate's text the question that its inputs answer most often, if they
            answer at most two.
        examples: answers, at most, that are put after a candidate's text, under the same condition; 0 or
            more. Those are taken that have most in common with the candidate's others.

    Raises:
        InvalidInput: fewer than 0 examples.
    """

    file: Path | None = None
    mode: LabelsMode = LabelsMode.EXTEND
    questions: bool = True
    examples: int = 0

    def __post_init__(self) -> None:
        if self.examples < 0:
            raise InvalidInput(f"label_examples must be 0 or more. Got {self.examples}.")


def candidate_texts(train: Choices, options: LabelOptions) -> dict[str, str]:
    """Return the text of each candidate, by the candidate, in their order.

    Args:
        train: the training part alone: questions and examples come from it.
        options: how.

    Raises:
        NotFound: there is no such file.
        InvalidInput: the file breaks the format, or names a candidate twice or one that the data lack.
    """
    given = {} if options.file is None else _read_labels(options.file, train.candidates)
    texts = {}
    for number, candidate in enumerate(train.candidates):
        text = given.get(candidate, candidate)
        if candidate in given and options.mode is LabelsMode.EXTEND:
            text = f"{candidate}: {text}"
        own = [words for words, right in zip(train.inputs, train.right, strict=True) if right[number]]
        texts[candidate] = _enriched(text, candidate, own, options)
    return texts


def _enriched(text: str, candidate: str, inputs: Sequence[str], options: LabelOptions) -> str:
    """Return a candidate's text with what its own inputs say of it."""
    parts = [(words if ARROW in words else ARROW + words).partition(ARROW) for words in inputs]
    counts = Counter(question for question, _, _ in parts)
    if not 1 <= len(counts) <= FEW_QUESTIONS:
        return text
    question = min(counts, key=lambda words: (-counts[words], words))
    if options.questions and question not in ("", candidate):
        text = f"{question}: {text}"
    examples = _typical([answer for _, _, answer in parts], options.examples)
    if not examples:
        return text
    return f"{text} ({' / '.join(answer[:_EXAMPLE_CHARS] for answer in examples)})"


def _read_labels(path: Path, candidates: Sequence[str]) -> dict[str, str]:
    table = read_table(path)
    table.require([CANDIDATE, TEXT])
    found: dict[str, str] = {}
    for row in table.rows:
        candidate = row.text(CANDIDATE)
        if candidate not in candidates:
            raise InvalidInput(
                f"{row.place}, column {CANDIDATE}: must be a candidate of the data. It is none of the "
                f"{len(candidates)}. Write it as the data do."
            )
        if candidate in found:
            raise InvalidInput(f"{row.place}: a candidate may stand once. This one stands twice. Remove one.")
        found[candidate] = row.text(TEXT)
    return found


def _typical(texts: Sequence[str], n: int) -> list[str]:
    """Return at most n texts, first the one whose runs of three letters most of the others share."""
    parts = [_shingles(text) for text in texts]
    shared: Mapping[str, int] = Counter(part for own in parts for part in own)
    likeness = [sum(shared[part] for part in own) / len(own) for own in parts]
    order = sorted(range(len(texts)), key=lambda i: (-likeness[i], texts[i]))
    return [texts[i] for i in order[:n]]


def _shingles(text: str) -> set[str]:
    words = normalise(text).ljust(_SHINGLE)
    return {words[i : i + _SHINGLE] for i in range(len(words) - _SHINGLE + 1)}
