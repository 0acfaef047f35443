"""Runs a network over windows, without gradients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.errors import OutOfMemory
from metier.workbench.finetuning.batches import padded_inputs
from metier.workbench.finetuning.task import Objective
from metier.workbench.finetuning.windows import Window


class Reading(NamedTuple):
    """The outputs for each window, float32, and the mean loss; 0 for no windows."""

    raws: list[NDArray[np.float32]]
    loss: float


def read_windows(objective: Objective, windows: Sequence[Window], *, batch_size: int) -> Reading:
    """Return what a network in evaluation mode says of windows, without padding.

    Windows of like length go together; the size of a batch changes no more than the last digits.

    Args:
        objective: whose network reads.
        windows: any number.
        batch_size: at least 1.

    Raises:
        OutOfMemory: a batch does not fit into memory.
    """
    model, found, total = objective.network.model, dict[int, NDArray[np.float32]](), 0.0
    order = sorted(range(len(windows)), key=lambda i: len(windows[i].ids))
    training = model.training
    model.eval()
    try:
        for first in range(0, len(order), batch_size):
            numbers = order[first : first + batch_size]
            raws, loss = _outputs(objective, [windows[i] for i in numbers])
            total += loss * len(numbers)
            for i, raw in zip(numbers, raws, strict=True):
                found[i] = raw[: len(windows[i].ids)] if raw.ndim == 2 else raw
    finally:
        model.train(training)
    return Reading([found[i] for i in range(len(windows))], total / max(len(windows), 1))


def _outputs(objective: Objective, windows: Sequence[Window]) -> tuple[NDArray[np.float32], float]:
    torch = require("torch")
    network = objective.network
    inputs = {name: tensor.to(network.device) for name, tensor in padded_inputs(network, windows).items()}
    width = inputs["input_ids"].shape[1]
    targets = {name: tensor.to(network.device) for name, tensor in objective.targets(windows, width).items()}
    try:
        with torch.inference_mode():
            outputs = network.model(**inputs)
            loss = float(objective.loss_of(outputs, targets))
            return objective.raw(outputs).float().cpu().numpy(), loss
    except (MemoryError, torch.OutOfMemoryError) as error:
        raise OutOfMemory(
            f"{network.name}: {len(windows)} rows of {width} tokens do not fit into memory. Lower the batch "
            "size or the most tokens of a row."
        ) from error
