import numpy as np
import pytest

from metier.errors import InvalidInput
from metier.skills.architectures.classifier import EXPLICIT, IMPLICIT, NONE
from metier.skills.lexical_classifier import LexicalClassifier
from metier.types import Skill
from tests.skills.taxonomies import small_taxonomy

TAXONOMY = small_taxonomy()


def skills(*ids):
    return [TAXONOMY.entry(skill).skill for skill in ids]


def test_names_are_explicit_and_what_follows_is_implicit():
    found = LexicalClassifier(TAXONOMY).classify(
        ["Five years of Django.", "No experience with Java."], skills("django", "python", "java")
    )
    assert found.probabilities.argmax(axis=2).tolist() == [[EXPLICIT, IMPLICIT, NONE], [NONE, NONE, NONE]]
    assert np.allclose(found.probabilities.sum(axis=2), 1)
    assert found.passes == 0
    assert found.evidence[0] == ((), (), ())


def test_a_skill_of_no_taxonomy_is_none():
    found = LexicalClassifier(TAXONOMY).classify(["Cobol"], [Skill("cobol", "Cobol")])
    assert found.probabilities.argmax() == NONE


@pytest.mark.parametrize(("texts", "n_skills"), [([], 2), (["", "Python"], 0), ([], 0)])
def test_empty_requests_have_empty_answers(texts, n_skills):
    found = LexicalClassifier(TAXONOMY).classify(texts, skills("python", "java")[:n_skills])
    assert found.probabilities.shape == (len(texts), n_skills, 3)


def test_a_lone_text_and_a_skill_twice_are_refused():
    model = LexicalClassifier(TAXONOMY)
    with pytest.raises(InvalidInput, match="must be a list"):
        model.classify("Python", skills("python"))
    with pytest.raises(InvalidInput, match="Got 'python' twice"):
        model.classify(["Python"], skills("python", "python"))
