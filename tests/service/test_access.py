from concurrent.futures import ThreadPoolExecutor

import pytest

from metier.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthenticated
from metier.service import access
from metier.service.access import Caller
from metier.service.service import Service
from metier.store.workspaces import workspaces
from metier.store.workspaces.database import Database
from metier.store.workspaces.keys import KeyRole
from metier.store.workspaces.log import Actor, ActorKind
from tests.service.small import new_workspace, options_of
from tests.service.team import logged


def token_of(service, team, role=KeyRole.RECRUITER, **more):
    return access.add_key(service, team.admin, name="Anna's laptop", role=role, **more)


@pytest.mark.parametrize("role", KeyRole)
def test_a_caller_may_do_what_the_role_includes_and_no_more(role):
    caller = Caller("w", Actor(ActorKind.KEY, "k"), role, "name", "k")
    for needed in KeyRole:
        if list(KeyRole).index(needed) <= list(KeyRole).index(role):
            caller.require(needed)
        else:
            with pytest.raises(Forbidden, match=f"role {needed}.*role {role}"):
                caller.require(needed)


def test_a_key_leads_to_its_workspace_and_role_and_its_use_is_noted(service, team):
    key, token = token_of(service, team)
    caller = access.caller_of_key(service, token)
    assert (caller.workspace, caller.role, caller.key) == (team.admin.workspace, KeyRole.RECRUITER, key.id)
    assert caller.actor == Actor(ActorKind.KEY, key.id)
    (kept,) = [one for one in access.keys(service, team.admin).items if one.id == key.id]
    assert kept.last_used_at == key.created_at


def test_keys_that_do_not_work_are_all_refused_alike(service, team, clock):
    lasting, over = token_of(service, team)[1], token_of(service, team, lasts_s=10)[1]
    key, revoked = token_of(service, team)
    access.revoke_key(service, team.admin, key.id)
    clock.move(11)
    messages = set()
    for token in (over, revoked, lasting[:-1] + ("A" if lasting[-1] != "A" else "B"), "", "mtr_x"):
        with pytest.raises(Unauthenticated) as raised:
            access.caller_of_key(service, token)
        messages.add(str(raised.value))
        with pytest.raises(Unauthenticated):
            access.sign_in(service, token, lasts_s=60)
    assert len(messages) == 1
    assert access.caller_of_key(service, lasting).role is KeyRole.RECRUITER


def test_what_goes_on_for_long_can_ask_whether_its_key_still_works(service, team):
    key, token = token_of(service, team)
    caller = access.caller_of_key(service, token)
    access.check_key(service, caller)
    access.revoke_key(service, team.admin, key.id)
    with pytest.raises(Unauthenticated, match="no longer works"):
        access.check_key(service, caller)


def test_a_use_that_cannot_be_noted_keeps_nobody_out(tmp_path, room):
    options = options_of(tmp_path)
    with Database.open(options.database, timeout_s=0.1) as database:
        service = Service(options, database, room)
        operator = new_workspace(service)
        _, token = access.add_key(service, operator, name="key", role=KeyRole.VIEWER)
        with database.transaction():
            assert access.caller_of_key(service, token).role is KeyRole.VIEWER


def test_a_session_is_the_caller_of_its_key_until_it_is_ended(service, team):
    key, token = token_of(service, team)
    caller, secret = access.sign_in(service, token, lasts_s=60)
    assert access.caller_of_session(service, secret) == caller
    assert caller.actor == Actor(ActorKind.SESSION, caller.session)
    assert (caller.key, caller.name, caller.role) == (key.id, "Anna's laptop", KeyRole.RECRUITER)
    access.sign_out(service, caller)
    with pytest.raises(Unauthenticated, match="over"):
        access.caller_of_session(service, secret)


