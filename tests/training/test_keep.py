from dataclasses import replace

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("accelerate")
pytest.importorskip("matplotlib")

from metier.encoders.reading import TextKind  # noqa: E402
from metier.errors import InvalidInput, ModelMismatch  # noqa: E402
from metier.training.backbone import join_parts, load_backbone  # noqa: E402
from metier.training.bi_encoder import RowLimits, TrainedBackbone  # noqa: E402
from metier.training.keep import KeepOptions, KeepTask, kind_of, similarity_divergence  # noqa: E402
from metier.training.masked_words import MaskedWordsOptions, MaskedWordsTask  # noqa: E402
from metier.training.options import Device, Precision, TrainOptions  # noqa: E402
from metier.training.trainer import train  # noqa: E402
from tests.training.tiny_texts import learner, save_bert, steps, texts  # noqa: E402

OPTIONS = KeepOptions(batch_size=4, similarity_weight=0.5)
TRAIN, TUNE = texts(22), texts(9, seed=1)


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A teacher of two layers and a student of one."""
    root = tmp_path_factory.mktemp("berts")
    return [save_bert(root / str(n), layers=n) for n in (2, 1)]


def keep_task(student, teacher, *, options=OPTIONS, train=TRAIN, tune=TUNE):
    return KeepTask(learner(student), load_backbone(teacher), train, tune, options=options)


def plan_of(task, *, seed=0, epoch=0):
    return [list(batch) for batch in task.batches(seed=seed, epoch=epoch)]


@pytest.mark.parametrize("weights", [(1, 1, 1), (1, 0, 0), (0, 1, 0), (0, 0, 1)])
def test_a_network_loses_nothing_against_itself(folders, weights):
    states, vectors, similarities = weights
    options = replace(OPTIONS, state_weight=states, vector_weight=vectors, similarity_weight=similarities)
    task = keep_task(folders[0], folders[0], options=options)
    task.backbone.model.eval()
    for batch in task.batches(seed=0, epoch=0):
        assert float(task.loss(batch).detach()) == pytest.approx(0, abs=1e-5)
    with torch.no_grad():
        assert task.evaluate() == pytest.approx({"score": 1, "states_cosine": 1}, abs=1e-5)


def test_a_student_of_fewer_layers_comes_nearer_its_teacher(folders):
    task = keep_task(folders[1], folders[0], options=replace(OPTIONS, similarity_weight=0.1))
    before = {name: tensor.clone() for name, tensor in task.teacher.model.state_dict().items()}
    with torch.no_grad():
        first = task.evaluate()
    losses = steps(task, task.backbone.model, 30, rate=3e-3)
    assert sum(losses[-5:]) < 0.7 * sum(losses[:5])
    with torch.no_grad():
        last = task.evaluate()
    assert last["score"] > first["score"]
    assert last["states_cosine"] > first["states_cosine"]
    assert all(torch.equal(before[name], t) for name, t in task.teacher.model.state_dict().items())
    assert all(p.grad is None for p in task.teacher.model.parameters())


def test_the_loss_is_the_weighted_sum_of_what_the_cosines_miss(folders):
    task = keep_task(folders[1], folders[0], options=KeepOptions(state_weight=2.0, vector_weight=3.0))
    task.backbone.model.eval()
    batch = [0, 1, 2]
    cosines, vector_cosines = [], []
    for i in batch:
        both = []
        for backbone in (task.backbone, task.teacher):
            prefix = {TextKind.QUERY: "query:", TextKind.PASSAGE: "passage:"}[kind_of(TRAIN[i])]
            ids = torch.tensor([backbone.tokenizer.encode(f"{prefix} {TRAIN[i]}").ids])
            with torch.no_grad():
                both.append(backbone.model.eval()(ids).last_hidden_state[0])
        cosines += torch.cosine_similarity(*both, dim=1).tolist()
        vector_cosines.append(float(torch.cosine_similarity(*(states.mean(dim=0) for states in both), dim=0)))
    expected = 2 * (1 - sum(cosines) / len(cosines)) + 3 * (1 - sum(vector_cosines) / 3)
    assert float(task.loss(batch).detach()) == pytest.approx(expected, abs=1e-4)


def test_rows_are_those_of_the_encoder_that_is_trained(folders):
    task = keep_task(folders[1], folders[0])
    network = TrainedBackbone(load_backbone(folders[1]), limits=RowLimits())
    kinds = {kind_of(text) for text in TRAIN}
    assert kinds == set(TextKind)
    assert task._rows(TRAIN) == [network._rows([text], kind_of(text))[0] for text in TRAIN]
    short = keep_task(folders[1], folders[0], options=KeepOptions(max_tokens=8))
    assert max(len(row.ids) for row in short._rows(TRAIN)) == 8


def test_about_half_of_the_texts_are_read_as_queries():
    kinds = [kind_of(f"text {i}") for i in range(1000)]
    assert kinds.count(TextKind.QUERY) == pytest.approx(500, abs=60)
    assert kind_of("half a pair \ud83d") in TextKind


@pytest.mark.parametrize("room", [0, 2000, 2**20])
def test_what_is_remembered_changes_no_loss(folders, room):
    task = keep_task(folders[1], folders[0], options=replace(OPTIONS, remembered_bytes=room))
    task.backbone.model.eval()
    calls = []
    task.teacher.model.register_forward_hook(lambda *_: calls.append(1))
    first, again = ({tuple(b): float(task.loss(b).detach()) for b in plan_of(task, epoch=e)} for e in (0, 1))
    assert first == again
    n = len(first)
    assert len(calls) == {0: 2 * n, 2**20: n}.get(room, len(calls))
    assert n <= len(calls) <= 2 * n


def test_the_teacher_is_asked_in_full_precision_and_evaluation_mode(folders):
    task = keep_task(folders[1], folders[0])
    task.teacher.model.train()
    seen = []
    task.teacher.model.register_forward_hook(
        lambda model, _, out: seen.append((model.training, out.last_hidden_state.dtype))
    )
    with torch.autocast("cpu", torch.bfloat16):
        loss = task.loss([0, 1, 2, 3])
    assert seen == [(False, torch.float32)]
    assert loss.dtype == torch.float32


def test_the_same_seed_and_epoch_give_the_same_batches(folders):
    task, again = keep_task(*folders), keep_task(*folders)
    assert plan_of(task, seed=1, epoch=2) == plan_of(again, seed=1, epoch=2)
    assert sorted(i for batch in plan_of(task) for i in batch) == list(range(len(TRAIN)))
    assert plan_of(task, epoch=0) != plan_of(task, epoch=1)
    assert plan_of(task, seed=0) != plan_of(task, seed=1)


def test_the_hash_follows_the_texts(folders):
    task = keep_task(*folders)
    assert task.data_sha256 == keep_task(*folders).data_sha256
    assert task.data_sha256 != keep_task(*folders, train=TRAIN[1:]).data_sha256
    assert task.data_sha256 != keep_task(*folders, tune=TUNE[1:]).data_sha256


def test_no_text_stands_in_what_a_task_says_of_itself(folders):
    assert TRAIN[0] not in repr(keep_task(*folders))


def test_a_text_without_words_is_read_too(folders):
    task = keep_task(*folders, train=["", " "], tune=[""])
    assert torch.isfinite(task.loss([0, 1]))
    with torch.no_grad():
        assert -1 <= task.evaluate()["score"] <= 1


def test_similarities_that_are_alike_do_not_diverge():
    vectors = torch.nn.functional.normalize(torch.randn(5, 8, generator=torch.Generator().manual_seed(0)))
    turned = vectors.roll(1, dims=1)
    assert float(similarity_divergence(vectors, turned)) == pytest.approx(0, abs=1e-6)
    assert float(similarity_divergence(vectors, vectors.abs())) > 0
    assert float(similarity_divergence(vectors[:2], vectors[2:4])) == 0


def test_divergence_is_that_of_the_probabilities_of_the_others():
    student = torch.eye(3)
    teacher = torch.nn.functional.normalize(torch.tensor([[1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]))
    half = torch.tensor(0.5)
    # For the outer two, one other is at a cosine of 0.71 and one at 0; the middle one has both at 0.71.
    p = torch.softmax(torch.tensor([half.sqrt(), 0.0]), 0)
    expected = 2 / 3 * float((p * (p / half).log()).sum())
    assert float(similarity_divergence(student, teacher, temperature=1.0)) == pytest.approx(expected)


@pytest.mark.parametrize(("n", "temperature"), [(3, 1.0), (4, 0.0)])
def test_similarities_that_cannot_be_compared_are_refused(n, temperature):
    with pytest.raises(InvalidInput, match="similarity_divergence needs as many vectors"):
        similarity_divergence(torch.eye(4), torch.eye(n), temperature=temperature)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"batch_size": 0}, "batch_size must be at least 1. Got 0"),
        ({"max_tokens": 7}, "max_tokens must be at least 8. Got 7"),
        ({"remembered_bytes": -1}, "remembered_bytes must be at least 0. Got -1"),
        ({"state_weight": -1.0}, "state_weight must be 0 or more and finite"),
        ({"vector_weight": float("nan")}, "vector_weight must be 0 or more and finite"),
        ({"state_weight": 0.0, "vector_weight": 0.0}, "similarity_weight must be above 0. All are 0"),
        ({"prefixes": {"document": "a"}}, "prefixes must be words for query and passage"),
    ],
)
def test_options_out_of_range_are_refused(change, message):
    with pytest.raises(InvalidInput, match=message):
        KeepOptions(**change)


@pytest.mark.parametrize("part", ["train", "tune"])
@pytest.mark.parametrize("given", [[], "a single text"])
def test_a_part_without_texts_is_refused(folders, part, given):
    with pytest.raises(InvalidInput, match=f"Task keep: {part} must be a list of texts, at least one"):
        keep_task(*folders, **{part: given})


def test_a_prefix_that_fills_the_row_is_refused(folders):
    options = KeepOptions(max_tokens=8, prefixes={TextKind.QUERY: "query " * 6})
    with pytest.raises(ModelMismatch, match="8 tokens has no room beside the 8 of prefix"):
        keep_task(*folders, options=options)


def test_a_teacher_that_does_not_fit_is_refused(folders, tmp_path):
    student = learner(folders[0])
    with pytest.raises(InvalidInput, match="teacher must be a model of its own"):
        KeepTask(student, student, TRAIN, TUNE)
    wide = load_backbone(save_bert(tmp_path / "wide", dim=64))
    with pytest.raises(ModelMismatch, match="states of 64 numbers, 2 of 32"):
        KeepTask(student, wide, TRAIN, TUNE)
    other = load_backbone(save_bert(tmp_path / "other", mask="[MASK]"))
    with pytest.raises(ModelMismatch, match="other has another vocabulary than 2"):
        KeepTask(student, other, TRAIN, TUNE)


class Died(BaseException):
    """Stands for a death of the process: nothing of the program catches it."""


def joint_run(folders, place, *, die_at=None, precision=Precision.FLOAT32):
    """Train both tasks on texts over some epochs; dropout makes each step a matter of chance."""
    backbone = learner(folders[1], dropout=True)
    masked = MaskedWordsTask(backbone, TRAIN, TUNE, options=MaskedWordsOptions(batch_size=8))
    keep = KeepTask(backbone, load_backbone(folders[0]), TRAIN, TUNE, options=OPTIONS, weight=2.0)
    module = join_parts(backbone, masked.head)
    calls = []

    def count(*_):
        calls.append(1)
        if len(calls) == die_at:
            raise Died

    backbone.model.register_forward_pre_hook(count)
    options = TrainOptions(
        steps=24,
        head_rate=1e-2,
        seed=5,
        evaluate_every=12,
        checkpoint_every=5,
        device=Device.CPU,
        precision=precision,
    )
    return module, train(module, [keep, masked], options, place)


def test_a_killed_run_of_both_tasks_ends_as_one_that_was_not(folders, tmp_path):
    whole, expected = joint_run(folders, tmp_path / "whole")
    with pytest.raises(Died):
        joint_run(folders, tmp_path / "killed", die_at=19)
    again, found = joint_run(folders, tmp_path / "killed")
    assert found.scores == expected.scores
    assert found.scores.keys() == {"keep", "masked-words"}
    theirs = whole.state_dict()
    assert all(torch.equal(theirs[name], tensor) for name, tensor in again.state_dict().items())


def test_both_tasks_train_in_bfloat16(folders, tmp_path):
    _, result = joint_run(folders, tmp_path, precision=Precision.BFLOAT16)
    assert result.steps == 24
