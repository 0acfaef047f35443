"""The optimiser of a run: AdamW with a rate for the backbone and one for the rest."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from metier._extras import require
from metier.errors import InvalidInput
from metier.training.options import TrainOptions

if TYPE_CHECKING:
    from torch.nn import Module

_FULL_RATE: Final = "full_rate"
_LAYER: Final = re.compile(r"(?:^|\.)layers?\.(\d+)\.")


def make_optimiser(model: Module, options: TrainOptions) -> Any:
    """Return AdamW over the trained parameters of a network.

    Args:
        model: parameters that its `backbone_parameters()` gives, if it has that, are the backbone's; all
            others the head's. Only those that want gradients are trained.
        options: rates and weight decay; vectors and single numbers have no decay. With a `layer_decay` below
            1, layers of the backbone are told by their names in transformers.

    Raises:
        InvalidInput: no parameter wants a gradient.
    Source: AdamW, Loshchilov and Hutter 2019 (arXiv:1711.05101); rates by layer, Howard and Ruder 2018
        (arXiv:1801.06146), section 3.2.
    """
    find = getattr(model, "backbone_parameters", None)
    backbone = {id(parameter) for parameter in find()} if find else set()
    depths = _depths(model, backbone) if options.layer_decay < 1 else {}
    groups: dict[tuple[bool, bool, int], list[Any]] = {}
    for parameter in model.parameters():
        if parameter.requires_grad:
            key = (id(parameter) in backbone, parameter.ndim > 1, depths.get(id(parameter), 0))
            groups.setdefault(key, []).append(parameter)
    if not groups:
        raise InvalidInput("The network must have a parameter that wants a gradient. All are frozen.")
    rates = {True: options.backbone_rate_used, False: options.head_rate}
    settings = [
        {
            "params": groups[key],
            "lr": rates[key[0]] * options.layer_decay ** key[2],
            _FULL_RATE: rates[key[0]] * options.layer_decay ** key[2],
            "weight_decay": options.weight_decay if key[1] else 0.0,
        }
        for key in sorted(groups)
    ]
    return require("torch").optim.AdamW(settings)


def layer_number(parameter: str) -> int | None:
    """Return the layer that a parameter belongs to, from 0; None for embeddings, heads and shared layers.

    Args:
        parameter: its name in transformers.

    >>> layer_number("bert.encoder.layer.11.attention.self.query.weight"), layer_number("classifier.weight")
    (11, None)
    """
    match = _LAYER.search(parameter)
    return int(match[1]) if match else None


def _depths(model: Module, backbone: set[int]) -> dict[int, int]:
    """Return how many layers stand above each of the backbone's parameters, by the parameter's id."""
    named = [
        (name, id(parameter)) for name, parameter in model.named_parameters() if id(parameter) in backbone
    ]
    numbers = {key: layer_number(name) for name, key in named}
    n_layers = max((number + 1 for number in numbers.values() if number is not None), default=0)
    depths = {}
    for name, key in named:
        number = numbers[key]
        if number is not None:
            depths[key] = n_layers - 1 - number
        else:
            depths[key] = n_layers if "embeddings" in name else 0
    return depths


def set_rates(optimiser: Any, factor: float) -> None:
    """Set every rate to a share of its full one."""
    for group in optimiser.param_groups:
        group["lr"] = group[_FULL_RATE] * factor
