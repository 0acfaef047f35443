"""Documents as token ids, and the rows that are made of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from metier.training.backbone import Frame

NO_WORD: Final = -1
"""The word of a special token."""
NO_LABEL: Final = -1
IS_NEXT: Final = 0
IS_OTHER: Final = 1
_DOCUMENTS_AT_ONCE: Final = 256


class TextRow(NamedTuple):
    """A row as a network reads it before anything is masked.

    Attributes:
        ids: (n,) int32, tokens with the special ones.
        types: (n,) int8, the number of the text that a token belongs to.
        words: (n,) int32, equal for the tokens of one word, and `NO_WORD` for special tokens.
        label: `IS_NEXT` or `IS_OTHER` for a pair of texts, as transformers numbers them; `NO_LABEL` for
            others.
    """

    ids: NDArray[np.int32]
    types: NDArray[np.int8]
    words: NDArray[np.int32]
    label: int = NO_LABEL


@dataclass(frozen=True, slots=True, eq=False)
class TokenDocument:
    """A document as tokens, without special ones.

    Attributes:
        ids: (n,) int32.
        words: (n,) int32, the number of the word in the document.
        ends: (n_sentences,) int64, tokens up to the end of each sentence; none of them is empty.
    """

    ids: NDArray[np.int32]
    words: NDArray[np.int32]
    ends: NDArray[np.int64]

    def sentences(self, longest: int) -> list[range]:
        """Return the places of the tokens of each sentence, one that is longer than `longest` in pieces."""
        starts = [0, *self.ends[:-1].tolist()]
        return [
            range(first, min(first + longest, end))
            for start, end in zip(starts, self.ends.tolist(), strict=True)
            for first in range(start, end, longest)
        ]


def read_documents(tokenizer: Tokenizer, documents: Sequence[Sequence[str]]) -> list[TokenDocument]:
    """Return documents as tokens, each read as a whole, with a space between its sentences.

    A special token that is spelt out in a text is text like any other.

    Args:
        tokenizer: without padding and truncation; it stays as it is.
        documents: each a list of sentences.

    Returns:
        One for each document that has a token.
    """
    plain = type(tokenizer).from_str(tokenizer.to_str())
    plain.encode_special_tokens = True
    found = []
    for first in range(0, len(documents), _DOCUMENTS_AT_ONCE):
        some = documents[first : first + _DOCUMENTS_AT_ONCE]
        texts = [" ".join(sentences) for sentences in some]
        for sentences, encoding in zip(
            some, plain.encode_batch(texts, add_special_tokens=False), strict=True
        ):
            if encoding.ids:
                # A token without a word stands alone: what a normaliser put in, for one.
                words = [-2 - i if word is None else word for i, word in enumerate(encoding.word_ids)]
                ends = _sentence_ends(sentences, [end for _, end in encoding.offsets])
                found.append(TokenDocument(np.array(encoding.ids, np.int32), np.array(words, np.int32), ends))
    return found


def framed(
    frame: Frame, texts: Sequence[tuple[NDArray[np.int32], NDArray[np.int32]]], label: int = NO_LABEL
) -> TextRow:
    """Return the row of one text or two.

    Args:
        frame: for as many texts.
        texts: ids and words of each.
        label: of a pair.
    """
    row = frame.around([ids.tolist() for ids, _ in texts])
    parts = [np.full(len(frame.gaps[0].ids), NO_WORD, np.int32)]
    for (_, words), gap in zip(texts, frame.gaps[1:], strict=True):
        parts += [words, np.full(len(gap.ids), NO_WORD, np.int32)]
    return TextRow(np.array(row.ids, np.int32), np.array(row.types, np.int8), np.concatenate(parts), label)


def _sentence_ends(sentences: Sequence[str], token_ends: Sequence[int]) -> NDArray[np.int64]:
    """Return after how many tokens each sentence of a document ends, empty ones left out."""
    text_ends = np.cumsum([len(sentence) + 1 for sentence in sentences])
    # A token that reaches over an end, as the space between two sentences may, belongs to the later one.
    last = np.maximum.accumulate(np.asarray(token_ends, np.int64))
    ends = np.searchsorted(last, text_ends - 1, side="right").astype(np.int64)
    ends[-1] = len(last)
    return np.unique(ends[ends > 0])


def tokens_of(rows: Sequence[TextRow]) -> int:
    """Return how many tokens some rows have, special ones included."""
    return sum(len(row.ids) for row in rows)


def contents(rows: Sequence[TextRow]) -> Iterator[object]:
    """Yield what a hash of some rows is to cover."""
    for part in (
        [row.ids for row in rows],
        [row.words for row in rows],
        [np.array([len(row.ids), row.label]) for row in rows],
    ):
        yield np.concatenate(part) if part else np.zeros(0)
