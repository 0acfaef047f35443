"""A causal language model that tells levels: the state of a row's last token, and one layer on it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.encoders.folder import ModelFolder
from metier.errors import InvalidInput, ModelFormatError, ModelMismatch
from metier.expertise.data import LevelRow
from metier.expertise.model import N_LEVELS, Calibration
from metier.expertise.networks.fit import FitOptions, FitPlace, fit_network, plan_of
from metier.expertise.networks.task import LevelTaskOptions
from metier.expertise.networks.text_levels import TextLevels, shift_layer
from metier.expertise.networks.texts import TextPlan
from metier.expertise.trainable import LevelParts
from metier.training.backbone import linear_head, load_tensors
from metier.training.causal_model import (
    Causal,
    load_adapter,
    load_causal,
    save_causal,
    weights_sha256,
    without_advice,
)
from metier.training.lora import LoraOptions, add_lora
from metier.training.options import TrainOptions
from metier.training.output import Watch
from metier.training.randomness import kept_random_state, seed_all

if TYPE_CHECKING:
    from torch import Tensor

KIND: Final = "llm"
DELETIONS: Final = 12
LORA_LAYERS: Final = (
    *("q_proj", "k_proj", "v_proj", "o_proj", "up_proj", "down_proj"),  # Llama, Mistral, Qwen, Gemma
    *("qkv_proj", "gate_up_proj"),  # Phi-3
    *("query_key_value", "dense", "dense_h_to_4h", "dense_4h_to_h"),  # GPT-NeoX, Falcon, BLOOM
    *("c_attn", "c_proj", "c_fc"),  # GPT-2
    *("Wqkv", "out_proj", "fc1", "fc2"),  # MPT, OPT, Phi
    *("fc_in", "fc_out"),  # GPT-J
)
"""What architectures call query, key, value, output, up and down; LoRA is put on those that a model has."""


def _fit_options() -> FitOptions:
    train = TrainOptions(epochs=3, head_rate=2e-3)
    return FitOptions(train, LevelTaskOptions(batch_size=8), patience=None, max_tokens=1024)


@dataclass(frozen=True, slots=True)
class CausalOptions:
    """What is trained, and how.

    Attributes:
        base: path of a GGUF file or of a Hugging Face folder, or a hub name.
        fit: steps, rates, losses and the like; the additions' rate is a tenth of the head's by default.
        rank: of the additions, at least 1.
        alpha: an addition counts alpha / rank; above 0.
        target_modules: names of the layers that get one; empty for those of `LORA_LAYERS` that it has.
        four_bit: hold the base in 4 bits, which takes a GPU and bitsandbytes, here and wherever the model is
            loaded again.

    Raises:
        InvalidInput: a number out of its range.
    Source: LoRA, Hu et al. 2022 (arXiv:2106.09685); on a base in 4 bits, Dettmers et al. 2023
        (arXiv:2305.14314).
    """

    base: str
    fit: FitOptions = field(default_factory=_fit_options)
    rank: int = 16
    alpha: float = 32.0
    target_modules: tuple[str, ...] = ()
    four_bit: bool = False

    def __post_init__(self) -> None:
        LoraOptions(self.rank, self.alpha)  # checks both


@dataclass(frozen=True, slots=True)
class Base:
    """The language model that an adapter belongs to: where it came from, and what it was."""

    source: str
    sha256: str
    four_bit: bool = False


class CausalNetwork:
    """Implements `TextNetwork` with the decoder of a language model.

    Args:
        causal: its model is a decoder without the layer that tells the next token, with an adapter.
        base: what that adapter belongs to.
        seed: of the head's first weights.

    Raises:
        ModelMismatch: the model has no states of one length, or its tokenizer tells no offsets.
    """

    kind = KIND
    deletions = DELETIONS

    def __init__(self, causal: Causal, base: Base, *, seed: int = 0) -> None:
        width = getattr(causal.model.config, "hidden_size", None)
        fast = getattr(causal.tokenizer, "backend_tokenizer", None)
        if not isinstance(width, int) or fast is None:
            raise ModelMismatch(f"{causal.name} must have a hidden_size and a fast tokenizer.")
        fast.no_padding()
        fast.no_truncation()
        self.name = causal.name
        self._causal, self._base, self._fast, self._width = causal, base, fast, width
        self._before = _tokens_before(fast)
        self._end = int(causal.tokenizer.eos_token_id)
        self.room = causal.max_tokens - len(self._before) - 1
        self.module: Any = _trained_parts(causal.model, linear_head(width, N_LEVELS, seed=seed))

    @property
    def dim(self) -> int:
        """Return the length of a state."""
        return self._width

    def offsets(self, text: str) -> Sequence[tuple[int, int]]:
        """Return start and end of each token of a text, in characters."""
        offsets: Sequence[tuple[int, int]] = self._encoded([text])[0].offsets
        return offsets

    def rows(self, texts: Sequence[str], *, max_tokens: int) -> list[tuple[int, ...]]:
        """Return token ids of texts, with the one that ends all; of a longer text the last ones."""
        return [(*self._before, *encoding.ids[-max_tokens:], self._end) for encoding in self._encoded(texts)]

    def forward(self, rows: Sequence[Sequence[int]]) -> Tensor:
        """Return the logits of rows, (n, 5), from the state of the last token that is no padding."""
        torch = require("torch")
        lengths = np.array([len(row) for row in rows], np.int64)
        ids = np.full((len(rows), int(lengths.max())), self._end, np.int64)
        for i, row in enumerate(rows):
            ids[i, : len(row)] = row
        mask = (np.arange(ids.shape[1]) < lengths[:, None]).astype(np.int64)
        device = self._device()
        given = {"input_ids": ids, "attention_mask": mask}
        tensors = {name: torch.from_numpy(array).to(device) for name, array in given.items()}
        states = self._causal.model(**tensors, use_cache=False).last_hidden_state
        last = states[torch.arange(len(rows), device=device), torch.from_numpy(lengths - 1).to(device)]
        logits: Tensor = self.module.head(last.float())
        return logits

    def add_bias(self, shift: NDArray[np.float32]) -> None:
        """Add a constant for each level to the logits, (5,), by changing the head."""
        shift_layer(self.module.head, shift)

    def write(self, output: Path) -> Mapping[str, int]:
        """Write adapter and tokenizer; return how many numbers each part holds."""
        for config in self._causal.model.peft_config.values():
            config.base_model_name_or_path = self._base.source  # as the user named it
        save_causal(self._causal, output)
        parameters = dict(self._causal.model.named_parameters())
        adapter = sum(p.numel() for name, p in parameters.items() if "lora_" in name)
        return {"base": sum(p.numel() for p in parameters.values()) - adapter, "adapter": adapter}

    def facts(self) -> Mapping[str, Any]:
        """Return which base the adapter belongs to."""
        return {
            "base": self._base.source,
            "base_sha256": self._base.sha256,
            "four_bit": self._base.four_bit,
        }

    def _encoded(self, texts: Sequence[str]) -> list[Any]:
        # A lone surrogate, as a broken file may hold, cannot be handed over; both take one character.
        clean = [text.encode("utf-8", "replace").decode() for text in texts]
        encoded: list[Any] = self._fast.encode_batch(clean, add_special_tokens=False)
        return encoded

    def _device(self) -> Any:
        """Return the device of the head, on which the trainer puts it; a base in 4 bits stays where it is."""
        decoder, head = self._causal.model, self.module.head
        own = next(decoder.parameters()).device
        if own != head.weight.device:
            (head if self._base.four_bit else decoder).to(own if self._base.four_bit else head.weight.device)
        return head.weight.device


@dataclass(frozen=True, slots=True)
class CausalTraining:
    """Implements `TrainableLevels` for a causal language model with LoRA.

    Attributes:
        options: what is trained, and how.
        run: folder of the run: new, or that of a run which was stopped and goes on.
    """

    options: CausalOptions
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
            InvalidInput: no rows, the folder holds another run, no layer for LoRA, or 4 bits cannot be had.
            ModelError: the base cannot be used.
            NotFound: no such base.
            MissingExtra: the `train` extra is not installed.
        """
        options, seed = self.options, self.options.fit.train.seed
        causal = load_causal(options.base, four_bit=options.four_bit)
        base = Base(options.base, weights_sha256(causal.model), options.four_bit)
        decoder = decoder_of(causal)
        lora = LoraOptions(options.rank, options.alpha, lora_layers(decoder, options.target_modules))
        with kept_random_state(), _quiet():
            seed_all(seed)
            adapted = add_lora(_ready(decoder.model, four_bit=options.four_bit), lora)
        network = CausalNetwork(Causal(causal.name, adapted, causal.tokenizer), base, seed=seed)
        plan = plan_of(network, rows, options.fit)
        inputs = {"base": base.source, "base_sha256": base.sha256, "lora": str(lora)}
        fit_network(network, plan, rows, tune_rows, options.fit, FitPlace(self.run, inputs, watch))
        return TextLevels(network, plan, network.name)


