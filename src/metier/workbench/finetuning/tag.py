"""Entities: a tag for each word, learned at the word's first piece."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.training.intervals import Statistic
from metier.training.losses import IGNORED
from metier.training.networks import Network
from metier.workbench.finetuning.batches import padded
from metier.workbench.finetuning.classify import MOST_LISTED, check_labels, class_loss, label_ids
from metier.workbench.finetuning.entities import OUTSIDE, entities
from metier.workbench.finetuning.rows import TagRow
from metier.workbench.finetuning.task import Figures
from metier.workbench.finetuning.windows import Part, Window, bare_rows, n_leading, seen_span, windows_of

if TYPE_CHECKING:
    from tokenizers import Encoding
    from torch import Tensor

F1: Final = "f1"


class Piece(NamedTuple):
    """A word's first piece: the word's number, its place in the window, and the number of its tag."""

    word: int
    place: int
    tag: int


@dataclass(frozen=True, slots=True, eq=False)
class TagObjective:
    """Implements `Objective` for tags of words.

    The words of a sentence are read with a space between them. A long sentence is read in windows that
    overlap, and each word counts in the window in which it stands farthest from an end; so no word is lost.

    Attributes:
        network: with a head for tags.
        weights: of each tag in the loss; None for 1 each.
        gamma: of the focal loss.
        overlap: tokens that neighbouring windows share; None for a third of the most tokens.
    """

    network: Network
    weights: tuple[float, ...] | None = None
    gamma: float = 0.0
    overlap: int | None = None

    def check(self, rows: Sequence[TagRow]) -> None:
        """Refuse tags that the network does not know.

        Raises:
            ModelMismatch: there is one.
        """
        check_labels(self.network, {tag for row in rows for tag in row.tags})

    def windows(self, rows: Sequence[TagRow]) -> list[Window]:
        """Return the windows of sentences; one that no word counts in is left out.

        Each target is a tuple of `Piece`, one for each word that counts in the window.
        """
        ids, texts = label_ids(self.network), [" ".join(row.words) for row in rows]
        found = []
        for i, (row, text, encoding) in enumerate(
            zip(rows, texts, bare_rows(self.network, texts), strict=True)
        ):
            firsts = first_pieces(text, row.words, encoding)
            parts = windows_of(self.network, encoding, overlap=self.overlap)
            for part, words in zip(parts, _shared_out(parts, firsts), strict=True):
                pieces = tuple(Piece(word, place, ids[row.tags[word]]) for word, place in words)
                if pieces:
                    found.append(Window.of(i, part.encoding, pieces))
        return found

    def targets(self, windows: Sequence[Window], width: int) -> dict[str, Any]:
        """Return `tags`, (n, width) int64; `IGNORED` for all but the first pieces of words that count."""
        rows = []
        for window in windows:
            row = padded([], width, IGNORED)
            for piece in window.target:
                row[piece.place] = piece.tag
            rows.append(row)
        return {"tags": require("torch").tensor(rows)}

    def loss_of(self, outputs: Any, targets: Mapping[str, Any]) -> Tensor:
        """Return the cross-entropy or focal loss over words."""
        logits, tags = outputs.logits, targets["tags"]
        return class_loss(
            logits.reshape(-1, logits.shape[-1]), tags.reshape(-1), weights=self.weights, gamma=self.gamma
        )

    def logits_of(self, outputs: Any, targets: Mapping[str, Any]) -> list[Tensor]:
        """Return the logits of the words that count, (n_words, n_tags)."""
        return [outputs.logits[targets["tags"] != IGNORED]]

    def raw(self, outputs: Any) -> Tensor:
        """Return the logits, (n, n_tokens, n_tags)."""
        logits: Tensor = outputs.logits
        return logits

    def row_logits(
        self, rows: Sequence[TagRow], windows: Sequence[Window], raws: Sequence[NDArray[np.float32]]
    ) -> list[NDArray[np.float32]]:
        """Return the logits of each sentence's words, (n_words, n_tags); 0 for words without a token."""
        found = [np.zeros((len(row.words), len(self.network.labels)), np.float32) for row in rows]
        for window, raw in zip(windows, raws, strict=True):
            for piece in window.target:
                found[window.row][piece.word] = raw[piece.place]
        return found

    def decide(
        self, rows: Sequence[TagRow], windows: Sequence[Window], raws: Sequence[NDArray[np.float32]]
    ) -> list[tuple[str, ...]]:
        """Return the tags of each sentence; O for words without a token."""
        labels = self.network.labels
        tags = [[OUTSIDE] * len(row.words) for row in rows]
        for window, raw in zip(windows, raws, strict=True):
            for piece in window.target:
                tags[window.row][piece.word] = labels[int(raw[piece.place].argmax())]
        return [tuple(row) for row in tags]

    def tuned(self, rows: Sequence[TagRow], decisions: Sequence[Any]) -> TagObjective:
        """Return itself: there is nothing to choose."""
        del rows, decisions
        return self

    def figures(self, rows: Sequence[TagRow], decisions: Sequence[Sequence[str]]) -> Figures:
        """Return precision, recall and F1 of entities, and the accuracy over words; units are sentences.

        An entity is right if its type and both of its ends are. Where there are at most 20 types, each has an
        F1 of its own.
        """
        gold, found = [entities(row.tags) for row in rows], [entities(tags) for tags in decisions]
        kinds = sorted({entity.kind for entity in chain(*gold, *found)})
        counts = np.zeros((len(rows), len(kinds), 3), np.int64)
        place = {kind: i for i, kind in enumerate(kinds)}
        for i, sides in enumerate(zip(gold, found, strict=True)):
            right = set(sides[0]) & set(sides[1])
            for column, group in enumerate((right, *sides)):
                for entity in group:
                    counts[i, place[entity.kind], column] += 1
        words = np.array(
            [
                [sum(map(str.__eq__, row.tags, tags)), len(tags)]
                for row, tags in zip(rows, decisions, strict=True)
            ]
        )
        details = {}
        if 1 < len(kinds) <= MOST_LISTED:
            for i, kind in enumerate(kinds):
                details[f"f1:{kind}"] = _statistics(counts[:, i : i + 1], words)[F1]
        totals = {"rows": len(rows), "words": int(words[:, 1].sum()), "entities": int(counts[:, :, 1].sum())}
        return Figures(_statistics(counts, words), np.arange(len(rows)), F1, totals, details)

    def record(self, row: TagRow, decision: Sequence[str]) -> dict[str, Any]:
        """Return the tags, and the entities by their first word and the word after their last, from 0."""
        del row
        return {"tags": list(decision), "entities": [entity._asdict() for entity in entities(decision)]}


