"""Rows of tokens that networks are compared on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from tokenizers import Tokenizer

from metier.training.networks import Head, Network

MOST_TEXTS: Final = 200
MOST_TOKENS: Final = 256
PAIRED: Final = frozenset({Head.SPANS, Head.RANK})
"""Heads that read two texts in one row."""
N_RANDOM: Final = 12


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One row as a network reads it.

    Attributes:
        ids: of its tokens, special ones included.
        types: which of two texts each token belongs to, 0 or 1.
        special: whether a token is special, and so decides nothing.
    """

    ids: tuple[int, ...]
    types: tuple[int, ...]
    special: tuple[bool, ...]


def sample_texts(documents: Iterable[Sequence[str]], *, most: int = MOST_TEXTS) -> list[str]:
    """Return at most so many different texts of some documents, whole documents and sentences, spread evenly.

    Args:
        documents: each its sentences.
        most: at least 1.

    >>> sample_texts([("One.", "Two."), ("Three.",)])
    ['One. Two.', 'Three.', 'One.', 'Two.']
    """
    kept = list(documents)
    whole = [" ".join(sentences) for sentences in kept]
    found = list(dict.fromkeys([*whole, *(sentence for sentences in kept for sentence in sentences)]))
    n = min(most, len(found))
    return [found[i * len(found) // n] for i in range(n)]


def text_rows(network: Network, texts: Sequence[str], *, most_tokens: int = MOST_TOKENS) -> list[TokenRow]:
    """Return the rows of some texts; heads that read pairs get each text with the one after it.

    Args:
        network: whose tokenizer and longest row count.
        texts: a lone text is its own second.
        most_tokens: of a row; longer ones are cut.
    """
    if network.head not in PAIRED:
        return input_rows(network, [(text,) for text in texts], most_tokens=most_tokens)
    pairs = list(pairwise(texts)) or [(text, text) for text in texts]
    return input_rows(network, pairs, most_tokens=most_tokens)


def input_rows(
    network: Network, inputs: Sequence[tuple[str, ...]], *, most_tokens: int = MOST_TOKENS
) -> list[TokenRow]:
    """Return the rows of lone texts and of pairs of texts.

    Args:
        network: whose tokenizer and longest row count.
        inputs: of one text or two.
        most_tokens: of a row; the longer text of a pair is cut.
    """
    # A copy: the network's own is to stay without truncation.
    tokenizer = Tokenizer.from_str(network.tokenizer.backend_tokenizer.to_str())
    tokenizer.enable_truncation(min(most_tokens, network.max_tokens))
    encodings = tokenizer.encode_batch([item[0] if len(item) == 1 else item for item in inputs])
    return [
        TokenRow(tuple(found.ids), tuple(found.type_ids), tuple(map(bool, found.special_tokens_mask)))
        for found in encodings
    ]


def random_rows(network: Network, *, n: int = N_RANDOM, seed: int = 0) -> list[TokenRow]:
    """Return rows of random words, from one token to as many as the network takes.

    Args:
        network: whose vocabulary they come from.
        n: at least 2.
        seed: of the words.
    """
    tokenizer = network.tokenizer
    size = min(len(tokenizer), int(network.model.config.vocab_size))
    words = np.setdiff1d(np.arange(size), tokenizer.all_special_ids)
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(n):
        length = max(1, round((i + 1) / n * network.max_tokens))
        ids = rng.choice(words, length)
        second = length // 2 if network.head in PAIRED else length
        types = tuple(int(place >= second) for place in range(length))
        rows.append(TokenRow(tuple(ids.tolist()), types, (False,) * length))
    return rows
