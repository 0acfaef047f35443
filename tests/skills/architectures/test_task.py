import numpy as np
import pytest

torch = pytest.importorskip("torch")

from metier.encoders.fake import FakeEncoder  # noqa: E402
from metier.errors import InvalidInput  # noqa: E402
from metier.skills.architectures.attention_network import LabelAttentionNetwork  # noqa: E402
from metier.skills.architectures.rows import Example, Outcome  # noqa: E402
from metier.skills.architectures.task import (  # noqa: E402
    SkillRows,
    SkillTask,
    SkillTaskOptions,
    balanced_weights,
    teacher_loss,
)
from metier.skills.architectures.token_states import FrozenStates  # noqa: E402
from metier.training.options import Device, TrainOptions  # noqa: E402
from metier.training.trainer import train  # noqa: E402
from metier.types import Span  # noqa: E402
from tests.skills.architectures import tiny  # noqa: E402


class FixedModel:
    """Answers with the logits that it was given for each text and skill."""

    def __init__(self, logits, *, per_pair=False):
        self.module = torch.nn.Linear(1, 1)
        self.per_pair = per_pair
        self.logits = logits

    def forward(self, examples, skills):
        rows = [self.logits[e.text][int(k)] for e in examples for k in e.skills]
        return Outcome(torch.tensor(rows, dtype=torch.float32, requires_grad=True))


TABLE = {"a": [(5.0, 0, 0), (0, 5.0, 0), (0, 0, 5.0)], "bb": [(5.0, 0, 0), (5.0, 0, 0), (0, 0, 5.0)]}


def rows(*examples):
    return SkillRows(tiny.SKILLS, examples, examples)


def task(*examples, options=None, per_pair=False, **more):
    return SkillTask(FixedModel(TABLE, per_pair=per_pair), rows(*examples), options, **more)


def test_batches_are_the_same_for_the_same_seed_and_epoch():
    made = SkillTask(
        LabelAttentionNetwork(FrozenStates(FakeEncoder(8))),
        rows(*[tiny.examples_of(f"w{i} " * (i % 7), [0], [0]) for i in range(50)]),
        SkillTaskOptions(batch_size=8),
    )
    first = made.batches(seed=3, epoch=1)
    assert first == made.batches(seed=3, epoch=1)
    assert first != made.batches(seed=3, epoch=2)
    assert first != made.batches(seed=4, epoch=1)
    assert sorted(i for batch in first for i in batch) == list(range(50))
    assert sorted(map(len, first)) == [2, 8, 8, 8, 8, 8, 8]


def test_texts_of_a_batch_are_of_about_equal_length():
    made = task(
        *[tiny.examples_of("a" * (i % 10), [0], [0]) for i in range(100)], options=SkillTaskOptions(10)
    )
    assert all(len({i % 10 for i in batch}) == 1 for batch in made.batches(seed=0, epoch=0))


def test_a_pairwise_model_gets_one_skill_at_a_time():
    made = task(tiny.examples_of("a", [0, 1, 2], [0, 1, 2]), tiny.examples_of("bb", [1], [0]), per_pair=True)
    assert sorted(i for batch in made.batches(seed=0, epoch=0) for i in batch) == [0, 1, 2, 3]


def test_unknown_classes_count_in_no_loss():
    known = task(tiny.examples_of("a", [0, 1], [0, 2]))
    more = task(tiny.examples_of("a", [0, 1, 2], [0, 2, -1]))
    assert known.loss((0,)).item() == pytest.approx(more.loss((0,)).item())


def test_the_loss_is_that_of_its_options():
    example = tiny.examples_of("bb", [0, 1], [0, 2])
    easy = -np.log(np.exp(5) / (np.exp(5) + 2))
    hard = -np.log(1 / (np.exp(5) + 2))
    plain = task(example).loss((0,))
    assert plain.item() == pytest.approx((easy + hard) / 2, abs=1e-4)
    weighted = task(example, options=SkillTaskOptions(class_weights=(3, 1, 1))).loss((0,))
    assert weighted.item() == pytest.approx((3 * easy + hard) / 4, abs=1e-4)
    focal = task(example, options=SkillTaskOptions(gamma=2.0)).loss((0,))
    assert focal.item() == pytest.approx(
        (easy * (1 - np.exp(-easy)) ** 2 + hard * (1 - np.exp(-hard)) ** 2) / 2, abs=1e-3
    )


def test_a_teacher_alone_can_be_learned_from():
    teacher = np.array([[0.2, 0.3, 0.5]])
    example = Example("w1 w2", np.array([0]), np.array([-1]), teacher=teacher)
    model = LabelAttentionNetwork(FrozenStates(FakeEncoder(16)), rank=2)
    learned = SkillTask(model, SkillRows(tiny.SKILLS, [example], [tiny.examples_of("w1", [0], [0])]))
    tiny.train(learned, model, steps=150, rate=1e-2, enough=1e-4)
    found = model.classifier().classify(["w1 w2"], tiny.SKILLS[:1]).probabilities[0]
    assert found == pytest.approx(teacher, abs=0.02)


def test_the_divergence_counts_the_taught_pairs_alone():
    taught = Example("a", np.array([0]), np.array([-1]), teacher=np.array([[1.0, 0, 0]]))
    logits = torch.tensor([[0.0, 0, 0], [9.0, 0, 0]])
    found = teacher_loss(logits, [taught, tiny.examples_of("b", [0], [0])])
    assert found.item() == pytest.approx(np.log(3), abs=1e-5)
    assert float(teacher_loss(logits[1:], [tiny.examples_of("b", [0], [0])])) == 0


