from metier.service import counts, documents, people
from tests.service.small import add_resumes
from tests.service.team import make_things


def test_an_empty_server_counts_nothing(service):
    found = counts.gauges(service)
    assert (found["documents"], found["people"], found["workspaces"], found["waiting"]) == (0, 0, 0, 0)
    assert set(found["jobs"]) == {"queued", "running", "done", "failed", "cancelled"}
    assert not any(found["jobs"].values())


def test_numbers_are_over_all_workspaces_without_what_was_erased(service, team, others):
    things = make_things(service, team.recruiter)
    add_resumes(service, others.recruiter, 2)
    assert counts.gauges(service)["documents"] == 4
    people.erase(service, team.admin, things.person)
    found = counts.gauges(service)
    assert (found["documents"], found["people"], found["workspaces"]) == (3, 2, 2)
    assert found["jobs"]["queued"] == 1


def test_nothing_in_them_tells_a_workspace_or_a_name(service, team):
    documents.add(service, team.recruiter, b"Python", name="Anna Petrova.txt")
    shown = repr(counts.gauges(service))
    for secret in (team.admin.workspace, "Team", "Petrova"):
        assert secret not in shown
