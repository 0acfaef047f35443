import pytest

from metier.errors import InvalidInput, ModelMismatch
from metier.training.networks import Head
from metier.workbench.finetuning.options import TaskOptions
from metier.workbench.finetuning.tasks import make_task
from metier.workbench.shrinking.corpus_task import CorpusTask
from metier.workbench.shrinking.distillation import DistillOptions, DistillTask, sum_losses
from metier.workbench.shrinking.students import make_student
from tests.workbench.finetuning.tiny_rows import HEADS, ROWS, network_of
from tests.workbench.tiny import ARCHITECTURES

torch = pytest.importorskip("torch")
PARTS = {"label", "logits", "hidden", "attention"}


def lesson(architecture, head, layers=(1,), **options):
    teacher = network_of(architecture, head)
    student = make_student(teacher, layers, name="small")
    if head in HEADS:
        own = make_task(student, ROWS[head], ROWS[head], options=TaskOptions(max_tokens=32))
    else:
        own = CorpusTask(student, ["w1 w2 w3 abc", "w4"], ["w5 w6"], max_tokens=32)
    return DistillTask(own, teacher, layers, DistillOptions(**options))


@pytest.mark.parametrize("head", [*HEADS, Head.MASKED_WORDS])
def test_all_parts_of_the_loss_reach_the_student_and_none_the_teacher(head, one_thread):
    task = lesson("bert", head)
    task.student.model.train()
    batch = task.batches(seed=0, epoch=0)[0]
    losses = task.losses(batch)
    assert set(losses) == PARTS
    task.loss(batch).backward()
    assert all(torch.isfinite(p.grad).all() for p in task.student.model.parameters() if p.grad is not None)
    assert task.student.backbone.encoder.layer[0].attention.self.query.weight.grad.abs().sum() > 0
    assert all(p.grad is None and not p.requires_grad for p in task.teacher.model.parameters())
    assert not task.teacher.model.training


@pytest.mark.parametrize("architecture", [name for name in ARCHITECTURES if name != "albert"])
def test_every_architecture_with_layers_of_its_own_is_taught(architecture, one_thread):
    task = lesson(architecture, Head.CLASSES)
    task.student.model.train()
    losses = task.losses(task.batches(seed=0, epoch=0)[0])
    assert set(losses) == PARTS
    assert all(torch.isfinite(loss) for loss in losses.values())


def test_a_student_with_all_layers_has_nothing_to_learn_of_its_teacher(one_thread):
    task = lesson("bert", Head.TAGS, layers=(0, 1))
    losses = task.losses(task.batches(seed=0, epoch=0)[0])
    assert all(losses[name].item() == pytest.approx(0, abs=1e-5) for name in PARTS - {"label"})


def test_layers_are_held_against_those_that_they_came_from(one_thread):
    # Layer 1 alone gives, on the embeddings, what no layer of the teacher gives: its input differs.
    low, high = lesson("bert", Head.CLASSES, layers=(0,)), lesson("bert", Head.CLASSES, layers=(1,))
    hidden = [task.losses(task.batches(seed=0, epoch=0)[0])["hidden"].item() for task in (low, high)]
    assert hidden[0] == pytest.approx(0, abs=1e-6)
    assert hidden[1] > 5e-6


@pytest.mark.parametrize("name", ["logits", "hidden", "attention", "label"])
def test_a_part_without_weight_is_left_out_and_weights_multiply(name, one_thread):
    key = f"{name}_weight"
    one, two, none = (lesson("bert", Head.CLASSES, **{key: weight}) for weight in (1.0, 2.0, 0.0))
    batch = one.batches(seed=0, epoch=0)[0]
    assert set(none.losses(batch)) == PARTS - {name}
    assert two.losses(batch)[name].item() == pytest.approx(2 * one.losses(batch)[name].item(), rel=1e-4)


def test_a_bare_encoder_learns_states_and_attention_alone(one_thread):
    task = lesson("bert", Head.NONE)
    assert set(task.losses(task.batches(seed=0, epoch=0)[0])) == {"hidden", "attention"}
    with torch.no_grad():
        assert 0 < task.evaluate()["score"] < 1
        assert lesson("bert", Head.NONE, layers=(0, 1)).evaluate()["score"] == pytest.approx(1, abs=1e-6)


def test_the_figures_are_those_of_the_students_task():
    task = lesson("bert", Head.CLASSES)
    with torch.no_grad():
        assert task.evaluate() == task.task.evaluate()
    assert "nll" in lesson("bert", Head.MASKED_WORDS).evaluate()


def test_attention_is_not_dropped_where_it_is_compared():
    def shares(task):
        modules = dict(task.student.backbone.named_modules())
        return modules["encoder.layer.0.attention.self.dropout"].p, modules[
            "encoder.layer.0.output.dropout"
        ].p

    assert shares(lesson("bert", Head.CLASSES)) == (0.0, 0.1)
    assert shares(lesson("bert", Head.CLASSES, attention_weight=0.0)) == (0.1, 0.1)


def test_the_data_are_told_apart_by_what_is_learned_of_them():
    hashes = {lesson("bert", Head.CLASSES, temperature=t).data_sha256 for t in (1.0, 1.0, 2.0)}
    assert len(hashes) == 2


def test_losses_are_summed():
    assert sum_losses({"a": torch.tensor(1.0), "b": torch.tensor(2.0)}) == 3


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"temperature": 0.0}, "temperature must be above 0"),
        ({"hidden_weight": -1.0}, "hidden_weight must be 0 or more"),
        ({"logits_weight": float("nan")}, "logits_weight must be 0 or more"),
        (
            {"logits_weight": 0.0, "hidden_weight": 0.0, "attention_weight": 0.0, "label_weight": 0.0},
            "must be above 0. All are 0",
        ),
    ],
)
def test_options_out_of_range_are_refused(options, words):
    with pytest.raises(InvalidInput, match=words):
        DistillOptions(**options)


def test_a_teacher_that_does_not_fit_is_refused():
    task = lesson("bert", Head.CLASSES)
    with pytest.raises(InvalidInput, match="a network of its own"):
        DistillTask(task.task, task.student, (1,))
    with pytest.raises(ModelMismatch, match="gives tag, its student gives classify"):
        DistillTask(task.task, network_of("bert", Head.TAGS), (1,))
    with pytest.raises(ModelMismatch, match="as wide as its student"):
        DistillTask(task.task, network_of("bert", Head.CLASSES, hidden_size=32), (1,))
    with pytest.raises(InvalidInput, match="one of the teacher's for each of the student's 1. Got 2"):
        DistillTask(task.task, task.teacher, (0, 1))


def test_a_bare_encoder_needs_something_to_learn():
    with pytest.raises(InvalidInput, match="A bare encoder decides nothing"):
        lesson("bert", Head.NONE, hidden_weight=0.0, attention_weight=0.0)
