import json
import subprocess
import sys

import numpy as np
import pytest

from metier.encoders import openvino_network
from metier.encoders.cached_blob import read_blob, write_blob
from metier.encoders.folder import NETWORK
from metier.encoders.load import shipped_models
from metier.encoders.openvino_network import OpenVinoNetwork, width, without_telemetry
from metier.errors import ModelFormatError, ModelMismatch

MODEL = shipped_models()["base"] / NETWORK
RNG = np.random.default_rng(0)
ROWS = [
    RNG.integers(5, 60_000, n).tolist() for n in (3, 16, 17, 40, 41, 129, 300, 512, 7, 9, 11, 12, 4, 5, 6, 8)
]

# Runs in a process of its own: a false telemetry package stands first on the path and tells of any use.
SPY = """
import json, sys
sys.path.insert(0, sys.argv[1])
opened = []
sys.addaudithook(lambda event, args: opened.append(event) if event.startswith("socket.") else None)
from metier.encoders.load import Runtime, load_encoder, shipped_models
from metier.encoders.reading import TextKind
encoder = load_encoder(shipped_models()["base"], Runtime(threads=1))
encoder.encode(["Built services in Python."], kind=TextKind.PASSAGE)
encoder.read("Писал сервисы на Go.")
imported = "openvino_telemetry" in sys.modules
import openvino_telemetry
print(json.dumps({"opened": opened, "uses": openvino_telemetry.USES, "imported": imported}))
"""
FALSE_TELEMETRY = """
USES = []
class Telemetry:
    def __init__(self, *args, **kwargs):
        USES.append("made")
    def __getattr__(self, name):
        if name == "backend":
            raise AttributeError(name)
        USES.append(name)
        return lambda *args, **kwargs: None
"""


@pytest.fixture(scope="module")
def network():
    return OpenVinoNetwork.load(MODEL, "0" * 64, threads=2)


def test_no_telemetry_runs_and_no_connection_is_opened(tmp_path):
    package = tmp_path / "openvino_telemetry"
    package.mkdir()
    (package / "__init__.py").write_text(FALSE_TELEMETRY)
    (package / "backend.py").write_text("backend_ga4 = None")
    done = subprocess.run(
        [sys.executable, "-c", SPY, str(tmp_path)], capture_output=True, text=True, check=True, timeout=600
    )
    assert json.loads(done.stdout) == {"opened": [], "uses": [], "imported": False}


def test_the_spy_would_see_openvinos_own_import(tmp_path):
    package = tmp_path / "openvino_telemetry"
    package.mkdir()
    (package / "__init__.py").write_text(FALSE_TELEMETRY)
    (package / "backend.py").write_text("backend_ga4 = None")
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\nimport openvino, openvino_telemetry as t; print(t.USES)"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "send_event" in done.stdout


def test_the_module_table_is_left_as_it_was():
    before = sys.modules.get("openvino_telemetry", "absent")
    with without_telemetry():
        assert sys.modules["openvino_telemetry"] is None
    assert sys.modules.get("openvino_telemetry", "absent") is before


def test_a_row_gives_the_same_bytes_alone_in_company_in_any_order_and_on_one_thread(network):
    together = network.states(ROWS)
    assert [states.shape for states in together] == [(len(row), 384) for row in ROWS]
    alone = [network.states([row])[0] for row in ROWS]
    backwards = network.states(ROWS[::-1])[::-1]
    one_thread = OpenVinoNetwork.load(MODEL, "0" * 64, threads=1).states(ROWS)
    for states, *others in zip(together, alone, backwards, one_thread, strict=True):
        assert {other.tobytes() for other in others} == {states.tobytes()}


def test_no_rows_give_no_states(network):
    assert network.states([]) == []


def test_a_prepared_network_from_the_cache_gives_the_same_bytes(network, tmp_path):
    fresh = OpenVinoNetwork.load(MODEL, "0" * 64, threads=2, cache=tmp_path)
    (kept,) = tmp_path.iterdir()
    prepared = OpenVinoNetwork.load(MODEL, "0" * 64, threads=2, cache=tmp_path)
    rows = ROWS[:4]
    for others in zip(network.states(rows), fresh.states(rows), prepared.states(rows), strict=True):
        assert len({states.tobytes() for states in others}) == 1
    kept.write_bytes(kept.read_bytes()[:1000])
    assert len(OpenVinoNetwork.load(MODEL, "0" * 64, threads=2, cache=tmp_path).states(rows)) == 4


