import numpy as np
import pytest

from metier.errors import InvalidInput
from metier.skills.architectures.rows import Example, examples_from, examples_from_triples, split_pairs
from metier.skills.data import LabelledText
from metier.types import Skill

SKILLS = [Skill("a", "A"), Skill("b", "B"), Skill("c", "C")]


def example(skills=(0,), classes=(1,), **more):
    return Example("text", np.array(skills, np.int64), np.array(classes, np.int64), **more)


def test_a_complete_row_knows_every_skill():
    (found,) = examples_from([LabelledText("text", {"c": 1.0, "a": 0.5}, complete=True)], SKILLS)
    assert (found.skills.tolist(), found.classes.tolist()) == ([0, 1, 2], [1, 0, 2])


def test_an_incomplete_row_knows_its_labels_alone():
    (found,) = examples_from([LabelledText("text", {"c": 0.0, "other": 1.0}, complete=False)], SKILLS)
    assert (found.skills.tolist(), found.classes.tolist()) == ([2], [0])


def test_a_row_that_knows_nothing_is_left_out():
    assert examples_from([LabelledText("text", {"other": 1.0}, complete=False)], SKILLS) == []


def test_triples_become_examples_of_one_skill():
    (found,) = examples_from_triples([("text", "b", 2)], SKILLS)
    assert (found.skills.tolist(), found.classes.tolist()) == ([1], [2])


@pytest.mark.parametrize(
    ("triple", "message"),
    [(("text", "x", 1), "Triple 1 names skill 'x'"), (("text", "a", 3), "a class is 0, 1 or 2. Got 3")],
)
def test_a_wrong_triple_is_refused(triple, message):
    with pytest.raises(InvalidInput, match=message):
        examples_from_triples([triple], SKILLS)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"skills": (0, 0), "classes": (1, 1)}, "each skill once"),
        ({"classes": (1, 2)}, "each skill once"),
        ({"classes": (3,)}, "A class must be"),
        ({"teacher": np.zeros((2, 3))}, r"of shape \(1, 3\)"),
    ],
)
def test_an_example_whose_parts_do_not_fit_is_refused(parts, message):
    with pytest.raises(InvalidInput, match=message):
        example(**parts)


def test_split_pairs_keep_order_classes_and_teacher():
    teacher = np.array([[1, 0, 0], [0, 0, 1]], np.float64)
    found = split_pairs([example((2, 0), (0, 2), teacher=teacher)])
    assert [(e.skills.tolist(), e.classes.tolist()) for e in found] == [([2], [0]), ([0], [2])]
    assert found[1].teacher.tolist() == [[0, 0, 1]]
