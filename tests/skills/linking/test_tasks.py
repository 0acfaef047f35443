import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from metier.encoders.fake import FakeEncoder  # noqa: E402
from metier.skills.architectures.token_states import FrozenStates, TrainedStates  # noqa: E402
from metier.skills.linking.network import LinkingNetwork  # noqa: E402
from metier.skills.linking.tagger import BEGIN, INSIDE, OUTSIDE  # noqa: E402
from metier.skills.linking.tasks import (  # noqa: E402
    MAX_NAME_CHARS,
    ContextTask,
    NamePair,
    NameTask,
    SentenceTask,
    SpanTask,
    _Batches,
    fill,
    name_pairs,
    tags_of,
)
from metier.skills.span_sets import LabelledSpan, SpanKind, SpannedText  # noqa: E402
from metier.training.backbone import load_backbone  # noqa: E402
from metier.types import Skill, Span  # noqa: E402
from tests.skills.architectures import tiny  # noqa: E402

ENCODER = FakeEncoder(16)


def spanned(text, *marks):
    spans = [
        LabelledSpan(Span(text.index(words), text.index(words) + len(words)), kind) for words, kind in marks
    ]
    return SpannedText(text, tuple(sorted(spans)))


ROWS = (
    spanned("you plan budgets daily", ("plan budgets", SpanKind.SKILL)),
    spanned("we use java here", ("java", SpanKind.KNOWLEDGE)),
    spanned("weld steel with java", ("weld steel", SpanKind.SKILL), ("java", SpanKind.KNOWLEDGE)),
    spanned("nothing at all"),
)
SKILLS = (
    Skill("plan", "plan budgets", ("budgeting",), "Plan what may be spent."),
    Skill("java", "java", ("jvm",)),
    Skill("weld", "weld steel"),
)


@pytest.fixture
def network():
    return LinkingNetwork(FrozenStates(ENCODER))


def span_task(network):
    return SpanTask(network, ROWS, ROWS, batch_size=2)


def test_tags_mark_where_spans_begin_and_go_on():
    found = tags_of(ROWS[2], ENCODER.read(ROWS[2].text).spans)
    assert found[:, 0].tolist() == [BEGIN, INSIDE, OUTSIDE, OUTSIDE]
    assert found[:, 1].tolist() == [OUTSIDE, OUTSIDE, OUTSIDE, BEGIN]


def test_spans_are_learned_by_heart(network):
    task = span_task(network)
    optimiser = torch.optim.Adam(network.module.parameters(), lr=1e-2)
    network.module.eval()
    for epoch in range(25):
        for batch in task.batches(seed=0, epoch=epoch):
            loss = task.loss(batch)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    assert task.evaluate() == {"score": pytest.approx(1), "precision": 1.0, "recall": 1.0}


def test_an_untrained_tagger_that_finds_nothing_scores_nothing(network):
    with torch.no_grad():
        network.tagger.out.weight.zero_()
        network.tagger.out.bias.copy_(torch.tensor([0.0, 0, 5, 0, 0, 5]))
    assert span_task(network).evaluate()["score"] == 0.0


def tasks(network):
    pairs = name_pairs(SKILLS)
    rows = [("plan it", (0,)), ("java and welds", (1, 2)), ("weld", (2,))]
    return {
        "spans": span_task(network),
        "names": NameTask(network, SKILLS, pairs * 14, pairs, batch_size=2),
        "context": ContextTask(network, SKILLS, ROWS[:3], batch_size=2),
        "sentences": SentenceTask(network, SKILLS, rows * 14, batch_size=2),
    }


NAMES = ("spans", "names", "context", "sentences")


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_and_epoch_give_the_same_batches(network, name):
    task = tasks(network)[name]
    assert task.name == name

    def plan(seed, epoch):
        batches = task.batches(seed=seed, epoch=epoch)
        return [batches[i] for i in range(len(batches))]

    assert plan(1, 2) == plan(1, 2)
    assert any(plan(1, 2) != plan(1, epoch) for epoch in range(3, 9))


