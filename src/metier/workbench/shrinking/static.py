"""Networks in int8 with ranges that are fixed beforehand, by nncf.

As `training.quantise` does it for the encoder that ships, for graphs of any architecture: those that use one
matrix for several products, as ALBERT and DeBERTa do, and those that take token types.
"""

from __future__ import annotations

import io
import logging
from collections import Counter
from collections.abc import Sequence
from contextlib import redirect_stdout
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.encoders.openvino_network import without_telemetry
from metier.errors import InvalidInput
from metier.workbench.shrinking.graphs import IDS, MASK, TYPES
from metier.workbench.shrinking.samples import TokenRow

if TYPE_CHECKING:
    import onnx


def quantise_graph(graph: onnx.ModelProto, rows: Sequence[TokenRow]) -> onnx.ModelProto:
    """Return a graph with QuantizeLinear and DequantizeLinear around its products and word embeddings.

    Weights have one scale per output channel, activations one per tensor, from the ranges that they have on
    the rows. Outliers of activations are moved into the weights beforehand, where each matrix has one
    product alone.

    Args:
        graph: folded, of float32; it stays as it is.
        rows: of calibration texts, at least one.

    Raises:
        InvalidInput: no rows.
        MissingExtra: nncf is not installed.
    Source: SmoothQuant, Xiao et al. 2022 (arXiv:2211.10438); the rest as in Nagel et al. 2021
        (arXiv:2106.08295), by nncf.
    """
    if not rows:
        raise InvalidInput("Calibration needs at least one text. Got none; give a corpus with text.")
    with without_telemetry():
        nncf = require("nncf")
    logging.getLogger("nncf").setLevel(logging.ERROR)
    names = [port.name for port in graph.graph.input]
    items = [_inputs(row, names) for row in rows]
    alphas = nncf.AdvancedSmoothQuantParameters(convolution=-1, matmul=-1) if shares_matrices(graph) else None
    advanced = None if alphas is None else nncf.AdvancedQuantizationParameters(smooth_quant_alphas=alphas)
    with redirect_stdout(io.StringIO()):  # nncf draws its bars where results go
        quantised: onnx.ModelProto = nncf.quantize(
            graph,
            nncf.Dataset(items),
            model_type=nncf.ModelType.TRANSFORMER,
            subset_size=len(items),
            advanced_parameters=advanced,
        )
    return quantised


def shares_matrices(graph: onnx.ModelProto) -> bool:
    """Tell whether a graph multiplies by one matrix in several places."""
    matrices = {tensor.name for tensor in graph.graph.initializer if len(tensor.dims) == 2}
    used = Counter(
        name for node in graph.graph.node if node.op_type in {"MatMul", "Gemm"} for name in node.input
    )
    return any(used[name] > 1 for name in matrices)


def _inputs(row: TokenRow, names: Sequence[str]) -> dict[str, NDArray[np.int64]]:
    values = {IDS: row.ids, MASK: (1,) * len(row.ids), TYPES: row.types}
    return {name: np.array([values[name]], np.int64) for name in names}
