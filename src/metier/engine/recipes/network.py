"""One backbone below the heads of all tasks of a recipe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from metier._extras import require
from metier.training.backbone import Backbone, load_backbone
from metier.training.freezing import drop_dropout, freeze_lowest
from metier.training.lower_states import StateMemory, train_upper
from metier.training.randomness import kept_random_state, seed_all


def shared_backbone(
    backbone: str, *, train_layers: int | None, seed: int, memory: StateMemory | None = None
) -> Backbone:
    """Return a backbone ready for many tasks: word embeddings frozen, no dropout.

    Args:
        backbone: a Hugging Face folder or hub name.
        train_layers: layers from the uppermost to train; None for all.
        seed: makes up what the weights lack.
        memory: keeps what layers say that stay as they are.

    Raises:
        NotFound: there is no such backbone.
        InvalidInput: it has fewer layers.
        ModelError: it cannot be used.
        MissingExtra: the `train` extra is not installed.
    """
    with kept_random_state():
        seed_all(seed)  # a pooler that the weights lack is made up
        loaded = load_backbone(backbone)
    if train_layers is not None:
        return train_upper(loaded, train_layers, memory=memory)
    freeze_lowest(loaded.model, 0)
    drop_dropout(loaded.model)
    return loaded


def joint_module(backbone: Backbone, heads: Mapping[str, Any]) -> Any:
    """Return one torch module of a backbone and heads, as the trainer wants it.

    Args:
        backbone: its parameters are those of `backbone_parameters()`.
        heads: torch modules by the name of their task.
    """
    nn = require("torch").nn
    module = nn.Module()
    module.backbone = backbone.model
    module.heads = nn.ModuleList([heads[name] for name in sorted(heads)])
    module.backbone_parameters = lambda: iter(backbone.model.parameters())
    return module
