"""The example data: there after the first time, the same after the second."""

import pytest

from metier.errors import NotFound, Unauthenticated
from metier.service import access, decisions, demo, documents, interviews, people, shortlists, vacancies
from metier.store.workspaces.interviews import InterviewState
from metier.store.workspaces.keys import KeyRole
from metier.types import Role
from tests.service import small


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    with small.opened(tmp_path_factory.mktemp("demo")) as service:
        yield service, demo.fill(service)


def everything(service, caller):
    wanted = vacancies.page(service, caller).items
    return {
        "vacancies": [item.id for item in wanted],
        "documents": [item.id for item in documents.page(service, caller).items],
        "people": [item.id for item in people.page(service, caller).items],
        "decisions": [item.id for item in decisions.page(service, caller, vacancy=wanted[-1].id).items],
        "interviews": [(item.id, item.version) for item in interviews.page(service, caller).items],
    }


def test_the_team_has_resumes_that_are_ranked_for_two_vacancies_of_two_languages(filled):
    service, token = filled
    caller = access.caller_of_key(service, token)
    assert access.workspace(service, caller).name == demo.TEAM
    wanted = vacancies.page(service, caller).items
    n_resumes = len(documents.page(service, caller, role=Role.RESUME).items)
    assert (len(wanted), n_resumes) == (2, 11)
    for vacancy in wanted:
        rows = shortlists.shortlist(service, caller, vacancy.id).items
        assert len(rows) >= n_resumes - 1  # a picture needs what reads pictures
        assert rows[0].assessment.score > rows[-1].assessment.score


def test_there_are_two_decisions_and_an_interview_with_answers(filled):
    service, token = filled
    found = everything(service, access.caller_of_key(service, token))
    assert len(found["decisions"]) == 2
    ((interview, _),) = found["interviews"]
    caller = access.caller_of_key(service, token)
    assert interviews.get(service, caller, interview).state is not InterviewState.WAITING
    assert interviews.report(service, caller, interview).n_points > 0


def test_a_second_time_gives_another_key_and_adds_nothing(filled):
    service, _ = filled
    token = demo.fill(service)
    before = everything(service, access.caller_of_key(service, token))
    again = demo.fill(service)
    assert again != token
    assert everything(service, access.caller_of_key(service, again)) == before


def test_of_all_keys_that_were_made_the_last_one_works(filled):
    service, _ = filled
    first, last = demo.fill(service), demo.fill(service)
    caller = access.caller_of_key(service, last)
    own = access.add_key(service, caller, name="mine", role=KeyRole.VIEWER)[1]
    with pytest.raises(Unauthenticated):
        access.caller_of_key(service, first)
    caller = access.caller_of_key(service, demo.fill(service))
    assert [key.revoked_at is None for key in access.keys(service, caller).items if key.name == "demo"][
        :2
    ] == [
        True,
        False,
    ]
    assert access.caller_of_key(service, own).role is KeyRole.VIEWER


def test_a_team_is_found_under_another_name_and_another_of_its_name_is_left_alone(filled):
    service, _ = filled
    caller = access.caller_of_key(service, demo.fill(service))
    access.rename_workspace(service, caller, name="Ours")
    other = small.new_workspace(service, demo.TEAM)
    again = access.caller_of_key(service, demo.fill(service))
    assert again.workspace == caller.workspace
    assert documents.page(service, other).items == ()


def test_what_was_erased_does_not_come_back(filled):
    service, _ = filled
    caller = access.caller_of_key(service, demo.fill(service))
    person = people.page(service, caller).items[0]
    people.erase(service, caller, person.id)
    caller = access.caller_of_key(service, demo.fill(service))
    assert person.id not in {item.id for item in people.page(service, caller).items}
    assert len(people.page(service, caller).items) == 10


def test_without_the_examples_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(demo.resources, "files", lambda package: tmp_path / "a" / "b" / "c")
    with small.opened(tmp_path) as service, pytest.raises(NotFound, match="not installed"):
        demo.fill(service)
