"""Turns a float32 ONNX network into one with int8 weights and activations of fixed ranges.

Ranges are fixed beforehand, on calibration texts. Ranges chosen while running depend on what else is in the
batch, and so would the answers.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from metier._extras import require
from metier.encoders.openvino_network import without_telemetry
from metier.errors import InvalidInput

if TYPE_CHECKING:
    import onnx


def quantise_static(model: onnx.ModelProto, rows: Sequence[Sequence[int]]) -> onnx.ModelProto:
    """Return the network with QuantizeLinear and DequantizeLinear around its matrix products.

    Weights have one scale per output channel, activations one per tensor. Outliers in activations are
    moved into the weights beforehand, and the mean error of each layer is taken off its bias.

    Args:
        model: inputs `input_ids` and `attention_mask`, int64 (B, T).
        rows: token ids of the calibration texts, special tokens included; one row a text.

    Raises:
        InvalidInput: no rows.
        MissingExtra: nncf is not installed.
    Source: SmoothQuant, Xiao et al. 2022 (arXiv:2211.10438); the rest as in Nagel et al. 2021
        (arXiv:2106.08295), by nncf.
    """
    if not rows:
        raise InvalidInput("Calibration needs at least one text. Got none.")
    with without_telemetry():
        nncf = require("nncf")
    logging.getLogger("nncf").setLevel(logging.ERROR)
    items = [_inputs(row) for row in rows]
    quantised: onnx.ModelProto = nncf.quantize(
        model, nncf.Dataset(items), model_type=nncf.ModelType.TRANSFORMER, subset_size=len(items)
    )
    return quantised


def _inputs(row: Sequence[int]) -> dict[str, np.ndarray]:
    ids = np.array([row], np.int64)
    return {"input_ids": ids, "attention_mask": np.ones_like(ids)}