def read_causal(
    folder: ModelFolder, parts: LevelParts, calibration: Calibration | None = None, *, base: str = ""
) -> TextLevels:
    """Return the model in a folder that was checked, with its parts as `TextLevels.write` gave them.

    Args:
        folder: holds the adapter and the tokenizer.
        parts: head and facts.
        calibration: what was learned on the calibration part, or None.
        base: where the base lies now, if elsewhere than when it was trained on.

    Raises:
        NotFound: the base is not where it was; name it.
        InvalidInput: it was trained on a base in 4 bits, and these cannot be had.
        ModelFormatError: a part is missing or damaged.
        ModelMismatch: the base has other weights than it was trained on, or the parts do not fit.
        MissingExtra: torch, transformers or peft is not installed.
    """
    name = folder.card.name
    plan = TextPlan.from_facts(parts.facts, name=name)
    try:
        known = Base(str(parts.facts["base"]), str(parts.facts["base_sha256"]), bool(parts.facts["four_bit"]))
    except KeyError as error:
        raise ModelFormatError(f"Model {name} must name the base that it belongs to.") from error
    causal = load_causal(base or known.source, four_bit=known.four_bit)
    if weights_sha256(causal.model) != known.sha256:
        raise ModelMismatch(
            f"Model {name} is an adapter for other weights than those of {causal.name}. Name its base, "
            f"{known.source}."
        )
    adapted = load_adapter(folder.path, decoder_of(causal), name=name)
    network = CausalNetwork(adapted, known)
    head = {key: np.asarray(tensor, np.float32) for key, tensor in parts.tensors.items()}
    load_tensors(network.module.head, head, name=name)
    network.module.eval()
    return TextLevels(network, plan, name, folder.sha256, calibration)


