"""Pairs of texts of which the second follows the first in its document, or comes from another one.

Source: Devlin et al. 2019 (arXiv:1810.04805), section 3.1, task 2, and appendix A.2.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.errors import InvalidInput
from metier.training.backbone import Frame
from metier.workbench.pretraining.rows import IS_NEXT, IS_OTHER, TextRow, TokenDocument, framed

_DRAWS: Final = 8
"""Documents that are drawn until one is long enough."""


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """A document cut into sentences, long ones into pieces."""

    document: TokenDocument
    sentences: list[range]

    def text(self, first: int, last: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return ids and words of the sentences from `first` to before `last`."""
        place = slice(self.sentences[first].start, self.sentences[last - 1].stop)
        return self.document.ids[place], self.document.words[place]

    def fitting(self, first: int, room: int) -> int:
        """Return the number of the first sentence from `first` on that does not fit into a room any more."""
        last = first
        start = self.sentences[first].start
        while last < len(self.sentences) and self.sentences[last].stop - start <= room:
            last += 1
        return last


def pair_rows(
    documents: Sequence[TokenDocument],
    frame: Frame,
    rng: np.random.Generator,
    *,
    max_tokens: int,
    part: str = "corpus",
) -> list[TextRow]:
    """Return pairs that fill their rows with whole sentences.

    Half of the pairs, to within one, are next. The others keep the first text and take the second one from a
    random place of another document, about as long as what followed, so that neither length nor shape gives
    the answer away. What followed comes again as the beginning of the next pair. A sentence that is left
    alone at the end of a document begins no pair. Sentences of more than half a row are cut.

    Args:
        documents: at least two, one of them with two sentences.
        frame: of two texts.
        rng: draws.
        max_tokens: of a row, special ones included.
        part: what to call the documents in a message.

    Raises:
        InvalidInput: fewer than two documents, or no document has two sentences.
    """
    room = max_tokens - len(frame)
    cuts = [Cut(document, document.sentences(max(1, room // 2))) for document in documents]
    if len(cuts) < 2 or all(len(cut.sentences) < 2 for cut in cuts):
        longest = max((len(cut.sentences) for cut in cuts), default=0)
        raise InvalidInput(
            f"Next-sentence pairs need at least two documents, one of them with two sentences. The "
            f"{part} has {len(cuts)}, the longest with {longest}. Add texts, or train with masked words "
            "alone."
        )
    labels = _labels(rng)
    rows = []
    for number, cut in enumerate(cuts):
        first = 0
        while first < len(cut.sentences) - 1:
            last = max(cut.fitting(first, room), first + 2)
            middle = int(rng.integers(first + 1, last))
            one, two, label = cut.text(first, middle), cut.text(middle, last), next(labels)
            if label == IS_OTHER:
                two = _other(cuts, number, rng, wanted=len(two[0]), most=room - len(one[0]))
                last = middle
            rows.append(framed(frame, [one, two], label))
            first = last
    return rows


def _labels(rng: np.random.Generator) -> Iterator[int]:
    """Yield both labels in turn, the order of each two of them at random."""
    while True:
        yield from rng.permutation([IS_NEXT, IS_OTHER]).tolist()


def _other(
    cuts: Sequence[Cut], number: int, rng: np.random.Generator, *, wanted: int, most: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return sentences of another document than that of a number, as near to a length as they come.

    Args:
        cuts: all documents.
        number: of the one that they must not be from.
        rng: draws.
        wanted: tokens, at least 1.
        most: tokens, at least `wanted`; a first sentence that is longer is cut.
    """
    for _ in range(_DRAWS):
        other = cuts[(number + int(rng.integers(1, len(cuts)))) % len(cuts)]
        end = other.sentences[-1].stop
        enough = [i for i, place in enumerate(other.sentences) if end - place.start >= wanted]
        if enough:
            break
    first = int(rng.choice(enough or [0]))
    start, last = other.sentences[first].start, max(other.fitting(first, most), first + 1)
    lengths = np.array([place.stop - start for place in other.sentences[first:last]])
    ids, words = other.text(first, first + 1 + int(np.argmin(np.abs(lengths - wanted))))
    return ids[:most], words[:most]
