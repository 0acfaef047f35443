"""Encoders that run in torch: any Hugging Face folder or hub name, in float32."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.encoders.reading import TextKind
from metier.encoders.structure.quick import refuse_unsafe
from metier.encoders.windowed import EncoderSpec, WindowedEncoder
from metier.errors import ModelFormatError, ModelMismatch, NotFound

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_MOST_TOKENS: Final = 512
_DTYPE: Final = "float32"
# What transformers can make a fast tokenizer of; without any of these it makes an empty one.
_TOKENIZER_FILES: Final = ("tokenizer.json", "vocab.*", "*.model")


class TorchNetwork:
    """Implements `Network` with a Hugging Face model.

    Args:
        model: returns `last_hidden_state`; put into evaluation mode here.
    """

    def __init__(self, model: Any) -> None:
        self._torch = require("torch")
        self.model = model.eval()

    @property
    def dim(self) -> int:
        """Return the length of a state."""
        return int(self.model.config.hidden_size)

    def states(self, rows: Sequence[Sequence[int]]) -> list[NDArray[np.float32]]:
        """Return the last hidden states of each row of token ids, (len(row), dim).

        Rows go through one at a time: matrix products of another height may round otherwise.
        """
        device = next(self.model.parameters()).device
        states: list[NDArray[np.float32]] = []
        with self._torch.inference_mode():
            for row in rows:
                ids = self._torch.tensor([list(row)], dtype=self._torch.int64, device=device)
                out = self.model(input_ids=ids, attention_mask=self._torch.ones_like(ids))
                states.append(out.last_hidden_state[0].float().cpu().numpy())
        return states


def load_torch_encoder(
    backbone: str,
    *,
    name: str = "",
    sha256: str = "",
    prefixes: Mapping[TextKind, str] | None = None,
    trust_remote_code: bool = False,
    device: str = "cpu",
) -> WindowedEncoder:
    """Return the encoder in a Hugging Face folder or hub repository.

    Weights are taken from safetensors only; nothing is unpickled.

    Args:
        backbone: a folder, or a hub name such as `microsoft/deberta-v3-base`.
        name: what to call it in results; the backbone's name by default.
        sha256: hash of the model where it is known; by default one over its configuration and weights.
        prefixes: the words that go before a text of each kind; none by default.
        trust_remote_code: run Python code that the repository brings. It can do whatever you can.
        device: a torch device. Another one may change the last digits.

    Raises:
        MissingExtra: torch or transformers is not installed.
        NotFound: no such folder, or the hub has or reaches no such name.
        ModelFormatError: no safetensors weights, a damaged file, or the model wants to run its own code.
        ModelMismatch: it has no fast tokenizer, is no encoder, or takes too short rows.
    """
    read = read_network(backbone, trust_remote_code=trust_remote_code)
    tokenizer = read_tokenizer(backbone, read, trust_remote_code=trust_remote_code)
    spec = EncoderSpec(
        name=name or Path(backbone).name,
        sha256=sha256 or _weights_sha256(read),
        max_tokens=tokenizer.max_tokens,
        prefixes=dict(prefixes or {}),
    )
    return WindowedEncoder(tokenizer.tokenizer, TorchNetwork(read.model.to(device)), spec)


@dataclass(frozen=True, slots=True, eq=False)
class NetworkRead:
    """A Hugging Face model as it was read.

    Attributes:
        model: returns `last_hidden_state`; float32.
        config: its configuration; it has a `hidden_size`.
        absent: names of the parameters that torch made up; all of them belong to the pooler.
    """

    model: Any
    config: Any
    absent: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class TokenizerRead:
    """A fast tokenizer without padding and truncation, and the most tokens in a row of its model."""

    tokenizer: Tokenizer
    max_tokens: int


def read_network(backbone: str, *, trust_remote_code: bool = False) -> NetworkRead:
    """Return the model in a Hugging Face folder or hub repository; the arguments are the encoder's.

    Raises:
        MissingExtra: torch or transformers is not installed.
        NotFound: no such folder, or the hub has or reaches no such name.
        ModelFormatError: no safetensors weights, a damaged file, or the model wants to run its own code.
        ModelMismatch: it is no encoder.
    """
    transformers = require("transformers")
    check_folder(backbone)
    try:
        config = transformers.AutoConfig.from_pretrained(backbone, trust_remote_code=trust_remote_code)
        model, info = transformers.AutoModel.from_pretrained(
            backbone,
            config=config,
            dtype=_DTYPE,
            use_safetensors=True,
            trust_remote_code=trust_remote_code,
            output_loading_info=True,
        )
    except ImportError:
        raise
    except Exception as error:  # safetensors raises a child of Exception itself
        raise translated(backbone, error) from error
    _check_complete(backbone, info["missing_keys"])
    if not hasattr(config, "hidden_size"):
        raise ModelMismatch(f"{backbone} must be an encoder with a fast tokenizer (tokenizer.json).")
    return NetworkRead(model, config, frozenset(info["missing_keys"]))


def read_tokenizer(backbone: str, read: NetworkRead, *, trust_remote_code: bool = False) -> TokenizerRead:
    """Return the tokenizer that belongs to a model; the arguments are the encoder's.

    Raises:
        ModelFormatError: a damaged file, or it wants to run its own code.
        ModelMismatch: it is no fast tokenizer.
    """
    try:
        tokenizer = require("transformers").AutoTokenizer.from_pretrained(
            backbone, trust_remote_code=trust_remote_code
        )
    except ImportError:
        raise
    except Exception as error:  # tokenizers raises Exception itself
        raise translated(backbone, error) from error
    fast = getattr(tokenizer, "backend_tokenizer", None)
    if fast is None:
        raise ModelMismatch(f"{backbone} must be an encoder with a fast tokenizer (tokenizer.json).")
    fast.no_padding()
    fast.no_truncation()
    return TokenizerRead(fast, max_tokens_of(read.config, tokenizer))


def check_folder(backbone: str) -> None:
    """Refuse a folder that would be taken for a hub name, that holds pickled weights only, or is unsafe.

    Raises:
        NotFound: no such folder.
        ModelFormatError: no safetensors weights or no tokenizer in it, or an unsafe file.
    """
    path = Path(backbone)
    looks_like_path = path.is_absolute() or backbone.startswith((".", "~")) or backbone.count("/") != 1
    if path.is_dir():
        if not any(path.glob("*.safetensors")):
            if any(path.glob("*.onnx")):
                raise ModelFormatError(
                    f"{backbone} holds a network in ONNX alone, which can only be run. Name the folder of "
                    "safetensors weights that it was made from."
                )
            raise ModelFormatError(
                f"{backbone} holds no .safetensors weights. Other formats can run code when loaded: "
                "convert them first."
            )
        if not any(found for pattern in _TOKENIZER_FILES for found in path.glob(pattern)):
            raise ModelFormatError(f"{backbone} holds no tokenizer.json. Save the tokenizer there too.")
        refuse_unsafe(path, subject=backbone)
    elif looks_like_path and "/" in backbone:
        raise NotFound(f"There is no model folder {backbone}.")


def _check_complete(backbone: str, absent: Collection[str]) -> None:
    """Refuse weights that torch would make up at random; the pooler's shape no token state."""
    needed = sorted(name for name in absent if not name.startswith("pooler."))
    if needed:
        raise ModelFormatError(
            f"{backbone} holds no weights for {needed[0]}; {len(needed)} are missing in all. "
            "A file is missing, or config.json belongs to another model."
        )


