"""Banks of interviews: the same to the letter as long as the interview goes on."""

import pytest

from metier.errors import Conflict, InvalidInput
from metier.service import assessing, documents, interview_banks, interviews
from metier.service.interview_banks import NewInterviewPlan, bank_of, title_of
from tests.service import small
from tests.service.team import make_things


def made_of_vacancy(service, team):
    things = make_things(service, team.recruiter)
    plan = NewInterviewPlan("vacancy", "ru", person=things.person, vacancy=things.vacancy)
    return things, interviews.create(service, team.recruiter, plan)


def test_a_bank_that_was_made_is_made_again_the_same(service, team, clock):
    things, interview = made_of_vacancy(service, team)
    clock.move(60 * 24 * 3600)  # another month, so another assessment takes the place of the first
    later = assessing.assess(service, team.recruiter, things.document, vacancy=things.vacancy)
    assert later.id != things.assessment
    bank = bank_of(service, interview)
    assert bank.sha256 == interview.options["bank_sha256"]
    assert title_of(service, interview) == bank.title


def test_a_bank_that_became_another_is_refused(service, team, monkeypatch):
    _, interview = made_of_vacancy(service, team)
    monkeypatch.setattr(interview_banks, "shipped", dict)
    monkeypatch.setitem(interview_banks.SKILL_WORDS, "ru", interview_banks.SKILL_WORDS["en"])
    with pytest.raises(Conflict, match="no longer those it was added with"):
        bank_of(service, interview)


def test_a_bank_that_is_gone_is_refused(service, team, monkeypatch):
    plan = NewInterviewPlan("python-backend", "en")
    interview = interviews.create(service, team.recruiter, plan)
    monkeypatch.setattr(interview_banks, "shipped", dict)
    with pytest.raises(Conflict, match="no longer those it was added with"):
        bank_of(service, interview)


@pytest.mark.parametrize("fields", [{"minutes": 0}, {"minutes": 1441}, {"max_questions": 0}])
def test_a_plan_has_bounds(fields):
    with pytest.raises(InvalidInput, match="must be from 1 to"):
        NewInterviewPlan("python-backend", "en", **fields)


def test_a_person_who_was_not_held_against_the_vacancy_gets_no_bank(service, team):
    things = make_things(service, team.recruiter)
    document = small.add_resumes(service, team.recruiter, 1)[0]
    person = documents.get(service, team.viewer, document).person
    plan = NewInterviewPlan("vacancy", "en", person=person, vacancy=things.vacancy)
    with pytest.raises(InvalidInput, match="Assess one first"):
        interviews.create(service, team.recruiter, plan)
