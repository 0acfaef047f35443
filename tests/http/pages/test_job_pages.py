from metier.service import jobs
from tests.http.pages.visitor import plain
from tests.service.small import add_resumes


def test_a_job_that_waits_can_be_cancelled_and_says_so(team):
    documents = add_resumes(team.service, team.caller, 2)
    job = jobs.start_assess(team.service, team.caller, documents)
    page = team.recruiter.see(f"/jobs/{job.id}")
    assert "You can leave this page" in plain(page)
    page = plain(team.recruiter.fill(f"/jobs/{job.id}/cancel").text)
    assert "Cancelled. What was done stays." in page
    assert "cancelled" in plain(team.recruiter.see("/jobs"))


def test_the_part_that_changes_comes_alone(team):
    job = jobs.start_index(team.service, team.caller)
    part = team.viewer.see(f"/jobs/{job.id}/state")
    assert part.lstrip().startswith('<div id="job"')
    assert 'role="status"' in part
    assert "<html" not in part
    assert "/cancel" not in team.viewer.see(f"/jobs/{job.id}")


def test_the_index_is_made_by_a_job(team):
    assert "Indexing for search" in plain(team.recruiter.fill("/jobs/index").text)
    team.viewer.fill("/jobs/index", 403)
