"""Networks that show what is inside them: ONNX under OpenVINO without torch, and those of transformers."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.encoders.folder import CARD, NETWORK, ModelFolder
from metier.encoders.openvino_network import width, without_telemetry
from metier.errors import ModelFormatError, ModelMismatch
from metier.training.networks import Head, Network, load_network
from metier.workbench.looking.attention import Look
from metier.workbench.looking.tokens import Splitter, TokenisedText, inner_folder, read_splitter

_INPUTS: Final = {"input_ids", "attention_mask"}
_TYPES: Final = "token_type_ids"
# Numbers stay what the file says on every processor, as in `OpenVinoNetwork`.
_PROPERTIES: Final = {
    "INFERENCE_PRECISION_HINT": "f32",
    "DYNAMIC_QUANTIZATION_GROUP_SIZE": 0,
    "NUM_STREAMS": 1,
}


class OnnxLook:
    """Implements `Look` for a model folder with `model.onnx`; make one with `load`.

    The outputs of its softmax operations, one in each layer, are the attention; nothing is computed again.

    Args:
        splitter: its tokenizer.
        graph: an `openvino.Model` that takes ids and a mask.
        card: of the folder, opened.
        threads: to compute with; 0 for as many as there are cores.

    Raises:
        ModelMismatch: the graph has other inputs, no attention, or layers of different numbers of heads.
    """

    def __init__(self, splitter: Splitter, graph: Any, card: ModelFolder, *, threads: int = 0) -> None:
        self._splitter = splitter
        self._folder = card
        self._threads = threads
        self._inputs = {port.get_any_name() for port in graph.inputs}
        maps = _softmax_outputs(graph)
        heads = {shape[1].get_length() for shape in (port.get_partial_shape() for port in maps)}
        if not _INPUTS <= self._inputs <= {*_INPUTS, _TYPES} or len(heads) != 1:
            raise ModelMismatch(
                f"{self.name}: a network whose attention is shown must take input_ids and attention_mask and "
                f"have layers of equally many heads. It takes {', '.join(sorted(self._inputs))} and has "
                f"{len(maps)} layers."
            )
        self._n_layers, (self._n_heads,) = len(maps), heads
        self._first = len(graph.outputs)
        graph.add_outputs(maps)
        self._graph, self._request = graph, None

    @classmethod
    def load(cls, path: Path, *, threads: int = 0) -> Self:
        """Read the network in a model folder, after checking every byte of it.

        Args:
            path: holds `model.json`, `model.onnx` and `tokenizer.json`.
            threads: to compute with; 0 for as many as there are cores. Changes speed, not results.

        Raises:
            NotFound: no folder with a `model.json`.
            ModelFormatError: it is damaged or changed, or OpenVINO cannot read the network.
            ModelMismatch: the graph has other inputs or no attention.
        """
        splitter = read_splitter(str(path))
        folder = ModelFolder.open(path)
        with without_telemetry():
            import openvino
        try:
            graph = openvino.Core().read_model(str(folder.file(NETWORK)))
        except RuntimeError as error:
            raise ModelFormatError(f"{NETWORK} cannot be read: OpenVINO does not accept it.") from error
        return cls(splitter, graph, folder, threads=threads)

    @property
    def name(self) -> str:
        """Return what the model is called."""
        return self._folder.card.name

    @property
    def sha256(self) -> str:
        """Return the hash of all of the model."""
        return self._folder.sha256

    @property
    def n_layers(self) -> int:
        """Return how many layers there are."""
        return self._n_layers

    @property
    def n_heads(self) -> int:
        """Return how many heads each layer has."""
        return int(self._n_heads)

    @property
    def max_tokens(self) -> int:
        """Return the most tokens of a row, special ones included."""
        return self._folder.card.max_tokens

    def split(self, text: str) -> TokenisedText:
        """Return the tokens of a text; `Look.split` is the contract."""
        return self._splitter.split(text)

    def attention(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """Return what each head looks at; `Look.attention` is the contract."""
        # The width follows from the row's own length, so that few shapes are prepared; padding gets no share.
        wide, n = width(len(ids)), len(ids)
        given = {name: np.zeros((1, wide), np.int64) for name in sorted(self._inputs)}
        given["input_ids"][0, :n], given["attention_mask"][0, :n] = ids, 1
        request = self._compiled()
        request.infer(given)
        maps = [request.get_output_tensor(self._first + layer).data for layer in range(self._n_layers)]
        return np.array([found[0, :, :n, :n] for found in maps], np.float32)

    def _compiled(self) -> Any:
        if self._request is None:
            with without_telemetry():
                import openvino
            settings = {**_PROPERTIES, "INFERENCE_NUM_THREADS": self._threads}
            self._request = openvino.Core().compile_model(self._graph, "CPU", settings).create_infer_request()
        return self._request


class TorchLook:
    """Implements `Look` for a network of transformers.

    Args:
        network: its encoder is looked into.
    """

    def __init__(self, network: Network) -> None:
        self._torch = require("torch")
        self._network = network
        self._sha256 = ""

    @property
    def name(self) -> str:
        """Return what the model is called."""
        return self._network.name

    @property
    def sha256(self) -> str:
        """Return a hash over names and numbers of all weights of the encoder."""
        if not self._sha256:
            digest = hashlib.sha256()
            for name, tensor in sorted(self._network.backbone.state_dict().items()):
                digest.update(name.encode())
                digest.update(np.ascontiguousarray(tensor.cpu().numpy()).tobytes())
            self._sha256 = digest.hexdigest()
        return self._sha256

    @property
    def n_layers(self) -> int:
        """Return how many layers there are."""
        return int(self._network.backbone.config.num_hidden_layers)

    @property
    def n_heads(self) -> int:
        """Return how many heads each layer has."""
        return int(self._network.backbone.config.num_attention_heads)

    @property
    def max_tokens(self) -> int:
        """Return the most tokens of a row, special ones included."""
        return self._network.max_tokens

    def split(self, text: str) -> TokenisedText:
        """Return the tokens of a text; `Look.split` is the contract."""
        return Splitter(self.name, self._network.tokenizer.backend_tokenizer).split(text)

    def attention(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """Return what each head looks at; `Look.attention` is the contract."""
        torch = self._torch
        row = torch.tensor([list(ids)], dtype=torch.int64, device=self._network.device)
        with torch.inference_mode():
            given = {"input_ids": row, "attention_mask": torch.ones_like(row)}
            found = self._network.backbone(**given, output_attentions=True).attentions
        if not found or any(layer is None for layer in found):
            raise ModelMismatch(
                f"{self.name} gives no attention, so there is nothing to show. Take an encoder of an "
                "architecture with attention in every layer, such as BERT."
            )
        return np.concatenate([layer.float().cpu().numpy() for layer in found])


def open_look(source: str, *, threads: int = 0) -> Look:
    """Return a network that shows its attention.

    Args:
        source: a model folder of metier with `model.onnx`, which runs without torch; or what `load_network`
            takes: a folder of transformers, what a training of the workbench wrote, or a hub name.
        threads: to compute with, for ONNX; 0 for as many as there are cores.

    Raises:
        NotFound: no such folder, or the hub has or reaches no such name.
        ModelFormatError: a file is missing, damaged or changed.
        ModelMismatch: it is no encoder, has no fast tokenizer or no attention.
        MissingExtra: it takes torch, and the `train` extra is not installed.
    """
    if is_onnx(source):
        return OnnxLook.load(inner_folder(source), threads=threads)
    return TorchLook(load_network(source, Head.NONE))


def is_onnx(source: str) -> bool:
    """Tell whether a source is a model folder of metier whose network is `model.onnx`."""
    folder = inner_folder(source)
    return (folder / CARD).is_file() and NETWORK in ModelFolder.peek(folder).card.files


def _softmax_outputs(graph: Any) -> list[Any]:
    """Return the outputs of the softmax operations over (1, heads, n, n), in the order of computation."""
    found = []
    for operation in graph.get_ordered_ops():
        if operation.get_type_name() == "Softmax":
            shape = operation.output(0).get_partial_shape()
            if len(shape) == 4 and shape[1].is_static:
                found.append(operation.output(0))
    return found
