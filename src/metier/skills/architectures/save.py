"""Skill classifiers as model folders: every file hashed, nothing pickled, parts that belong together."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from metier.encoders.folder import CARD, TOKENIZER, WEIGHTS, ModelCard, ModelFolder, file_entry
from metier.encoders.parameters import count_parameters, safetensors_shapes
from metier.encoders.torch_network import read_network
from metier.errors import ModelFormatError, ModelMismatch
from metier.training.backbone import Backbone
from metier.training.output import Origin, check_empty

HEAD: Final = "head.safetensors"
CONFIG: Final = "config.json"
TASK_PREFIX: Final = "skills-"


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """What a classifier is made of.

    Attributes:
        architecture: which of the three it is.
        tensors: the head's, by name.
        dim: length of a state.
        backbone: None for a head on an encoder that stays as it is.
        encoder_sha256: hash of that encoder; empty where there is a backbone.
        taxonomy_sha256: hash of the taxonomy that it answers for; empty where it answers for any skill.
        facts: what else the head must know, as JSON.
    """

    architecture: str
    tensors: Mapping[str, NDArray[Any]]
    dim: int
    backbone: Backbone | None = None
    encoder_sha256: str = ""
    taxonomy_sha256: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Saved:
    """A model folder that was checked, and its parts as they were written."""

    folder: ModelFolder
    parts: Parts

    def own_backbone(self) -> Backbone:
        """Return the backbone in the folder.

        Raises:
            ModelFormatError: it holds none.
        """
        if self.parts.backbone is None:
            raise ModelFormatError(
                f"Model {self.folder.card.name} holds no {WEIGHTS}. Install the model again."
            )
        return self.parts.backbone


def save_parts(parts: Parts, output: Path, origin: Origin) -> ModelCard:
    """Write a classifier as a model folder, and return its card.

    Args:
        parts: what is written.
        output: a folder that does not exist yet or is empty.
        origin: what the card says of it.

    Raises:
        InvalidInput: the folder is not empty.
    """
    check_empty(output)
    output.mkdir(parents=True, exist_ok=True)
    encoder_sha256 = parts.encoder_sha256
    if parts.backbone is not None:
        parts.backbone.model.save_pretrained(output, max_shard_size="1TB")
        parts.backbone.tokenizer.save(str(output / TOKENIZER))
        encoder_sha256 = file_entry(output / WEIGHTS).sha256
    facts = {
        **parts.facts,
        "architecture": parts.architecture,
        "encoder_sha256": encoder_sha256,
        "taxonomy_sha256": parts.taxonomy_sha256,
    }
    tensors = {name: np.ascontiguousarray(tensor) for name, tensor in parts.tensors.items()}
    (output / HEAD).write_bytes(save(tensors, metadata={"facts": json.dumps(facts, sort_keys=True)}))
    card = _card(parts, output, origin, encoder_sha256)
    (output / CARD).write_bytes(card.dump())
    return card


def read_parts(
    path: Path, *, architecture: str, encoder_sha256: str = "", taxonomy_sha256: str = ""
) -> Saved:
    """Return the parts of a classifier from its model folder, after checking every byte.

    Args:
        path: a model folder.
        architecture: what it must be.
        encoder_sha256: hash of the encoder in use, for a head without a backbone of its own.
        taxonomy_sha256: hash of the taxonomy in use; empty to take a model of any.

    Raises:
        NotFound: no model folder.
        ModelFormatError: it is damaged, changed, pickled, or of another kind.
        ModelMismatch: the head belongs to another encoder or to another taxonomy.
        MissingExtra: it holds a backbone, and torch is not installed.
    """
    folder = ModelFolder.open(path)
    name = folder.card.name
    if folder.card.task != TASK_PREFIX + architecture:
        raise ModelFormatError(
            f"Model {name} is for {folder.card.task!r}, not {TASK_PREFIX + architecture!r}. "
            f"Name a folder that `{_command_for(architecture)}` wrote."
        )
    tensors, facts = _read_head(folder)
    own = folder.card.files.get(WEIGHTS)
    in_use = own.sha256 if own else encoder_sha256
    if facts["encoder_sha256"] != in_use:
        raise ModelMismatch(
            f"Head {name} was fitted to encoder {facts['encoder_sha256'][:12]}, the encoder in use is "
            f"{in_use[:12] or 'none'}. Use the encoder it belongs to."
        )
    if taxonomy_sha256 and facts["taxonomy_sha256"] not in ("", taxonomy_sha256):
        raise ModelMismatch(
            f"Head {name} was fitted to taxonomy {facts['taxonomy_sha256'][:12]}, the taxonomy in use is "
            f"{taxonomy_sha256[:12]}. Use the taxonomy it belongs to, or train it again."
        )
    parts = Parts(
        architecture=architecture,
        tensors=tensors,
        dim=folder.card.dim,
        backbone=_read_backbone(folder) if own else None,
        encoder_sha256=facts["encoder_sha256"],
        taxonomy_sha256=facts["taxonomy_sha256"],
        facts=facts,
    )
    return Saved(folder, parts)


def _command_for(architecture: str) -> str:
    if architecture == "linking":
        return "metier skills train-linker"
    return f"metier skills train --architecture {architecture}"


def _read_head(folder: ModelFolder) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    try:
        with safe_open(folder.file(HEAD), framework="np") as file:
            facts = json.loads(file.metadata()["facts"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
        for key in ("encoder_sha256", "taxonomy_sha256"):
            facts[key] = str(facts[key])
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ModelFormatError(f"Model {folder.card.name}: {HEAD} lacks a part or is damaged.") from error
    if not all(np.isfinite(tensor).all() for tensor in tensors.values()):
        raise ModelFormatError(f"Model {folder.card.name}: {HEAD} must hold finite numbers only.")
    return tensors, facts


def _read_backbone(folder: ModelFolder) -> Backbone:
    from tokenizers import Tokenizer

    model = read_network(str(folder.path)).model
    try:
        tokenizer = Tokenizer.from_file(str(folder.file(TOKENIZER)))
    except ModelFormatError:
        raise
    except Exception as error:  # tokenizers raises Exception itself
        raise ModelFormatError(f"Model {folder.card.name}: {TOKENIZER} is no tokenizer.") from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return Backbone(folder.card.name, model, tokenizer, folder.card.max_tokens)


def _card(parts: Parts, output: Path, origin: Origin, encoder_sha256: str) -> ModelCard:
    shapes = safetensors_shapes(output / WEIGHTS) if parts.backbone else {}
    head = sum(int(tensor.size) for tensor in parts.tensors.values())
    return ModelCard(
        name=origin.name,
        task=TASK_PREFIX + parts.architecture,
        base=origin.base or (parts.backbone.name if parts.backbone else f"head for encoder {encoder_sha256}"),
        license=origin.license,
        languages=origin.languages,
        dim=parts.dim,
        max_tokens=parts.backbone.max_tokens if parts.backbone else 0,
        prefixes={},
        command=origin.command,
        training_data=dict(origin.training_data),
        parameters={**count_parameters(shapes), "head": head},
        metrics=dict(origin.metrics),
        files={path.name: file_entry(path) for path in sorted(output.iterdir())},
    )
