"""The files of encoder folders: float32 weights as Hugging Face lays them out, networks, and their cards."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save
from tokenizers import Tokenizer

from metier.encoders.folder import CARD, NETWORK, TOKENIZER, WEIGHTS, ModelCard, ModelFolder, file_entry
from metier.errors import ModelFormatError

CONFIG: Final = "config.json"
TOKENIZER_CONFIG: Final = "tokenizer_config.json"
LICENSE: Final = "LICENSE"
README: Final = "README.md"
FLOAT32_SUFFIX: Final = "-float32"
_COPIED: Final = (TOKENIZER, TOKENIZER_CONFIG, "special_tokens_map.json", LICENSE)


@dataclass(frozen=True, slots=True, eq=False)
class FloatModel:
    """A folder of float32 weights, read whole; make one with `read_float32`.

    Attributes:
        folder: checked against its card.
        config: its `config.json`.
        tensors: float32 by Hugging Face name, without the pooler, which no state of a token comes from.
    """

    folder: ModelFolder
    config: Mapping[str, Any]
    tensors: dict[str, NDArray[np.float32]]

    @property
    def stem(self) -> str:
        """Return the name without the suffix that says float32, to name other models by."""
        return self.folder.card.name.removesuffix(FLOAT32_SUFFIX)

    @property
    def label(self) -> str:
        """Return name and hash, as cards say what a model was made from."""
        return f"{self.folder.card.name} (sha256 {self.folder.sha256})"


def read_float32(path: Path) -> FloatModel:
    """Return the float32 model in a folder, as a training writes it.

    Args:
        path: holds `config.json`, `model.safetensors`, `tokenizer.json` and a card.

    Raises:
        NotFound: no folder with a `model.json`.
        ModelFormatError: a file is missing, damaged or changed, or the weights are not float32.
    """
    folder = ModelFolder.open(path)
    for name in (CONFIG, WEIGHTS, TOKENIZER):
        if name not in folder.card.files:
            raise ModelFormatError(
                f"Model {folder.card.name} holds no {name}. Name a folder of float32 weights, as training "
                "writes it."
            )
    tensors = {name: tensor for name, tensor in _tensors(folder).items() if not _is_unused(name)}
    for name, tensor in tensors.items():
        if tensor.dtype != np.float32:
            raise ModelFormatError(
                f"Model {folder.card.name}: weights must be float32. {name} is {tensor.dtype}; save the "
                "model in float32."
            )
    return FloatModel(folder, _config(folder), tensors)


def write_float32(
    output: Path,
    like: FloatModel,
    tensors: Mapping[str, NDArray[np.float32]],
    *,
    card: ModelCard,
    config: Mapping[str, Any],
) -> ModelCard:
    """Write a folder with the tokenizer and licence of another one, and return its card.

    Args:
        output: made where it is not there.
        like: gives what is copied.
        tensors: the weights.
        card: all but its files.
        config: the `config.json`.
    """
    output.mkdir(parents=True, exist_ok=True)
    for name in _COPIED:
        if name in like.folder.card.files:
            shutil.copyfile(like.folder.file(name), output / name)
    write_json(output / CONFIG, config)
    write_tensors(output, tensors)
    return write_card(output, card)


def write_tensors(folder: Path, tensors: Mapping[str, NDArray[np.float32]]) -> None:
    """Write weights as metier and transformers read them; equal ones give equal bytes."""
    contiguous = {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}
    (folder / WEIGHTS).write_bytes(save(contiguous, metadata={"format": "pt"}))


def write_network(folder: Path, network: Any, tokenizer: str) -> None:
    """Write an ONNX network and its tokenizer into a folder, made where it is not there.

    Args:
        folder: of the model.
        network: an `onnx.ModelProto`.
        tokenizer: content of its `tokenizer.json`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / NETWORK).write_bytes(network.SerializeToString(deterministic=True))
    (folder / TOKENIZER).write_text(tokenizer, encoding="utf-8")


def write_documents(folder: Path, *, license_text: str, readme: str) -> None:
    """Write the licence and the description of a model."""
    (folder / LICENSE).write_text(license_text, encoding="utf-8", newline="\n")
    (folder / README).write_text(readme, encoding="utf-8", newline="\n")


def write_card(folder: Path, card: ModelCard) -> ModelCard:
    """Write the card of a model and return it; last, since it lists the other files."""
    present = sorted(path for path in folder.iterdir() if path.name != CARD)
    card = replace(card, files={path.name: file_entry(path) for path in present})
    (folder / CARD).write_bytes(card.dump())
    return card


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON for people to read; equal content gives equal bytes."""
    path.write_text(
        json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8"
    )


def differing(one: Mapping[str, object], other: Mapping[str, object]) -> list[str]:
    """Return the keys, in order, whose values are not the same in two mappings or that only one has.

    >>> differing({"a": 1, "b": 2}, {"b": 3, "c": 4})
    ['a', 'b', 'c']
    """
    return sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))


def tokenizer_sha256(folder: ModelFolder) -> str:
    """Return a hash of what a model's tokenizer does: spaces in its file and padding do not count.

    Raises:
        ModelFormatError: it is no tokenizer, or there is none.
    """
    try:
        tokenizer = Tokenizer.from_file(str(folder.file(TOKENIZER)))
    except ModelFormatError:
        raise
    except Exception as error:  # tokenizers raises Exception itself
        raise ModelFormatError(f"Model {folder.card.name}: {TOKENIZER} is no tokenizer.") from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return hashlib.sha256(tokenizer.to_str().encode()).hexdigest()


def _tensors(folder: ModelFolder) -> dict[str, NDArray[Any]]:
    try:
        return load_file(folder.file(WEIGHTS))
    except Exception as error:  # safetensors raises a child of Exception itself
        raise ModelFormatError(
            f"Model {folder.card.name}: {WEIGHTS} is damaged, or of a kind of number that is not read."
        ) from error


def _config(folder: ModelFolder) -> dict[str, Any]:
    try:
        content = json.loads(folder.file(CONFIG).read_bytes())
    except (ValueError, RecursionError) as error:
        raise ModelFormatError(f"Model {folder.card.name}: {CONFIG} must be JSON.") from error
    if not isinstance(content, dict):
        raise ModelFormatError(f"Model {folder.card.name}: {CONFIG} must be a JSON object.")
    return content


def _is_unused(name: str) -> bool:
    return name.startswith("pooler.") or name.endswith("position_ids")
