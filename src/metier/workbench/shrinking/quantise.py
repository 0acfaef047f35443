"""Networks in small numbers, as ONNX: int8 with fixed ranges, or matrices in blocks of 8 or 4 bits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from metier.training.memory import enough_memory
from metier.training.model_files import write_card
from metier.training.networks import Network
from metier.training.output import check_empty
from metier.workbench.corpus import read_corpus
from metier.workbench.shrinking.block_graph import block_graph
from metier.workbench.shrinking.blocks import check_blocks
from metier.workbench.shrinking.comparison import (
    Comparison,
    Contender,
    Limits,
    compare_networks,
    folder_bytes,
)
from metier.workbench.shrinking.differences import compare_outputs
from metier.workbench.shrinking.graphs import network_graph
from metier.workbench.shrinking.onnx_folder import write_onnx, written_at_the_end
from metier.workbench.shrinking.onnx_network import Runner, onnx_network, read_onnx
from metier.workbench.shrinking.options import ShrinkOptions
from metier.workbench.shrinking.samples import MOST_TEXTS, TokenRow, input_rows, sample_texts, text_rows
from metier.workbench.shrinking.sources import labelled_texts, open_source, read_labelled, shrunk_card
from metier.workbench.shrinking.static import quantise_graph

if TYPE_CHECKING:
    import onnx

LIMITS: Final = Limits(decisions=0.05, cosine=0.02)
N_CALIBRATION: Final = 100
_N_LOADED: Final = 4


class Quantisation(StrEnum):
    """Which numbers become small."""

    INT8 = "int8"
    BLOCKS = "blocks"


@dataclass(frozen=True, slots=True)
class QuantiseOptions:
    """How numbers become small.

    Attributes:
        kind: `int8` puts weights and activations into int8 with ranges fixed on texts, which makes products
            quicker in OpenVINO; `blocks` keeps matrices in blocks with a scale each and computes in float32:
            a smaller file at the same speed.
        bits: of a number in a block, 8 or 4.
        block_size: numbers in a block, an even number.

    Raises:
        InvalidInput: bits or block size out of range.
    """

    kind: Quantisation = Quantisation.INT8
    bits: int = 8
    block_size: int = 32

    def __post_init__(self) -> None:
        check_blocks(self.bits, self.block_size)

    @property
    def label(self) -> str:
        """How a table calls it."""
        if self.kind is Quantisation.INT8:
            return "int8"
        return f"{self.bits} bits in blocks of {self.block_size}"


def quantise_network(
    options: ShrinkOptions, how: QuantiseOptions, *, say: Callable[[str], None] = lambda _: None
) -> Comparison:
    """Write a network in small numbers, as ONNX, and return how it compares with float32.

    Sizes are of the files, figures and outputs those of the float32 network in torch and of what was written
    in OpenVINO; speeds are of both in OpenVINO. That ONNX Runtime computes the same is tried on four rows.

    Args:
        options: the corpus fixes the ranges, and a part of it that is kept aside is compared on. The bound
            is on the share of decisions that change, 0.05 by default; without a head on the mean cosine of
            states, which may miss 0.02 of 1.
        how: which numbers.
        say: told in a sentence what is being done.

    Raises:
        InvalidInput: the output is not empty, the corpus has fewer than two documents, or the data breaks
            its format.
        NotFound: there is no such network or file.
        ModelFormatError: the network is damaged.
        ModelMismatch: the network cannot be written as ONNX.
        ModelDiffers: it differs beyond the bound; nothing is written.
        OutOfMemory: it does not fit into memory.
        MissingExtra: the `train` extra is not installed.
    """
    check_empty(options.output)
    corpus = read_corpus(options.corpus)
    source = open_source(options.source)
    network = source.network
    bound = LIMITS.bound(network.head, options)
    labelled = read_labelled(network, options.data)
    rows = text_rows(network, sample_texts(corpus.dev))
    rows += input_rows(network, labelled_texts(labelled)[:MOST_TEXTS])
    name = options.name or f"{source.name}-{how.kind}"
    with enough_memory("Quantisation"), written_at_the_end(options.output) as place:
        say(f"Putting {source.name} into {how.label}.")
        calibration = text_rows(network, sample_texts(corpus.train, most=N_CALIBRATION))
        graph, notes = _quantised(network, how, calibration)
        made = f"in {how.label}, as ONNX"
        card = shrunk_card(source, options, name=name, made=made)
        write_onnx(place, graph, network, card)
        say("Comparing it with float32.")
        small = read_onnx(place, runner=Runner.OPENVINO)
        notes |= _both_runtimes(small, read_onnx(place, runner=Runner.ONNX_RUNTIME), rows)
        float32 = network_graph(network).SerializeToString()
        timed = onnx_network(float32, network, runner=Runner.OPENVINO)
        comparison = compare_networks(
            Contender("float32", network, source.bytes, rows, timed),
            Contender(how.label, small, folder_bytes(place), rows),
            compare_outputs(network, small, rows),
            bound=bound,
            labelled=labelled,
            notes=notes,
        )
        write_card(place, replace(card, metrics={"comparison": comparison.record()}))
    return comparison


def _quantised(
    network: Network, how: QuantiseOptions, rows: Sequence[TokenRow]
) -> tuple[onnx.ModelProto, dict[str, Any]]:
    if how.kind is Quantisation.INT8:
        return quantise_graph(network_graph(network, folded=True), rows), {"calibration_rows": len(rows)}
    graph, names = block_graph(network_graph(network), bits=how.bits, size=how.block_size)
    return graph, {"matrices_in_blocks": len(names)}


def _both_runtimes(small: Network, other: Network, rows: Sequence[TokenRow]) -> dict[str, float]:
    """Return the largest difference between OpenVINO and ONNX Runtime, which shows that both load it."""
    return {"largest_difference_of_runtimes": compare_outputs(small, other, rows[:_N_LOADED]).largest}
