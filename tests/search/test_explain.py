import numpy as np
import pytest

from metier.search.explain import best_passages, choices_of, compare_skills, shared_words
from metier.store.entries import EntrySkill
from metier.store.terms import find_terms
from metier.types import EvidenceLabel, Importance, Span
from tests.store.samples import make_entry, unit

EXPLICIT, IMPLICIT = EvidenceLabel.EXPLICIT, EvidenceLabel.IMPLICIT
REQUIRED, PREFERRED = Importance.REQUIRED, Importance.PREFERRED


def skill(name, label=EXPLICIT, importance=None, choice=0):
    return EntrySkill(name, name.title(), label, importance, choice)


def test_coverage_weighs_required_above_preferred_and_explicit_above_implied():
    wanted = [
        skill("go", importance=REQUIRED),
        skill("sql", importance=REQUIRED),
        skill("aws", importance=PREFERRED),
    ]
    found = compare_skills(wanted, [skill("go"), skill("sql", IMPLICIT)])
    assert found.coverage == pytest.approx((3 + 3 * 0.7) / 7, abs=1e-6)
    assert found.shared == ("Go", "Sql")
    assert found.missing == ("Aws",)


def test_any_skill_of_a_choice_will_do():
    wanted = [skill("django", importance=REQUIRED, choice=1), skill("flask", importance=REQUIRED, choice=1)]
    assert compare_skills(wanted, [skill("flask")]).coverage == 1
    assert compare_skills(wanted, []).missing == ("Django or Flask",)


def test_what_a_vacancy_only_names_is_shared_but_not_asked_for():
    wanted = [skill("go", importance=REQUIRED), skill("git")]
    found = compare_skills(wanted, [skill("git")])
    assert found.shared == ("Git",)
    assert found.missing == ("Go",)
    assert found.coverage == 0


def test_what_is_required_comes_before_what_is_preferred_in_the_order_of_the_vacancy():
    wanted = [
        skill("aws", importance=PREFERRED),
        skill("django", importance=REQUIRED, choice=1),
        skill("go", importance=REQUIRED),
        skill("flask", importance=REQUIRED, choice=1),
    ]
    assert compare_skills(wanted, []).missing == ("Django or Flask", "Go", "Aws")


def test_without_importance_all_is_asked_for():
    assert choices_of([skill("go"), skill("git")]) == [[skill("go")], [skill("git")]]


def test_nothing_asked_for_has_no_coverage():
    assert compare_skills([], [skill("go")]).coverage is None


def test_the_nearest_passages_come_first_with_their_words():
    text = "We like Kafka here. Lunch is free."
    spans = (Span(0, 19), Span(20, 34))
    vectors = np.array([unit(1), unit(2)], np.float32)
    entry = make_entry("a", text=text, passages=spans, passage_vectors=vectors)
    found = best_passages(entry, unit(2), frozenset(find_terms("kafka")), most=1)
    assert [item.text for item in found] == ["Lunch is free."]
    assert found[0].score == pytest.approx(1, abs=1e-3)
    (other,) = best_passages(entry, unit(1), frozenset(find_terms("kafka")), most=1)
    assert [other.text[span.start : span.end] for span in other.words] == ["Kafka"]


@pytest.mark.parametrize(
    ("text", "query", "words"),
    [
        ("Писал сервисы, на C++.", "сервис и c++", ["сервисы", "C++"]),
        ("You and me (and Go)", "and go", ["Go"]),
        ("Node.js services", "node", ["Node.js"]),
        ("", "go", []),
    ],
)
def test_shared_words_are_found_by_stem_without_the_marks_around_them(text, query, words):
    found = shared_words(text, frozenset(find_terms(query)))
    assert [text[span.start : span.end] for span in found] == words
