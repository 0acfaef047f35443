"""Replaced tokens: a small network puts likely words in, a larger one tells which are not the true ones.

Source: Clark et al. 2020, ELECTRA (arXiv:2003.10555), sections 2 and 3.2.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from metier._extras import require
from metier.errors import InvalidInput, ModelMismatch
from metier.training.fingerprint import fingerprint
from metier.training.networks import Head, Network, new_network
from metier.training.schedule import derived_seed
from metier.workbench.pretraining.batches import MaskedBatch, Masker, MaskOptions, make_masker
from metier.workbench.pretraining.masked_task import on_device
from metier.workbench.pretraining.prediction_heads import read_rows
from metier.workbench.pretraining.row_sources import RowSource
from metier.workbench.pretraining.rows import TextRow, contents

if TYPE_CHECKING:
    from torch import Tensor

GENERATOR_WIDTH: Final = 0.25
"""Width of a generator against its detector's; the paper found a quarter to a half best."""
DETECTOR_WEIGHT: Final = 50.0
"""What the detector's loss counts against the generator's; the paper's choice."""


def make_generator(detector: Network, *, seed: int = 0) -> Network:
    """Return a network that guesses masked words, as deep as a detector and a quarter as wide.

    Args:
        detector: an ELECTRA; it stays as it is.
        seed: of the weights.
    """
    own = detector.model.config
    heads = max(1, round(own.num_attention_heads * GENERATOR_WIDTH))
    content = own.to_dict() | {
        "num_attention_heads": heads,
        "hidden_size": heads * own.hidden_size // own.num_attention_heads,
        "intermediate_size": max(1, round(own.intermediate_size * GENERATOR_WIDTH)),
    }
    config = type(own).from_dict(content)
    name = f"{detector.name}-generator"
    return new_network(config, detector.tokenizer, Head.MASKED_WORDS, name=name, seed=seed)


def share_embeddings(generator: Network, detector: Network) -> Any:
    """Make a generator use its detector's embeddings, and return a torch module of both.

    Words, positions and types are shared, as in the paper; the generator's scores of words, which go by the
    same table, follow.

    Args:
        generator: changed in place.
        detector: gives.

    Raises:
        ModelMismatch: the tables are of different sizes, the tokenizers differ, or one is no ELECTRA.
    """
    kinds = generator.model.config.model_type, detector.model.config.model_type
    if kinds != ("electra", "electra"):
        raise ModelMismatch(f"Generator and detector must both be of the architecture electra. Got {kinds}.")
    if generator.tokenizer.get_vocab() != detector.tokenizer.get_vocab():
        raise ModelMismatch(
            f"{generator.name} must have the tokenizer of {detector.name}. Theirs have different tokens; "
            "train a new generator, or take the one that belongs to it."
        )
    given, own = detector.backbone.embeddings, generator.backbone.embeddings
    tables = ("word_embeddings", "position_embeddings", "token_type_embeddings")
    for name in tables:
        one, other = tuple(getattr(own, name).weight.shape), tuple(getattr(given, name).weight.shape)
        if one != other:
            raise ModelMismatch(
                f"{generator.name} has {name} of {one}, and {detector.name} of {other}. A generator must "
                "have the embedding size and the positions of its detector."
            )
    for name in tables:
        setattr(own, name, getattr(given, name))
    generator.model.generator_lm_head.weight = given.word_embeddings.weight
    module = require("torch").nn.Module()
    module.model, module.generator = detector.model, generator.model
    module.backbone_parameters = lambda: iter(detector.backbone.parameters())
    return module


class Corrupted(NamedTuple):
    """What a detector reads, and what it is to find.

    Attributes:
        inputs: as the batch has them, with the generator's words in the masked places.
        replaced: (n_rows, longest) bool; False where the generator hit upon the true word.
        counted: (n_rows, longest) bool, what is no padding.
        nll: scalar, the mean loss of the generator's words.
    """

    inputs: dict[str, Any]
    replaced: Any
    counted: Any
    nll: Any


