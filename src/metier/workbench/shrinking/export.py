"""Networks to ONNX in float32, as ONNX Runtime and OpenVINO run them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from metier.training.memory import enough_memory
from metier.training.model_files import write_card
from metier.training.output import check_empty
from metier.workbench.shrinking.comparison import (
    Bound,
    Comparison,
    Contender,
    Measure,
    compare_networks,
    folder_bytes,
)
from metier.workbench.shrinking.differences import compare_outputs
from metier.workbench.shrinking.graphs import OPSET, input_names, network_graph, output_axes
from metier.workbench.shrinking.onnx_folder import write_onnx, written_at_the_end
from metier.workbench.shrinking.onnx_network import Runner, read_onnx
from metier.workbench.shrinking.options import ShrinkOptions
from metier.workbench.shrinking.samples import MOST_TEXTS, input_rows, random_rows
from metier.workbench.shrinking.sources import labelled_texts, open_source, read_labelled, shrunk_card

MOST_DIFFERENCE: Final = 1e-3


def export_network(options: ShrinkOptions, *, say: Callable[[str], None] = lambda _: None) -> Comparison:
    """Write a network as ONNX in float32 and return how it compares in ONNX Runtime.

    Outputs are compared on rows of random words from one token to the network's most tokens, and on the
    texts of labelled rows.

    Args:
        options: a corpus is not asked for; the bound is on the largest difference, 0.001 by default.
        say: told in a sentence what is being done.

    Raises:
        InvalidInput: the output is not empty, or the data breaks its format.
        NotFound: there is no such network or file.
        ModelFormatError: the network is damaged.
        ModelMismatch: the network cannot be written as ONNX.
        ModelDiffers: it differs beyond the bound; nothing is written.
        OutOfMemory: it does not fit into memory.
        MissingExtra: the `train` extra is not installed.
    """
    most = MOST_DIFFERENCE if options.most_difference is None else options.most_difference
    bound = Bound(Measure.LARGEST, most, options.accept_difference)
    check_empty(options.output)
    source = open_source(options.source)
    network = source.network
    labelled = read_labelled(network, options.data)
    name = options.name or f"{source.name}-onnx"
    with enough_memory("The export"), written_at_the_end(options.output) as place:
        say(f"Writing {source.name} as ONNX.")
        made = f"as ONNX in float32, operator set {OPSET}"
        card = shrunk_card(source, options, name=name, made=made)
        write_onnx(place, network_graph(network), network, card)
        say("Comparing it with the network in torch.")
        rows = random_rows(network) + input_rows(network, labelled_texts(labelled)[:MOST_TEXTS])
        after = read_onnx(place, runner=Runner.ONNX_RUNTIME)
        comparison = compare_networks(
            Contender("float32, torch", network, source.bytes, rows),
            Contender("float32, ONNX Runtime", after, folder_bytes(place), rows),
            compare_outputs(network, after, rows),
            bound=bound,
            labelled=labelled,
            notes={"inputs": list(input_names(network)), "outputs": list(output_axes(network))},
        )
        write_card(place, replace(card, metrics={"comparison": comparison.record()}))
    return comparison
