from metier.http.pages import job_pages
from metier.service import documents, jobs
from metier.service.work.worker import Worker
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


def test_failures_are_named_and_beyond_the_first_it_is_said_that_there_are_more(team, monkeypatch):
    ids = [
        documents.add(
            team.service, team.caller, b"%PDF-1.7\n" + bytes([65 + n]), name=f"bad{n}.pdf"
        ).document.id
        for n in range(2)
    ]
    job = jobs.start_assess(team.service, team.caller, ids).id
    worker = Worker(team.service, name="w", kinds=["assess"])
    while worker.run_one():  # those of other tests too
        pass
    page = team.viewer.see(f"/jobs/{job}")
    assert "bad0.pdf" in page
    assert "bad1.pdf" in page
    assert "2+" not in page
    monkeypatch.setattr(job_pages, "_MOST_FAILURES", 1)
    assert "1+" in plain(team.viewer.see(f"/jobs/{job}"))
