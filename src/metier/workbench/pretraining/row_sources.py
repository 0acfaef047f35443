"""Where the rows of an epoch come from: packed once, or paired anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from metier.training.networks import Head, Network
from metier.training.schedule import derived_seed
from metier.workbench.pretraining.batches import backbone_of, check_row_length
from metier.workbench.pretraining.next_sentence import pair_rows
from metier.workbench.pretraining.packing import pack_rows
from metier.workbench.pretraining.rows import TextRow, TokenDocument


class RowSource(Protocol):
    """Something that has rows to learn from."""

    def rows(self, *, seed: int, epoch: int) -> Sequence[TextRow]:
        """Return the rows of an epoch; the same arguments give the same ones."""


@dataclass(frozen=True, slots=True, eq=False)
class SameRows:
    """Implements `RowSource` with rows that every epoch has."""

    fixed: Sequence[TextRow]

    def rows(self, *, seed: int, epoch: int) -> Sequence[TextRow]:
        """Return the rows."""
        del seed, epoch
        return self.fixed


@dataclass(frozen=True, slots=True, eq=False)
class PairedRows:
    """Implements `RowSource` with pairs of texts.

    Attributes:
        documents: to pair.
        frame: of two texts.
        max_tokens: of a row.
        anew: pair them anew in each epoch.
        part: what to call the documents in a message.
    """

    documents: Sequence[TokenDocument]
    frame: Any
    max_tokens: int
    anew: bool = True
    part: str = "corpus"
    _kept: dict[int, Sequence[TextRow]] = field(default_factory=dict, init=False)

    def rows(self, *, seed: int, epoch: int) -> Sequence[TextRow]:
        """Return the pairs of an epoch; those asked for last are kept."""
        drawn = derived_seed("pairs", seed, epoch if self.anew else 0)
        if drawn not in self._kept:
            rng = np.random.default_rng(drawn)
            found = pair_rows(self.documents, self.frame, rng, max_tokens=self.max_tokens, part=self.part)
            self._kept.clear()
            self._kept[drawn] = found
        return self._kept[drawn]


def make_rows(
    network: Network,
    documents: Sequence[TokenDocument],
    *,
    max_tokens: int,
    anew: bool = True,
    part: str = "corpus",
) -> RowSource:
    """Return the rows that a network learns from: pairs for a next-sentence head, else full rows.

    Args:
        network: its tokenizer tells the special tokens.
        documents: of its tokens.
        max_tokens: of a row, special ones included.
        anew: pair texts anew in each epoch; full rows are the same in all.
        part: what to call the documents in a message.

    Raises:
        InvalidInput: max_tokens out of its range; or for pairs, too few documents or sentences.
        ModelMismatch: the tokenizer puts no special tokens around one text, or two.
    """
    check_row_length(network, max_tokens)
    backbone = backbone_of(network)
    if network.head is Head.NEXT_SENTENCE:
        paired = PairedRows(documents, backbone.frame(2), max_tokens, anew, part)
        paired.rows(seed=0, epoch=0)
        return paired
    frame = backbone.frame(1)
    # The token that ends a row is the separator, as RoBERTa has it.
    separator = (frame.gaps[-1].ids or frame.gaps[0].ids)[-1]
    return SameRows(pack_rows(documents, frame, separator=separator, max_tokens=max_tokens))
