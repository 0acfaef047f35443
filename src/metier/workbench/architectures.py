"""Architectures that the workbench trains: presets by name, configurations from files."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any, Final

from metier._extras import require
from metier.errors import InvalidInput, NotFound

TRAINED: Final = ("bert", "roberta", "distilbert", "albert", "electra", "deberta-v2")
"""The `model_type`s that are trained from scratch, as transformers spells them."""

_LORA_TARGETS: Final = {
    "distilbert": ("q_lin", "v_lin"),
    "deberta-v2": ("query_proj", "value_proj"),
    "mpnet": ("attn.q", "attn.v"),
}
_DEFAULT_TARGETS: Final = ("query", "value")
_MAX_CONFIG_BYTES: Final = 1_000_000


def preset_names() -> list[str]:
    """Return the names of the configurations that come with metier, sorted."""
    return sorted(json.loads(_presets()))


def read_config(name: str) -> dict[str, Any]:
    """Return the configuration of a network, as transformers writes it into `config.json`.

    Args:
        name: of a preset, such as `bert-tiny`; or a JSON file, or a folder that holds a `config.json`.

    Raises:
        NotFound: no preset, file or folder of that name.
        InvalidInput: the file is no JSON object or names no `model_type`.
    """
    presets = json.loads(_presets())
    if name in presets:
        return dict(presets[name])
    path = Path(name) / "config.json" if Path(name).is_dir() else Path(name)
    if not path.is_file():
        raise NotFound(
            f"There is no configuration {name}. Name a config.json, its folder, or one of "
            f"{', '.join(sorted(presets))}."
        )
    if path.stat().st_size > _MAX_CONFIG_BYTES:
        raise InvalidInput(f"{path.name} must be at most {_MAX_CONFIG_BYTES:,} bytes to be a configuration.")
    try:
        content = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{path.name} must be JSON. It is not; write it again.") from error
    if not isinstance(content, dict) or not isinstance(content.get("model_type"), str):
        raise InvalidInput(f"{path.name} must be a JSON object with a model_type, such as bert.")
    return content


def make_config(name: str, *, vocab_size: int | None = None, pad_token_id: int | None = None) -> Any:
    """Return a transformers configuration from a preset or a file.

    Args:
        name: as of `read_config`.
        vocab_size: instead of the one that it says.
        pad_token_id: instead of the one that it says.

    Raises:
        NotFound: no preset, file or folder of that name.
        InvalidInput: transformers does not know the `model_type`, or a value does not fit the others.
        MissingExtra: transformers is not installed.
    """
    content = read_config(name)
    changes = {"vocab_size": vocab_size, "pad_token_id": pad_token_id}
    content |= {key: value for key, value in changes.items() if value is not None}
    model_type = content.pop("model_type")
    try:
        return require("transformers").AutoConfig.for_model(model_type, **content)
    except ImportError:
        raise
    except Exception as error:  # transformers checks values by errors of several kinds
        raise InvalidInput(
            f"{name} must be a configuration that transformers accepts. Its model_type is {model_type}; "
            f"{type(error).__name__} was raised. Compare it with a preset: {', '.join(preset_names())}."
        ) from error


def lora_targets(model_type: str) -> tuple[str, ...]:
    """Return what the query and value matrices are called, which LoRA adds to by default.

    >>> lora_targets("bert"), lora_targets("distilbert")
    (('query', 'value'), ('q_lin', 'v_lin'))
    """
    return _LORA_TARGETS.get(model_type, _DEFAULT_TARGETS)


def _presets() -> str:
    return resources.files("metier.workbench").joinpath("configs", "presets.json").read_text(encoding="utf-8")
