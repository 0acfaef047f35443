"""What masked words cost a language model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.audit.labelled_texts import LabelledText
from metier.audit.membership.losses import Attack
from metier.errors import InvalidInput, ModelMismatch
from metier.training.masked_words import MASK_TOKENS
from metier.training.networks import Head, Network
from metier.training.schedule import derived_seed

_TOKENS_AT_ONCE: Final = 4096
_LEAST_TOKENS: Final = 3


@dataclass(frozen=True, slots=True)
class MaskOptions:
    """How words are masked for `MaskedWordLoss`.

    Attributes:
        subsets: sets of tokens of a text that are masked one after another, at least 1.
        share: of a text's tokens in each, above 0, at most 0.5; at least one.
        max_tokens: most tokens of a row; longer texts are cut.
        seed: of the sets.

    Raises:
        InvalidInput: a value out of its range.
    """

    subsets: int = 6
    share: float = 0.15
    max_tokens: int = 128
    seed: int = 0

    def __post_init__(self) -> None:
        if self.subsets < 1 or self.max_tokens < _LEAST_TOKENS or self.seed < 0:
            raise InvalidInput(
                f"subsets must be at least 1, max_tokens at least {_LEAST_TOKENS}, seed at least 0. Got "
                f"{self.subsets}, {self.max_tokens} and {self.seed}."
            )
        if not 0 < self.share <= 0.5:
            raise InvalidInput(f"share must be above 0 and at most 0.5. Got {self.share}.")


class MaskedWordLoss:
    """Implements `LossModel` with a masked language model: what its masked tokens cost on average.

    The sets of masked tokens follow from the text and the seed. They have no token in common until every one
    has been masked, and a reference model with the same tokenizer has the same ones.

    Args:
        network: with a head for masked words.
        options: how words are masked.

    Raises:
        ModelMismatch: it has another head, or no token for masks.
    Source: the energy of Mireshghallah et al. 2022 (arXiv:2203.03929), section 3.2, and the pseudo-likelihood
        of Salazar et al. 2020 (arXiv:1910.14659), with several tokens masked at once.
    """

    def __init__(self, network: Network, options: MaskOptions | None = None) -> None:
        if network.head not in {Head.MASKED_WORDS, Head.NEXT_SENTENCE}:
            raise ModelMismatch(
                f"{network.name} has a head for {network.head}, not for masked words. Name a folder with a "
                "masked language model."
            )
        known = [network.tokenizer.backend_tokenizer.token_to_id(token) for token in MASK_TOKENS]
        mask = next((token for token in known if token is not None), None)
        if mask is None:
            raise ModelMismatch(
                f"{network.name} has a tokenizer without {' or '.join(MASK_TOKENS)}. Name another model."
            )
        self._mask = int(mask)
        self._network = network
        self._options = options or MaskOptions()

    @property
    def name(self) -> str:
        """What reports call it."""
        return self._network.name

    @property
    def attack(self) -> Attack:
        """The attack by masks."""
        return Attack.MASKS

    @property
    def of_one_label(self) -> bool:
        """A mean over tokens is of no one label."""
        return False

    def losses(self, rows: Sequence[LabelledText]) -> NDArray[np.float64]:
        """Return (n,) mean negative log-probabilities of masked tokens, in nats.

        Raises:
            InvalidInput: a text has no token that can be masked.
        """
        masked = [piece for i, row in enumerate(rows) for piece in self._masked(i, row.text)]
        sums, counts = np.zeros(len(rows)), np.zeros(len(rows))
        batch: list[_Masked] = []
        for piece in sorted(masked, key=lambda found: len(found.ids)):
            if batch and len(piece.ids) * (len(batch) + 1) > _TOKENS_AT_ONCE:
                self._add(batch, sums, counts)
                batch = []
            batch.append(piece)
        if batch:
            self._add(batch, sums, counts)
        found: NDArray[np.float64] = sums / counts
        return found

    def _masked(self, row: int, text: str) -> list[_Masked]:
        clean = text.encode("utf-8", "replace").decode()
        longest = min(self._options.max_tokens, self._network.max_tokens)
        encoded = self._network.tokenizer(
            clean, truncation=True, max_length=longest, return_special_tokens_mask=True
        )
        ids = np.array(encoded["input_ids"], np.int64)
        places = np.flatnonzero(np.array(encoded["special_tokens_mask"]) == 0)
        if not places.size:
            raise InvalidInput(f"Text {row + 1} has no token that could be masked. Leave it out.")
        rng = np.random.default_rng(derived_seed("masks", self._options.seed, clean))
        size = max(round(self._options.share * len(places)), 1)
        order = np.concatenate(
            [rng.permutation(places) for _ in range(-(-size * self._options.subsets // len(places)))]
        )
        sets = [np.unique(order[i * size : (i + 1) * size]) for i in range(self._options.subsets)]
        return [_Masked(row, ids, chosen) for chosen in sets]

    def _add(self, batch: list[_Masked], sums: NDArray[np.float64], counts: NDArray[np.float64]) -> None:
        torch = require("torch")
        device = self._network.device
        padding = int(self._network.model.config.pad_token_id or 0)
        ids = np.full((len(batch), max(len(piece.ids) for piece in batch)), padding, np.int64)
        mask = np.zeros_like(ids)
        for i, piece in enumerate(batch):
            ids[i, : len(piece.ids)], mask[i, : len(piece.ids)] = piece.ids, 1
            ids[i, piece.places] = self._mask
        line = np.repeat(np.arange(len(batch)), [len(piece.places) for piece in batch])
        places = np.concatenate([piece.places for piece in batch])
        targets = np.concatenate([piece.ids[piece.places] for piece in batch])
        with torch.inference_mode():
            out = self._network.model(
                input_ids=torch.from_numpy(ids).to(device), attention_mask=torch.from_numpy(mask).to(device)
            )
            logits = _token_logits(out)[torch.from_numpy(line), torch.from_numpy(places)].double()
            wanted = torch.from_numpy(targets).to(device)
            losses = torch.nn.functional.cross_entropy(logits, wanted, reduction="none").cpu().numpy()
        rows = np.array([piece.row for piece in batch])[line]
        np.add.at(sums, rows, losses)
        np.add.at(counts, rows, 1)


@dataclass(frozen=True, slots=True, eq=False)
class _Masked:
    """A text with one set of places to mask."""

    row: int
    ids: NDArray[np.int64]
    places: NDArray[np.int64]


def _token_logits(out: Any) -> Any:
    """Return scores of tokens; a head for the next sentence beside them has another name for these."""
    found = getattr(out, "logits", None)
    return out.prediction_logits if found is None else found
