"""Attention maps: how much each token of a text looks at each other one, in every head of every layer.

Source: scaled dot-product attention, Vaswani et al. 2017 (arXiv:1706.03762), section 3.2.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from metier.errors import InvalidInput
from metier.workbench.looking.tokens import Token, TokenisedText, checked_text

MOST_TOKENS: Final = 128
"""Tokens of a text that is drawn, special ones included: the numbers grow with the square of it."""


class Look(Protocol):
    """A network that shows its attention."""

    @property
    def name(self) -> str:
        """Return what the model is called."""
        ...

    @property
    def sha256(self) -> str:
        """Return the hash of all of the model."""
        ...

    @property
    def n_layers(self) -> int:
        """Return how many layers there are, at least 1."""
        ...

    @property
    def n_heads(self) -> int:
        """Return how many heads each layer has, at least 1."""
        ...

    @property
    def max_tokens(self) -> int:
        """Return the most tokens of a row, special ones included."""
        ...

    def split(self, text: str) -> TokenisedText:
        """Return the tokens of a text, special ones included, without any prefix of the model."""
        ...

    def attention(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """Return what each head of a row looks at, (n_layers, n_heads, len(ids), len(ids)).

        The same row gives the same bytes; each row of each head adds up to 1.
        """
        ...


@dataclass(frozen=True, slots=True, eq=False)
class AttentionMaps:
    """What every head of a model looks at in a text.

    Attributes:
        text: as it was read.
        tokens: of the text, special ones included, n of them.
        weights: (n_layers, n_heads, n, n) float32; `weights[l, h, i, j]` is the share of its attention that
            token i gives to token j in head h of layer l, from 0 on; each row adds up to 1.
        model: what the model is called.
        sha256: hash of the model.
    """

    text: str
    tokens: tuple[Token, ...]
    weights: NDArray[np.float32]
    model: str
    sha256: str

    def head(self, layer: int, head: int) -> NDArray[np.float32]:
        """Return the map of one head, (n, n).

        Args:
            layer: from 1.
            head: from 1.

        Raises:
            InvalidInput: there is no such layer or head.
        """
        check_place(layer, head, self.weights.shape[:2])
        found: NDArray[np.float32] = self.weights[layer - 1, head - 1]
        return found


def attention_maps(look: Look, text: str) -> AttentionMaps:
    """Return what every head looks at in a text.

    The text stands alone between the special tokens. A prefix, such as that of the e5 models, is read if it
    stands in the text.

    Args:
        look: the model.
        text: at most 128 tokens.

    Raises:
        InvalidInput: the text is blank, or longer.
    """
    split = look.split(text)
    most = min(MOST_TOKENS, look.max_tokens)
    if len(split.tokens) > most:
        raise InvalidInput(
            f"A text must have at most {most} tokens for its attention to be shown. Got {len(split.tokens)} "
            f"tokens of {look.name}; take a sentence or two of it."
        )
    return _maps(look, checked_text(text), split.tokens)


def attention_of_texts(look: Look, texts: Sequence[str]) -> Iterator[AttentionMaps]:
    """Yield what every head looks at in each of many texts; a longer text is cut to 128 tokens.

    Args:
        look: the model.
        texts: at least one; blank ones are passed over.

    Raises:
        InvalidInput: there is no text, or a single string.
    """
    if isinstance(texts, str) or not any(text.strip() for text in texts):
        raise InvalidInput("texts must be a list of texts, at least one that is not blank. Got none.")
    most = min(MOST_TOKENS, look.max_tokens)
    for text in texts:
        if text.strip():
            yield _maps(look, checked_text(text), cut_tokens(look.split(text).tokens, most))


def cut_tokens(tokens: Sequence[Token], most: int) -> tuple[Token, ...]:
    """Return the first tokens of a text; the special ones that stand after it are kept.

    Args:
        tokens: of a text, special ones included.
        most: how many may be left.
    """
    if len(tokens) <= most:
        return tuple(tokens)
    inside = [i for i, token in enumerate(tokens) if not token.special]
    after = tokens[inside[-1] + 1 :]
    return (*tokens[: most - len(after)], *after)


def check_place(layer: int | None, head: int | None, shape: tuple[int, ...]) -> None:
    """Refuse a layer or a head that a model does not have.

    Args:
        layer: from 1; None for all.
        head: from 1; None for all.
        shape: layers and heads of the model.

    Raises:
        InvalidInput: out of range, or a head without its layer.
    """
    for name, number, most in (("layer", layer, shape[0]), ("head", head, shape[1])):
        if number is not None and not 1 <= number <= most:
            raise InvalidInput(f"{name} must be from 1 to {most} for this model. Got {number}.")
    if head is not None and layer is None:
        raise InvalidInput(f"A head needs its layer. Got head {head} alone; name the layer too.")


def _maps(look: Look, text: str, tokens: tuple[Token, ...]) -> AttentionMaps:
    weights = look.attention([token.id for token in tokens])
    return AttentionMaps(text, tokens, weights, look.name, look.sha256)