def batches_of(n_rows, size, seed):
    lengths = random.Random(1).sample(range(10_000), n_rows)
    return list(_Batches(lengths, size, seed))


@given(n_rows=st.integers(0, 300), size=st.integers(1, 8), seed=st.integers(0, 99))
def test_every_row_stands_in_one_batch_and_none_is_alone(n_rows, size, seed):
    found = batches_of(n_rows, size, seed)
    assert sorted(row for batch in found for row in batch) == list(range(n_rows))
    fewest = min(n_rows, 2) if size > 1 else 1
    assert all(fewest <= len(batch) <= size + (len(batch) % size == 1) for batch in found)


@pytest.mark.parametrize("n_rows", [8, 12, 63, 64, 65, 200])
def test_each_epoch_puts_other_rows_together(n_rows):
    seen = [{frozenset(batch) for batch in batches_of(n_rows, 4, seed)} for seed in range(6)]
    assert all(a != b for i, a in enumerate(seen) for b in seen[:i])


def test_rows_of_a_batch_are_of_about_equal_length():
    lengths = random.Random(1).sample(range(10_000), 640)
    spread = [
        max(lengths[i] for i in batch) - min(lengths[i] for i in batch) for batch in _Batches(lengths, 8, 3)
    ]
    assert np.median(spread) < 1500


@pytest.mark.parametrize("name", NAMES)
def test_losses_are_finite_scalars(network, name):
    task = tasks(network)[name]
    loss = task.loss(task.batches(seed=0, epoch=0)[0])
    assert loss.shape == ()
    assert torch.isfinite(loss)


@pytest.mark.parametrize("name", NAMES)
def test_the_hash_follows_the_data(network, name):
    task, again = tasks(network)[name], tasks(network)[name]
    assert task.data_sha256 == again.data_sha256
    assert len(task.data_sha256) == 64


def test_scores_lie_between_0_and_1(network):
    for task in tasks(network).values():
        assert 0 <= task.evaluate()["score"] <= 1


def test_pairs_are_aliases_and_descriptions_but_not_labels():
    assert name_pairs((*SKILLS, Skill("x", "Rust", ("rust",), "d" * (MAX_NAME_CHARS + 9)))) == [
        NamePair("budgeting", 0),
        NamePair("Plan what may be spent.", 0),
        NamePair("jvm", 1),
        NamePair("d" * MAX_NAME_CHARS, 3),
    ]


def test_names_that_lie_near_their_label_rank_first(network):
    task = NameTask(network, SKILLS, [], [NamePair("plan budgets now", 0), NamePair("java java", 1)])
    assert task.evaluate()["score"] == 1.0


def test_a_filled_text_holds_the_words_at_the_span():
    rng = random.Random(0)
    seen = set()
    for _ in range(40):
        row = fill(ROWS[2], SKILLS, rng)
        assert row.text[row.span.start : row.span.end] == row.words
        assert row.text.startswith(("weld steel with", row.words))
        seen.add(row.label)
    assert seen == {"plan budgets", "java", "weld steel"}


def test_all_words_of_a_batch_are_within_reach_of_gradients(tmp_path):
    backbone = load_backbone(tiny.save_backbone(tmp_path / "bert"))
    network = LinkingNetwork(TrainedStates(backbone))
    skills = tiny.SKILLS
    rows = [spanned("w1 w2 w3 w4", ("w2 w3", SpanKind.SKILL)), spanned("w5 w6", ("w5", SpanKind.SKILL))]
    pairs = name_pairs(skills)
    for task in (
        NameTask(network, skills, pairs, pairs, batch_size=3),
        ContextTask(network, skills, rows, batch_size=2),
        SentenceTask(network, skills, [("w1 w9", (0,)), ("w4 w8", (1,))], batch_size=2),
        SpanTask(network, rows, rows, batch_size=2),
    ):
        network.module.zero_grad()
        task.loss(task.batches(seed=0, epoch=0)[0]).backward()
        gradients = [p.grad for p in network.module.backbone_parameters() if p.grad is not None]
        assert sum(float(np.abs(grad.numpy()).sum()) for grad in gradients) > 0