def translated(backbone: str, error: Exception) -> NotFound | ModelFormatError:
    """Return what to raise when transformers cannot load a folder or a hub repository."""
    if "trust_remote_code" in str(error):
        return ModelFormatError(
            f"{backbone} brings Python code of its own, which is not run unasked. "
            "Read that code; then allow it: --trust-remote-code."
        )
    if Path(backbone).is_dir():
        return ModelFormatError(
            f"{backbone} cannot be loaded: {type(error).__name__}. A file is missing or damaged."
        )
    return NotFound(f"There is no folder {backbone}, and no hub was reached that has a model of that name.")


def max_tokens_of(config: Any, tokenizer: Any) -> int:
    """Return the longest row a model takes; RoBERTa counts positions from after its padding id."""
    positions = int(getattr(config, "max_position_embeddings", _MOST_TOKENS))
    if config.model_type in {"roberta", "xlm-roberta", "camembert", "mpnet", "xlm-roberta-xl"}:
        positions -= int(config.pad_token_id or 0) + 1
    return min(positions, int(tokenizer.model_max_length), _MOST_TOKENS)


def _weights_sha256(read: NetworkRead) -> str:
    """Return a hash over what was read; torch makes up what was not, another way each time."""
    digest = hashlib.sha256(read.config.to_json_string(use_diff=False).encode())
    for name, tensor in sorted(read.model.state_dict().items()):
        if name in read.absent:
            continue
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(tensor.cpu().numpy()).tobytes())
    return digest.hexdigest()
