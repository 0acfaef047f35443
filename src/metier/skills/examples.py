"""Sentences with the practices that they show, for fitting the head for skills.

Three sources: job texts out of which all names of skills are cut, so that what is left must tell; sentences
written to show a practice without naming it; and sentences that others labelled with skills of a taxonomy.
"""

from __future__ import annotations

import ast
import csv
import hashlib
import random
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from io import StringIO
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.documents.sentences import find_sentences
from metier.encoders.reading import Encoder
from metier.errors import InvalidInput
from metier.skills.head import contrast
from metier.skills.implicit import MIN_WORDS
from metier.skills.mentions import MentionFinder
from metier.skills.taxonomy import Taxonomy
from metier.types import Span

MIN_CHARS: Final = 300
MAX_CHARS: Final = 9_000
_MOST_CUT: Final = 0.4  # a sentence that lost more of its characters says too little
_NEAR: Final = 3
_GROUP: Final = 15
_ROUNDS: Final = 4


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Sentences as the head sees them.

    Attributes:
        x: (n, dim) float32, pooled states after `contrast`.
        labels: for each the indices of the skills that it shows; none for most.
        groups: for each the text that it stands in, to keep together what belongs together.
    """

    x: NDArray[np.float32]
    labels: list[tuple[int, ...]]
    groups: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, slots=True)
class WrittenSentence:
    """A sentence written to show one practice, or none where `skill` is empty, without naming it."""

    skill: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class AmbiguousSentence:
    """A sentence with a name that stands for the skill (`shows`) or for something else."""

    skill: str
    name: str
    shows: bool
    language: str
    text: str


def sentence_center(texts: Sequence[str], encoder: Encoder) -> NDArray[np.float32]:
    """Return the mean vector of the sentences of some texts, (dim,)."""
    pooled = [encoder.read(text).pool(_sentences(text)) for text in texts]
    center: NDArray[np.float32] = np.concatenate(pooled).mean(axis=0, dtype=np.float64).astype(np.float32)
    return center


def cut_names(text: str, finder: MentionFinder) -> tuple[str, list[tuple[int, str, int]]]:
    """Return a text without the names of skills, and where each of them stood.

    Returns:
        The rest of the text; for each name its place in that rest, its skill and its length.
    """
    pieces: list[str] = []
    cuts: list[tuple[int, str, int]] = []
    end = kept = 0
    for mention in finder.find(text):
        pieces.append(text[end : mention.span.start])
        kept += len(pieces[-1])
        cuts.append((kept, mention.skill, mention.span.end - mention.span.start))
        end = mention.span.end
    return "".join([*pieces, text[end:]]), cuts


def cut_examples(
    texts: Iterable[str], taxonomy: Taxonomy, encoder: Encoder, center: NDArray[np.float32]
) -> Examples:
    """Return the sentences of job texts whose names of skills were cut out, with what those imply."""
    finder, shown = MentionFinder(taxonomy), _practices_shown(taxonomy)
    parts: list[tuple[NDArray[np.float32], list[tuple[int, ...]]]] = []
    for text in texts:
        rest, cuts = cut_names(text, finder)
        spans = _sentences(rest)
        if not spans:
            continue
        labels, lost = _by_sentence(rest, spans, cuts, shown)
        x = contrast(encoder.read(rest).pool(spans), center)
        keep = [i for i, span in enumerate(spans) if lost[i] <= _MOST_CUT * (span.end - span.start)]
        parts.append((x[keep], [labels[i] for i in keep]))
    return _joined(parts, encoder.dim)


def written_examples(
    sentences: Sequence[WrittenSentence],
    taxonomy: Taxonomy,
    encoder: Encoder,
    center: NDArray[np.float32],
    *,
    seed: int,
) -> Examples:
    """Return written sentences as they look within texts: read in groups, several times, mixed anew.

    Raises:
        InvalidInput: a sentence is for no practice of the taxonomy.
    """
    index = {entry.skill.id: i for i, entry in enumerate(e for e in taxonomy.entries if e.practice)}
    parts = []
    for group in _groups(sentences, seed):
        text = "\n".join(sentence.text for sentence in group)
        ends = np.cumsum([len(sentence.text) + 1 for sentence in group])
        spans = [
            Span(int(end) - len(sentence.text) - 1, int(end) - 1)
            for sentence, end in zip(group, ends, strict=True)
        ]
        unknown = {sentence.skill for sentence in group if sentence.skill} - set(index)
        if unknown:
            raise InvalidInput(f"There is no practice {sorted(unknown)[0]!r} in taxonomy {taxonomy.name}.")
        labels: list[tuple[int, ...]] = [
            (index[sentence.skill],) if sentence.skill else () for sentence in group
        ]
        parts.append((contrast(encoder.read(text).pool(spans), center), labels))
    return _joined(parts, encoder.dim)


def labelled_examples(
    file: Path, encoder: Encoder, center: NDArray[np.float32]
) -> tuple[Examples, list[str]]:
    """Return sentences that a CSV file labels with skills, and the labels that their indices stand for.

    Args:
        file: columns `sentence` and `skills`, a list of labels as Python writes it.
        encoder: what reads.
        center: the usual vector of a sentence.
    """
    with file.open(encoding="utf-8", newline="") as table:
        rows = [(row["sentence"], ast.literal_eval(row["skills"])) for row in csv.DictReader(table)]
    names = sorted({label.strip() for _, labels in rows for label in labels})
    index = {name: i for i, name in enumerate(names)}
    parts = [
        (
            contrast(encoder.read(text).pool([Span(0, len(text))]), center),
            [tuple(sorted({index[label.strip()] for label in labels}))],
        )
        for text, labels in rows
    ]
    return _joined(parts, encoder.dim), names


def written_sentences() -> list[WrittenSentence]:
    """Return the sentences that were written for this, in the order of their file."""
    return [WrittenSentence(**row) for row in _data_rows("implied.csv")]


def ambiguous_sentences() -> list[AmbiguousSentence]:
    """Return the sentences that were written for and against ambiguous names, in the order of their file."""
    return [
        AmbiguousSentence(row["skill"], row["name"], row["shows"] == "1", row["language"], row["text"])
        for row in _data_rows("ambiguous.csv")
    ]


def _data_rows(name: str) -> list[dict[str, str]]:
    content = resources.files("metier.skills").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(StringIO(content)))


def in_part(text: str, *, low: float, high: float) -> bool:
    """Tell whether the hash of a text falls into a part of all texts, `low` to `high` of 0 to 1."""
    first = hashlib.sha256(text.encode(errors="replace")).digest()[:8]
    return low <= int.from_bytes(first, "big") / 2**64 < high


def _practices_shown(taxonomy: Taxonomy) -> dict[str, tuple[int, ...]]:
    """Return for each skill the practices that whoever names it shows: itself and what it implies."""
    index = {entry.skill.id: i for i, entry in enumerate(e for e in taxonomy.entries if e.practice)}
    shown: dict[str, tuple[int, ...]] = {}
    for entry in taxonomy.entries:
        skills = {entry.skill.id, *taxonomy.implied_by(entry.skill.id)} & set(index)
        shown[entry.skill.id] = tuple(sorted(index[skill] for skill in skills))
    return shown


def _by_sentence(
    text: str,
    spans: Sequence[Span],
    cuts: Sequence[tuple[int, str, int]],
    shown: dict[str, tuple[int, ...]],
) -> tuple[list[tuple[int, ...]], list[int]]:
    """Return for each sentence the practices that were cut out of it, and how many characters."""
    ends = [span.end for span in spans]
    labels: list[set[int]] = [set() for _ in spans]
    lost = [0] * len(spans)
    for place, skill, length in cuts:
        # What stood right before or after a sentence, on its line, was its first or last word.
        for i in range(max(0, bisect_left(ends, place) - 1), len(spans)):
            if spans[i].start > place + _NEAR:
                break
            low, high = min(place, spans[i].end), max(place, spans[i].start)
            if place <= spans[i].end + _NEAR and "\n" not in text[low:high]:
                labels[i].update(shown[skill])
                lost[i] += length
                break
    return [tuple(sorted(found)) for found in labels], lost


def _sentences(text: str) -> list[Span]:
    return [span for span in find_sentences(text) if len(text[span.start : span.end].split()) >= MIN_WORDS]


def _groups(sentences: Sequence[WrittenSentence], seed: int) -> Iterator[list[WrittenSentence]]:
    """Yield groups of one language; in the first round neighbours stay together, as topics do in a text."""
    for language in sorted({sentence.language for sentence in sentences}):
        own = [sentence for sentence in sentences if sentence.language == language]
        for turn in range(_ROUNDS):
            if turn:
                random.Random(seed + turn).shuffle(own)
            yield from (own[i : i + _GROUP] for i in range(0, len(own), _GROUP))


def _joined(parts: Sequence[tuple[NDArray[np.float32], list[tuple[int, ...]]]], dim: int) -> Examples:
    empty = np.zeros((0, dim), np.float32)
    return Examples(
        x=np.concatenate([empty, *(x for x, _ in parts)]),
        labels=[label for _, labels in parts for label in labels],
        groups=np.repeat(np.arange(len(parts)), [len(labels) for _, labels in parts]),
    )
