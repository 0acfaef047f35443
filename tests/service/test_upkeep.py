import pytest

from metier.errors import Forbidden, InvalidInput
from metier.service import people, upkeep
from metier.store.workspaces.log import LogHead
from metier.store.workspaces.retention import RetentionKind


def test_rules_are_made_changed_and_taken_away(service, team):
    assert upkeep.retention(service, team.viewer) == ()
    (rule,) = upkeep.set_retention(service, team.admin, kind=RetentionKind.DOCUMENTS, days=180)
    assert (rule.kind, rule.days) == (RetentionKind.DOCUMENTS, 180)
    upkeep.set_retention(service, team.admin, kind=RetentionKind.DOCUMENTS, days=90)
    assert [rule.days for rule in upkeep.retention(service, team.viewer)] == [90]
    assert upkeep.set_retention(service, team.admin, kind=RetentionKind.DOCUMENTS, days=None) == ()
    with pytest.raises(InvalidInput, match="days"):
        upkeep.set_retention(service, team.admin, kind=RetentionKind.JOBS, days=0)


def test_the_log_is_read_by_number_and_subject(service, team):
    person = people.add(service, team.recruiter, name="Anna").id
    everything = upkeep.log_entries(service, team.admin)
    assert [entry.number for entry in everything] == list(range(1, len(everything) + 1))
    assert upkeep.log_entries(service, team.admin, after=2, limit=1) == everything[2:3]
    (entry,) = upkeep.log_entries(service, team.admin, subject=person)
    assert entry.action == "person.add"


def test_a_sound_log_is_found_to_be_so_and_a_cut_one_is_not(service, team):
    head = upkeep.log_head(service, team.admin)
    assert upkeep.verify_log(service, team.admin, noted=head).broken_at is None
    longer = LogHead(head.number + 1, "0" * 64)
    found = upkeep.verify_log(service, team.admin, noted=longer)
    assert (found.broken_at, found.reason) == (head.number + 1, "missing")
    assert upkeep.verify_log(service, team.admin).entries == head.number


def test_logs_and_rules_of_another_workspace_are_not_seen(service, team, others):
    person = people.add(service, team.recruiter, name="Anna").id
    upkeep.set_retention(service, team.admin, kind=RetentionKind.JOBS, days=9)
    assert upkeep.retention(service, others.viewer) == ()
    assert upkeep.log_entries(service, others.admin, subject=person) == ()
    assert {entry.workspace for entry in upkeep.log_entries(service, others.admin)} == {
        others.admin.workspace
    }


def test_the_log_is_for_administrators(service, team):
    for ask in (upkeep.log_entries, upkeep.log_head, upkeep.verify_log):
        with pytest.raises(Forbidden):
            ask(service, team.recruiter)
