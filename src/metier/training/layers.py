"""Cuts layers out of an encoder: the start of a smaller one, which distillation then teaches."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.encoders.folder import ModelCard
from metier.encoders.parameters import count_parameters
from metier.errors import InvalidInput, ModelMismatch
from metier.training.model_files import FloatModel, read_float32, write_float32
from metier.training.output import check_empty

_LAYER: Final = re.compile(r"(encoder\.layer\.)(\d+)(\..+)")
_COUNT: Final = "num_hidden_layers"


def keep_layers(folder: Path, numbers: Sequence[int], output: Path, *, name: str = "") -> ModelCard:
    """Write a model with some of the layers of another one, and return its card.

    Args:
        folder: a float32 model folder whose layers Hugging Face calls `encoder.layer.N`, as BERT, RoBERTa,
            DeBERTa and MPNet do.
        numbers: the layers to keep, counted from 0, ascending.
        output: a folder that does not exist yet or is empty.
        name: of the new model; that of the old one with the number of layers by default.

    Raises:
        InvalidInput: no numbers, one that is no layer, or not ascending; or the output is not empty.
        NotFound: there is no such model folder.
        ModelFormatError: the folder is damaged or holds no float32 weights.
        ModelMismatch: its layers have other names, or are not as many as it says.
    Source: a student begun with every second layer of its teacher, Sanh et al. 2019 (arXiv:1910.01108),
        section 3.
    """
    check_empty(output)
    model = read_float32(folder)
    _check_numbers(numbers, _count(model))
    tensors = _kept(model.tensors, numbers)
    card = _card(model, numbers, tensors, name)
    return write_float32(output, model, tensors, card=card, config={**model.config, _COUNT: len(numbers)})


def _count(model: FloatModel) -> int:
    found = {int(match[2]) for match in map(_LAYER.fullmatch, model.tensors) if match}
    said = model.config.get(_COUNT)
    if not found or found != set(range(len(found))) or said != len(found):
        raise ModelMismatch(
            f"Model {model.folder.card.name} must have layers called encoder.layer.0, encoder.layer.1 and so "
            f"on, as many as {_COUNT} says. It has {len(found)} of them, and {_COUNT} is {said}."
        )
    return len(found)


def _check_numbers(numbers: Sequence[int], n_layers: int) -> None:
    if not numbers or list(numbers) != sorted(set(numbers)) or numbers[0] < 0 or numbers[-1] >= n_layers:
        given = ", ".join(map(str, numbers)) or "none"
        raise InvalidInput(
            f"Layers to keep must be ascending numbers from 0 to {n_layers - 1}, each once. Got {given}."
        )


def _kept(
    tensors: Mapping[str, NDArray[np.float32]], numbers: Sequence[int]
) -> dict[str, NDArray[np.float32]]:
    place = {number: i for i, number in enumerate(numbers)}
    kept = {}
    for name, tensor in tensors.items():
        match = _LAYER.fullmatch(name)
        if not match:
            kept[name] = tensor
        elif int(match[2]) in place:
            kept[f"{match[1]}{place[int(match[2])]}{match[3]}"] = tensor
    return kept


def _card(
    model: FloatModel, numbers: Sequence[int], tensors: Mapping[str, NDArray[np.float32]], name: str
) -> ModelCard:
    card = model.folder.card
    chosen = ",".join(map(str, numbers))
    return ModelCard(
        name=name or f"{model.stem}-{len(numbers)}-layers",
        task="encoder",
        base=f"layers {chosen} of {model.label}, made from {card.base}",
        license=card.license,
        languages=card.languages,
        dim=card.dim,
        max_tokens=card.max_tokens,
        prefixes=card.prefixes,
        command=f"metier models keep-layers FOLDER --layers {chosen}",
        training_data=card.training_data,
        parameters=count_parameters({key: tensor.shape for key, tensor in tensors.items()}),
        metrics={},
    )
