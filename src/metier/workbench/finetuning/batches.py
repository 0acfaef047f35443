"""Windows to batches of tensors, as the network takes them."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from metier._extras import require
from metier.training.networks import Network
from metier.workbench.finetuning.windows import Window

IDS: Final = "input_ids"
MASK: Final = "attention_mask"
TYPES: Final = "token_type_ids"


class Batch(NamedTuple):
    """Some windows for a step.

    Attributes:
        inputs: tensors as the model takes them, (n, n_tokens) each.
        targets: tensors that the loss needs.
    """

    inputs: dict[str, Any]
    targets: dict[str, Any]


def input_names(network: Network) -> list[str]:
    """Return what the model is given; types of tokens if the tokenizer gives and the model takes them."""
    told = TYPES in network.tokenizer.model_input_names
    return [IDS, MASK, TYPES] if told and takes_types(network) else [IDS, MASK]


def takes_types(network: Network) -> bool:
    """Tell whether a model can tell the tokens of a first text from those of a second."""
    takes = TYPES in inspect.signature(network.model.forward).parameters
    return takes and getattr(network.model.config, "type_vocab_size", 0) > 1


def padded_inputs(network: Network, windows: Sequence[Window]) -> dict[str, Any]:
    """Return the tensors of windows, int64, each padded on the right to the longest of them.

    Args:
        network: says what padding is, and what it takes.
        windows: at least one.
    """
    torch = require("torch")
    width = max(len(window.ids) for window in windows)
    pad = network.tokenizer.pad_token_id or 0
    columns = {
        IDS: [padded(window.ids, width, pad) for window in windows],
        MASK: [padded([1] * len(window.ids), width, 0) for window in windows],
        TYPES: [padded(window.types, width, 0) for window in windows],
    }
    return {name: torch.tensor(columns[name], dtype=torch.int64) for name in input_names(network)}


def padded(values: Sequence[int], width: int, filler: int) -> list[int]:
    """Return values with fillers after them.

    >>> padded([1, 2], 3, 0)
    [1, 2, 0]
    """
    return [*values, *[filler] * (width - len(values))]
