"""Networks in ONNX, run by ONNX Runtime or OpenVINO and called as those of transformers are."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.encoders.folder import NETWORK, ModelFolder
from metier.encoders.openvino_network import without_telemetry
from metier.errors import ModelFormatError, ModelMismatch
from metier.training.networks import Network, saved_head
from metier.workbench.shrinking.graphs import IDS, KNOWN, MASK, TYPES

_THREADS: Final = 1
_SEVERITY_ERROR: Final = 3
_TAKEN: Final = frozenset({IDS, MASK, TYPES})
# As the encoders of metier run: numbers stay what the file says on every processor.
_PROPERTIES: Final = {
    "INFERENCE_PRECISION_HINT": "f32",
    "DYNAMIC_QUANTIZATION_GROUP_SIZE": 0,
    "INFERENCE_NUM_THREADS": _THREADS,
    "NUM_STREAMS": 1,
}


class Runner(StrEnum):
    """What computes a network in ONNX, on one thread."""

    ONNX_RUNTIME = "onnxruntime"
    OPENVINO = "openvino"


class Session(Protocol):
    """A compiled graph."""

    inputs: frozenset[str]

    def run(self, inputs: dict[str, NDArray[np.int64]]) -> dict[str, NDArray[np.float32]]:
        """Return all outputs by name."""


def read_onnx(folder: Path, *, runner: Runner = Runner.ONNX_RUNTIME) -> Network:
    """Return the network in a folder that `export` or `quantize` of the workbench wrote.

    Its `model` is called as one of transformers and gives the same outputs; it holds no weights of torch,
    so it can be measured but not trained.

    Args:
        folder: holds `model.onnx`, a tokenizer, a `config.json` and the card that lists them.
        runner: what computes it.

    Raises:
        NotFound: no folder with a `model.json`.
        ModelFormatError: a file is missing, damaged or changed, or the runner does not accept the network.
        ModelMismatch: the network takes other inputs, or has no fast tokenizer.
        MissingExtra: the `train` extra is not installed.
    """
    opened = ModelFolder.open(folder)
    transformers = require("transformers")
    try:
        config = transformers.AutoConfig.from_pretrained(str(folder))
        tokenizer = transformers.AutoTokenizer.from_pretrained(str(folder))
    except ImportError:
        raise
    except Exception as error:  # transformers and tokenizers raise errors of many kinds
        raise ModelFormatError(
            f"{folder} cannot be loaded: {type(error).__name__}. Export the model again."
        ) from error
    tokenizer.backend_tokenizer.no_padding()
    tokenizer.backend_tokenizer.no_truncation()
    card = opened.card
    like = Network(card.name, saved_head(config), SimpleNamespace(config=config), tokenizer, card.max_tokens)
    return onnx_network(opened.file(NETWORK).read_bytes(), like, runner=runner)


def onnx_network(content: bytes, like: Network, *, runner: Runner) -> Network:
    """Return a network that an ONNX file computes, with head, tokenizer and configuration of another one.

    Args:
        content: of the file.
        like: what the file was made from.
        runner: what computes it.

    Raises:
        ModelFormatError: the runner does not accept the file.
        ModelMismatch: the file takes other inputs than token ids, mask and token types.
    """
    session: Session = (_OnnxRuntime if runner is Runner.ONNX_RUNTIME else _OpenVino)(content, like.name)
    if not {IDS, MASK} <= session.inputs <= _TAKEN:
        raise ModelMismatch(
            f"{like.name}: a network must take {IDS}, {MASK} and perhaps {TYPES}. It takes "
            f"{', '.join(sorted(session.inputs))}."
        )
    model = _callable_model(session, like.model.config)
    return Network(like.name, like.head, model, like.tokenizer, like.max_tokens)


class _OnnxRuntime:
    """Implements `Session` with ONNX Runtime."""

    def __init__(self, content: bytes, name: str) -> None:
        runtime = require("onnxruntime")
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = _THREADS
        options.log_severity_level = _SEVERITY_ERROR
        try:
            self._session = runtime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # each status of the runtime is a class of its own
            raise ModelFormatError(
                f"{name}: ONNX Runtime does not accept the network; {type(error).__name__} was raised."
            ) from error
        self.inputs = frozenset(port.name for port in self._session.get_inputs())
        self._outputs = [port.name for port in self._session.get_outputs()]

    def run(self, inputs: dict[str, NDArray[np.int64]]) -> dict[str, NDArray[np.float32]]:
        return dict(zip(self._outputs, self._session.run(self._outputs, inputs), strict=True))


class _OpenVino:
    """Implements `Session` with OpenVINO."""

    def __init__(self, content: bytes, name: str) -> None:
        with without_telemetry():
            import openvino
        core = openvino.Core()
        try:
            compiled = core.compile_model(core.read_model(content, b""), "CPU", _PROPERTIES)
        except RuntimeError as error:
            raise ModelFormatError(f"{name}: OpenVINO does not accept the network.") from error
        self._request = compiled.create_infer_request()
        self.inputs = frozenset(_name(port) for port in compiled.inputs)
        self._outputs = [_name(port) for port in compiled.outputs]

    def run(self, inputs: dict[str, NDArray[np.int64]]) -> dict[str, NDArray[np.float32]]:
        self._request.infer(inputs)
        found = (self._request.get_output_tensor(i).data for i in range(len(self._outputs)))
        # The request writes the next results to the same place.
        return {name: np.array(data, np.float32) for name, data in zip(self._outputs, found, strict=True)}


def _name(port: Any) -> str:
    """Return what the graph calls an input or output; OpenVINO may know it by names of nodes too."""
    names: set[str] = port.get_names()
    return next((name for name in sorted(names) if name in KNOWN), min(names, default=""))


def _callable_model(session: Session, config: Any) -> Any:
    """Return a torch module without weights that runs a session."""
    torch = require("torch")
    module = torch.nn.Module()

    def forward(
        *,
        input_ids: Any,
        attention_mask: Any = None,
        token_type_ids: Any = None,
    ) -> SimpleNamespace:
        given = {
            IDS: input_ids,
            MASK: torch.ones_like(input_ids) if attention_mask is None else attention_mask,
            TYPES: torch.zeros_like(input_ids) if token_type_ids is None else token_type_ids,
        }
        arrays = {name: given[name].cpu().numpy().astype(np.int64) for name in session.inputs}
        return SimpleNamespace(**{name: torch.from_numpy(a) for name, a in session.run(arrays).items()})

    module.forward = forward
    module.config = config
    object.__setattr__(module, "base_model", module)  # not as a part of itself
    # What asks where the weights are finds the processor.
    module.place = torch.nn.Parameter(torch.zeros(0), requires_grad=False)
    return module.eval()
