"""States beside masked tokens: what a head for masked words learns from, read once by an encoder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.errors import InvalidInput, ModelMismatch
from metier.training.masked_words import MASK_TOKENS, MaskTokens, mask_tokens
from metier.workbench.looking.layer_states import LayerStates

LEAST_TOKENS: Final = 8
_ROWS_AT_ONCE: Final = 64


@dataclass(frozen=True, slots=True, eq=False)
class Masked:
    """Masked tokens of some texts, as an encoder saw them.

    Attributes:
        features: (n, 3 * dim) float16, as `LayerStates.around` returns them.
        targets: (n,) int64, the pieces that stood there.
        texts: (n,) int64, number of the text that each comes from.
        counts: how often the windows held each piece, masked or not.
    """

    features: NDArray[np.float16]
    targets: NDArray[np.int64]
    texts: NDArray[np.int64]
    counts: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Masking:
    """How tokens are masked.

    Attributes:
        windows: of the texts that are read, at most; the seed chooses.
        max_tokens: of a window, special ones included.
        share: of a window's tokens that are to be guessed.
        mixed: as for training, 80 % of these give way to the mask, 10 % to a random piece, and 10 % stay;
            else all give way to the mask, as where a person asks.
    """

    windows: int
    max_tokens: int
    share: float
    mixed: bool


def masked_states(encoder: LayerStates, texts: Sequence[str], masking: Masking, *, seed: int) -> Masked:
    """Return the states beside tokens that are masked.

    Args:
        encoder: up to a layer.
        texts: cut into windows.
        masking: how.
        seed: of windows and masks.

    Raises:
        InvalidInput: there are no texts, or a single string.
        ModelMismatch: the encoder has no token for masks.
    """
    if isinstance(texts, str) or not any(text.strip() for text in texts):
        raise InvalidInput("texts must be a list of texts, at least one that is not blank. Got none.")
    tokens = mask_tokens_of(encoder)
    found, before, after = _windows(encoder, texts, masking.max_tokens)
    rng = np.random.default_rng(seed)
    chosen = np.sort(rng.permutation(len(found))[: masking.windows])
    features, targets, owners = [], [], []
    counts: Counter[int] = Counter()
    for first in range(0, len(chosen), _ROWS_AT_ONCE):
        rows, places = [], []
        for i in chosen[first : first + _ROWS_AT_ONCE]:
            owner, ids = found[i]
            read, masked = mask_tokens(ids, tokens, rng, share=masking.share)
            if not masking.mixed:
                read[masked] = tokens.mask
            counts.update(ids.tolist())
            rows.append([*before, *read.tolist(), *after])
            places.append((masked + len(before)).tolist())
            targets.append(ids[masked])
            owners.append(np.full(len(masked), owner, np.int64))
        features.append(encoder.around(rows, places).astype(np.float16))
    return Masked(np.concatenate(features), np.concatenate(targets), np.concatenate(owners), counts)


def mask_tokens_of(encoder: LayerStates) -> MaskTokens:
    """Return the mask token and the words of an encoder's vocabulary.

    Raises:
        ModelMismatch: it has no token for masks.
    """
    tokenizer = encoder.splitter.tokenizer
    known = [tokenizer.token_to_id(token) for token in MASK_TOKENS]
    mask = next((token for token in known if token is not None), None)
    if mask is None:
        raise ModelMismatch(
            f"{encoder.name} has a tokenizer without {' or '.join(MASK_TOKENS)}. Take another encoder."
        )
    special = {token for token, added in tokenizer.get_added_tokens_decoder().items() if added.special}
    words = np.setdiff1d(np.arange(len(encoder.words.scales)), [*special, mask]).astype(np.int64)
    return MaskTokens(mask, words)


def places_of(candidates: NDArray[np.int64], pieces: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where pieces stand among others, -1 for those that do not.

    Args:
        candidates: (n,) pieces, rising, at least one.
        pieces: (m,) to look up.

    Returns:
        (m,) int64, from -1 to n - 1.

    >>> places_of(np.array([3, 7]), np.array([7, 5, 3])).tolist()
    [1, -1, 0]
    """
    places = np.minimum(np.searchsorted(candidates, pieces), len(candidates) - 1)
    return np.where(candidates[places] == pieces, places, -1)


def _windows(
    encoder: LayerStates, texts: Sequence[str], max_tokens: int
) -> tuple[list[tuple[int, NDArray[np.int64]]], list[int], list[int]]:
    """Return the windows of texts with the number of each one's text, and what stands before and after."""
    tokenizer = encoder.splitter.tokenizer
    probe = tokenizer.encode("a")
    inside = [i for i, special in enumerate(probe.special_tokens_mask) if not special]
    before, after = probe.ids[: inside[0]], probe.ids[inside[-1] + 1 :]
    room = min(max_tokens, encoder.max_tokens) - len(before) - len(after)
    found = []
    for number, text in enumerate(texts):
        if not text.strip():
            continue
        ids = tokenizer.encode(text.encode("utf-8", "replace").decode(), add_special_tokens=False).ids
        # A last piece too short to say much is left out, unless it is all there is.
        cuts = [ids[i : i + room] for i in range(0, len(ids), room)]
        kept = [cut for i, cut in enumerate(cuts) if len(cut) >= LEAST_TOKENS or i == 0]
        found += [(number, np.array(cut, np.int64)) for cut in kept if cut]
    return found, before, after
