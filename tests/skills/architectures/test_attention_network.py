import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from metier.encoders.fake import FakeEncoder  # noqa: E402
from metier.errors import InvalidInput  # noqa: E402
from metier.skills.architectures.attention_network import (  # noqa: E402
    LabelAttentionNetwork,
    head_module,
    mention_weights,
    to_numpy,
)
from metier.skills.architectures.label_attention import LabelAttentionClassifier  # noqa: E402
from metier.skills.architectures.rows import Example  # noqa: E402
from metier.skills.architectures.save import Origin  # noqa: E402
from metier.skills.architectures.task import SkillRows, SkillTask, SkillTaskOptions  # noqa: E402
from metier.skills.architectures.token_states import FrozenStates, TrainedStates  # noqa: E402
from metier.skills.mentions import MentionFinder  # noqa: E402
from metier.skills.taxonomy import Taxonomy, TaxonomyEntry  # noqa: E402
from metier.training.backbone import load_backbone  # noqa: E402
from metier.types import Skill, Span  # noqa: E402
from tests.skills.architectures import tiny  # noqa: E402

TEXTS = [row.text for row in tiny.ROWS]
FINDER = MentionFinder(Taxonomy("tiny", [TaxonomyEntry(skill) for skill in tiny.SKILLS]))


def network(seed=0, *, finder=FINDER):
    """Return a network over the fake encoder whose numbers are all away from where they start."""
    made = LabelAttentionNetwork(FrozenStates(FakeEncoder(32)), rank=4, seed=seed, finder=finder)
    torch.manual_seed(seed)
    with torch.no_grad():
        for parameter in made.module.head.parameters():
            parameter += 0.2 * torch.randn_like(parameter)
    return made


@pytest.mark.parametrize("architecture", tiny.BACKBONES)
def test_with_its_backbone_it_learns_by_heart_and_answers_the_same_once_saved(architecture, tmp_path):
    backbone = load_backbone(tiny.save_backbone(tmp_path / architecture, architecture))
    model = LabelAttentionNetwork(TrainedStates(backbone), rank=8)
    model.set_centers(TEXTS, tiny.SKILLS)
    rows = SkillRows(tiny.SKILLS, tiny.examples(), tiny.examples())
    task = SkillTask(model, rows, SkillTaskOptions(batch_size=8))
    assert tiny.train(task, model) < 0.05
    found = model.classifier().classify(TEXTS, tiny.SKILLS)
    assert (found.probabilities.argmax(axis=2) == tiny.right_classes()).all()
    assert task.evaluate()["score"] == 1.0
    model.save(tmp_path / "model", Origin("tiny"))
    again = LabelAttentionClassifier.load(tmp_path / "model").classify(TEXTS, tiny.SKILLS)
    assert again.probabilities == pytest.approx(found.probabilities, abs=1e-6)
    assert again.evidence == found.evidence


def test_on_a_frozen_encoder_it_learns_by_heart_and_answers_the_same_once_saved(tmp_path):
    encoder = FakeEncoder(64)
    model = LabelAttentionNetwork(FrozenStates(encoder), rank=16)
    rows = SkillRows(tiny.SKILLS, tiny.examples(), tiny.examples())
    task = SkillTask(model, rows, SkillTaskOptions(batch_size=8))
    assert tiny.train(task, model, rate=2e-2) < 0.05
    found = model.classifier().classify(TEXTS, tiny.SKILLS)
    assert (found.probabilities.argmax(axis=2) == tiny.right_classes()).all()
    model.save(tmp_path / "model", Origin("tiny"))
    again = LabelAttentionClassifier.load(tmp_path / "model", encoder=encoder).classify(TEXTS, tiny.SKILLS)
    assert again.probabilities.tobytes() == found.probabilities.tobytes()


@settings(max_examples=25)
@given(
    st.lists(
        st.lists(st.sampled_from([f"w{i}" for i in range(30)]), max_size=40).map(" ".join),
        min_size=1,
        max_size=4,
    ),
    st.integers(0, 3),
)
def test_torch_and_numpy_agree(texts, seed):
    model = network(seed)
    every = [tiny.examples_of(text, [0, 1, 2], [0, 0, 0]) for text in texts]
    with torch.no_grad():
        logits = model.forward(every, tiny.SKILLS).logits.numpy().reshape(len(texts), 3, 3)
    assert model.classifier().logits(texts, tiny.SKILLS) == pytest.approx(logits, abs=1e-4)


def test_pairs_come_back_in_the_order_of_the_examples():
    model = network()
    mixed = [tiny.examples_of("w1 w2", [2, 0], [0, 0]), tiny.examples_of("w7", [1], [0])]
    with torch.no_grad():
        logits = model.forward(mixed, tiny.SKILLS).logits.numpy()
    whole = model.classifier().logits(["w1 w2", "w7"], tiny.SKILLS)
    assert logits == pytest.approx(np.stack([whole[0, 2], whole[0, 0], whole[1, 1]]), abs=1e-4)


