"""The optimiser of a run: AdamW with a rate for the backbone and one for the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from metier._extras import require
from metier.errors import InvalidInput
from metier.training.options import TrainOptions

if TYPE_CHECKING:
    from torch.nn import Module

_FULL_RATE: Final = "full_rate"


def make_optimiser(model: Module, options: TrainOptions) -> Any:
    """Return AdamW over the trained parameters of a network.

    Args:
        model: parameters that its `backbone_parameters()` gives, if it has that, are the backbone's; all
            others the head's. Only those that want gradients are trained.
        options: rates and weight decay; vectors and single numbers have no decay.

    Raises:
        InvalidInput: no parameter wants a gradient.
    Source: AdamW, Loshchilov and Hutter 2019 (arXiv:1711.05101).
    """
    find = getattr(model, "backbone_parameters", None)
    backbone = {id(parameter) for parameter in find()} if find else set()
    groups: dict[tuple[bool, bool], list[Any]] = {}
    for parameter in model.parameters():
        if parameter.requires_grad:
            key = (id(parameter) in backbone, parameter.ndim > 1)
            groups.setdefault(key, []).append(parameter)
    if not groups:
        raise InvalidInput("The network must have a parameter that wants a gradient. All are frozen.")
    rates = {True: options.backbone_rate_used, False: options.head_rate}
    settings = [
        {
            "params": groups[key],
            "lr": rates[key[0]],
            _FULL_RATE: rates[key[0]],
            "weight_decay": options.weight_decay if key[1] else 0.0,
        }
        for key in sorted(groups)
    ]
    return require("torch").optim.AdamW(settings)


def set_rates(optimiser: Any, factor: float) -> None:
    """Set every rate to a share of its full one."""
    for group in optimiser.param_groups:
        group["lr"] = group[_FULL_RATE] * factor
