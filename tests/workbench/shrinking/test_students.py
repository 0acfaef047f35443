import pytest

from metier.errors import InvalidInput, ModelMismatch
from metier.training.networks import Head
from metier.workbench.shrinking.differences import compare_outputs
from metier.workbench.shrinking.samples import text_rows
from metier.workbench.shrinking.students import count_layers, make_student, spread_layers
from tests.workbench.finetuning.tiny_rows import network_of
from tests.workbench.tiny import ARCHITECTURES

torch = pytest.importorskip("torch")
LAYERED = [name for name in ARCHITECTURES if name != "albert"]


@pytest.mark.parametrize(
    ("n_layers", "n_kept", "layers"),
    [(12, 6, (0, 2, 4, 7, 9, 11)), (12, 2, (0, 11)), (3, 2, (0, 2)), (4, 4, (0, 1, 2, 3)), (12, 1, (0,))],
)
def test_layers_are_spread_with_both_ends_among_them(n_layers, n_kept, layers):
    assert spread_layers(n_layers, n_kept) == layers


@pytest.mark.parametrize("n_kept", [0, -1, 13])
def test_more_layers_than_the_teachers_and_none_are_refused(n_kept):
    with pytest.raises(InvalidInput, match=f"layers must be from 1 to the teacher's 12. Got {n_kept}"):
        spread_layers(12, n_kept)


@pytest.mark.parametrize("architecture", LAYERED)
def test_a_student_begins_with_layers_of_its_teacher(architecture):
    changes = {"n_layers": 4} if architecture == "distilbert" else {"num_hidden_layers": 4}
    teacher = network_of(architecture, Head.CLASSES, **changes)
    student = make_student(teacher, (1, 3), name="small")
    assert (count_layers(teacher), count_layers(student), student.labels) == (4, 2, teacher.labels)
    ours, theirs = (network.model.state_dict() for network in (student, teacher))
    for name, tensor in ours.items():
        source = name.replace("layer.1.", "layer.3.").replace("layer.0.", "layer.1.")
        assert torch.equal(tensor, theirs[source])
        assert tensor.data_ptr() != theirs[source].data_ptr()


def test_a_student_with_all_layers_is_its_teacher():
    teacher = network_of("bert", Head.TAGS)
    student = make_student(teacher, (0, 1), name="small")
    assert compare_outputs(teacher, student, text_rows(teacher, ["w1 w2", "w3"])).largest == 0.0


@pytest.mark.parametrize("layers", [(), (2,), (-1, 0), (1, 0), (0, 0)])
def test_a_student_that_is_no_part_of_its_teacher_is_refused(layers):
    given = ", ".join(str(layer + 1) for layer in layers) or "none"
    with pytest.raises(
        InvalidInput, match=f"a part of its teacher's, 1 to 2, rising, each once. Got {given}"
    ):
        make_student(network_of("bert", Head.NONE), layers, name="small")


def test_shared_layers_are_no_teacher():
    with pytest.raises(ModelMismatch, match="albert, whose layers share their weights"):
        make_student(network_of("albert", Head.NONE), (0,), name="small")
