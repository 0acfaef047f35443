"""Interviews as the hiring team sees them."""

import pytest

from metier.errors import Conflict, Forbidden, InvalidInput, NotFound
from metier.service import interviews
from metier.service.interviews import NewInterviewPlan
from metier.store.workspaces.interviews import InterviewState
from tests.service.team import logged, make_things, request

PLAN = NewInterviewPlan("python-backend", "en", max_questions=2)
ANSWER = "A list can be changed in place, a tuple cannot be changed after it was made."


@pytest.fixture
def held(service, team):
    return interviews.create(service, team.recruiter, PLAN).id


def test_banks_are_those_of_metier_and_one_made_of_a_vacancy(service, team):
    found = interviews.banks(service, team.viewer)
    assert {bank.language for bank in found if bank.name == "vacancy"} == {"en", "ru", "ko"}
    backend = next(bank for bank in found if (bank.name, bank.language) == ("python-backend", "ru"))
    assert backend.title
    assert backend.n_questions > 5


def test_an_interview_asks_and_takes_answers_until_it_ends(service, team, held):
    asked = interviews.question(service, team.recruiter, held)
    seen = [asked.turn.number]
    while asked.turn is not None:
        asked = interviews.answer(service, team.recruiter, held, ANSWER)
        seen += [asked.turn.number] if asked.turn else []
        assert len(seen) < 20
    assert seen == list(range(1, len(seen) + 1))
    assert (asked.interview.state, asked.n_asked) == (InterviewState.ENDED, len(seen))
    assert interviews.question(service, team.recruiter, held).turn is None
    said = interviews.record(service, team.viewer, held)
    assert all(turn.answer == ANSWER for turn in said.turns)
    report = interviews.report(service, team.viewer, held)
    assert report.n_points > 0


def test_an_open_question_stays_open_however_often_it_is_looked_at(service, team, held, clock):
    first = interviews.question(service, team.recruiter, held)
    clock.move(60)
    assert interviews.question(service, team.recruiter, held) == first


def test_an_empty_answer_skips_the_question(service, team, held):
    interviews.question(service, team.recruiter, held)
    interviews.answer(service, team.recruiter, held, "  ")
    assert interviews.record(service, team.viewer, held).turns[0].answer == ""


def test_an_answer_to_a_question_that_was_answered_is_refused(service, team, held):
    turn = interviews.question(service, team.recruiter, held).turn.number
    interviews.answer(service, team.recruiter, held, ANSWER, turn=turn)
    with pytest.raises(Conflict, match="question 1 was answered already"):
        interviews.answer(service, team.recruiter, held, "again", turn=turn)


def test_there_is_nothing_to_answer_before_the_first_question_and_after_the_end(service, team, held):
    with pytest.raises(Conflict, match="has no open question"):
        interviews.answer(service, team.recruiter, held, ANSWER)
    interviews.question(service, team.recruiter, held)
    assert interviews.end(service, team.recruiter, held).state is InterviewState.ENDED
    assert interviews.end(service, team.recruiter, held).state is InterviewState.ENDED
    with pytest.raises(Conflict, match="has ended"):
        interviews.answer(service, team.recruiter, held, ANSWER)


def test_an_interview_that_was_not_begun_has_no_record(service, team, held):
    with pytest.raises(InvalidInput, match="was not begun"):
        interviews.record(service, team.viewer, held)


def test_an_answer_is_kept_as_it_was_given_and_has_a_length(service, team, held):
    interviews.question(service, team.recruiter, held)
    odd = "\ud800 \x00 <b>' OR 1=1 --"
    interviews.answer(service, team.recruiter, held, odd)
    assert interviews.record(service, team.viewer, held).turns[0].answer == odd
    with pytest.raises(InvalidInput, match="may have 1,000,000 characters"):
        interviews.answer(service, team.recruiter, held, "x" * 1_000_001)


