import numpy as np
import pytest

from metier.engine.recipes.skill_teacher import taught
from metier.errors import InvalidInput
from metier.skills.architectures.classifier import Classified, no_evidence
from metier.skills.architectures.rows import Example
from tests.skills.architectures.tiny import SKILLS


class Teacher:
    """Says of each skill how long its label is, and remembers what it was asked."""

    architecture = name = "teacher"
    sha256 = ""

    def __init__(self):
        self.asked = []

    def classify(self, texts, skills):
        self.asked.append((tuple(texts), tuple(skill.id for skill in skills)))
        share = np.array([len(skill.label) for skill in skills]) / 100
        made = np.stack([1 - share, share / 2, share / 2], axis=1)[None]
        return Classified(made, no_evidence(1, len(skills)), 1)


def example(text, places):
    return Example(text, np.array(places, np.int64), np.zeros(len(places), np.int64))


EXAMPLES = [example("w1", [0, 2]), example("w2", []), example("w3", [1])]


def test_the_teacher_is_asked_for_the_skills_of_each_example_alone():
    teacher = Teacher()
    found = taught(EXAMPLES, SKILLS, teacher, most=9)
    assert teacher.asked == [(("w1",), ("python", "lead")), (("w3",), ("sql",))]
    assert [None if each.teacher is None else each.teacher.shape for each in found] == [(2, 3), None, (1, 3)]


def test_at_most_so_many_are_taught_the_same_ones_each_time():
    once, again = (taught(EXAMPLES, SKILLS, Teacher(), most=1) for _ in range(2))
    taken = [each.teacher is not None for each in once]
    assert sum(taken) == 1
    assert taken == [each.teacher is not None for each in again]


def test_none_to_ask_about_is_refused():
    with pytest.raises(InvalidInput, match="Got 0"):
        taught(EXAMPLES, SKILLS, Teacher(), most=0)
