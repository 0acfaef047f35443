import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from metier.errors import InvalidInput  # noqa: E402
from metier.skills.architectures.pairwise import PairwiseClassifier  # noqa: E402
from metier.skills.architectures.rows import Example  # noqa: E402
from metier.skills.architectures.save import Origin  # noqa: E402
from metier.skills.architectures.task import SkillRows, SkillTask, SkillTaskOptions  # noqa: E402
from metier.training.backbone import load_backbone  # noqa: E402
from metier.types import Skill  # noqa: E402
from tests.skills.architectures import tiny  # noqa: E402

TEXTS = [row.text for row in tiny.ROWS]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return PairwiseClassifier(load_backbone(tiny.save_backbone(tmp_path_factory.mktemp("tiny") / "bert")))


@pytest.mark.parametrize("architecture", tiny.BACKBONES)
def test_it_learns_by_heart_and_answers_the_same_once_saved(architecture, tmp_path):
    model = PairwiseClassifier(load_backbone(tiny.save_backbone(tmp_path / architecture, architecture)))
    rows = SkillRows(tiny.SKILLS, tiny.examples(), tiny.examples())
    task = SkillTask(model, rows, SkillTaskOptions(batch_size=24))
    assert tiny.train(task, model) < 0.05
    found = model.classify(TEXTS, tiny.SKILLS)
    assert (found.probabilities.argmax(axis=2) == tiny.right_classes()).all()
    assert task.evaluate()["score"] == 1.0
    model.save(tmp_path / "model", Origin("tiny"))
    again = PairwiseClassifier.load(tmp_path / "model").classify(TEXTS, tiny.SKILLS).probabilities
    assert again == pytest.approx(found.probabilities, abs=1e-6)


def test_answers_depend_on_no_company_and_keep_their_order(model):
    texts = ["w1", "w2 " * 150, "w3 w4", "", "w5 " * 40]
    together = model.classify(texts, tiny.SKILLS).probabilities
    for i, text in enumerate(texts):
        for k, skill in enumerate(tiny.SKILLS):
            alone = model.classify([text], [skill]).probabilities[0, 0]
            assert together[i, k] == pytest.approx(alone, abs=1e-5)


def test_no_texts_and_no_skills_give_empty_answers(model):
    assert model.classify([], tiny.SKILLS).probabilities.shape == (0, 3, 3)
    assert model.classify(["w1"], []).probabilities.shape == (1, 0, 3)


def test_an_empty_text_and_one_skill_have_an_answer(model):
    found = model.classify([""], tiny.SKILLS[:1])
    assert found.probabilities.sum() == pytest.approx(1)
    assert (found.evidence, found.passes) == ((((),),), 1)


def test_a_skill_asked_twice_is_refused(model):
    with pytest.raises(InvalidInput, match="Got 'sql' twice"):
        model.classify(["w1"], [tiny.SKILLS[1]] * 2)


def test_a_long_text_is_read_whole_in_windows(model):
    text = "w1 w23 " * 14_300
    found = model.classify([text], tiny.SKILLS[:1])
    assert len(text) > 100_000
    assert found.passes > 100
    assert np.isfinite(found.probabilities).all()


def test_the_window_in_which_none_is_least_likely_decides(model):
    words = [f"w{i}" for i in range(20, 320)]
    skill = tiny.SKILLS[2]
    whole = model.classify([" ".join(words)], [skill])
    room = 200 - 3 - 2
    windows = [words[:room], words[-room:]]
    assert whole.passes == 2
    length = (300 + 48 + 1) // 2
    windows = [words[:length], words[300 - length :]]
    parts = model.classify([" ".join(part) for part in windows], [skill]).probabilities[:, 0]
    assert whole.probabilities[0, 0] == pytest.approx(parts[parts[:, 0].argmin()], abs=1e-5)


def test_training_sees_what_inference_sees(model):
    examples = [
        Example("w1 w2", np.array([2, 0]), np.array([0, 0])),
        Example("", np.array([1]), np.array([0])),
    ]
    model.module.eval()
    with torch.no_grad():
        logits = model.forward(examples, tiny.SKILLS).logits
    found = model.classify(["w1 w2", ""], tiny.SKILLS).probabilities
    wanted = np.stack([found[0, 2], found[0, 0], found[1, 1]])
    assert logits.softmax(dim=1).numpy() == pytest.approx(wanted, abs=1e-5)


def test_a_skill_with_a_long_description_leaves_room_for_the_text(model):
    skill = Skill("long", "w1", description="w2 " * 500)
    first, second = model.classify(["w30 w31", "w40"], [skill]).probabilities[:, 0]
    assert not np.allclose(first, second, atol=1e-7)