def test_no_answer_is_in_the_log(service, team, held):
    interviews.question(service, team.recruiter, held)
    interviews.answer(service, team.recruiter, held, ANSWER)
    assert ANSWER not in str(logged(service, team.admin))
    assert {entry.actor for entry in logged(service, team.admin, "interview.save")} == {
        str(team.recruiter.actor)
    }


def test_a_bank_is_made_of_what_the_vacancy_asks_for_and_the_resume_does_not_show(service, team):
    things = make_things(service, team.recruiter)
    plan = NewInterviewPlan("vacancy", "en", person=things.person, vacancy=things.vacancy)
    made = interviews.create(service, team.recruiter, plan)
    assert made.options["assessment"] == things.assessment
    asked = interviews.question(service, team.recruiter, made.id)
    texts = []
    while asked.turn is not None:
        texts.append(asked.turn.wording.text)
        asked = interviews.answer(service, team.recruiter, made.id, ANSWER)
    assert any("PostgreSQL" in text for text in texts)
    assert interviews.report(service, team.viewer, made.id).title


def test_a_bank_of_a_vacancy_needs_an_assessment_of_the_person(service, team, others):
    mine, theirs = make_things(service, team.recruiter), make_things(service, others.recruiter)
    for person, vacancy, error in (
        (mine.person, None, InvalidInput),
        (None, mine.vacancy, InvalidInput),
        (theirs.person, mine.vacancy, NotFound),
        (mine.person, theirs.vacancy, NotFound),
    ):
        plan = NewInterviewPlan("vacancy", "en", person=person, vacancy=vacancy)
        with pytest.raises(error):
            interviews.create(service, team.recruiter, plan)


@pytest.mark.parametrize("name", ["nothing", "../python-backend", "/etc/passwd", "own.yaml"])
def test_only_banks_of_metier_can_be_named(service, team, name):
    with pytest.raises(NotFound, match="There is no bank"):
        interviews.create(service, team.recruiter, NewInterviewPlan(name, "en"))


def test_the_same_request_makes_one_interview(service, team):
    first = interviews.create(service, team.recruiter, PLAN, once=request("k"))
    assert interviews.create(service, team.recruiter, PLAN, once=request("k")).id == first.id
    assert len(interviews.page(service, team.viewer).items) == 1


def test_viewers_hold_no_interview_and_administrators_alone_erase_one(service, team, held):
    for call in (
        lambda: interviews.create(service, team.viewer, PLAN),
        lambda: interviews.question(service, team.viewer, held),
        lambda: interviews.answer(service, team.viewer, held, "x"),
        lambda: interviews.end(service, team.viewer, held),
        lambda: interviews.make_link(service, team.viewer, held, lasts_s=60),
        lambda: interviews.erase(service, team.recruiter, held),
    ):
        with pytest.raises(Forbidden):
            call()
    interviews.erase(service, team.admin, held)
    with pytest.raises(NotFound):
        interviews.get(service, team.viewer, held)


def test_an_interview_of_another_workspace_is_not_there(service, team, others, held):
    for call in (
        lambda: interviews.get(service, others.admin, held),
        lambda: interviews.question(service, others.admin, held),
        lambda: interviews.answer(service, others.admin, held, "x"),
        lambda: interviews.end(service, others.admin, held),
        lambda: interviews.record(service, others.admin, held),
        lambda: interviews.report(service, others.admin, held),
        lambda: interviews.make_link(service, others.admin, held, lasts_s=60),
        lambda: interviews.erase(service, others.admin, held),
    ):
        with pytest.raises(NotFound):
            call()


def test_an_end_of_time_is_kept(service, team, clock):
    plan = NewInterviewPlan("python-backend", "en", minutes=5)
    held = interviews.create(service, team.recruiter, plan).id
    interviews.question(service, team.recruiter, held)
    clock.move(6 * 60)
    asked = interviews.answer(service, team.recruiter, held, ANSWER)
    while asked.turn is not None:
        assert asked.turn.step.topic in {"closing", "goodbye"}
        asked = interviews.answer(service, team.recruiter, held, ANSWER)
    assert asked.interview.state is InterviewState.ENDED
