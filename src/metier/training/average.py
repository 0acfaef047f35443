"""Averages the weights of models that were trained from one start: often better than each of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.encoders.folder import ModelCard
from metier.encoders.parameters import count_parameters
from metier.errors import InvalidInput, ModelMismatch
from metier.training.model_files import (
    FloatModel,
    differing,
    read_float32,
    tokenizer_sha256,
    write_float32,
)
from metier.training.output import check_empty

# What decides how weights of one shape are computed with.
_STRUCTURE: Final = ("model_type", "num_attention_heads", "hidden_act", "layer_norm_eps")
_COMMAND: Final = "metier models average FOLDER..."


def average_weights(
    folders: Sequence[Path], output: Path, *, weights: Sequence[float] | None = None, name: str = ""
) -> ModelCard:
    """Write the weighted mean of some models as a float32 model folder, and return its card.

    With models trained from one start this is a model soup; with a model and its own start, and a weight
    for each, a step of the way from one to the other. Sums are taken in float64, so that numbers in which all
    models agree, such as frozen word embeddings, come out as they went in.

    Args:
        folders: two or more float32 model folders of one structure, with one tokenizer.
        output: a folder that does not exist yet or is empty; tokenizer and configuration are those of the
            first model.
        weights: one for each folder, not negative; they are divided by their sum. All alike by default.
        name: of the new model; that of the first and `-mean` by default.

    Raises:
        InvalidInput: fewer than two folders, weights that do not fit them, or the output is not empty.
        NotFound: there is no such model folder.
        ModelFormatError: a folder is damaged or holds no float32 weights.
        ModelMismatch: names or shapes of weights differ, or the configuration, tokenizer or prefixes.
    Source: Wortsman et al. 2022 (arXiv:2203.05482), section 2; of two models, Wortsman et al. 2021
        (arXiv:2109.01903).
    """
    shares = _shares(len(folders), weights)
    check_empty(output)
    first = read_float32(folders[0])
    sums = {key: tensor.astype(np.float64) * shares[0] for key, tensor in first.tensors.items()}
    models = [first]
    for folder, share in zip(folders[1:], shares[1:], strict=True):
        other = read_float32(folder)
        _check_alike(first, other)
        for key, tensor in other.tensors.items():
            sums[key] += tensor.astype(np.float64) * share
        models.append(_without_tensors(other))
    tensors = {key: total.astype(np.float32) for key, total in sums.items()}
    card = _card(models, shares, tensors, name)
    return write_float32(output, first, tensors, card=card, config=first.config)


def _shares(n_folders: int, weights: Sequence[float] | None) -> list[float]:
    if n_folders < 2:
        raise InvalidInput(f"An average needs at least 2 model folders. Got {n_folders}.")
    given = [1.0] * n_folders if weights is None else list(weights)
    if len(given) != n_folders:
        raise InvalidInput(f"There must be one weight for each of {n_folders} folders. Got {len(given)}.")
    total = sum(given)
    if not all(weight >= 0 for weight in given) or not 0 < total < math.inf:
        raise InvalidInput(f"Weights must be 0 or more, their sum above 0 and finite. Got {given}.")
    return [weight / total for weight in given]


def _without_tensors(model: FloatModel) -> FloatModel:
    """Return a model without its weights, so that one at a time is in memory."""
    return FloatModel(model.folder, model.config, {})


def _check_alike(first: FloatModel, other: FloatModel) -> None:
    name, start = other.folder.card.name, first.folder.card.name
    shapes = [{key: tensor.shape for key, tensor in model.tensors.items()} for model in (first, other)]
    wrong = differing(*shapes)
    if wrong:
        expected, got = (shape.get(wrong[0], "nothing") for shape in shapes)
        raise ModelMismatch(
            f"Models to average must have weights of the same names and shapes. {wrong[0]} is {expected} in "
            f"{start} and {got} in {name}; {len(wrong)} differ in all. Average models of one structure."
        )
    for key in _STRUCTURE:
        if first.config.get(key) != other.config.get(key):
            raise ModelMismatch(
                f"Models to average must have one structure. {key} is {first.config.get(key)} in {start} and "
                f"{other.config.get(key)} in {name}."
            )
    same = {
        "tokenizer": tokenizer_sha256(first.folder) == tokenizer_sha256(other.folder),
        "set of prefixes": first.folder.card.prefixes == other.folder.card.prefixes,
    }
    for part in (part for part, is_same in same.items() if not is_same):
        raise ModelMismatch(f"Models to average must have one {part}. Those of {start} and {name} differ.")


def _card(
    models: Sequence[FloatModel], shares: Sequence[float], tensors: dict[str, NDArray[np.float32]], name: str
) -> ModelCard:
    cards = [model.folder.card for model in models]
    parts = [f"{model.label} x {share:.6g}" for model, share in zip(models, shares, strict=True)]
    data: dict[str, str] = {}
    for card in cards:
        for key, sha256 in card.training_data.items():
            taken = data.get(key, sha256) != sha256
            data[f"{key} ({card.name})" if taken else key] = sha256
    return ModelCard(
        name=name or f"{models[0].stem}-mean",
        task="encoder",
        base=f"the mean of the weights of {' and '.join(parts)}",
        license=" AND ".join(dict.fromkeys(card.license for card in cards if card.license)),
        languages=tuple(dict.fromkeys(code for card in cards for code in card.languages)),
        dim=cards[0].dim,
        max_tokens=cards[0].max_tokens,
        prefixes=cards[0].prefixes,
        command=_COMMAND,
        training_data=data,
        parameters=count_parameters({key: tensor.shape for key, tensor in tensors.items()}),
        metrics={},
    )