@dataclass(slots=True, eq=False, repr=False)
class ReplacedTokensTask:
    """Implements `TrainingTask` with a generator and a detector that learn together.

    Attributes:
        detector: learns; its head is `REPLACED_TOKENS`.
        generator: learns; it shares the detector's embeddings from now on.
        train: gives the rows to learn from.
        dev: rows to measure on.
        options: how rows are masked for the generator.
        name: what logs call the task.
        weight: its share of the steps.
        module: both networks in one, for a run.

    Raises:
        InvalidInput: no word to guess in the rows to learn from or to measure on, or networks with other
            heads.
        ModelMismatch: the networks do not fit each other, or there is no mask token.
    """

    detector: Network
    generator: Network
    train: RowSource
    dev: Sequence[TextRow]
    options: MaskOptions = field(default_factory=MaskOptions, kw_only=True)
    name: str = field(default="replaced-tokens", kw_only=True)
    weight: float = field(default=1.0, kw_only=True)
    module: Any = field(init=False)
    data_sha256: str = field(init=False)
    _masker: Masker = field(init=False)

    def __post_init__(self) -> None:
        heads = self.detector.head, self.generator.head
        if heads != (Head.REPLACED_TOKENS, Head.MASKED_WORDS):
            raise InvalidInput(
                f"Task {self.name} needs a detector of replaced tokens and a generator of masked words. Got "
                f"{heads[0]} and {heads[1]}."
            )
        self._masker = make_masker(self.detector, self.options)
        self.module = share_embeddings(self.generator, self.detector)
        first = self.train.rows(seed=0, epoch=0)
        for rows, purpose in ((first, "to learn from"), (self.dev, "to measure on")):
            self._masker.check(rows, purpose)
        self.data_sha256 = fingerprint([*contents(first), *contents(self.dev)])

    def batches(self, *, seed: int, epoch: int) -> Sequence[MaskedBatch]:
        """Return the batches of an epoch, each masked when it is asked for."""
        rows = self.train.rows(seed=seed, epoch=epoch)
        return self._masker.learned(rows, seed=seed, epoch=epoch)

    def loss(self, batch: Any) -> Tensor:
        """Return the generator's mean loss of a masked word plus 50 times the detector's of a token.

        No gradient goes from the detector to the generator: words are drawn, and a draw has none.
        """
        torch = require("torch")
        corrupted = self._corrupted(batch, None)
        found = self.detector.model(**corrupted.inputs).logits.float()
        detector = torch.nn.functional.binary_cross_entropy_with_logits(
            found[corrupted.counted], corrupted.replaced[corrupted.counted].float()
        )
        loss: Tensor = corrupted.nll + DETECTOR_WEIGHT * detector
        return loss

    def evaluate(self) -> Mapping[str, float]:
        """Return how well both do on the rows to measure on; masks and draws are the same each time.

        Returns:
            `score`, the geometric mean of the generator's probabilities of the true words: the detector's own
            figures fall while the generator learns to deceive it, so they order no runs.
            `generator_perplexity` is 1 / score. `detector_accuracy` is over all tokens, of which most are
            true; `replaced_f1` is of the tokens that were replaced, 0 where none was.
        """
        torch = require("torch")
        size = self.options.batch_size
        nll = n_masked = n_tokens = right = 0.0
        hits = found_any = replaced_any = 0
        draws = torch.Generator(device=self.detector.device)
        draws.manual_seed(derived_seed("replaced", 0) % 2**63)
        for first in range(0, len(self.dev), size):
            numbers = range(first, min(first + size, len(self.dev)))
            batch = on_device(self._masker.measured(self.dev, numbers), self.detector.device)
            corrupted = self._corrupted(batch, draws)
            found = (self.detector.model(**corrupted.inputs).logits > 0)[corrupted.counted]
            true = corrupted.replaced[corrupted.counted]
            nll += float(corrupted.nll) * len(batch.targets)
            n_masked += len(batch.targets)
            n_tokens += len(true)
            right += int((found == true).sum())
            hits += int((found & true).sum())
            found_any += int(found.sum())
            replaced_any += int(true.sum())
        mean = nll / max(1.0, n_masked)
        return {
            "score": math.exp(-mean),
            "generator_perplexity": math.exp(min(mean, 700.0)),
            "detector_accuracy": right / n_tokens,
            "replaced_f1": 2 * hits / max(1, found_any + replaced_any),
        }

    def _corrupted(self, batch: MaskedBatch, draws: Any) -> Corrupted:
        """Return a batch with the masked tokens drawn from what the generator holds likely."""
        torch = require("torch")
        words, _ = read_rows(self.generator.model, batch.inputs, batch.places)
        words = words.float()
        nll = torch.nn.functional.cross_entropy(words, batch.targets, reduction="sum") / max(1, len(words))
        rows, places = batch.places[:, 0], batch.places[:, 1]
        read = batch.inputs["input_ids"].clone()
        replaced = torch.zeros_like(read, dtype=torch.bool)
        if len(words):
            drawn = torch.multinomial(torch.softmax(words.detach(), 1), 1, generator=draws).squeeze(1)
            read[rows, places] = drawn
            replaced[rows, places] = drawn != batch.targets
        counted = batch.inputs["attention_mask"].bool()
        return Corrupted({**batch.inputs, "input_ids": read}, replaced, counted, nll)
