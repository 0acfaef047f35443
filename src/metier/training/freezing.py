"""What of a backbone a training leaves as it is."""

from __future__ import annotations

from typing import Any

from metier._extras import require
from metier.errors import InvalidInput


def freeze_lowest(model: Any, n_layers: int) -> None:
    """Leave a backbone's word embeddings as they are, and with `n_layers` above 0 all up to those layers.

    Raises:
        InvalidInput: it has fewer layers, or none that can be told apart.
    """
    _freeze(model.get_input_embeddings())
    if not n_layers:
        return
    layers = layers_of(model)
    if n_layers > len(layers):
        raise InvalidInput(f"frozen_layers must be at most {len(layers)} for this backbone. Got {n_layers}.")
    for part in (model.embeddings, *layers[:n_layers]):
        _freeze(part)


def lowest_third(model: Any) -> int:
    """Return how many layers of a backbone are its lowest third; 0 if they cannot be told apart."""
    return len(layers_of(model)) // 3


def layers_of(model: Any) -> Any:
    """Return the layers of a backbone, lowest first; none where they cannot be told apart, as in ALBERT."""
    for name in ("encoder", "transformer"):
        layers = getattr(getattr(model, name, None), "layer", None)
        if layers is not None:
            return layers
    return ()


def _freeze(module: Any) -> None:
    for parameter in module.parameters():
        parameter.requires_grad = False


def drop_dropout(model: Any) -> None:
    """Set every dropout of a backbone to 0."""
    torch = require("torch")
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
