from metier.store.workspaces import erasure
from metier.store.workspaces.jobs import JobState
from metier.store.workspaces.totals import totals
from tests.store.workspaces.world import ACTOR, make_world


def test_what_was_erased_does_not_count(transaction, world):
    make_world(transaction, "Others")
    before = totals(transaction)
    erasure.erase_person(transaction, world.workspace, ACTOR, world.person)
    after = totals(transaction)
    assert before.workspaces == after.workspaces == 2
    assert after.people == before.people - 1
    assert after.documents == before.documents - 1
    assert set(after.jobs) == set(JobState)
