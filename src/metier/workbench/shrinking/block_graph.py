"""Puts the matrices of an ONNX graph into blocks of small numbers, which the graph turns back by itself.

Standard operators alone, so every runtime computes them. Of word embeddings only the rows that a text needs
are turned into numbers. A matrix of a product is turned back whole; runtimes do that once, when they load.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.workbench.shrinking.blocks import ZERO, BlockMatrix, quantise_blocks

if TYPE_CHECKING:
    import onnx

LEAST_NUMBERS: Final = 1024
"""Smaller matrices, such as those of a head with few classes, stay as they are."""
_FLOAT: Final = 1
_CODES: Final = ".codes"
_SCALES: Final = ".scales"
_PRODUCTS: Final = frozenset({"Transpose", "MatMul", "Gemm"})


def block_graph(
    model: onnx.ModelProto, *, bits: int = 8, size: int = 32, least: int = LEAST_NUMBERS
) -> tuple[onnx.ModelProto, list[str]]:
    """Return a graph with its matrices in blocks, and their names in order.

    Matrices are those of linear layers and embeddings, in the layout of torch: blocks go along the axis that
    a layer sums over, and along the vector of a token.

    Args:
        model: not folded, in float32; it stays as it is.
        bits: 8 or 4.
        size: numbers in a block, an even number.
        least: numbers of a matrix that is put into blocks.

    Raises:
        InvalidInput: bits or size out of range.
        ModelFormatError: a matrix holds numbers that are not finite.
    """
    onnx = require("onnx")
    found = onnx.ModelProto()
    found.CopyFrom(model)
    graph = found.graph
    kept, quantised, before = [], [], []
    for tensor in graph.initializer:
        if not _is_matrix(graph, tensor, least):
            kept.append(tensor)
            continue
        matrix = quantise_blocks(onnx.numpy_helper.to_array(tensor), bits=bits, size=size)
        nodes = _Blocks(tensor.name, matrix)
        before += nodes.replace_gathers(graph)
        if any(tensor.name in node.input for node in graph.node):
            before += nodes.whole()
        kept += nodes.constants()
        quantised.append(tensor.name)
    del graph.initializer[:]
    graph.initializer.extend(kept)
    rest = list(graph.node)
    del graph.node[:]
    graph.node.extend(_in_order([*before, *rest]))
    onnx.checker.check_model(found)
    return found, quantised


class _Blocks:
    """The nodes and constants that stand for one matrix."""

    def __init__(self, name: str, matrix: BlockMatrix) -> None:
        self._onnx = require("onnx")
        self.name, self.matrix = name, matrix
        self._constants: dict[str, NDArray[Any]] = {
            name + _CODES: matrix.codes.reshape(len(matrix.codes), -1),
            name + _SCALES: matrix.scales,
        }

    def constants(self) -> list[Any]:
        """Return all constants that the nodes made so far name."""
        from_array = self._onnx.numpy_helper.from_array
        return [from_array(np.ascontiguousarray(value), name) for name, value in self._constants.items()]

    def replace_gathers(self, graph: onnx.GraphProto) -> list[Any]:
        """Take the nodes out of the graph that look up rows, and return what looks them up in the blocks."""
        gathers = [node for node in graph.node if node.op_type == "Gather" and node.input[0] == self.name]
        made = []
        for i, node in enumerate(gathers):
            graph.node.remove(node)
            place = f"{self.name}.rows{i}"
            for part in (_CODES, _SCALES):
                made.append(self._node("Gather", [self.name + part, node.input[1]], place + part, axis=0))
            made += self._values(place, node.output[0], lead=2)
        return made

    def whole(self) -> list[Any]:
        """Return what makes the whole matrix, under its own name."""
        return list(self._values(self.name, self.name, lead=1))

    def _values(self, place: str, output: str, *, lead: int) -> Iterator[Any]:
        """Yield the nodes that make numbers of codes and scales.

        Args:
            place: name that codes and scales begin with.
            output: of the last node.
            lead: axes before that of the columns.
        """
        blocks, stored = self.matrix.scales.shape[1], self.matrix.codes.shape[2]
        shape = [0] * lead
        yield self._node("Cast", [place + _CODES], f"{place}.numbers", to=_FLOAT)
        parts = f"{place}.parts"
        cut = self._integers([*shape, blocks, stored])
        yield self._node("Reshape", [f"{place}.numbers", cut], parts)
        if self.matrix.bits == 4:
            yield from self._halves(place, parts, axis=lead + 1)
            parts = f"{place}.centred"
        yield self._node("Cast", [place + _SCALES], f"{place}.scale", to=_FLOAT)
        yield self._node("Unsqueeze", [f"{place}.scale", self._integers([lead + 1])], f"{place}.each")
        yield self._node("Mul", [parts, f"{place}.each"], f"{place}.scaled")
        whole = blocks * self.matrix.size
        columns = self.matrix.columns
        joined = output if whole == columns else f"{place}.joined"
        yield self._node("Reshape", [f"{place}.scaled", self._integers([*shape, whole])], joined)
        if whole != columns:
            ends = [self._integers([number]) for number in (0, columns, lead)]
            yield self._node("Slice", [joined, *ends], output)

    def _halves(self, place: str, pairs: str, *, axis: int) -> Iterator[Any]:
        """Yield the nodes that take bytes apart into two numbers from -8 to 7."""
        yield self._node("Mul", [pairs, self._number(1 / 16)], f"{place}.sixteenth")
        yield self._node("Floor", [f"{place}.sixteenth"], f"{place}.high")
        yield self._node("Mul", [f"{place}.high", self._number(16.0)], f"{place}.above")
        yield self._node("Sub", [pairs, f"{place}.above"], f"{place}.low")
        yield self._node("Concat", [f"{place}.low", f"{place}.high"], f"{place}.codes4", axis=axis)
        yield self._node("Sub", [f"{place}.codes4", self._number(float(ZERO))], f"{place}.centred")

    def _node(self, operator: str, inputs: list[str], output: str, **attributes: Any) -> Any:
        return self._onnx.helper.make_node(
            operator, inputs, [output], name=f"{output}:{operator}", **attributes
        )

    def _integers(self, values: list[int]) -> str:
        return self._constant("shape_" + "_".join(map(str, values)), np.array(values, np.int64))

    def _number(self, value: float) -> str:
        return self._constant(f"number_{value}", np.array(value, np.float32))

    def _constant(self, name: str, value: NDArray[Any]) -> str:
        full = f"{self.name}.{name}"
        self._constants[full] = value
        return full


def _is_matrix(graph: onnx.GraphProto, tensor: Any, least: int) -> bool:
    """Tell whether a tensor is looked up by rows or multiplied, and so large that blocks are worth it."""
    if len(tensor.dims) != 2 or tensor.data_type != _FLOAT or tensor.dims[0] * tensor.dims[1] < least:
        return False
    used = [(node, list(node.input).index(tensor.name)) for node in graph.node if tensor.name in node.input]
    looked_up = (node.op_type == "Gather" and place == 0 and _axis(node) == 0 for node, place in used)
    multiplied = (node.op_type in _PRODUCTS and place <= 1 for node, place in used)
    return bool(used) and all(one or other for one, other in zip(looked_up, multiplied, strict=True))


def _axis(node: Any) -> int:
    return next((attribute.i for attribute in node.attribute if attribute.name == "axis"), 0)


def _in_order(nodes: list[Any]) -> list[Any]:
    """Return nodes such that each stands after those that it needs; else as they stood."""
    made_by = {output: i for i, node in enumerate(nodes) for output in node.output}
    order: list[Any] = []
    done: set[int] = set()
    for start in range(len(nodes)):
        stack = [start]
        while stack:
            i = stack[-1]
            needed = [made_by[name] for name in nodes[i].input if made_by.get(name, i) not in done | {i}]
            if needed:
                stack.append(needed[0])
                continue
            stack.pop()
            if i not in done:
                done.add(i)
                order.append(nodes[i])
    return order
