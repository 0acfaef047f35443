"""Banks of interviews: the same to the letter as long as the interview goes on."""

import json

import pytest

from metier.errors import InvalidInput, NotFound, StoreDamaged
from metier.service import assessing, documents, interview_banks, interviews
from metier.service.interview_banks import NewInterviewPlan, bank_of
from tests.service import small
from tests.service.team import make_things


def made_of_vacancy(service, team):
    things = make_things(service, team.recruiter)
    plan = NewInterviewPlan("vacancy", "ru", person=things.person, vacancy=things.vacancy)
    return things, interviews.create(service, team.recruiter, plan)


def test_a_bank_that_was_made_stays_when_the_assessment_is_another(service, team, clock):
    things, interview = made_of_vacancy(service, team)
    clock.move(60 * 24 * 3600)  # another month, so another assessment takes the place of the first
    later = assessing.assess(service, team.recruiter, things.document, vacancy=things.vacancy)
    assert later.id != things.assessment
    assert bank_of(service, interview).sha256 == interview.options["bank_sha256"]


@pytest.mark.parametrize("made", [True, False])
def test_a_later_version_with_other_banks_goes_on_with_the_same(service, team, monkeypatch, made):
    if made:
        _, interview = made_of_vacancy(service, team)
    else:
        interview = interviews.create(service, team.recruiter, NewInterviewPlan("python-backend", "en"))
    before = bank_of(service, interview)
    monkeypatch.setattr(interview_banks, "shipped", dict)
    monkeypatch.setattr(interview_banks, "shipped_banks", dict)
    monkeypatch.setitem(interview_banks.SKILL_WORDS, "ru", interview_banks.SKILL_WORDS["en"])
    interview_banks._parsed.cache_clear()
    assert bank_of(service, interview) == before
    assert bank_of(service, interview).sha256 == interview.options["bank_sha256"]


@pytest.mark.parametrize("text", ["", "name: another", None])
def test_a_bank_that_is_not_as_it_was_kept_is_refused(service, team, text):
    interview = interviews.create(service, team.recruiter, NewInterviewPlan("python-backend", "en"))
    with service.database.transaction() as transaction:
        table = transaction.table("interviews")
        transaction.run(table.update().values(bank=None if text is None else json.dumps(text)))
    with pytest.raises(StoreDamaged, match="is not as it was kept"):
        bank_of(service, interview)


def test_an_erased_interview_has_no_bank(service, team):
    interview = interviews.create(service, team.recruiter, NewInterviewPlan("python-backend", "en"))
    interviews.erase(service, team.admin, interview.id)
    with pytest.raises(NotFound):
        bank_of(service, interview)


def test_a_bank_that_there_is_not_is_not_found(service, team):
    with pytest.raises(NotFound, match="There is no bank"):
        interviews.create(service, team.recruiter, NewInterviewPlan("../etc/passwd", "en"))


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
