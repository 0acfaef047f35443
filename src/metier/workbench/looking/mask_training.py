"""Trains a head that guesses masked words on an encoder that stays as it is; `mask_head` says what it is.

The encoder reads every window of the texts once, and the states beside its masked tokens are kept. Training
then takes them in another order in each epoch, with no encoder in between.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.encoders.folder import ModelCard, ModelFolder
from metier.errors import InvalidInput
from metier.training.backbone import linear_head, tensors_of
from metier.training.fingerprint import fingerprint
from metier.training.options import Device, TrainOptions
from metier.training.output import MODEL, RUN, Origin, Watch, check_output
from metier.training.randomness import kept_random_state, seed_all
from metier.training.schedule import derived_seed
from metier.training.trainer import train
from metier.workbench.looking.layer_states import LayerStates
from metier.workbench.looking.mask_figures import MaskFigures, as_plain, measure_mask_head
from metier.workbench.looking.mask_head import EPSILON, MaskHead, save_mask_head
from metier.workbench.looking.masked_states import (
    LEAST_TOKENS,
    Masked,
    Masking,
    mask_tokens_of,
    masked_states,
    places_of,
)

if TYPE_CHECKING:
    from torch import Tensor

MOST_WINDOWS: Final = 40_000
LAYER: Final = 4
"""After which layer states are taken by default: those of higher layers tell less of a single word."""
_PLACES_AT_ONCE: Final = 512
_LEAST_DEVIATION: Final = 1e-3


@dataclass(frozen=True, slots=True)
class MaskHeadOptions:
    """How a head for masked words is trained.

    Attributes:
        windows: of the texts that are read, at most, chosen by the seed, from 1 to 40,000.
        dev_windows: the same of the texts that are measured on.
        max_tokens: of a window, special ones included, at least 8.
        share: of a window's tokens that are to be guessed, above 0 and at most 1.
        least_seen: how often the texts must hold a piece for it to be guessed, at least 1.
        inner: width of the residual block, at least 1.
        batch_size: masked tokens in a step, at least 1.
        epochs: passes over them, at least 1.
        rate: learning rate, above 0.
        seed: of windows, masks, weights and order, 0 or more.

    Raises:
        InvalidInput: a value out of its range.
    """

    windows: int = 12_000
    dev_windows: int = 1_000
    max_tokens: int = 128
    share: float = 0.15
    least_seen: int = 2
    inner: int = 256
    batch_size: int = 256
    epochs: int = 3
    rate: float = 2e-3
    seed: int = 0

    def __post_init__(self) -> None:
        least = {"max_tokens": LEAST_TOKENS, "seed": 0, "share": 0, "rate": 0}
        for name, value in asdict(self).items():
            lowest = least.get(name, 1)
            if value < lowest or (name in {"share", "rate"} and not value > 0):
                words = "above 0" if name in {"share", "rate"} else f"at least {lowest}"
                raise InvalidInput(f"{name} must be {words}. Got {value}.")
        if self.share > 1 or max(self.windows, self.dev_windows) > MOST_WINDOWS:
            raise InvalidInput(
                f"share must be at most 1, windows and dev_windows at most {MOST_WINDOWS:,}. Got "
                f"{self.share}, {self.windows:,} and {self.dev_windows:,}."
            )


@dataclass(frozen=True, slots=True, repr=False)
class MaskHeadRun:
    """What a head is trained on and how.

    Attributes:
        texts: to learn from, at least one.
        dev: to measure on, at least one; none of them in `texts`.
        options: how.
        origin: what the card says of the head; figures are added.
    """

    texts: Sequence[str]
    dev: Sequence[str]
    options: MaskHeadOptions
    origin: Origin


@dataclass(frozen=True, slots=True)
class TrainedMaskHead:
    """What a training came to.

    Attributes:
        card: of the head's folder.
        figures: on the dev part.
        counts: how often the texts held each piece.
    """

    card: ModelCard
    figures: MaskFigures
    counts: Mapping[int, int]


def train_mask_head(encoder: LayerStates, run: MaskHeadRun, output: Path, *, watch: Watch) -> TrainedMaskHead:
    """Train a head in OUTPUT/run and write it to OUTPUT/model; a run that was stopped goes on.

    Args:
        encoder: up to the layer whose states the head is to read.
        run: on what and how.
        output: a new folder, or that of a stopped run.
        watch: told how it goes.

    Raises:
        InvalidInput: no texts, or a resumed run differs in a field, which is named.
        ModelMismatch: the encoder has no token for masks.
        MissingExtra: the `train` extra is not installed.
    """
    check_output(output)
    require("torch")
    options = run.options
    watch.say(f"Reading texts with {encoder.name} up to layer {encoder.layer}.")
    learned, measured = (
        masked_states(
            encoder,
            part,
            Masking(windows, options.max_tokens, options.share, mixed=name == "train"),
            seed=derived_seed(name, options.seed),
        )
        for name, part, windows in (
            ("train", run.texts, options.windows),
            ("dev", run.dev, options.dev_windows),
        )
    )
    task = _MaskHeadTask(encoder, learned, measured, options)
    watch.say(
        f"{len(task.targets):,} masked tokens to learn from, {len(task.dev_targets):,} to measure on; "
        f"{len(task.candidates):,} pieces can be guessed."
    )
    how = _train_options(task, encoder, options)
    result = train(task.module, [task], how, output / RUN, say=watch.say, progress=watch.progress)
    figures = measure_mask_head(task.head(), encoder, measured, learned.counts, seed=options.seed)
    if (output / MODEL).is_dir():  # of this run, which was finished before
        return TrainedMaskHead(ModelFolder.open(output / MODEL).card, figures, learned.counts)
    metrics = {"dev": as_plain(figures), "steps": result.steps, "seconds": round(result.seconds, 1)}
    full = replace(run.origin, metrics={**run.origin.metrics, **metrics})
    card = save_mask_head(task.head(), output / MODEL, full, vocabulary=len(encoder.words.scales))
    return TrainedMaskHead(card, figures, learned.counts)


def _train_options(task: _MaskHeadTask, encoder: LayerStates, options: MaskHeadOptions) -> TrainOptions:
    steps = len(task.batches(seed=options.seed, epoch=0))
    made_with = {name: str(value) for name, value in asdict(options).items()}
    return TrainOptions(
        epochs=options.epochs,
        head_rate=options.rate,
        seed=options.seed,
        evaluate_every=steps,
        checkpoint_every=steps,
        device=Device.CPU,
        inputs=made_with | {"encoder": encoder.sha256, "layer": str(encoder.layer)},
    )


@dataclass(slots=True, eq=False, repr=False)
class _MaskHeadTask:
    """Implements `TrainingTask` with states of masked tokens that were kept."""

    encoder: LayerStates
    train: Masked
    dev: Masked
    options: MaskHeadOptions
    name: str = "masked-words"
    weight: float = 1.0
    module: Any = field(init=False)
    candidates: NDArray[np.int64] = field(init=False)
    targets: NDArray[np.int64] = field(init=False)
    dev_targets: NDArray[np.int64] = field(init=False)
    data_sha256: str = field(init=False)
    _rows: NDArray[np.int64] = field(init=False)
    _center: NDArray[np.float32] = field(init=False)
    _scale: NDArray[np.float32] = field(init=False)
    _embeddings: Any = field(init=False)

    def __post_init__(self) -> None:
        torch = require("torch")
        words = set(mask_tokens_of(self.encoder).words.tolist())
        seen = [p for p, n in self.train.counts.items() if n >= self.options.least_seen and p in words]
        self.candidates = np.array(sorted(seen), np.int64)
        if len(self.candidates) < 2:
            raise InvalidInput(
                f"The texts must hold at least two pieces {self.options.least_seen} times each. They hold "
                f"{len(self.candidates)}; add texts."
            )
        wanted = places_of(self.candidates, self.train.targets)
        self._rows = np.flatnonzero(wanted >= 0)
        self.targets = wanted[self._rows]
        self.dev_targets = places_of(self.candidates, self.dev.targets)
        sample = self.train.features[:: max(1, len(self.train.features) // 20_000)].astype(np.float32)
        self._center = sample.mean(axis=0)
        self._scale = np.maximum(sample.std(axis=0), _LEAST_DEVIATION)
        self._embeddings = torch.from_numpy(self.encoder.embeddings(self.candidates))
        counts = np.array([self.train.counts[int(piece)] for piece in self.candidates], np.float64)
        self.module = _new_head(self.encoder.dim, np.log(counts / counts.sum()), self.options)
        parts = (self.train, self.dev)
        self.data_sha256 = fingerprint([[part.features, part.targets] for part in parts])

    def batches(self, *, seed: int, epoch: int) -> Sequence[Any]:
        """Return the batches of an epoch, in an order that seed and epoch tell."""
        order = np.random.default_rng(derived_seed(self.name, seed, epoch)).permutation(len(self._rows))
        size = self.options.batch_size
        return _Batches(self, [order[i : i + size] for i in range(0, len(order), size)])

    def batch(self, numbers: NDArray[np.int64]) -> dict[str, Any]:
        """Return some masked tokens as tensors."""
        torch = require("torch")
        features = self._usual(self.train.features[self._rows[numbers]])
        return {"features": features, "targets": torch.from_numpy(self.targets[numbers])}

    def loss(self, batch: Any) -> Tensor:
        """Return the mean cross-entropy of the masked tokens."""
        found: Tensor = require("torch").nn.functional.cross_entropy(
            self._scores(batch["features"]), batch["targets"]
        )
        return found

    def evaluate(self) -> Mapping[str, float]:
        """Return the share of the dev part that is guessed right, and `nll` in nats over the known ones."""
        torch = require("torch")
        right, nll, known = 0, 0.0, self.dev_targets >= 0
        for first in range(0, len(known), _PLACES_AT_ONCE):
            own = slice(first, first + _PLACES_AT_ONCE)
            targets = torch.from_numpy(self.dev_targets[own])
            logs = self._scores(self._usual(self.dev.features[own])).log_softmax(dim=1)
            right += int((logs.argmax(dim=1) == targets).sum())
            there = torch.from_numpy(np.flatnonzero(known[own]))
            nll -= float(logs[there, targets[there]].double().sum())
        return {"score": right / max(len(known), 1), "nll": nll / max(int(known.sum()), 1)}

    def head(self) -> MaskHead:
        """Return the head as it is now; the scale of the states goes into its first matrix."""
        tensors = {name: array.copy() for name, array in tensors_of(self.module).items()}
        weight = tensors["dense.weight"] / self._scale
        tensors["dense.bias"] = (tensors["dense.bias"] - weight @ self._center).astype(np.float32)
        tensors["dense.weight"] = weight
        halves = {name: array.astype(np.float16).astype(np.float32) for name, array in tensors.items()}
        return MaskHead("", "", self.encoder.sha256, self.encoder.layer, self.candidates, halves)

    def _usual(self, features: NDArray[np.float16]) -> Any:
        """Return states as they are learned from: each number with mean 0 and deviation 1."""
        return require("torch").from_numpy((features.astype(np.float32) - self._center) / self._scale)

    def _scores(self, features: Any) -> Any:
        functional = require("torch").nn.functional
        hidden = functional.gelu(self.module.dense(features))
        mixed = hidden + self.module.outer(functional.gelu(self.module.inner(hidden)))
        return functional.linear(self.module.norm(mixed), self._embeddings, self.module.bias)


class _Batches(Sequence[Any]):
    """The batches of an epoch, each made when it is asked for."""

    def __init__(self, task: _MaskHeadTask, plan: Sequence[NDArray[np.int64]]) -> None:
        self._task = task
        self._plan = plan

    def __len__(self) -> int:
        return len(self._plan)

    def __getitem__(self, place: Any) -> Any:
        return self._task.batch(self._plan[place])


def _new_head(dim: int, bias: NDArray[np.float64], options: MaskHeadOptions) -> Any:
    """Return a head that begins with how often pieces come."""
    torch = require("torch")
    with kept_random_state():
        seed_all(options.seed)
        head = torch.nn.Module()
        head.dense = linear_head(3 * dim, dim, seed=derived_seed("dense", options.seed))
        head.inner = linear_head(dim, options.inner, seed=derived_seed("inner", options.seed))
        head.outer = linear_head(options.inner, dim, seed=derived_seed("outer", options.seed))
        head.norm = torch.nn.LayerNorm(dim, eps=EPSILON)
        torch.nn.init.constant_(head.norm.weight, 0.5)  # embeddings are short: scores begin small
        head.bias = torch.nn.Parameter(torch.from_numpy((bias - bias.mean()).astype(np.float32)))
    return head
