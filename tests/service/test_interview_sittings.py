"""Several at once in one interview: one is heard, and the others are told."""

import threading

import pytest

from metier.errors import Conflict
from metier.service import interview_sittings, interviews
from metier.service.interview_banks import NewInterviewPlan
from metier.service.interview_sittings import Place
from metier.store.workspaces.interviews import InterviewState


@pytest.fixture
def place(service, team):
    made = interviews.create(service, team.recruiter, NewInterviewPlan("python-backend", "en"))
    return Place(team.recruiter.workspace, made.id, team.recruiter.actor)


def test_of_two_windows_that_answer_at_once_one_is_heard_and_the_other_refused(service, place):
    interview_sittings.ask(service, place)
    barrier, refused, heard = threading.Barrier(4), [], []

    def answer(text):
        barrier.wait()
        try:
            interview_sittings.answer(service, place, text, turn=1)
        except Conflict as error:
            refused.append(str(error))
        else:
            heard.append(text)

    threads = [threading.Thread(target=answer, args=(f"answer {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(heard), len(refused)) == (1, 3)
    assert all("was answered already" in message or "no open question" in message for message in refused)
    _, turn, n_asked = interview_sittings.ask(service, place)
    assert (turn.number, n_asked) == (2, 2)


def test_windows_that_ask_at_once_get_the_same_question(service, place):
    barrier, found = threading.Barrier(3), []

    def ask():
        barrier.wait()
        found.append(interview_sittings.ask(service, place)[1])

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3
    assert len(set(found)) == 1


def test_an_answer_that_was_kept_and_not_graded_is_graded_the_next_time(service, place, monkeypatch):
    interview_sittings.ask(service, place)
    with monkeypatch.context() as patch:
        patch.setattr(interview_sittings._Grader, "grade", lambda *args, **options: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            interview_sittings.answer(service, place, "I am ready.")
    _, turn, _ = interview_sittings.ask(service, place)
    assert turn.number == 2


def test_a_question_that_is_shown_again_after_a_break_is_open_from_then_on(service, place, clock):
    interview_sittings.ask(service, place)
    clock.move(3600)
    _, before, _ = interview_sittings.ask(service, place)
    _, after, _ = interview_sittings.ask(service, place, again=True)
    assert (before.number, after.number) == (1, 1)
    assert after.asked_at > before.asked_at


def test_an_interview_can_be_ended_before_it_was_begun(service, place):
    assert interview_sittings.end(service, place).state is InterviewState.ENDED
    assert interview_sittings.ask(service, place)[1:] == (None, 0)
