import json

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from metier.errors import InvalidInput, ModelFormatError, ModelMismatch  # noqa: E402
from metier.skills.architectures.one_pass import OnePassClassifier  # noqa: E402
from metier.skills.architectures.save import Parts, save_parts  # noqa: E402
from metier.skills.architectures.task import SkillRows, SkillTask, SkillTaskOptions  # noqa: E402
from metier.training.backbone import load_backbone  # noqa: E402
from metier.training.output import Origin  # noqa: E402
from metier.types import Skill  # noqa: E402
from tests.skills.architectures import tiny  # noqa: E402

TEXTS = [row.text for row in tiny.ROWS]
IDS = [skill.id for skill in tiny.SKILLS]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return OnePassClassifier(load_backbone(tiny.save_backbone(tmp_path_factory.mktemp("tiny") / "bert")), IDS)


@pytest.mark.parametrize("architecture", tiny.BACKBONES)
@pytest.mark.parametrize("gamma", [0.0, 2.0])
def test_it_learns_by_heart_and_answers_the_same_once_saved(architecture, gamma, tmp_path):
    backbone = load_backbone(tiny.save_backbone(tmp_path / architecture, architecture))
    model = OnePassClassifier(backbone, IDS, taxonomy_sha256="t")
    rows = SkillRows(tiny.SKILLS, tiny.examples(), tiny.examples())
    options = SkillTaskOptions(batch_size=8, gamma=gamma, class_weights=(0.5, 1.0, 1.0))
    assert tiny.train(SkillTask(model, rows, options), model) < 0.05
    found = model.classify(TEXTS, tiny.SKILLS)
    assert (found.probabilities.argmax(axis=2) == tiny.right_classes()).all()
    if gamma:
        return
    model.save(tmp_path / "model", Origin("tiny"))
    again = (
        OnePassClassifier.load(tmp_path / "model", taxonomy_sha256="t")
        .classify(TEXTS, tiny.SKILLS)
        .probabilities
    )
    assert again == pytest.approx(found.probabilities, abs=1e-6)
    with pytest.raises(ModelMismatch, match="was fitted to taxonomy t"):
        OnePassClassifier.load(tmp_path / "model", taxonomy_sha256="u")


def test_another_skill_is_refused_by_name(model):
    with pytest.raises(ModelMismatch, match="answers for 3 fixed skills; 'rust' is not one"):
        model.classify(["w1"], [Skill("rust", "Rust")])


def test_skills_are_answered_in_the_order_asked(model):
    every = model.classify(["w1 w2"], tiny.SKILLS).probabilities
    turned = model.classify(["w1 w2"], [tiny.SKILLS[2], tiny.SKILLS[0]]).probabilities
    assert turned == pytest.approx(every[:, [2, 0]], abs=1e-6)


def test_answers_depend_on_no_company_and_keep_their_order(model):
    texts = ["w1", "w2 " * 250, "", "w3 w4"]
    together = model.classify(texts, tiny.SKILLS).probabilities
    for i, text in enumerate(texts):
        assert together[i] == pytest.approx(model.classify([text], tiny.SKILLS).probabilities[0], abs=1e-5)


def test_no_texts_and_no_skills_give_empty_answers(model):
    assert model.classify([], tiny.SKILLS).probabilities.shape == (0, 3, 3)
    assert model.classify(["w1"], []).probabilities.shape == (1, 0, 3)


@pytest.mark.parametrize("skills", [[], ["a", "a"]])
def test_a_model_needs_skills_each_once(model, skills):
    with pytest.raises(InvalidInput, match="needs skills, each once"):
        OnePassClassifier(model.backbone, skills)


def test_a_skill_asked_twice_is_refused(model):
    with pytest.raises(InvalidInput, match="Got 'sql' twice"):
        model.classify(["w1"], [tiny.SKILLS[1]] * 2)


def test_a_long_text_is_read_whole_in_windows(model):
    found = model.classify(["w1 w23 " * 14_300, ""], tiny.SKILLS)
    assert found.passes > 100
    assert np.isfinite(found.probabilities).all()


def test_training_sees_what_inference_sees(model):
    texts = [*TEXTS, "w1 w20 " * 120]
    examples = [*tiny.examples(), tiny.examples_of(texts[-1], [2, 0], [1, 2])]
    model.module.eval()
    with torch.no_grad():
        logits = model.forward(examples, tiny.SKILLS).logits
    found = model.classify(texts, tiny.SKILLS).probabilities
    wanted = np.concatenate([found[:-1].reshape(-1, 3), found[-1][[2, 0]]])
    assert logits.softmax(dim=1).numpy() == pytest.approx(wanted, abs=1e-5)


@pytest.mark.parametrize("skills", [None, [], [1], "python"])
def test_a_folder_that_does_not_list_its_skills_is_refused(model, skills, tmp_path):
    facts = {} if skills is None else {"skills": skills}
    tensors = {"weight": np.zeros((9, 32), np.float32), "bias": np.zeros(9, np.float32)}
    save_parts(Parts("one-pass", tensors, 32, model.backbone, facts=facts), tmp_path / "m", Origin("tiny"))
    assert json.loads((tmp_path / "m" / "model.json").read_text())["task"] == "skills-one-pass"
    with pytest.raises(ModelFormatError, match="must list the skills"):
        OnePassClassifier.load(tmp_path / "m")
