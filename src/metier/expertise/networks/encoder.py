"""An encoder with a head for levels: the mean over the states of a row's tokens, and two layers on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.encoders.folder import TOKENIZER, WEIGHTS, ModelFolder
from metier.encoders.parameters import count_parameters, safetensors_shapes
from metier.encoders.torch_network import read_network
from metier.errors import InvalidInput, ModelFormatError, ModelMismatch
from metier.expertise.data import LevelRow
from metier.expertise.model import N_LEVELS, Calibration
from metier.expertise.networks.fit import FitOptions, FitPlace, fit_network, plan_of
from metier.expertise.networks.text_levels import TextLevels, shift_layer
from metier.expertise.networks.texts import TextPlan
from metier.expertise.trainable import LevelParts
from metier.training.backbone import (
    Backbone,
    join_parts,
    linear_head,
    load_backbone,
    load_tensors,
)
from metier.training.causal_model import weights_sha256, without_advice
from metier.training.freezing import freeze_lowest
from metier.training.lora import LoraOptions, add_lora, merge_lora
from metier.training.output import Watch
from metier.training.randomness import kept_random_state, seed_all

if TYPE_CHECKING:
    from torch import Tensor

KIND: Final = "encoder"
DELETIONS: Final = 24
LORA_LAYERS: Final = ("query", "value", "query_proj", "value_proj", "q", "v", "q_proj", "v_proj")
"""What the usual backbones call their query and value layers; each has two of these."""


@dataclass(frozen=True, slots=True)
class EncoderOptions:
    """What is trained, and how.

    Attributes:
        backbone: a Hugging Face folder or hub name.
        fit: steps, rates, losses and the like; the backbone's rate is a tenth of the head's by default.
        dropout: of the head, 0 to below 1.
        freeze_embeddings: leave the backbone's word embeddings as they are.
        train_layers: train the uppermost so many layers of the backbone alone, 0 or more, and no embeddings
            below them; None for all.
        lora: train small additions to the backbone and leave the rest of it; they are added into its
            matrices afterwards. None for none; `LORA_LAYERS` names what the usual backbones have.
        trust_remote_code: run Python code that the backbone's repository brings.

    Raises:
        InvalidInput: a number out of its range, or `train_layers` together with LoRA.
    """

    backbone: str
    fit: FitOptions = field(default_factory=FitOptions)
    dropout: float = 0.1
    freeze_embeddings: bool = True
    train_layers: int | None = None
    lora: LoraOptions | None = None
    trust_remote_code: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.dropout < 1:
            raise InvalidInput(f"dropout must be from 0 to below 1. Got {self.dropout}.")
        if self.train_layers is not None and self.train_layers < 0:
            raise InvalidInput(f"train_layers must be 0 or more. Got {self.train_layers}.")
        if self.lora is not None and self.train_layers is not None:
            raise InvalidInput(
                f"LoRA leaves all layers as they are but for its additions. Got train_layers "
                f"{self.train_layers} too: drop one of the two."
            )


class EncoderNetwork:
    """Implements `TextNetwork` with an encoder.

    Args:
        backbone: used as it stands, but for its pooler, which nothing reads.
        dropout: of the head, while it is trained.
        seed: of the head's first weights.
    """

    kind = KIND
    deletions = DELETIONS

    def __init__(self, backbone: Backbone, *, dropout: float = 0.1, seed: int = 0) -> None:
        _empty_pooler(backbone.model)
        self.backbone = backbone
        self.name = backbone.name
        self.module: Any = join_parts(backbone, level_head(backbone.dim, dropout=dropout, seed=seed))
        self._frame = backbone.frame(1)
        self.room = backbone.max_tokens - len(self._frame)

    @property
    def dim(self) -> int:
        """Return the length of a state."""
        return self.backbone.dim

    def offsets(self, text: str) -> Sequence[tuple[int, int]]:
        """Return start and end of each token of a text, in characters."""
        offsets: Sequence[tuple[int, int]] = self.backbone.tokenise([text])[0].offsets
        return offsets

    def rows(self, texts: Sequence[str], *, max_tokens: int) -> list[tuple[int, ...]]:
        """Return the token ids of texts, without special ones; of a longer text the first ones."""
        return [tuple(encoding.ids[:max_tokens]) for encoding in self.backbone.tokenise(texts)]

    def forward(self, rows: Sequence[Sequence[int]]) -> Tensor:
        """Return the logits of rows, (n, 5). Special tokens count in the mean, so an empty row has one."""
        states, mask = self.backbone.hidden([self._frame.around((row,)) for row in rows])
        weights = mask[:, :, None].float()
        logits: Tensor = self.module.head((states * weights).sum(dim=1) / weights.sum(dim=1))
        return logits

    def add_bias(self, shift: NDArray[np.float32]) -> None:
        """Add a constant for each level to the logits, (5,), by changing the head."""
        shift_layer(self.module.head[-1], shift)

    def write(self, output: Path) -> Mapping[str, int]:
        """Write the backbone and its tokenizer; return how many numbers each part holds."""
        self.backbone.model.save_pretrained(output, max_shard_size="1TB")
        self.backbone.tokenizer.save(str(output / TOKENIZER))
        return dict(count_parameters(safetensors_shapes(output / WEIGHTS)))

    def facts(self) -> Mapping[str, Any]:
        """Return the most tokens of a row, and what it was made from."""
        return {"row_tokens": self.backbone.max_tokens, "base": self.name}


def level_head(dim: int, *, dropout: float, seed: int) -> Any:
    """Return dropout, a layer of half the width, dropout, GELU, and a layer for the five levels.

    Args:
        dim: of what goes in, (n, dim).
        dropout: 0 to below 1.
        seed: of the first weights.
    """
    nn = require("torch").nn
    inner = max(dim // 2, 1)
    return nn.Sequential(
        nn.Dropout(dropout),
        linear_head(dim, inner, seed=seed),
        nn.Dropout(dropout),
        nn.GELU(),
        linear_head(inner, N_LEVELS, seed=seed + 1),
    )


@dataclass(frozen=True, slots=True)
class EncoderTraining:
    """Implements `TrainableLevels` for an encoder with a head.

    Attributes:
        options: what is trained, and how.
        run: folder of the run: new, or that of a run which was stopped and goes on.
    """

    options: EncoderOptions
    run: Path

    @property
    def kind(self) -> str:
        """Return the kind of model."""
        return KIND

    @property
    def reads(self) -> bool:
        """Tell whether its rows need `LevelInput.reading`: they do not."""
        return False

    def fit(self, rows: Sequence[LevelRow], tune_rows: Sequence[LevelRow], watch: Watch) -> TextLevels:
        """Return a model fitted to rows; `TrainableLevels.fit` is the contract.

        Raises:
            InvalidInput: no rows, the folder holds another run, or the backbone lacks what the options name.
            ModelError: the backbone cannot be used.
            NotFound: no such backbone.
            MissingExtra: the `train` extra is not installed.
        """
        options = self.options
        backbone = load_backbone(options.backbone, trust_remote_code=options.trust_remote_code)
        network = EncoderNetwork(backbone, dropout=options.dropout, seed=options.fit.train.seed)
        plan = plan_of(network, rows, options.fit)
        inputs = self._inputs(network)
        adapter = _prepare(backbone, options)
        rate = options.lora.backbone_rate(options.fit.train.head_rate) if options.lora else None
        place = FitPlace(self.run, inputs, watch)
        fit_network(network, plan, rows, tune_rows, options.fit.at_backbone_rate(rate), place)
        if adapter is not None:
            merge_lora(adapter)
        return TextLevels(network, plan, network.name)

    def _inputs(self, network: EncoderNetwork) -> dict[str, str]:
        options = self.options
        return {
            "backbone": network.name,
            "backbone_sha256": weights_sha256(network.backbone.model),
            "dropout": str(options.dropout),
            "lora": "" if options.lora is None else str(asdict(options.lora)),
        }


def read_encoder(
    folder: ModelFolder, parts: LevelParts, calibration: Calibration | None = None
) -> TextLevels:
    """Return the model in a folder that was checked, with its parts as `TextLevels.write` gave them.

    Raises:
        ModelFormatError: a part is missing or damaged.
        ModelMismatch: head and backbone do not belong together.
        MissingExtra: torch or transformers is not installed.
    """
    name = folder.card.name
    plan = TextPlan.from_facts(parts.facts, name=name)
    network = EncoderNetwork(_backbone_in(folder, parts))
    if plan.max_tokens > network.room:
        raise ModelMismatch(
            f"Model {name} reads {plan.max_tokens} tokens of a text; its backbone takes {network.room}."
        )
    load_tensors(
        network.module.head,
        {key: np.asarray(tensor, np.float32) for key, tensor in parts.tensors.items()},
        name=name,
    )
    network.module.eval()
    return TextLevels(network, plan, name, folder.sha256, calibration)


def _empty_pooler(model: Any) -> None:
    """Set the pooler to 0: a base that lacks one gets it at random, and no run repeats another."""
    torch = require("torch")
    pooler = getattr(model, "pooler", None)
    for parameter in pooler.parameters() if isinstance(pooler, torch.nn.Module) else ():
        parameter.requires_grad = False
        parameter.zero_()


def _prepare(backbone: Backbone, options: EncoderOptions) -> Any:
    """Freeze what is not trained, and return the module with additions where there are any."""
    if options.lora is not None:
        with kept_random_state(), without_advice():
            seed_all(options.fit.train.seed)
            return add_lora(backbone.model, options.lora)
    n_frozen = 0
    if options.train_layers is not None:
        n_layers = int(getattr(backbone.model.config, "num_hidden_layers", 0))
        n_frozen = n_layers - options.train_layers
        if n_frozen < 0:
            raise InvalidInput(
                f"train_layers must be at most {n_layers} for this backbone. Got {options.train_layers}."
            )
    if n_frozen or options.freeze_embeddings:
        freeze_lowest(backbone.model, n_frozen)
    return None


def _backbone_in(folder: ModelFolder, parts: LevelParts) -> Backbone:
    from tokenizers import Tokenizer

    name = folder.card.name
    folder.file(WEIGHTS)
    model = read_network(str(folder.path)).model.eval()
    row_tokens = parts.facts.get("row_tokens")
    if not isinstance(row_tokens, int):
        raise ModelFormatError(f"Model {name} must say how many tokens a row holds.")
    try:
        tokenizer = Tokenizer.from_file(str(folder.file(TOKENIZER)))
    except ModelFormatError:
        raise
    except Exception as error:  # tokenizers raises Exception itself
        raise ModelFormatError(f"Model {name}: {TOKENIZER} is no tokenizer.") from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return Backbone(str(parts.facts.get("base", name)), model, tokenizer, row_tokens)
