"""Jobs as those who ask for them see them."""

import pytest

from metier.errors import Conflict, Forbidden, InvalidInput, NotFound
from metier.service import documents, jobs
from metier.service.work.train import TrainPlan
from metier.service.work.worker import Worker
from metier.store.workspaces.jobs import JobState
from tests.service import small
from tests.service.team import make_things, request


def test_an_assessment_of_several_documents_is_a_job_that_says_how_far_it_is(service, team):
    ids = small.add_resumes(service, team.recruiter, 2)
    vacancy = small.add_vacancy(service, team.recruiter)
    job = jobs.start_assess(service, team.recruiter, [*ids, ids[0]], vacancy=vacancy)
    assert (job.state, job.payload) == (JobState.QUEUED, {"documents": ids, "vacancy": vacancy})
    assert jobs.get(service, team.viewer, job.id) == job
    assert [item.id for item in jobs.page(service, team.viewer, state=JobState.QUEUED).items] == [job.id]
    assert jobs.steps(service, team.viewer, job.id) == {}
    assert Worker(service, name="w").run_one()
    assert set(jobs.steps(service, team.viewer, job.id)) == set(ids)


def test_a_job_about_one_person_alone_is_said_to_be(service, team):
    alone, other = small.add_resumes(service, team.recruiter, 2)
    person = documents.get(service, team.viewer, alone).person
    assert jobs.start_assess(service, team.recruiter, [alone]).person == person
    assert jobs.start_assess(service, team.recruiter, [alone, other]).person is None


def test_the_same_request_begins_one_job(service, team):
    ids = small.add_resumes(service, team.recruiter, 1)
    first = jobs.start_assess(service, team.recruiter, ids, once=request("k"))
    assert jobs.start_assess(service, team.recruiter, ids, once=request("k")).id == first.id
    with pytest.raises(Conflict):
        jobs.start_assess(service, team.recruiter, ids, once=request("k", "1"))


@pytest.mark.parametrize("number", [0, 10_001])
def test_a_job_takes_a_bounded_number_of_documents(service, team, number):
    with pytest.raises(InvalidInput, match="documents must be 1 to 10,000"):
        jobs.start_assess(service, team.recruiter, [str(n) for n in range(number)])


def test_unknown_and_foreign_things_cannot_be_assessed(service, team, others):
    theirs = make_things(service, others.recruiter)
    mine = small.add_resumes(service, team.recruiter, 1)
    with pytest.raises(NotFound):
        jobs.start_assess(service, team.recruiter, [*mine, theirs.document])
    with pytest.raises(NotFound):
        jobs.start_assess(service, team.recruiter, mine, vacancy=theirs.vacancy)


def test_a_job_of_another_workspace_is_not_there(service, team, others):
    job = jobs.start_index(service, team.recruiter).id
    for look in (jobs.get, jobs.cancel, jobs.steps, jobs.failures):
        with pytest.raises(NotFound):
            look(service, others.admin, job)


def test_a_job_that_waits_is_cancelled_at_once(service, team):
    job = jobs.start_index(service, team.recruiter).id
    assert jobs.cancel(service, team.recruiter, job).state is JobState.CANCELLED
    assert Worker(service, name="w").run_one() is False


def test_an_erasure_cannot_be_cancelled(service, team):
    (document,) = small.add_resumes(service, team.recruiter, 1)
    job = documents.erase(service, team.admin, document)
    with pytest.raises(InvalidInput, match="cannot be cancelled"):
        jobs.cancel(service, team.admin, job.id)


def test_viewers_begin_and_cancel_nothing(service, team):
    ids = small.add_resumes(service, team.recruiter, 1)
    job = jobs.start_index(service, team.recruiter).id
    for call in (
        lambda: jobs.start_assess(service, team.viewer, ids),
        lambda: jobs.start_index(service, team.viewer),
        lambda: jobs.cancel(service, team.viewer, job),
    ):
        with pytest.raises(Forbidden):
            call()


def test_trainings_and_audits_of_models_are_for_administrators(service, team):
    audit = jobs.start_audit_models(service, team.admin).id
    for call in (
        lambda: jobs.start_train(service, team.recruiter, TrainPlan("scores", "a.csv", "mine")),
        lambda: jobs.start_audit_models(service, team.recruiter),
        lambda: jobs.cancel(service, team.recruiter, audit),
    ):
        with pytest.raises(Forbidden):
            call()
    assert jobs.cancel(service, team.admin, audit).state is JobState.CANCELLED


def test_failures_say_which_document_and_why(service, team):
    bad = documents.add(service, team.recruiter, b"%PDF-1.7\nbroken", name="bad.pdf").document.id
    gone, good = small.add_resumes(service, team.recruiter, 2)
    job = jobs.start_assess(service, team.recruiter, [bad, gone, good])
    documents.erase(service, team.admin, gone)
    Worker(service, name="w", kinds=["assess"]).run_one()
    found = {item.document: item for item in jobs.failures(service, team.viewer, job.id).items}
    assert {document: item.code for document, item in found.items()} == {
        bad: "corrupt_document",
        gone: "not_found",
    }
    assert "PDF" in found[bad].message
    assert "erased" in found[gone].message


def test_failures_come_in_pages(service, team):
    ids = [
        documents.add(service, team.recruiter, b"%PDF-1.7\n" + bytes([65 + n]), name="bad.pdf").document.id
        for n in range(3)
    ]
    job = jobs.start_assess(service, team.recruiter, ids).id
    Worker(service, name="w", kinds=["assess"]).run_one()
    first = jobs.failures(service, team.viewer, job, limit=2)
    last = jobs.failures(service, team.viewer, job, after=first.after, limit=2)
    assert [item.document for item in (*first.items, *last.items)] == sorted(ids)
    assert (len(first.items), last.after) == (2, None)
    assert jobs.failures(service, team.viewer, job, limit=3).after is None
    for wrong in ({"limit": 0}, {"limit": 201}, {"after": "x"}):
        with pytest.raises(InvalidInput):
            jobs.failures(service, team.viewer, job, **wrong)
