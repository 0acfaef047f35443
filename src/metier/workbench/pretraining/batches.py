"""Batches of masked rows, built when they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.errors import InvalidInput
from metier.training.backbone import Backbone
from metier.training.length_batches import length_batches
from metier.training.masked_words import MaskTokens, mask_tokens_of
from metier.training.networks import Network
from metier.training.schedule import derived_seed
from metier.workbench.pretraining.masking import DEV_SHARE, Masking, dev_seed, mask_row, mask_seed
from metier.workbench.pretraining.rows import NO_LABEL, TextRow

_LEAST_TOKENS: Final = 8


class MaskedBatch(NamedTuple):
    """Rows with tokens to guess.

    Attributes:
        inputs: tensors as the model takes them.
        places: (n_masked, 2) int64, row and place in the row of every token to guess, row by row.
        targets: (n_masked,) int64, what stood there.
        labels: (n_rows,) int64 of pairs, or None.
    """

    inputs: dict[str, Any]
    places: Any
    targets: Any
    labels: Any


@dataclass(frozen=True, slots=True)
class MaskOptions:
    """How rows are masked and put together.

    Attributes:
        masking: how the tokens to guess are chosen.
        share: of a row's tokens, above 0 and below 1.
        batch_size: rows of a batch, at least 1.

    Raises:
        InvalidInput: a value out of its range.
    """

    masking: Masking = Masking.DYNAMIC
    share: float = 0.15
    batch_size: int = 16

    def __post_init__(self) -> None:
        if not 0 < self.share < 1:
            raise InvalidInput(
                f"mlm_probability must be above 0 and below 1. Got {self.share}: with 0 there is nothing to "
                "guess, with 1 nothing to guess it from."
            )
        if self.batch_size < 1:
            raise InvalidInput(f"batch_size must be at least 1. Got {self.batch_size}.")


@dataclass(frozen=True, slots=True, eq=False)
class Masker:
    """What turns rows into batches for a network.

    Attributes:
        backbone: of the network, as `training` sees it.
        tokens: of its vocabulary.
        options: how.
    """

    backbone: Backbone
    options: MaskOptions
    tokens: MaskTokens = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tokens", mask_tokens_of(self.backbone))

    def learned(self, rows: Sequence[TextRow], *, seed: int, epoch: int) -> Sequence[MaskedBatch]:
        """Return the batches of an epoch; they are masked when they are taken.

        Args:
            rows: of the epoch.
            seed: of the run.
            epoch: from 0.
        """
        return _EpochBatches(self, rows, seed=seed, epoch=epoch)

    def measured(self, rows: Sequence[TextRow], numbers: range) -> MaskedBatch:
        """Return some rows masked as they are in every measurement, whatever the options.

        Args:
            rows: to measure on.
            numbers: of those that make the batch.
        """
        generators = [np.random.default_rng(dev_seed(number)) for number in numbers]
        some = [rows[number] for number in numbers]
        return self._batch(
            some,
            [
                mask_row(row, self.tokens, rng, share=DEV_SHARE)
                for row, rng in zip(some, generators, strict=True)
            ],
        )

    def check(self, rows: Sequence[TextRow], purpose: str) -> None:
        """Refuse rows of which no token can be masked.

        Args:
            rows: any number.
            purpose: what they are for, for the message.

        Raises:
            InvalidInput: there is nothing to guess in them.
        """
        if not any(np.isin(row.ids, self.tokens.words).any() for row in rows):
            raise InvalidInput(
                f"There must be a word to guess in the rows {purpose}. The tokenizer of {self.backbone.name} "
                "knows none that is there; give other texts, or a tokenizer that was trained on such ones."
            )

    def masked(
        self, rows: Sequence[TextRow], numbers: Sequence[int], *, seed: int, epoch: int
    ) -> MaskedBatch:
        """Return some rows as they are learned from."""
        masking, share = self.options.masking, self.options.share
        found = []
        for number in numbers:
            rng = np.random.default_rng(mask_seed(masking, seed=seed, row=number, epoch=epoch))
            whole = masking is Masking.WHOLE_WORD
            found.append(mask_row(rows[number], self.tokens, rng, share=share, whole_words=whole))
        return self._batch([rows[number] for number in numbers], found)

    def _batch(
        self, rows: Sequence[TextRow], masked: Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]]
    ) -> MaskedBatch:
        torch = require("torch")
        longest = max(len(row.ids) for row in rows)
        config = self.backbone.model.config
        ids = np.full((len(rows), longest), int(config.pad_token_id or 0), np.int64)
        types, attended = np.zeros_like(ids), np.zeros_like(ids)
        for i, (row, (read, _)) in enumerate(zip(rows, masked, strict=True)):
            ids[i, : len(read)], types[i, : len(read)], attended[i, : len(read)] = read, row.types, 1
        inputs = {"input_ids": ids, "attention_mask": attended}
        if int(getattr(config, "type_vocab_size", 0) or 0) > 1:
            inputs["token_type_ids"] = types
        places = np.concatenate([np.stack([np.full_like(at, i), at], 1) for i, (_, at) in enumerate(masked)])
        targets = np.concatenate([row.ids[at] for row, (_, at) in zip(rows, masked, strict=True)])
        labels = np.array([row.label for row in rows], np.int64)
        return MaskedBatch(
            {name: torch.from_numpy(array) for name, array in inputs.items()},
            torch.from_numpy(places),
            torch.from_numpy(targets.astype(np.int64)),
            None if (labels == NO_LABEL).any() else torch.from_numpy(labels),
        )


class _EpochBatches(Sequence[Any]):
    """The batches of an epoch; seed, epoch and place alone tell what is in one."""

    def __init__(self, masker: Masker, rows: Sequence[TextRow], *, seed: int, epoch: int) -> None:
        self._masker, self._rows, self._seed, self._epoch = masker, rows, seed, epoch
        lengths = [len(row.ids) for row in rows]
        order = derived_seed("rows", seed, epoch)
        self._plan = length_batches(lengths, masker.options.batch_size, seed=order)

    def __len__(self) -> int:
        return len(self._plan)

    def __getitem__(self, place: Any) -> Any:
        return self._masker.masked(self._rows, self._plan[place], seed=self._seed, epoch=self._epoch)


def make_masker(network: Network, options: MaskOptions) -> Masker:
    """Return what masks rows for a network.

    Raises:
        ModelMismatch: its tokenizer has no mask token, or special tokens alone.
    """
    return Masker(backbone_of(network), options)


def backbone_of(network: Network) -> Backbone:
    """Return a network's encoder with its tokenizer, as `training` works with them."""
    return Backbone(network.name, network.backbone, network.tokenizer.backend_tokenizer, network.max_tokens)


def check_row_length(network: Network, max_tokens: int) -> None:
    """Refuse rows that a network has no positions for, or that hold next to nothing.

    Raises:
        InvalidInput: max_tokens out of its range.
    """
    if not _LEAST_TOKENS <= max_tokens <= network.max_tokens:
        raise InvalidInput(
            f"max_tokens must be from {_LEAST_TOKENS} to {network.max_tokens}, the longest row that "
            f"{network.name} has positions for. Got {max_tokens}."
        )
