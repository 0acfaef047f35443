import numpy as np
import pytest

from metier.engine.pairwise import PairwiseReranker
from metier.skills.architectures.classifier import Classified
from metier.store.entries import EntrySkill
from metier.types import EvidenceLabel, Importance
from tests.skills.taxonomies import small_taxonomy


class Fixed:
    """A classifier that gives every pair the same probabilities, by the order of the skills."""

    architecture, name, sha256 = "pairwise", "fixed", "0" * 64

    def __init__(self, rows):
        self.rows = rows

    def classify(self, texts, skills):
        found = np.array([self.rows[: len(skills)] for _ in texts], np.float64)
        return Classified(found, (), len(texts) * len(skills))


def wanted(*ids, choice=0):
    return [EntrySkill(name, name, EvidenceLabel.EXPLICIT, Importance.REQUIRED, choice) for name in ids]


def known(n):
    return [entry.skill.id for entry in small_taxonomy().entries[:n]]


def test_explicit_counts_whole_and_implicit_in_part():
    rerank = PairwiseReranker(Fixed([[0, 0, 1.0], [0, 1.0, 0]]), small_taxonomy())
    assert rerank(wanted(*known(2)), "text") == pytest.approx((1 + 0.7) / 2)


def test_the_best_of_a_choice_counts():
    rerank = PairwiseReranker(Fixed([[1.0, 0, 0], [0, 0, 1.0]]), small_taxonomy())
    assert rerank(wanted(*known(2), choice=1), "text") == 1


def test_nothing_asked_for_gives_nothing():
    assert PairwiseReranker(Fixed([]), small_taxonomy())([], "text") == 0
