"""Networks as ONNX graphs: token ids and a mask in, what the head gives out.

A graph takes `input_ids` and `attention_mask`, int64 (batch, tokens). One with a head takes `token_type_ids`
too where its network has token types, since such heads may read pairs; a bare encoder reads lone texts, of
the first type. Outputs are called as transformers calls them.
"""

from __future__ import annotations

import io
import warnings
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from metier._extras import require
from metier.errors import ModelMismatch
from metier.training.memory import is_out_of_memory
from metier.training.networks import Head, Network

if TYPE_CHECKING:
    import onnx

OPSET: Final = 18
IDS: Final = "input_ids"
MASK: Final = "attention_mask"
TYPES: Final = "token_type_ids"
STATES: Final = "last_hidden_state"
LOGITS: Final = "logits"
_TOKENS: Final = {0: "batch", 1: "tokens"}
_TEXTS: Final = {0: "batch"}
_PER_TEXT: Final = frozenset({"seq_relationship_logits", "sop_logits"})
KNOWN: Final = frozenset(
    {IDS, MASK, TYPES, STATES, LOGITS, "start_logits", "end_logits", "prediction_logits", *_PER_TEXT}
)
"""All that inputs and outputs are called."""
_PREFIX: Final = "network."


def input_names(network: Network) -> tuple[str, ...]:
    """Return what the graph of a network takes, in order."""
    types = int(getattr(network.model.config, "type_vocab_size", 0) or 0)
    if types > 1 and network.head is not Head.NONE:
        return IDS, MASK, TYPES
    return IDS, MASK


def output_axes(network: Network) -> dict[str, Mapping[int, str]]:
    """Return the outputs of a network by name, with the axes whose length differs from text to text."""
    if network.head is Head.NONE:
        return {STATES: _TOKENS}
    if network.head is Head.SPANS:
        return {"start_logits": _TOKENS, "end_logits": _TOKENS}
    if network.head is Head.NEXT_SENTENCE:
        second = "sop_logits" if network.model.config.model_type == "albert" else "seq_relationship_logits"
        return {"prediction_logits": _TOKENS, second: _TEXTS}
    per_text = network.head in {Head.CLASSES, Head.RANK}
    return {LOGITS: _TEXTS if per_text else _TOKENS}


def is_per_text(output: str, head: Head) -> bool:
    """Tell whether an output holds one row for a text, and not one for each of its tokens."""
    return output in _PER_TEXT or (output == LOGITS and head in {Head.CLASSES, Head.RANK})


def network_graph(network: Network, *, folded: bool = False) -> onnx.ModelProto:
    """Return a network as ONNX, in float32; the network stays as it is.

    Args:
        network: on the processor, of any head.
        folded: write matrices the way they are multiplied, which quantisation by nncf needs. Otherwise they
            stand as in transformers, under the same names, each once though several parts share it.

    Raises:
        ModelMismatch: the network is larger than the 2 GB that one ONNX file holds, or computes something
            that ONNX has no operator for.
        MissingExtra: the `train` extra is not installed.
    """
    axes = output_axes(network)
    names = input_names(network)
    content = io.BytesIO()
    module = _traced(network, names, tuple(axes))
    torch = require("torch")
    example = torch.ones((2, min(8, network.max_tokens)), dtype=torch.int64)
    example[1, -2:] = 0
    inputs = tuple(torch.ones_like(example) if name == IDS else example for name in names)
    try:
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the tracer, about shapes that our checks of the graph cover
            torch.onnx.export(
                module,
                inputs,
                content,
                input_names=list(names),
                output_names=list(axes),
                dynamic_axes={**dict.fromkeys(names, _TOKENS), **axes},
                opset_version=OPSET,
                do_constant_folding=folded,
                dynamo=False,
            )
    except (RuntimeError, ValueError) as error:
        if is_out_of_memory(error):
            raise
        raise ModelMismatch(
            f"{network.name} cannot be written as ONNX; {type(error).__name__} was raised. It must fit into "
            f"2 GB and be of an architecture that torch can export at operator set {OPSET}."
        ) from error
    return _cleaned(require("onnx").load_model_from_string(content.getvalue()), folded=folded)


def _traced(network: Network, inputs: tuple[str, ...], outputs: tuple[str, ...]) -> Any:
    """Return a torch module that takes and gives tensors in a fixed order."""
    module = require("torch").nn.Module()
    module.network = network.model

    def forward(*tensors: Any) -> tuple[Any, ...]:
        found = network.model(**dict(zip(inputs, tensors, strict=True)))
        return tuple(found[name] for name in outputs)

    module.forward = forward
    return module.eval()  # the tracer leaves a module in the mode that it stood in


def _cleaned(model: onnx.ModelProto, *, folded: bool) -> onnx.ModelProto:
    """Call weights as transformers does, and take out what the tracer put between them and their use."""
    graph = model.graph
    weights = {tensor.name: tensor.name.removeprefix(_PREFIX) for tensor in graph.initializer}
    for node in graph.node:  # equal weights stand once in the file; the others are named by such nodes
        if node.op_type == "Identity" and node.input[0] in weights:
            weights[node.output[0]] = weights[node.input[0]]
    aliases = [node for node in graph.node if node.op_type == "Identity" and node.output[0] in weights]
    for node in aliases:
        graph.node.remove(node)
    for tensor in graph.initializer:
        tensor.name = weights[tensor.name]
    for node in graph.node:
        for i, name in enumerate(node.input):
            node.input[i] = weights.get(name, name)
    if folded:
        _give_each_its_vector(graph)
    model.producer_name, model.producer_version = "metier", ""
    return model


def _give_each_its_vector(graph: onnx.GraphProto) -> None:
    """Copy vectors that several nodes share: quantisation corrects the bias of one product at a time."""
    vectors = {tensor.name: tensor for tensor in graph.initializer if len(tensor.dims) == 1}
    used: Counter[str] = Counter()
    for node in graph.node:
        for i, name in enumerate(node.input):
            if name in vectors:
                used[name] += 1
                if used[name] > 1:
                    node.input[i] = f"{name}.{used[name]}"
                    graph.initializer.add().CopyFrom(vectors[name])
                    graph.initializer[-1].name = node.input[i]