def test_a_skill_of_no_training_row_is_told_apart_by_its_name():
    """Half of the skills are learned from; the other half, never seen, must come out as well."""
    skills = [Skill(f"s{i}", f"w{i}") for i in range(60)]
    rows = [
        tiny.examples_of(f"w{i} w{100 + i} w{200 + i}", range(60), [2 * (k == i) for k in range(60)])
        for i in range(60)
    ]
    model = LabelAttentionNetwork(FrozenStates(FakeEncoder(64)), rank=8)
    part = [Example(e.text, e.skills[:30], e.classes[:30]) for e in rows[:30]]
    task = SkillTask(model, SkillRows(skills, part, part), SkillTaskOptions(batch_size=10))
    tiny.train(task, model, rate=5e-3, steps=40)
    unseen = model.classifier().classify([e.text for e in rows[30:]], skills[30:]).probabilities
    assert (unseen[:, :, 2].argmax(axis=1) == np.arange(30)).mean() >= 0.9


def test_marked_words_take_a_larger_share_of_the_decision():
    text, marked = "w20 w21 w22 w23", Span(4, 7)
    example = Example(text, np.array([0]), np.array([1]), evidence={0: [marked]})
    model = network(finder=None)
    rows = SkillRows(tiny.SKILLS, [example], [example])
    before = model.forward([example], tiny.SKILLS).evidence_loss.item()
    tiny.train(SkillTask(model, rows, SkillTaskOptions(evidence_weight=1.0)), model, steps=60)
    after = model.forward([example], tiny.SKILLS).evidence_loss.item()
    assert after < min(0.3, before)
    found = model.classifier().classify([text], tiny.SKILLS[:1])
    assert found.evidence[0][0] == (marked,)


@pytest.mark.parametrize(
    "example",
    [
        Example("w1", np.array([0]), np.array([0]), evidence={0: [Span(0, 2)]}),
        Example("w1", np.array([0]), np.array([-1]), evidence={0: [Span(0, 2)]}),
        Example("w1", np.array([0]), np.array([2]), evidence={1: [Span(0, 2)]}),
        Example("w1", np.array([0]), np.array([2]), evidence={0: [Span(2, 2)]}),
        Example("", np.array([0]), np.array([2]), evidence={0: [Span(0, 0)]}),
    ],
)
def test_marks_without_a_shown_skill_or_a_token_count_nothing(example):
    assert network().forward([example], tiny.SKILLS).evidence_loss is None


def test_empty_texts_have_finite_gradients():
    model = network()
    outcome = model.forward([tiny.examples_of("", [0], [1]), tiny.examples_of("w1", [0], [2])], tiny.SKILLS)
    outcome.logits.sum().backward()
    assert all(torch.isfinite(p.grad).all() for p in model.module.parameters() if p.grad is not None)
    with torch.no_grad():
        alone = model.forward([tiny.examples_of("", [0], [1])], tiny.SKILLS).logits
    assert alone.numpy() == pytest.approx(outcome.logits[:1].detach().numpy())


@pytest.mark.parametrize("raw", [-50.0, 0.0, 50.0])
def test_a_name_never_counts_against_a_skill(raw):
    head = head_module(8, rank=2, seed=0)
    with torch.no_grad():
        head.raw_mention.fill_(raw)
    implicit, explicit = mention_weights(head).tolist()
    assert (implicit, explicit >= 0) == (0.0, True)
    assert to_numpy(head).mention_weight[0] >= 0


def test_centers_are_the_usual_vectors():
    source = FrozenStates(FakeEncoder(8))
    model = LabelAttentionNetwork(source)
    model.set_centers(["w1 w2", "w3", ""], tiny.SKILLS)
    states = np.concatenate([FakeEncoder(8).read(text).states for text in ("w1 w2", "w3")])
    assert model.head().token_center == pytest.approx(states.mean(axis=0), abs=1e-6)
    assert not model.head().query_center.any()
    many = [Skill(f"s{i}", f"w{i}") for i in range(20)]
    model.set_centers([], many)
    assert model.head().query_center == pytest.approx(source.query(many).numpy().mean(axis=0), abs=1e-6)


def test_a_rank_below_one_is_refused():
    with pytest.raises(InvalidInput, match="rank must be at least 1. Got 0"):
        LabelAttentionNetwork(FrozenStates(FakeEncoder(8)), rank=0)


def test_states_from_elsewhere_can_be_trained_on_but_not_saved(tmp_path):
    class Elsewhere:
        backbone, dim = None, 8

    with pytest.raises(InvalidInput, match="Only a FrozenStates or a TrainedStates"):
        LabelAttentionNetwork(Elsewhere()).save(tmp_path / "model", Origin("tiny"))
