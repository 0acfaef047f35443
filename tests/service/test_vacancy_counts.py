import pytest

from metier.errors import InvalidInput
from metier.service import decisions, people
from metier.service.vacancy_counts import VacancyCount, vacancy_counts
from metier.store.workspaces.decisions import DecisionKind
from tests.service.team import make_things


def test_counts_follow_assessments_decisions_and_erasure(service, team, clock):
    things = make_things(service, team.recruiter)
    vacancy = things.vacancy

    def now() -> VacancyCount:
        return vacancy_counts(service, team.viewer, [vacancy])[vacancy]

    assert now() == VacancyCount(1, 0)
    kept = decisions.decide(service, team.recruiter, vacancy, things.document, kind=DecisionKind.SHORTLIST)
    assert now() == VacancyCount(1, 1)
    decisions.undo(service, team.recruiter, kept.id)
    assert now() == VacancyCount(1, 0)
    for kind in (DecisionKind.SHORTLIST, DecisionKind.REJECT):
        clock.move(1)
        decisions.decide(service, team.recruiter, vacancy, things.document, kind=kind)
    assert now() == VacancyCount(1, 0)
    people.erase(service, team.admin, things.person)
    assert now() == VacancyCount(0, 0)


def test_a_vacancy_of_others_has_none(service, team, others):
    vacancy = make_things(service, team.recruiter).vacancy
    assert vacancy_counts(service, others.viewer, [vacancy, "nothing"]) == {
        vacancy: VacancyCount(),
        "nothing": VacancyCount(),
    }
    assert vacancy_counts(service, others.viewer, []) == {}


def test_more_than_a_page_of_them_is_refused(service, team):
    with pytest.raises(InvalidInput, match="at most 200"):
        vacancy_counts(service, team.viewer, ["x"] * 201)
