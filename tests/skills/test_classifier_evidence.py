import numpy as np
import pytest

from metier.errors import NotFound
from metier.skills.architectures.classifier import Classified
from metier.skills.classifier_evidence import answerable, detect_with
from metier.skills.lexical_classifier import LexicalClassifier
from metier.types import EvidenceLabel, Quote, Span
from tests.skills.taxonomies import small_taxonomy

TAXONOMY = small_taxonomy()
TEXT = "Writes Django and Java"


class Fixed:
    """Says what it is told of skills by id, and none of others; keeps what it was asked."""

    name, sha256 = "fixed", ""

    def __init__(self, architecture="label-attention", answers=None, spans=None):
        self.architecture = architecture
        self.answers = answers or {}
        self.spans = spans or {}
        self.asked = []

    def classify(self, texts, skills):
        self.asked.append([skill.id for skill in skills])
        rows = [self.answers.get(skill.id, (1.0, 0.0, 0.0)) for skill in skills]
        evidence = (tuple(self.spans.get(skill.id, ()) for skill in skills),)
        return Classified(np.array([rows]).reshape(1, -1, 3), evidence, 1)


def test_explicit_goes_before_implicit_and_likely_before_unlikely():
    answers = {
        "python": (0.1, 0.8, 0.1),
        "java": (0.3, 0.1, 0.6),
        "django": (0.05, 0.05, 0.9),
        "http": (0.4, 0.6, 0),
    }
    found = detect_with(Fixed(answers=answers), TEXT, TAXONOMY)
    assert [(item.skill, item.label, item.probability) for item in found] == [
        ("django", EvidenceLabel.EXPLICIT, 0.95),
        ("java", EvidenceLabel.EXPLICIT, 0.7),
        ("python", EvidenceLabel.IMPLICIT, 0.9),
        ("http", EvidenceLabel.IMPLICIT, 0.6),
    ]


def test_the_words_that_decided_are_quoted_in_order():
    spans = {"java": (Span(18, 22), Span(0, 6))}
    (found,) = detect_with(Fixed(answers={"java": (0, 0, 1.0)}, spans=spans), TEXT, TAXONOMY)
    assert found.quotes == (Quote(Span(0, 6), "Writes"), Quote(Span(18, 22), "Java"))
    assert found.reason == "The label-attention model takes the text to name it, by these words."


@pytest.mark.parametrize(
    ("architecture", "words"),
    [
        ("pairwise", "points at no words"),
        ("one-pass", "points at no words"),
        ("label-attention", "stand out"),
    ],
)
def test_the_reason_says_when_there_are_no_words(architecture, words):
    (found,) = detect_with(Fixed(architecture, {"java": (0, 1.0, 0)}), TEXT, TAXONOMY)
    assert found.quotes == ()
    assert "without its name" in found.reason
    assert words in found.reason


@pytest.mark.parametrize("text", ["", " \n "])
def test_a_text_without_a_word_shows_nothing(text):
    assert detect_with(Fixed(answers={"java": (0, 0, 1.0)}), text, TAXONOMY) == []


def test_only_wanted_skills_are_asked_for_each_once():
    model = Fixed(answers={"java": (0, 0, 1.0), "sql": (0, 0, 1.0)})
    found = detect_with(model, TEXT, TAXONOMY, wanted=["java", "java", "go"])
    assert model.asked == [["java", "go"]]
    assert [item.skill for item in found] == ["java"]
    with pytest.raises(NotFound, match="no skill 'cobol'"):
        detect_with(model, TEXT, TAXONOMY, wanted=["cobol"])


def test_without_a_wish_every_skill_is_asked_for():
    model = LexicalClassifier(TAXONOMY)
    assert len(answerable(model, TAXONOMY)) == len(TAXONOMY)
    shown = {item.skill: item.label.value for item in detect_with(model, TEXT, TAXONOMY)}
    assert shown["django"] == shown["java"] == "explicit"
    assert shown["python"] == "implicit"


def test_a_one_pass_model_is_asked_for_what_it_knows(tmp_path):
    pytest.importorskip("torch")
    from metier.skills.architectures.one_pass import OnePassClassifier
    from metier.training.backbone import load_backbone
    from tests.skills.architectures import tiny

    backbone = load_backbone(tiny.save_backbone(tmp_path / "backbone"))
    model = OnePassClassifier(backbone, ["sql", "java", "welding"])
    assert [skill.id for skill in answerable(model, TAXONOMY)] == ["java", "sql"]
    assert {item.skill for item in detect_with(model, TEXT, TAXONOMY)} <= {"java", "sql"}
    other = OnePassClassifier(backbone, ["welding"])
    with pytest.raises(NotFound, match="trained on no skill of taxonomy small"):
        detect_with(other, TEXT, TAXONOMY)