def test_evaluation_counts_known_pairs_and_leaves_the_mode():
    made = task(tiny.examples_of("bb", [0, 1, 2], [0, 1, 2]), tiny.examples_of("a", [2, 0, 1], [2, -1, 1]))
    made._model.module.train()
    found = made.evaluate()
    assert made._model.module.training
    assert found["accuracy"] == pytest.approx(4 / 5)
    assert found["f1_explicit"] == 1
    assert found["f1_none"] == pytest.approx(2 / 3)
    assert found["score"] == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"batch_size": 0}, "batch_size must be at least 1"),
        ({"gamma": -1.0}, "gamma must be 0 or more"),
        ({"teacher_weight": float("nan")}, "teacher_weight must be 0 or more"),
        ({"class_weights": (1.0, -1.0, 1.0)}, "class_weights must be three numbers"),
        ({"class_weights": (0.0, 0.0, 0.0)}, "class_weights must be three numbers"),
    ],
)
def test_options_out_of_range_are_refused(values, message):
    with pytest.raises(InvalidInput, match=message):
        SkillTaskOptions(**values)


def test_rows_that_cannot_be_learned_from_are_refused():
    good, unknown = tiny.examples_of("a", [0], [0]), tiny.examples_of("a", [0], [-1])
    with pytest.raises(InvalidInput, match="at least one example to train on"):
        SkillRows(tiny.SKILLS, [], [good])
    with pytest.raises(InvalidInput, match="at least one known class to tune on"):
        SkillRows(tiny.SKILLS, [good], [unknown])
    with pytest.raises(InvalidInput, match="Example 2 of train names skill number 3; there are 3"):
        SkillRows(tiny.SKILLS, [good, tiny.examples_of("a", [3], [0])], [good])


def test_a_weight_of_nothing_is_refused():
    with pytest.raises(InvalidInput, match="The weight of task skills must be above 0"):
        task(tiny.examples_of("a", [0], [0]), weight=0.0)


def test_the_hash_of_the_data_follows_what_is_learned():
    one, same = (task(tiny.examples_of("a", [0, 1], [0, 2])) for _ in range(2))
    assert one.data_sha256 == same.data_sha256
    others = [
        task(tiny.examples_of("bb", [0, 1], [0, 2])),
        task(tiny.examples_of("a", [0, 2], [0, 2])),
        task(tiny.examples_of("a", [0, 1], [0, 1])),
        task(Example("a", np.array([0, 1]), np.array([0, 2]), evidence={1: [Span(0, 1)]})),
        task(Example("a", np.array([0, 1]), np.array([0, 2]), teacher=np.ones((2, 3)) / 3)),
    ]
    assert len({made.data_sha256 for made in [one, *others]}) == 6


def test_the_trainer_trains_it(tmp_path):
    model = LabelAttentionNetwork(FrozenStates(FakeEncoder(32)), rank=8)
    made = SkillTask(model, SkillRows(tiny.SKILLS, tiny.examples(), tiny.examples()), SkillTaskOptions(8))
    before = made.evaluate()["score"]
    train(model.module, [made], TrainOptions(epochs=30, head_rate=2e-2, device=Device.CPU), tmp_path / "run")
    assert made.evaluate()["score"] > before


@pytest.mark.parametrize(
    ("classes", "share", "weights"),
    [
        ([0, 0, 0, 0, 1, 2], 1.0, (0.5, 1.0, 1.0)),
        ([0, 0, 0, 0, 1, 2], 4.0, (2.0, 1.0, 1.0)),
        ([0, -1, -1, 2], 1.0, (1.0, 1.0, 1.0)),
        ([0, 0], 3.0, (1.0, 1.0, 1.0)),
        ([1, 2], 3.0, (1.0, 1.0, 1.0)),
        ([], 3.0, (1.0, 1.0, 1.0)),
    ],
)
def test_all_nones_count_their_share_against_what_is_shown(classes, share, weights):
    assert balanced_weights(np.array(classes, np.int64), share) == pytest.approx(weights)


def test_the_share_of_none_weighs_the_loss_of_a_batch():
    batch = tiny.examples_of("bb", [0, 1, 2], [0, 0, 1])
    logits = torch.tensor(TABLE["bb"])
    own = torch.nn.functional.cross_entropy(
        logits, torch.tensor([0, 0, 1]), weight=torch.tensor([1.0, 1.0, 1.0])
    )
    shared = torch.nn.functional.cross_entropy(
        logits, torch.tensor([0, 0, 1]), weight=torch.tensor([0.25, 1.0, 1.0])
    )
    assert task(batch).loss((0,)).item() == pytest.approx(own.item(), rel=1e-5)
    weighted = task(batch, options=SkillTaskOptions(none_share=0.5))
    assert weighted.loss((0,)).item() == pytest.approx(shared.item(), rel=1e-5)


@pytest.mark.parametrize("values", [{"none_share": 0.0}, {"none_share": 1.0, "class_weights": (1, 1, 1)}])
def test_a_share_of_none_out_of_range_is_refused(values):
    with pytest.raises(InvalidInput, match="none_share must be above 0, without class_weights"):
        SkillTaskOptions(**values)