def first_pieces(text: str, words: Sequence[str], encoding: Encoding) -> dict[int, int]:
    """Return the place of each word's first piece among the tokens of the text.

    Args:
        text: the words with a space between them.
        words: as they stand in it.
        encoding: of the text, without special tokens.

    Returns:
        By number of the word; words that have no token, such as control characters, are left out.
    """
    ends: list[int] = []
    for word in words:
        ends.append((ends[-1] + 1 if ends else 0) + len(word))
    found: dict[int, int] = {}
    for place, offsets in enumerate(encoding.offsets):
        start, end = seen_span(text, *offsets)
        number = bisect_right(ends, start)
        while number in found:  # a token that reaches over two words is the first piece of one of them
            number += 1
        if start < end and number < len(words) and ends[number] - len(words[number]) < end:
            found[number] = place
    return found


def _shared_out(parts: Sequence[Part], firsts: Mapping[int, int]) -> list[list[tuple[int, int]]]:
    """Return for each window the words that count in it, each with its place there."""
    before = n_leading(parts[0].encoding)
    sizes = [len(part.encoding) - sum(part.encoding.special_tokens_mask) for part in parts]
    shared: list[list[tuple[int, int]]] = [[] for _ in parts]
    for number, piece in firsts.items():
        depths = [
            min(piece - part.start, part.start + size - 1 - piece)
            for part, size in zip(parts, sizes, strict=True)
        ]
        best = depths.index(max(depths))
        shared[best].append((number, before + piece - parts[best].start))
    return shared


def _statistics(counts: NDArray[np.int64], words: NDArray[np.int64]) -> dict[str, Statistic]:
    every = counts.sum(axis=1, keepdims=True)
    return {
        "precision": lambda units: _scores(every[units])[0],
        "recall": lambda units: _scores(every[units])[1],
        F1: lambda units: _scores(every[units])[2],
        "word_accuracy": lambda units: float(words[units, 0].sum() / max(words[units, 1].sum(), 1)),
    }


def _scores(counts: NDArray[np.int64]) -> tuple[float, float, float]:
    """Return precision, recall and F1 of counts, (n, 1, 3): right, gold and found; 0 for none."""
    right, gold, found = (int(total) for total in counts.sum(axis=(0, 1)))
    return right / max(found, 1), right / max(gold, 1), 2 * right / max(gold + found, 1)
