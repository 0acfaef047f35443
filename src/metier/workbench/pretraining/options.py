"""What a pretraining is told, checked before anything else happens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from metier.errors import InvalidInput
from metier.training.networks import Head
from metier.training.options import Device, TrainOptions
from metier.workbench.pretraining.batches import MaskOptions
from metier.workbench.pretraining.masking import Masking
from metier.workbench.pretraining.tokenizers import TokenizerKind, TokenizerOptions

NEW_RATE: Final = 5e-4
RATE: Final = 5e-5


class Objective(StrEnum):
    """What a network learns from raw text."""

    MASKED_WORDS = "mlm"
    NEXT_SENTENCE = "mlm+nsp"
    REPLACED_TOKENS = "replaced-tokens"

    @property
    def head(self) -> Head:
        """The head that learns it."""
        return {
            Objective.MASKED_WORDS: Head.MASKED_WORDS,
            Objective.NEXT_SENTENCE: Head.NEXT_SENTENCE,
            Objective.REPLACED_TOKENS: Head.REPLACED_TOKENS,
        }[self]


@dataclass(frozen=True, slots=True)
class Start:
    """What a pretraining starts from: a network, or a configuration and random weights.

    Attributes:
        model: a folder or hub name; it keeps its tokenizer. Either this or `config`.
        config: a preset's name or a configuration file.
        generator: of replaced tokens, a folder or hub name; None for one with random weights.
        tokenizer: folder of the tokenizer of a new network; None trains one on the corpus.
        tokenizer_kind: of that; None for the kind that the architecture was published with.
        vocabulary: tokens of that; None for 8,000, or what the corpus gives.

    Raises:
        InvalidInput: fields that do not go together.
    """

    model: str | None = None
    config: str | None = None
    generator: str | None = None
    tokenizer: Path | None = None
    tokenizer_kind: TokenizerKind | None = None
    vocabulary: int | None = None

    def __post_init__(self) -> None:
        if (self.model is None) == (self.config is None):
            raise InvalidInput(
                "Name either a model to go on from (--model) or a configuration to start with "
                f"(--from-scratch). Got {'neither' if self.model is None else 'both'}."
            )
        trained = [name for name in ("tokenizer_kind", "vocabulary") if getattr(self, name) is not None]
        if self.model is not None and (self.tokenizer is not None or trained):
            raise InvalidInput(
                f"{self.model} keeps its own tokenizer. Leave out {', '.join(trained) or 'tokenizer'}, or "
                "start from scratch."
            )
        if self.tokenizer is not None and trained:
            raise InvalidInput(
                f"The tokenizer {self.tokenizer} is given, so none is trained. Leave out it, or "
                f"{' and '.join(trained)}."
            )
        if self.vocabulary is not None:
            TokenizerOptions(size=self.vocabulary)


@dataclass(frozen=True, slots=True)
class PretrainOptions:
    """How a network is pretrained.

    Attributes:
        start: what from.
        objective: what it learns.
        masking: how the tokens to guess are chosen.
        mlm_probability: share of them, above 0 and below 1.
        max_tokens: of a row, special ones included, at least 8 and at most what the network has positions
            for.
        batch_size: rows of a batch, at least 1.
        epochs: passes over the corpus, above 0; None with `steps`.
        steps: instead of `epochs`, at least 1.
        rate: learning rate at its height, above 0; None for 5e-4 from scratch and 5e-5 for a trained network.
        accumulate: batches of a step, at least 1.
        seed: of weights, rows, masks and dropout, 0 or more.
        max_seconds: time for the steps, above 0; None for no end.
        checkpoint_every: steps between checkpoints, at least 1.
        device: where to compute.

    Raises:
        InvalidInput: a value out of its range; the message names the field.
    """

    start: Start
    objective: Objective = Objective.MASKED_WORDS
    masking: Masking = Masking.DYNAMIC
    mlm_probability: float = 0.15
    max_tokens: int = 128
    batch_size: int = 16
    epochs: float | None = 3.0
    steps: int | None = None
    rate: float | None = None
    accumulate: int = 1
    seed: int = 0
    max_seconds: float | None = None
    checkpoint_every: int = 100
    device: Device = Device.AUTO

    def __post_init__(self) -> None:
        self.masks()
        self.training({})
        if self.start.generator is not None and self.objective is not Objective.REPLACED_TOKENS:
            raise InvalidInput(
                f"A generator is for the objective {Objective.REPLACED_TOKENS}. Got {self.start.generator} "
                f"with {self.objective}; leave it out."
            )

    @property
    def rate_used(self) -> float:
        """The rate, given or by what the network starts from."""
        return self.rate if self.rate is not None else RATE if self.start.config is None else NEW_RATE

    def masks(self) -> MaskOptions:
        """Return how rows are masked."""
        return MaskOptions(self.masking, self.mlm_probability, self.batch_size)

    def training(self, inputs: Mapping[str, str]) -> TrainOptions:
        """Return how the network is trained: all of it at one rate, as it begins with nothing to keep.

        Args:
            inputs: what else a resumed run must have the same, by name.
        """
        return TrainOptions(
            steps=self.steps,
            epochs=self.epochs,
            head_rate=self.rate_used,
            backbone_rate=self.rate_used,
            accumulate=self.accumulate,
            weight_decay=0.01,
            seed=self.seed,
            max_seconds=self.max_seconds,
            checkpoint_every=self.checkpoint_every,
            device=self.device,
            inputs={**self._recorded(), **inputs},
        )

    def _recorded(self) -> dict[str, str]:
        """Return what of the options `TrainOptions` does not hold, as words."""
        own = {name: getattr(self, name) for name in ("objective", "masking", "mlm_probability")}
        own |= {"max_tokens": self.max_tokens, "batch_size": self.batch_size}
        return {name: str(value) for name, value in (own | asdict(self.start)).items() if value is not None}