def test_a_session_ends_by_time_and_with_its_key(service, team, clock):
    key, token = token_of(service, team)
    _, first = access.sign_in(service, token, lasts_s=60)
    clock.move(61)
    _, second = access.sign_in(service, token, lasts_s=60)
    access.revoke_key(service, team.admin, key.id)
    for secret in (first, second, "", "x"):
        with pytest.raises(Unauthenticated):
            access.caller_of_session(service, secret)


def test_a_session_lasts_a_time_in_its_range(service, team):
    _, token = token_of(service, team)
    with pytest.raises(InvalidInput, match="lasts_s"):
        access.sign_in(service, token, lasts_s=0)


def test_signing_out_without_a_session_does_nothing(service, team):
    access.sign_out(service, team.viewer)


def test_the_first_key_is_given_once(service):
    token = access.first_key(service, workspace_name="Us")
    caller = access.caller_of_key(service, token)
    assert caller.role is KeyRole.ADMIN
    assert access.workspace(service, caller).name == "Us"
    assert access.first_key(service) is None


def test_of_several_that_start_at_once_one_gets_the_first_key(service):
    with ThreadPoolExecutor(4) as threads:
        tokens = list(threads.map(lambda _: access.first_key(service), range(4)))
    assert len([token for token in tokens if token is not None]) == 1
    with service.database.reading() as transaction:
        assert len(workspaces.page(transaction).items) == 1


def test_a_workspace_is_renamed_by_an_administrator(service, team):
    assert access.rename_workspace(service, team.admin, name="New").name == "New"
    with pytest.raises(Forbidden):
        access.rename_workspace(service, team.recruiter, name="New")


def test_only_administrators_see_and_make_keys(service, team):
    for caller in (team.viewer, team.recruiter):
        with pytest.raises(Forbidden):
            access.keys(service, caller)
        with pytest.raises(Forbidden):
            access.add_key(service, caller, name="mine", role=KeyRole.ADMIN)
        with pytest.raises(Forbidden):
            access.revoke_key(service, caller, team.admin.key)
    assert len(access.keys(service, team.admin).items) == 3


def test_a_key_of_another_workspace_is_not_there(service, team, others):
    with pytest.raises(NotFound):
        access.revoke_key(service, others.admin, team.viewer.key)
    assert team.viewer.key not in [key.id for key in access.keys(service, others.admin).items]


def test_the_operator_and_programs_are_named_in_the_log_as_such(service, team):
    access.rename_workspace(service, access.operator(team.admin.workspace), name="A")
    access.rename_workspace(service, access.program(team.admin.workspace, "worker-1"), name="B")
    assert [entry.actor for entry in logged(service, team.admin, "workspace.rename")] == [
        "operator:",
        "program:worker-1",
    ]


def test_the_last_key_of_an_administrator_stays(service, team, clock):
    with pytest.raises(Conflict, match="the last key of an administrator"):
        access.revoke_key(service, team.admin, team.admin.key)
    brief, _ = access.add_key(service, team.admin, name="brief", role=KeyRole.ADMIN, lasts_s=60)
    access.revoke_key(service, team.admin, team.admin.key)
    with pytest.raises(Conflict):
        access.revoke_key(service, team.admin, brief.id)
    clock.move(61)
    assert access.revoke_key(service, team.admin, brief.id).revoked_at is not None


def test_those_in_the_log_have_the_names_of_their_keys(service, team, others):
    key, token = access.add_key(service, team.admin, name="Ада", role=KeyRole.RECRUITER)
    caller, _ = access.sign_in(service, token, lasts_s=60)
    actors = [str(caller.actor), f"key:{key.id}", "operator:", "candidate:x", "session:x"]
    assert access.names_of(service, team.viewer, actors) == {actors[0]: "Ада", actors[1]: "Ада"}
    assert access.names_of(service, others.viewer, actors) == {}
    with pytest.raises(InvalidInput, match="at most 200"):
        access.names_of(service, team.viewer, [f"key:{i}" for i in range(201)])
