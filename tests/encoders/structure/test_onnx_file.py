import pytest

from metier.encoders.load import shipped_models
from metier.encoders.structure.onnx_file import read_onnx
from metier.errors import ModelFormatError
from tests.audit.provenance.model_folders import WIDTH, constant, message, network, node


@pytest.fixture
def outline(tmp_path):
    def read(content):
        (tmp_path / "net.onnx").write_bytes(content)
        return read_onnx(tmp_path / "net.onnx")

    return read


def codes(outline):
    return [finding.code for finding in outline.findings]


def test_the_shipped_network_is_understood():
    found = read_onnx(shipped_models()["base"] / "model.onnx")
    assert found.findings == ()
    assert (found.ir_version, found.opsets) == (8, {"": 17})
    assert found.shapes["words.nibbles"] == (65_536, 192)
    assert found.outputs == {"states": (0, 0, 384)}
    assert found.operators["Softmax"] == 12


def test_a_network_is_walked_as_the_onnx_package_reads_it(tmp_path):
    onnx = pytest.importorskip("onnx")
    path = shipped_models()["base"] / "model.onnx"
    model, found = onnx.load(path), read_onnx(path)
    assert found.shapes == {tensor.name: tuple(tensor.dims) for tensor in model.graph.initializer}
    assert found.dtypes == {tensor.name: tensor.data_type for tensor in model.graph.initializer}
    assert sum(found.operators.values()) == len(model.graph.node)


def test_a_small_network_is_outlined(outline):
    found = outline(network())
    assert found.findings == ()
    assert found.operators == {"MatMul": 1}
    assert found.shapes == {"w": (4, 4)}
    assert found.outputs == {"y": (0, WIDTH)}


@pytest.mark.parametrize("name", ["PythonOp", "ATen", "PyOp"])
def test_operators_that_run_code_are_unsafe_wherever_they_stand(outline, name):
    inner = message((1, node(name, "any.domain")))
    branch = message((1, "then_branch"), (6, inner))
    assert codes(outline(network([node(name)]))) == ["unsafe-operator"]
    assert codes(outline(network([node("If", "", branch)]))) == ["unsafe-operator"]
    function = message((1, "F"), (10, "own"), (7, node(name)))
    assert codes(outline(network([node("F", "own")], [], (25, function)))) == ["unsafe-operator"]


def test_operators_of_nobody_are_not_understood(outline):
    found = outline(network([node("Foo", "own.domain"), node("Foo")]))
    assert codes(found) == ["unknown-operator"]
    assert found.findings[0].facts == {"operators": ["Foo", "own.domain:Foo"]}
    assert codes(outline(network([node("FusedMatMul", "com.microsoft"), node("Add", "ai.onnx")]))) == []


def test_operators_that_the_file_explains_are_understood(outline):
    function = message((1, "Foo"), (10, "own.domain"), (7, node("Add")))
    found = outline(network([node("Foo", "own.domain")], [], (25, function)))
    assert (codes(found), found.functions) == ([], ("own.domain:Foo",))


@pytest.mark.parametrize(
    "location", ["../x", "/etc/passwd", "a/../../x", "C:\\x", "\\\\host\\x", "..\\x", "", "file:x", "link/x"]
)
def test_data_outside_the_folder_is_unsafe(outline, tmp_path, location):
    (tmp_path / "link").symlink_to("/etc")
    found = outline(network(constants=[constant(location=location)]))
    assert codes(found) == ["external-data-outside"]
    assert found.external == (location,)


def test_data_that_is_not_there_is_not_understood(outline, tmp_path):
    content = network(constants=[constant(location="weights.data")])
    assert codes(outline(content)) == ["external-data-missing"]
    (tmp_path / "weights.data").write_bytes(bytes(64))
    assert codes(outline(content)) == []


def test_a_second_location_does_not_hide_the_first(outline):
    places = [(13, message((1, "location"), (2, place))) for place in ("../x", "net.onnx")]
    tensor = message((1, 4), (2, 1), (8, "w"), *places, (14, 1))
    assert "external-data-outside" in codes(outline(network(constants=[tensor])))


def test_unknown_fields_and_graphs_for_training_are_not_understood(outline):
    assert codes(outline(network([], [], (99, "x")))) == ["unknown-onnx-field"]
    assert codes(outline(network([], [], (20, "")))) == ["onnx-training"]


def nested(levels):
    graph = message((1, node()))
    for _ in range(levels):
        graph = message((1, node("If", "", message((1, "b"), (6, graph)))))
    return message((1, 8), (7, graph))


@pytest.mark.parametrize(
    ("content", "message_"),
    [
        (b"", "holds no graph"),
        (message((1, 8)), "holds no graph"),
        (message((1, 8), (7, 5)), "nested at most 16 levels"),
        (network()[:-3], "no whole protobuf file"),
        (nested(17), "nested at most 16 levels"),
        (network(constants=[message((1, 4), (2, 1), (9, bytes(15)))]), "a constant of 4 numbers must have"),
        (network(constants=[message((1, 4), (2, 1))]), "It has 0 bytes"),
        (network(constants=[message((1, 4), (2, 77), (9, bytes(16)))]), "Its kind is 77"),
        (network(constants=[message(*[(1, 1)] * 40, (2, 1), (9, bytes(4)))]), "it has 40"),
    ],
)
def test_a_damaged_network_is_refused(outline, content, message_):
    with pytest.raises(ModelFormatError, match=message_):
        outline(content)


def test_branches_that_are_not_too_deep_are_walked(outline):
    assert outline(nested(16)).operators == {"If": 16, "MatMul": 1}


def test_constants_within_nodes_are_looked_at(outline):
    inner = constant(location="../x")
    plain = node("Constant", "", message((1, "value"), (5, inner)))
    sparse = node("Constant", "", message((1, "sparse_value"), (22, message((1, inner)))))
    assert codes(outline(network([plain]))) == ["external-data-outside"]
    assert codes(outline(network([sparse]))) == ["external-data-outside"]
    graph = message((1, node()), (15, message((1, inner))))
    assert codes(outline(message((1, 8), (7, graph)))) == ["external-data-outside"]
