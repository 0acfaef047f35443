"""A Hugging Face encoder that can be trained: rows of token ids in, states out, gradients where wanted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.encoders.torch_network import TorchNetwork, read_network, read_tokenizer
from metier.encoders.windowed import OVERLAP, EncoderSpec, WindowedEncoder
from metier.encoders.windows import plan_windows
from metier.errors import ModelMismatch

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

MAX_TRAIN_WINDOWS: Final = 8
_Item = TypeVar("_Item")
_TOKENS_AT_ONCE: Final = 8192
_LEAST_ROOM: Final = 2 * OVERLAP


class Row(NamedTuple):
    """Token ids as the network takes them, with the number of the text that each belongs to."""

    ids: tuple[int, ...]
    types: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """What a tokenizer's template puts around one text, or around and between two.

    Attributes:
        gaps: the special tokens before, between and after the texts.
        types: the number that the template gives to the tokens of each text.
    """

    gaps: tuple[Row, ...]
    types: tuple[int, ...]

    def __len__(self) -> int:
        return sum(len(gap.ids) for gap in self.gaps)

    def around(self, texts: Sequence[Sequence[int]]) -> Row:
        """Return the row for as many texts as the frame is for, each given as token ids."""
        ids, types = list(self.gaps[0].ids), list(self.gaps[0].types)
        for text, kind, gap in zip(texts, self.types, self.gaps[1:], strict=True):
            ids += [*text, *gap.ids]
            types += [*[kind] * len(text), *gap.types]
        return Row(tuple(ids), tuple(types))


@dataclass(frozen=True, slots=True, eq=False)
class Backbone:
    """A model with its tokenizer; make one with `load_backbone`.

    Attributes:
        name: what it was loaded by.
        model: the torch model; returns `last_hidden_state`.
        tokenizer: fast, without padding and truncation.
        max_tokens: most tokens in one row, special ones included.
    """

    name: str
    model: Any
    tokenizer: Tokenizer
    max_tokens: int

    @property
    def dim(self) -> int:
        """Return the length of a state."""
        return int(self.model.config.hidden_size)

    def tokenise(self, texts: Sequence[str]) -> list[Encoding]:
        """Return ids and character offsets of texts, without special tokens."""
        # A lone surrogate, as a broken file may hold, cannot be handed over; both take one character.
        clean = [text.encode("utf-8", "replace").decode() for text in texts]
        return self.tokenizer.encode_batch(clean, add_special_tokens=False)

    def frame(self, n_texts: int) -> Frame:
        """Return what the tokenizer's template puts around one text or two.

        Raises:
            ModelMismatch: it has no template for that: a text would stand without special tokens.
        """
        probe = self.tokenizer.encode("a") if n_texts == 1 else self.tokenizer.encode("a", "a")
        spread = [i for i, text in enumerate(probe.sequence_ids) if text is not None]
        first = [next((i for i in spread if probe.sequence_ids[i] == text), -1) for text in range(n_texts)]
        after = [
            max((i + 1 for i in spread if probe.sequence_ids[i] == text), default=-1)
            for text in range(n_texts)
        ]
        cuts = list(zip([0, *after], [*first, len(probe.ids)], strict=True))
        gaps = tuple(Row(tuple(probe.ids[a:b]), tuple(probe.type_ids[a:b])) for a, b in cuts)
        if -1 in first or not gaps[0].ids or not all(gap.ids for gap in gaps[:n_texts]):
            raise ModelMismatch(
                f"{self.name} has a tokenizer without special tokens around {n_texts} texts. Take a backbone "
                "whose tokenizer marks the start of a row and the border between two texts."
            )
        return Frame(gaps, tuple(probe.type_ids[i] for i in first))

    def hidden(self, rows: Sequence[Row]) -> tuple[Any, Any]:
        """Return the last states of some rows and the mask of what is no padding.

        Returns:
            Tensors (n_rows, longest, dim) float32 and (n_rows, longest) bool on the model's device.
        """
        given = self.padded(rows)
        out = self.model(**given)
        return out.last_hidden_state.float(), given["attention_mask"].bool()

    def padded(self, rows: Sequence[Row]) -> dict[str, Any]:
        """Return some rows as the model takes them, padded to the longest.

        Returns:
            Tensors (n_rows, longest) int64 on the model's device: `input_ids`, `attention_mask` and, if the
            model tells types apart, `token_type_ids`.
        """
        torch = require("torch")
        longest = max(len(row.ids) for row in rows)
        ids = np.full((len(rows), longest), int(self.model.config.pad_token_id or 0), np.int64)
        types, mask = np.zeros_like(ids), np.zeros_like(ids)
        for i, row in enumerate(rows):
            ids[i, : len(row.ids)], types[i, : len(row.ids)], mask[i, : len(row.ids)] = row.ids, row.types, 1
        given = {"input_ids": ids, "attention_mask": mask}
        if int(getattr(self.model.config, "type_vocab_size", 0) or 0) > 1:
            given["token_type_ids"] = types
        device = next(self.model.parameters()).device
        return {name: torch.from_numpy(array).to(device) for name, array in given.items()}


def load_backbone(backbone: str, *, trust_remote_code: bool = False) -> Backbone:
    """Return the trainable backbone in a Hugging Face folder or hub repository.

    Weights are taken from safetensors only; nothing is unpickled.

    Args:
        backbone: a folder, or a hub name such as `microsoft/deberta-v3-base`.
        trust_remote_code: run Python code that the repository brings. It can do whatever you can.

    Raises:
        MissingExtra: torch or transformers is not installed.
        NotFound: no such folder, or the hub has or reaches no such name.
        ModelFormatError: no safetensors weights, a damaged file, or the model wants to run its own code.
        ModelMismatch: it has no fast tokenizer, is no encoder, or takes too short rows.
    """
    read = read_network(backbone, trust_remote_code=trust_remote_code)
    tokenizer = read_tokenizer(backbone, read, trust_remote_code=trust_remote_code)
    return _checked(Backbone(Path(backbone).name, read.model, tokenizer.tokenizer, tokenizer.max_tokens))


def _checked(backbone: Backbone) -> Backbone:
    if backbone.max_tokens - len(backbone.frame(1)) < _LEAST_ROOM:
        raise ModelMismatch(
            f"{backbone.name} takes rows of {backbone.max_tokens} tokens; metier needs room for at least "
            f"{_LEAST_ROOM} beside special tokens."
        )
    return backbone


def backbone_encoder(backbone: Backbone, *, sha256: str) -> WindowedEncoder:
    """Return a trained backbone as an encoder of metier; it is put into evaluation mode."""
    spec = EncoderSpec(backbone.name, sha256, backbone.max_tokens)
    return WindowedEncoder(backbone.tokenizer, TorchNetwork(backbone.model), spec)


def join_parts(backbone: Backbone | None, head: Any) -> Any:
    """Return one torch module of a head and the backbone below it, if that is to be trained too.

    Args:
        backbone: its parameters are those of `backbone_parameters()`; None for a frozen one.
        head: a torch module.
    """
    module = require("torch").nn.Module()
    module.head = head
    if backbone is not None:
        module.backbone = backbone.model
    module.backbone_parameters = lambda: iter(() if backbone is None else backbone.model.parameters())
    return module


def linear_head(dim: int, n_out: int, *, seed: int) -> Any:
    """Return a linear layer with small random weights; the same seed gives the same ones."""
    torch = require("torch")
    head = torch.nn.Linear(dim, n_out)
    weights = np.random.default_rng(seed).normal(0.0, 0.02, (n_out, dim)).astype(np.float32)
    head.load_state_dict({"weight": torch.from_numpy(weights), "bias": torch.zeros(n_out)})
    return head


def text_windows(n_tokens: int, room: int, *, most: int | None = None) -> list[range]:
    """Return overlapping windows over a text of which a row holds `room` tokens.

    Args:
        n_tokens: tokens of the text, at least 0; none get one empty window.
        room: at least 1.
        most: keep no more windows than this, evenly over the text; None to keep all. Training gives
            `MAX_TRAIN_WINDOWS`, so that the memory of one step has its bounds.

    >>> len(text_windows(10_000, 100)), len(text_windows(10_000, 100, most=8))
    (133, 8)
    """
    windows = plan_windows(n_tokens, size=room, overlap=min(OVERLAP, room // 4))
    return windows if most is None else spread_evenly(windows, most)


def spread_evenly(items: Sequence[_Item], most: int) -> list[_Item]:
    """Return at most so many items, from the first to the last at even steps.

    >>> spread_evenly(range(100), 3)
    [0, 50, 99]
    """
    if len(items) <= most:
        return list(items)
    return [items[i] for i in np.linspace(0, len(items) - 1, most).round().astype(int)]


def batches_by_length(lengths: Sequence[int] | NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Yield the numbers of rows of about equal length, so that padding is small and memory bounded.

    Args:
        lengths: tokens in each row.

    >>> [batch.tolist() for batch in batches_by_length([5, 8000, 3])]
    [[2, 0], [1]]
    """
    order = np.argsort(np.asarray(lengths), kind="stable").astype(np.int64)
    first = 0
    for i, row in enumerate(order):
        if i > first and int(lengths[row]) * (i + 1 - first) > _TOKENS_AT_ONCE:
            yield order[first:i]
            first = i
    if first < len(order):
        yield order[first:]


def tensors_of(module: Any) -> dict[str, NDArray[np.float32]]:
    """Return the parameters of a torch module as numpy arrays, by name."""
    return {name: tensor.detach().float().cpu().numpy() for name, tensor in module.state_dict().items()}


def load_tensors(module: Any, tensors: Mapping[str, NDArray[np.float32]], *, name: str) -> None:
    """Put arrays into a torch module.

    Args:
        module: takes them.
        tensors: by the names that `tensors_of` gives.
        name: of the model, for the message.

    Raises:
        ModelMismatch: a name or a shape is not the module's.
    """
    torch = require("torch")
    try:
        module.load_state_dict({key: torch.from_numpy(np.array(array)) for key, array in tensors.items()})
    except RuntimeError as error:
        raise ModelMismatch(f"Model {name}: its head does not fit its backbone or its skills.") from error
