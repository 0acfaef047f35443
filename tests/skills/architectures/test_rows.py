import numpy as np
import pytest

from metier.errors import InvalidInput
from metier.skills.architectures.rows import (
    Example,
    examples_from,
    examples_from_pairs,
    examples_from_triples,
    share_skills,
    split_pairs,
)
from metier.skills.data import LabelledText
from metier.skills.negatives import LabelledPair
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


def test_pairs_become_one_example_for_each_text():
    pairs = [
        LabelledPair("one", "c", 1.0),
        LabelledPair("two", "a", 0.5),
        LabelledPair("one", "a", 0.0),
        LabelledPair("one", "x", 1.0),
    ]
    first, second = examples_from_pairs(pairs, SKILLS)
    assert (first.text, first.skills.tolist(), first.classes.tolist()) == ("one", [2, 0], [2, 0])
    assert (second.text, second.skills.tolist(), second.classes.tolist()) == ("two", [0], [1])
    assert not first.closed


def test_of_equal_pairs_the_first_counts_and_strange_skills_make_no_example():
    (found,) = examples_from_pairs([LabelledPair("t", "a", 1.0), LabelledPair("t", "a", 0.0)], SKILLS)
    assert found.classes.tolist() == [2]
    assert examples_from_pairs([LabelledPair("t", "x", 1.0)], SKILLS) == []


def test_a_closed_example_is_asked_for_the_skills_of_its_batch_as_none():
    closed, other = example((1,), (2,), closed=True), example((2, 0), (1, -1))
    found, same = share_skills([closed, other])
    assert (found.skills.tolist(), found.classes.tolist()) == ([1, 0, 2], [2, 0, 0])
    assert same is other


def test_what_is_unknown_of_a_closed_example_stays_unknown():
    closed = example((0, 1), (2, -1), closed=True)
    (found, _) = share_skills([closed, example((1, 2), (2, 2))])
    assert dict(zip(found.skills.tolist(), found.classes.tolist(), strict=True)) == {0: 2, 1: -1, 2: 0}


def test_the_teacher_of_a_closed_example_is_sure_of_none():
    closed = example((0,), (1,), closed=True, teacher=np.array([[0.2, 0.5, 0.3]]))
    (found, _) = share_skills([closed, example((1,), (1,))])
    assert found.teacher.tolist() == [[0.2, 0.5, 0.3], [1.0, 0.0, 0.0]]


def test_a_batch_without_a_closed_example_is_left():
    batch = [example((0,)), example((1,))]
    assert share_skills(batch) == batch
    assert share_skills([]) == []
