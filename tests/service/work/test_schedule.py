"""The jobs of each day: one of each workspace that needs it, whoever plans."""

import pytest

from metier.service import documents, jobs, upkeep
from metier.service.work import schedule
from metier.store.workspaces.database import Database
from metier.store.workspaces.retention import RetentionKind
from tests.service import small


@pytest.fixture
def caller(searchable):
    return small.new_workspace(searchable)


def kinds(service, caller):
    return [job.kind for job in jobs.page(service, caller).items]


def test_a_workspace_with_a_rule_is_purged_once_a_day(searchable, caller, clock):
    upkeep.set_retention(searchable, caller, kind=RetentionKind.JOBS, days=30)
    assert [schedule.plan(searchable), schedule.plan(searchable)] == [1, 0]
    clock.move(24 * 3600)
    assert schedule.plan(searchable) == 1
    assert kinds(searchable, caller) == ["purge", "purge"]


def test_a_workspace_without_rules_needs_none(searchable, caller):
    assert schedule.plan(searchable) == 0
    assert kinds(searchable, caller) == []


def test_traces_that_could_not_be_cleared_are_on_the_next_day(
    searchable, caller, work_off, clock, monkeypatch
):
    (document,) = small.add_resumes(searchable, caller, 1)
    documents.erase(searchable, caller, document)
    with monkeypatch.context() as patch:
        patch.setattr(Database, "scrub", lambda self: False)
        for _ in range(6):
            work_off(searchable)
            clock.move(3600)
    assert schedule.plan(searchable) == 1
    work_off(searchable)
    clock.move(24 * 3600)
    assert schedule.plan(searchable) == 0