@pytest.mark.parametrize("content", [b"\x08\x08 but no more", b"", b"PK\x03\x04"])
def test_a_file_that_is_no_network_is_refused(tmp_path, content):
    path = tmp_path / "model.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelFormatError, match=r"model\.onnx cannot be run"):
        OpenVinoNetwork.load(path, "0" * 64)


def test_a_network_with_other_inputs_is_refused(monkeypatch):
    monkeypatch.setattr(openvino_network, "_INPUTS", {"pixels"})
    with pytest.raises(ModelMismatch, match="It takes attention_mask, input_ids and gives"):
        OpenVinoNetwork.load(MODEL, "0" * 64)


def small_graph(inputs=("input_ids", "attention_mask"), *, rank=3, outputs=1):
    """Return an ONNX network whose states are the ids, masked, in each of two places."""
    onnx = pytest.importorskip("onnx")
    node, value = onnx.helper.make_node, onnx.helper.make_tensor_value_info
    flat = [node("Cast", [name], [f"{name}_"], to=onnx.TensorProto.FLOAT) for name in inputs]
    flat.append(node("Mul", [f"{name}_" for name in inputs], ["masked"]))
    deep = [node("Unsqueeze", ["masked", "axis"], ["one"]), node("Concat", ["one"] * 2, ["out"], axis=2)]
    graph = onnx.helper.make_graph(
        flat + (deep if rank == 3 else [node("Identity", ["masked"], ["out"])]),
        "small",
        [value(name, onnx.TensorProto.INT64, ["n", "length"]) for name in inputs],
        [
            value(name, onnx.TensorProto.FLOAT, ["n", "length", 2][: 3 if name == "out" and rank == 3 else 2])
            for name in ("out", "masked")[:outputs]
        ],
        [onnx.helper.make_tensor("axis", onnx.TensorProto.INT64, [1], [2])],
    )
    opset = onnx.helper.make_opsetid("", 17)
    return onnx.helper.make_model(graph, opset_imports=[opset], ir_version=8).SerializeToString()


def test_a_network_of_any_make_runs(tmp_path):
    (tmp_path / "small.onnx").write_bytes(small_graph())
    small = OpenVinoNetwork.load(tmp_path / "small.onnx", "0" * 64)
    assert small.dim == 2
    assert [states.tolist() for states in small.states([[5], [6, 7]])] == [[[5, 5]], [[6, 6], [7, 7]]]


def test_a_blob_that_the_runtime_does_not_take_is_prepared_again(tmp_path):
    (tmp_path / "small.onnx").write_bytes(small_graph())

    def load():
        return OpenVinoNetwork.load(tmp_path / "small.onnx", "0" * 64, cache=tmp_path / "cache")

    load()
    (kept,) = (tmp_path / "cache").iterdir()
    blob = read_blob(kept)
    write_blob(kept, b"made by another build")
    assert load().states([[5]])[0].tolist() == [[5, 5]]
    assert len(read_blob(kept)) == len(blob)


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        ({"inputs": ("input_ids", "token_type_ids")}, "It takes input_ids, token_type_ids and gives"),
        ({"rank": 2}, r"one output, \(n, length, dim\)"),
        ({"outputs": 2}, r"one output, \(n, length, dim\)"),
    ],
)
def test_a_network_of_other_inputs_or_outputs_is_refused(tmp_path, graph, message):
    (tmp_path / "model.onnx").write_bytes(small_graph(**graph))
    with pytest.raises(ModelMismatch, match=message):
        OpenVinoNetwork.load(tmp_path / "model.onnx", "0" * 64)


def test_widths_are_few_and_follow_from_the_length_alone():
    widths = [width(n) for n in range(1, 513)]
    assert len(set(widths)) == 20
    assert all(n <= wide for n, wide in enumerate(widths, start=1))
    assert widths == sorted(widths)
