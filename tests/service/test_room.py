"""The interview as its candidate sees it."""

import pytest

from metier.dialogue import Step
from metier.errors import Conflict, InvalidInput, NotFound
from metier.service import interviews, room
from metier.service.interview_banks import NewInterviewPlan
from metier.store.workspaces.interviews import InterviewState
from tests.service.team import logged

HOUR_S = 3600.0


@pytest.fixture
def held(service, team):
    plan = NewInterviewPlan("python-backend", "ru", minutes=30)
    return interviews.create(service, team.recruiter, plan).id


@pytest.fixture
def link(service, team, held):
    return interviews.make_link(service, team.recruiter, held, lasts_s=HOUR_S)


def test_a_link_can_be_looked_at_before_it_is_used_up(service, link):
    facts = room.look(service, link)
    assert (facts.language, facts.minutes) == ("ru", 30)
    assert facts.title
    assert room.look(service, link) == facts
    room.open_room(service, link)
    for opening in (room.look, room.open_room):
        with pytest.raises(NotFound, match="Ask for a new one"):
            opening(service, link)


def test_a_candidate_answers_from_the_seat_to_the_end(service, team, held, link):
    seat = room.open_room(service, link)
    asked = room.question(service, seat)
    while asked.turn is not None:
        asked = room.answer(service, seat, "Не знаю", turn=asked.turn.number)
        assert asked.n_asked < 200
    assert asked.interview.state is InterviewState.ENDED
    assert interviews.report(service, team.viewer, held).interview.turns
    actors = {entry.actor for entry in logged(service, team.admin, "interview.save")}
    assert actors == {f"candidate:{held}"}


def test_a_candidate_sees_no_grade_and_no_reason(service, link):
    seat = room.open_room(service, link)
    asked = room.question(service, seat)
    for words in ("Готов", "Список можно менять", ""):
        assert asked.turn.grade is None
        assert asked.turn.step == Step(asked.turn.step.move)
        assert asked.turn.wording.text
        asked = room.answer(service, seat, words)


def test_a_new_link_ends_the_seat_taken_before_and_the_interview_goes_on(service, team, held, link, clock):
    seat = room.open_room(service, link)
    first = room.question(service, seat)
    clock.move(HOUR_S)
    again = interviews.make_link(service, team.recruiter, held, lasts_s=HOUR_S)
    with pytest.raises(NotFound):
        room.question(service, seat)
    other = room.question(service, room.open_room(service, again))
    assert other.turn.wording == first.turn.wording
    assert other.turn.asked_at > first.turn.asked_at


def test_a_link_that_is_over_opens_nothing(service, link, clock):
    clock.move(HOUR_S + 1)
    with pytest.raises(NotFound):
        room.open_room(service, link)


@pytest.mark.parametrize("secret", ["", "x", "' OR 1=1", "\x00"])
def test_a_secret_that_nobody_gave_opens_nothing(service, held, secret):
    for call in (room.look, room.open_room, room.question, room.end):
        with pytest.raises(NotFound):
            call(service, secret)


def test_a_candidate_can_end_it_and_change_nothing_after(service, link):
    seat = room.open_room(service, link)
    room.question(service, seat)
    room.end(service, seat)
    assert room.question(service, seat).turn is None
    with pytest.raises(Conflict, match="has ended"):
        room.answer(service, seat, "One more thing")


def test_a_second_window_is_told_that_the_question_was_answered(service, link):
    seat = room.open_room(service, link)
    turn = room.question(service, seat).turn.number
    room.answer(service, seat, "first", turn=turn)
    with pytest.raises(Conflict, match="in another window"):
        room.answer(service, seat, "second", turn=turn)


def test_an_answer_has_a_length(service, link):
    seat = room.open_room(service, link)
    room.question(service, seat)
    with pytest.raises(InvalidInput):
        room.answer(service, seat, "x" * 1_000_001)


def test_an_erased_interview_is_gone_for_its_candidate(service, team, held, link):
    seat = room.open_room(service, link)
    room.question(service, seat)
    interviews.erase(service, team.admin, held)
    with pytest.raises(NotFound):
        room.question(service, seat)