def decoder_of(causal: Causal) -> Causal:
    """Return a language model without the layer that tells the next token.

    Raises:
        ModelMismatch: the two cannot be told apart.
    """
    decoder = getattr(causal.model, "base_model", causal.model)
    if decoder is causal.model:
        raise ModelMismatch(f"{causal.name} has no decoder of its own. Take another causal language model.")
    return Causal(causal.name, decoder, causal.tokenizer)


def lora_layers(decoder: Causal, named: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the layers of a decoder that get an addition.

    Args:
        decoder: its model is looked at.
        named: by the user; none for those of `LORA_LAYERS` that it has.

    Raises:
        InvalidInput: it has none of them, or not all that are named; its linear layers are named then.
    """
    torch = require("torch")
    there = {
        name.rpartition(".")[2]
        for name, module in decoder.model.named_modules()
        if isinstance(module, torch.nn.Linear) or type(module).__name__ == "Conv1D"
    }
    found = tuple(name for name in (named or LORA_LAYERS) if name in there)
    if not found or len(found) < len(named):
        raise InvalidInput(
            f"{decoder.name} lacks layers for LoRA: {', '.join(named or LORA_LAYERS[:6])}. Its linear layers "
            f"are {', '.join(sorted(there)) or 'none'}; name some of them as target_modules."
        )
    return found


def _ready(decoder: Any, *, four_bit: bool) -> Any:
    if not four_bit:
        return decoder
    return require("peft").prepare_model_for_kbit_training(decoder)


def _trained_parts(decoder: Any, head: Any) -> Any:
    """Return a torch module of the head and the additions alone, so that no checkpoint holds the base."""
    nn = require("torch").nn
    module = nn.Module()
    module.head = head
    module.adapter = nn.ParameterList([p for p in decoder.parameters() if p.requires_grad])
    module.backbone_parameters = module.adapter.parameters
    plain = module.train

    def train(mode: bool = True) -> Any:  # noqa: FBT001, FBT002 - as torch calls it
        decoder.train(mode)
        return plain(mode)

    module.train = train
    return module


def _tokens_before(fast: Any) -> tuple[int, ...]:
    """Return the special tokens that a tokenizer puts before a text, such as one that begins it."""
    probe = fast.encode("a")
    inside = [i for i, special in enumerate(probe.special_tokens_mask) if not special]
    return tuple(probe.ids[: inside[0]]) if inside else ()


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep back what peft says of matrices that GPT-2 holds turned around: it turns them by itself."""
    with without_advice(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "fan_in_fan_out is set to False", UserWarning)
        yield
