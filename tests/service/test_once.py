from concurrent.futures import ThreadPoolExecutor

import pytest

from metier.errors import Conflict, InvalidInput
from metier.service import people
from metier.service.once import Once, found_before, run_once
from tests.service.team import request


def test_the_same_request_gives_the_person_made_then(service, team):
    first = people.add(service, team.recruiter, name="Anna", once=request("k"))
    again = people.add(service, team.recruiter, name="Anna", once=request("k"))
    assert first == again
    assert len(people.page(service, team.viewer).items) == 1


def test_a_key_for_another_request_is_refused(service, team):
    people.add(service, team.recruiter, name="Anna", once=request("k"))
    with pytest.raises(Conflict, match="another request"):
        people.add(service, team.recruiter, name="Anna", once=request("k", "1"))


def test_a_key_for_another_kind_of_thing_is_refused(service, team):
    people.add(service, team.recruiter, name="Anna", once=request("k"))
    with pytest.raises(Conflict, match="another request"):
        found_before(service, team.recruiter, request("k"), "job")


def test_each_api_key_and_each_workspace_has_keys_of_its_own(service, team, others):
    made = {
        people.add(service, caller, name="Anna", once=request("k")).id
        for caller in (team.recruiter, team.admin, team.operator, others.recruiter)
    }
    assert len(made) == 4


def test_what_fails_can_be_sent_again_with_the_same_key(service, team):
    def fail():
        people.stored.add(transaction, team.recruiter.workspace, team.recruiter.actor, name="Anna")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), service.database.transaction() as transaction:
        run_once(transaction, team.recruiter, request("k"), "person", fail)
    assert people.page(service, team.viewer).items == ()
    people.add(service, team.recruiter, name="Anna", once=request("k"))
    assert len(people.page(service, team.viewer).items) == 1


def test_of_the_same_requests_at_once_one_is_done(service, team):
    with ThreadPoolExecutor(4) as threads:
        made = set(
            threads.map(
                lambda _: people.add(service, team.recruiter, name="Anna", once=request("k")).id, range(8)
            )
        )
    assert len(made) == 1
    assert len(people.page(service, team.viewer).items) == 1


def test_a_request_without_a_key_is_new_each_time(service, team):
    assert found_before(service, team.recruiter, None, "person") is None
    assert people.add(service, team.recruiter, name="A") != people.add(service, team.recruiter, name="A")


@pytest.mark.parametrize("key", ["", " ", "x" * 151, "\x00"])
def test_a_key_that_cannot_be_kept_is_refused(key):
    with pytest.raises(InvalidInput, match="idempotency key"):
        Once(key, "0" * 64)


def test_a_hash_that_is_none_is_refused(service, team):
    with pytest.raises(InvalidInput, match="request_sha256"):
        people.add(service, team.recruiter, name="A", once=Once("k", "x"))
