"""Which tokens of a row are to be guessed, and what is read in their place.

A share of a row's tokens is chosen, rounded to whole tokens, not each token by a coin of its own: every row
then has something to guess, and the loss of rows and epochs varies by what is masked and not by how much.
BERT's and RoBERTa's own code does the same.

Source: Devlin et al. 2019 (arXiv:1810.04805), section 3.1; static and dynamic masks, Liu et al. 2019
(arXiv:1907.11692), section 4.1; whole words, the BERT repository, 31 May 2019.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.training.masked_words import MaskTokens, mask_tokens, n_masked, replace_tokens
from metier.training.schedule import derived_seed
from metier.workbench.pretraining.rows import NO_WORD, TextRow

DEV_SHARE: Final = 0.15
"""Share that is masked where a network is measured, whatever it is trained with."""


class Masking(StrEnum):
    """How the tokens to guess are chosen."""

    DYNAMIC = "dynamic"
    STATIC = "static"
    WHOLE_WORD = "whole-word"


def mask_seed(masking: Masking, *, seed: int, row: int, epoch: int) -> int:
    """Return the seed of a row's mask: with static masking it is the same in every epoch.

    Args:
        masking: of the run.
        seed: of the run.
        row: its number.
        epoch: from 0.
    """
    return derived_seed("mask", seed, row, -1 if masking is Masking.STATIC else epoch)


def dev_seed(row: int) -> int:
    """Return the seed of the mask by which a row is measured: the same in every run."""
    return derived_seed("dev-mask", row)


def mask_row(
    row: TextRow, tokens: MaskTokens, rng: np.random.Generator, *, share: float, whole_words: bool = False
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return a row with some tokens masked, and where.

    Special tokens are never chosen. Of the chosen ones 80 % give way to the mask, 10 % to a random word and
    10 % stay, each token by itself, also with whole words.

    Args:
        row: of any length.
        tokens: of the vocabulary.
        rng: draws.
        share: of the tokens that can be chosen, above 0 and at most 1.
        whole_words: choose words with all their tokens.

    Returns:
        (n,) what is to be read, and the places of what is to be guessed, in order.
    """
    ids = row.ids.astype(np.int64)
    if not whole_words:
        return mask_tokens(ids, tokens, rng, share=share)
    places = choose_words(row.words, np.isin(ids, tokens.words), rng, share=share)
    return replace_tokens(ids, places, tokens, rng), places


def choose_words(
    words: NDArray[np.int32], can_be_chosen: NDArray[np.bool_], rng: np.random.Generator, *, share: float
) -> NDArray[np.int64]:
    """Return the places of the tokens of some whole words, in order.

    Words are drawn in random order; one whose tokens would make too many is passed over. Where none is short
    enough, as many tokens of the first one drawn are taken, so that there is something to guess, and
    something to guess it from.

    Args:
        words: (n,) number of the word that each token belongs to; `NO_WORD` for special tokens.
        can_be_chosen: (n,) False for tokens that are never masked; a word with one of them is not chosen.
        rng: draws.
        share: of the tokens that can be chosen.

    >>> rng = np.random.default_rng(0)
    >>> choose_words(np.array([-1, 0, 0, 1, 2, 2, -1]), np.full(7, True), rng, share=0.4).tolist()
    [4, 5]
    """
    open_places = np.flatnonzero(can_be_chosen & (words != NO_WORD))
    if not len(open_places):
        return open_places.astype(np.int64)
    # Words of several documents in one row may have the same number: neighbours make a word.
    breaks = (np.diff(words[open_places]) != 0) | (np.diff(open_places) != 1)
    groups = np.split(open_places, np.flatnonzero(breaks) + 1)
    left = n_masked(len(open_places), share)
    chosen: list[NDArray[np.int64]] = []
    order = rng.permutation(len(groups))
    for i in order:
        if len(groups[i]) <= left:
            chosen.append(groups[i])
            left -= len(groups[i])
        if not left:
            break
    chosen = chosen or [groups[order[0]][:left]]
    return np.sort(np.concatenate(chosen)).astype(np.int64)
