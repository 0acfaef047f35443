import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.search.coverage import cover, coverage_score
from metier.search.requirements import Wanted
from metier.types import EvidenceLabel, Importance, Quote, Requirement, RequirementStatus, SkillEvidence, Span

QUOTE = Quote(Span(0, 1), "x")


def wanted(*skills, importance=Importance.REQUIRED):
    return Wanted(skills, tuple(skill.title() for skill in skills), importance, (QUOTE,))


def shown(skill, label):
    return SkillEvidence(skill, skill.title(), label, 0.9, (QUOTE,), "Because.")


def requirement(importance, status):
    return Requirement("a", "A", importance, status, (), (), "")


def test_the_worked_example_of_the_docs():
    coverage = cover(
        [wanted("a"), wanted("b"), wanted("c", importance=Importance.PREFERRED)],
        [shown("a", EvidenceLabel.EXPLICIT), shown("b", EvidenceLabel.IMPLICIT)],
    )
    assert coverage.score == pytest.approx(5.1 / 7)
    assert [item.status.value for item in coverage.requirements] == ["matched", "implied", "missing"]


def test_a_skill_named_but_not_claimed_is_missing_and_says_why():
    coverage = cover([wanted("a")], [shown("a", EvidenceLabel.NONE)])
    assert coverage.requirements[0].status is RequirementStatus.MISSING
    assert coverage.requirements[0].reason == "Because."
    assert coverage.score == 0


def test_a_choice_is_met_by_its_best_member():
    skills = [shown("a", EvidenceLabel.IMPLICIT), shown("b", EvidenceLabel.EXPLICIT)]
    met = cover([wanted("a", "b", "c")], skills).requirements[0]
    assert (met.skill, met.name, met.status.value) == ("a|b|c", "A or B or C", "matched")


def test_without_requirements_there_is_no_coverage():
    assert cover([], [shown("a", EvidenceLabel.EXPLICIT)]) is None


REQUIREMENTS = st.lists(
    st.builds(requirement, st.sampled_from(list(Importance)), st.sampled_from(list(RequirementStatus))),
    min_size=1,
)


@given(REQUIREMENTS, st.randoms())
def test_the_order_of_requirements_does_not_move_the_score(requirements, random):
    shuffled = random.sample(requirements, len(requirements))
    assert coverage_score(shuffled) == coverage_score(requirements)


@given(REQUIREMENTS)
def test_the_score_is_between_none_and_all(requirements):
    score = coverage_score(requirements)
    assert 0 <= score <= 1
    assert (score == 1) == all(item.status is RequirementStatus.MATCHED for item in requirements)
    assert (score == 0) == all(item.status is RequirementStatus.MISSING for item in requirements)


def test_no_requirement_scores_nothing():
    assert coverage_score([]) == 0
