"""Texts to rows of tokens: cut to a length, or in windows that overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from metier.errors import InvalidInput
from metier.training.networks import Network

if TYPE_CHECKING:
    from tokenizers import Encoding


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """What the network reads of a row at once: all of it, or a part.

    Attributes:
        row: number of the row, from 0.
        ids: tokens, special ones included.
        types: 0 for each token of a first text, 1 for each of a second.
        target: what is to be learned of it; each task has its own kind.
    """

    row: int
    ids: tuple[int, ...]
    types: tuple[int, ...]
    target: Any

    @classmethod
    def of(cls, row: int, encoding: Encoding, target: Any) -> Window:
        """Return the window of an encoding."""
        return cls(row, tuple(encoding.ids), tuple(encoding.type_ids), target)


class Part(NamedTuple):
    """A window of a long text: which of its tokens it begins with, and what it holds."""

    start: int
    encoding: Encoding


def cut_rows(network: Network, texts: Sequence[str] | Sequence[tuple[str, str]]) -> list[Encoding]:
    """Return the encodings of texts or pairs of texts, cut at the network's most tokens.

    Of a pair the longer text is cut first, as transformers and sentence-transformers do.
    """
    backend = network.tokenizer.backend_tokenizer
    backend.enable_truncation(network.max_tokens, strategy="longest_first")
    try:
        return list(backend.encode_batch(list(texts)))
    finally:
        backend.no_truncation()


def bare_rows(network: Network, texts: Sequence[str]) -> list[Encoding]:
    """Return the encodings of whole texts, without special tokens."""
    backend = network.tokenizer.backend_tokenizer
    return list(backend.encode_batch(list(texts), add_special_tokens=False))


def windows_of(
    network: Network, encoding: Encoding, *, first: Encoding | None = None, overlap: int | None = None
) -> list[Part]:
    """Return the windows of a text, or of a second text after a first one, special tokens included.

    Args:
        network: whose most tokens a window holds.
        encoding: of the text, as `bare_rows` gives it; it is cut here.
        first: what goes before it in each window; it is cut to half the room of both.
        overlap: tokens that neighbouring windows share; None for a third of the most tokens.

    Raises:
        InvalidInput: the overlap leaves no room for what is new in a window.
    """
    backend = network.tokenizer.backend_tokenizer
    room = network.max_tokens - backend.num_special_tokens_to_add(first is not None)
    if first is not None:
        first.truncate(room // 2)
        room -= len(first)
    shared = network.max_tokens // 3 if overlap is None else overlap
    if shared >= room:
        if overlap is not None:
            raise InvalidInput(
                f"overlap must be below the {room} tokens that a window has room for. Got {overlap}."
            )
        shared = room // 2
    encoding.truncate(room, stride=shared)
    parts = [encoding, *encoding.overflowing]
    whole = [backend.post_process(*((part,) if first is None else (first, part))) for part in parts]
    return [Part(i * (room - shared), window) for i, window in enumerate(whole)]


def n_leading(encoding: Encoding) -> int:
    """Return how many special tokens stand before the text."""
    mask = encoding.special_tokens_mask
    return mask.index(0) if 0 in mask else len(mask)


def seen_span(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a span without the spaces at its ends: tokens of some vocabularies hold the space before them.

    >>> seen_span("a word", 1, 6)
    (2, 6)
    """
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end
