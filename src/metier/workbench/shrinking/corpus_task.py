"""Raw text as rows to distil on, for networks without labelled rows: bare encoders and masked words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from metier._extras import require
from metier.errors import InvalidInput, ModelMismatch
from metier.training.fingerprint import fingerprint
from metier.training.length_batches import length_batches
from metier.training.losses import IGNORED, weighted_cross_entropy
from metier.training.masked_words import MaskTokens, mask_tokens
from metier.training.networks import Head, Network
from metier.training.schedule import derived_seed
from metier.training.task import SCORE
from metier.workbench.finetuning.batches import Batch, padded_inputs
from metier.workbench.finetuning.windows import Window, bare_rows, windows_of

if TYPE_CHECKING:
    from torch import Tensor

HEADS: Final = (Head.NONE, Head.MASKED_WORDS)
SHARE: Final = 0.15
LABELS: Final = "labels"


@dataclass(slots=True, eq=False, repr=False)
class CorpusTask:
    """Offers what `HeadTask` offers, with texts: nothing to decide, or words that are masked to be guessed.

    Attributes:
        network: a bare encoder, or one with a head for masked words.
        train: texts to learn from, at least one.
        dev: texts to measure on, at least one.
        batch_size: rows in a batch, at least 1.
        max_tokens: of a row, special ones included; longer texts are cut into several rows.
        name: what logs call it.
        weight: its share of the steps.

    Raises:
        InvalidInput: a part has no texts.
        ModelMismatch: the network has another head, has no mask token for its head, or takes shorter rows.
    """

    network: Network
    train: Sequence[str]
    dev: Sequence[str]
    batch_size: int = field(default=16, kw_only=True)
    max_tokens: int = field(default=128, kw_only=True)
    name: str = field(default="corpus", kw_only=True)
    weight: float = field(default=1.0, kw_only=True)
    data_sha256: str = field(init=False)
    _windows: list[Window] = field(init=False)
    _dev: list[Window] = field(init=False)

    def __post_init__(self) -> None:
        if self.network.head not in HEADS:
            raise ModelMismatch(
                f"{self.network.name} gives {self.network.head}, which raw text does not teach. Give "
                "labelled rows with --data, or take its encoder alone."
            )
        if self.network.head is Head.MASKED_WORDS and self.network.tokenizer.mask_token_id is None:
            raise ModelMismatch(f"{self.network.name} has a tokenizer without a mask token.")
        if self.max_tokens > self.network.max_tokens:
            raise ModelMismatch(
                f"max-tokens must be at most {self.network.max_tokens}, the longest row that "
                f"{self.network.name} takes. Got {self.max_tokens}."
            )
        self._windows, self._dev = self._read(self.train), self._read(self.dev)
        if not self._windows or not self._dev:
            raise InvalidInput("Distillation needs at least one text to learn from and one to measure on.")
        self.data_sha256 = fingerprint([list(self.train), list(self.dev), self.max_tokens])

    def batches(self, *, seed: int, epoch: int) -> Sequence[Batch]:
        """Return the batches of an epoch, each masked when it is asked for."""
        own = derived_seed(self.name, seed, epoch)
        return _Batches(self, self._windows, self._plan(self._windows, own), own)

    def dev_batches(self) -> Sequence[Batch]:
        """Return what is measured on; the masks are always the same."""
        return _Batches(self, self._dev, self._plan(self._dev, 0), derived_seed("dev"))

    def batch(self, windows: Sequence[Window], seed: int) -> Batch:
        """Return the batch of some rows; without a head nothing is masked.

        Args:
            windows: at least one.
            seed: tells what is masked.
        """
        inputs = padded_inputs(self.network, windows)
        if self.network.head is Head.NONE:
            return Batch(inputs, {})
        torch = require("torch")
        rng, tokens = np.random.default_rng(seed), self._mask_tokens()
        ids = inputs["input_ids"].numpy()
        labels = np.full_like(ids, IGNORED)
        for row, window in zip(range(len(ids)), windows, strict=True):
            length = len(window.ids)
            read, places = mask_tokens(ids[row, :length], tokens, rng, share=SHARE)
            labels[row, places] = ids[row, places]
            ids[row, :length] = read
        return Batch({**inputs, "input_ids": torch.from_numpy(ids)}, {LABELS: torch.from_numpy(labels)})

    def loss(self, batch: Batch) -> Tensor:
        """Return the mean loss of a batch."""
        return self.loss_of(self.network.model(**batch.inputs), batch.targets)

    def loss_of(self, outputs: Any, targets: Mapping[str, Any]) -> Tensor:
        """Return the mean cross-entropy of the masked words; 0 without a head."""
        if self.network.head is Head.NONE:
            nothing: Tensor = outputs.last_hidden_state.sum() * 0.0
            return nothing
        (logits,) = self.logits_of(outputs, targets)
        labels = targets[LABELS]
        return weighted_cross_entropy(logits, labels[labels != IGNORED])

    def logits_of(self, outputs: Any, targets: Mapping[str, Any]) -> list[Tensor]:
        """Return the logits of the masked words, (n_masked, n_words); nothing without a head."""
        if self.network.head is Head.NONE:
            return []
        return [outputs.logits[targets[LABELS] != IGNORED]]

    def evaluate(self) -> Mapping[str, float]:
        """Return how many of the masked words of dev are guessed, as `score`, and `nll` in nats.

        Without a head there is nothing to measure, and `score` is 0.
        """
        if self.network.head is Head.NONE:
            return {SCORE: 0.0}
        right = n = 0
        nll = 0.0
        for batch in self.dev_batches():
            moved = {name: tensor.to(self.network.device) for name, tensor in batch.inputs.items()}
            targets = {LABELS: batch.targets[LABELS].to(self.network.device)}
            outputs = self.network.model(**moved)
            (logits,) = self.logits_of(outputs, targets)
            words = targets[LABELS][targets[LABELS] != IGNORED]
            right += int((logits.argmax(dim=1) == words).sum())
            nll += float(self.loss_of(outputs, targets).detach()) * len(words)
            n += len(words)
        return {SCORE: right / max(n, 1), "nll": nll / max(n, 1)}

    def _read(self, texts: Sequence[str]) -> list[Window]:
        fitted = replace(self.network, max_tokens=self.max_tokens)
        encodings = [encoding for encoding in bare_rows(fitted, texts) if len(encoding)]
        return [
            Window.of(row, part.encoding, None)
            for row, encoding in enumerate(encodings)
            for part in windows_of(fitted, encoding, overlap=0)
        ]

    def _plan(self, windows: Sequence[Window], seed: int) -> list[list[int]]:
        return length_batches([len(window.ids) for window in windows], self.batch_size, seed=seed)

    def _mask_tokens(self) -> MaskTokens:
        tokenizer = self.network.tokenizer
        size = min(len(tokenizer), int(self.network.model.config.vocab_size))
        words = np.setdiff1d(np.arange(size, dtype=np.int64), tokenizer.all_special_ids)
        return MaskTokens(int(tokenizer.mask_token_id), words)


class _Batches(Sequence[Batch]):
    """The batches of a pass; seed and place alone tell what is masked."""

    def __init__(
        self, task: CorpusTask, windows: Sequence[Window], plan: Sequence[Sequence[int]], seed: int
    ) -> None:
        self._task, self._windows, self._plan, self._seed = task, windows, plan, seed

    def __len__(self) -> int:
        return len(self._plan)

    def __getitem__(self, place: Any) -> Any:
        windows = [self._windows[i] for i in self._plan[place]]
        return self._task.batch(windows, derived_seed("masks", self._seed, place))
