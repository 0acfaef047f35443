"""The job that assesses: a step for each document, and none of them holds up the rest."""

from pathlib import Path

from metier.errors import InvalidInput, StoreBusy
from metier.service import assessing, documents, jobs, people
from metier.service.work.index import opened
from metier.service.work.worker import Worker
from metier.store.workspaces import job_work
from metier.store.workspaces.jobs import JobState
from tests.service import small


def test_each_document_is_read_assessed_and_kept_with_its_step(service, caller, work_off):
    ids = small.add_resumes(service, caller, 3)
    vacancy = small.add_vacancy(service, caller)
    job = jobs.start_assess(service, caller, ids, vacancy=vacancy)
    work_off(service)
    found = jobs.get(service, caller, job.id)
    assert (found.state, found.done, found.total) == (JobState.DONE, 3, 3)
    assert found.result == {"assessed": 3, "failed": 0}
    for document, step in jobs.steps(service, caller, job.id).items():
        made = assessing.get(service, caller, step["assessment"])
        assert (made.document, made.vacancy) == (document, vacancy)
        assert made.score is not None


def test_a_document_that_cannot_be_read_fails_its_step_alone(service, caller, work_off):
    (good,) = small.add_resumes(service, caller, 1)
    bad = documents.add(service, caller, b"%PDF-1.7\nbroken", name="bad.pdf").document.id
    job = jobs.start_assess(service, caller, [bad, good])
    work_off(service)
    found = jobs.get(service, caller, job.id)
    assert (found.state, found.result) == (JobState.DONE, {"assessed": 1, "failed": 1})
    assert jobs.steps(service, caller, job.id)[bad] == {"failed": "corrupt_document"}
    assert "assessment" in jobs.steps(service, caller, job.id)[good]


def test_a_document_that_is_erased_before_its_turn_fails_its_step_alone(service, caller, work_off):
    gone, stays = small.add_resumes(service, caller, 2)
    job = jobs.start_assess(service, caller, [gone, stays])
    documents.erase(service, caller, gone)
    work_off(service)
    assert jobs.get(service, caller, job.id).result == {"assessed": 1, "failed": 1}
    assert jobs.steps(service, caller, job.id)[gone] == {"failed": "not_found"}


def test_a_document_that_is_erased_while_it_is_assessed_leaves_nothing(searchable, monkeypatch):
    service = searchable
    caller = small.new_workspace(service)
    (gone,) = small.add_resumes(service, caller, 1)
    job = jobs.start_assess(service, caller, [gone])

    compute = assessing.compute

    def and_erase(*args, **options):
        made = compute(*args, **options)
        documents.erase(service, caller, gone)
        return made

    monkeypatch.setattr(assessing, "compute", and_erase)
    Worker(service, name="w", kinds=["assess"]).run_one()
    assert jobs.steps(service, caller, job.id)[gone] == {"failed": "not_found"}
    with opened(service, caller.workspace) as store:
        assert store is None or store.count() == 0


def test_a_job_about_one_person_is_erased_with_them(service, caller, work_off):
    (document,) = small.add_resumes(service, caller, 1)
    job = jobs.start_assess(service, caller, [document])
    people.erase(service, caller, documents.get(service, caller, document).person)
    work_off(service)
    found = jobs.get(service, caller, job.id)
    assert (found.state, found.payload) == (JobState.CANCELLED, {})


def test_steps_that_are_done_are_passed_over(service, caller, work_off, monkeypatch):
    ids = small.add_resumes(service, caller, 3)
    job = jobs.start_assess(service, caller, ids)
    compute, seen = assessing.compute, []

    def busy_at_third(service, caller, document, **options):
        seen.append(document)
        if len(seen) == 3:
            raise StoreBusy("busy")
        return compute(service, caller, document, **options)

    monkeypatch.setattr(assessing, "compute", busy_at_third)
    work_off(service)
    found = jobs.get(service, caller, job.id)
    assert (found.state, found.done, found.message) == (JobState.QUEUED, 2, "store_busy")
    with service.database.transaction() as transaction:
        table = transaction.table("jobs")
        transaction.run(table.update().values(not_before=transaction.at))
    work_off(service)
    assert jobs.get(service, caller, job.id).state is JobState.DONE
    assert seen == [*ids, ids[2]]


def test_a_vacancy_that_no_longer_asks_for_anything_fails_the_job(service, caller, work_off, monkeypatch):
    job = jobs.start_assess(service, caller, small.add_resumes(service, caller, 1))

    def refuse(*args, **options):
        raise InvalidInput("The vacancy asks for nothing.")

    monkeypatch.setattr(assessing, "compute", refuse)
    work_off(service)
    found = jobs.get(service, caller, job.id)
    assert (found.state, found.message) == (JobState.FAILED, "invalid_input")


def test_a_document_that_ends_worker_after_worker_is_passed_over(service, caller, work_off):
    ids = small.add_resumes(service, caller, 2)
    job = jobs.start_assess(service, caller, ids)
    for number in range(15):
        with service.database.transaction() as transaction:
            claimed = job_work.claim(transaction, f"w{number}", lease_s=60)
            table = transaction.table("jobs")
            transaction.run(table.update().values(lease_until=transaction.at))
        assert claimed.id == job.id
    work_off(service)
    steps = jobs.steps(service, caller, job.id)
    assert steps[ids[0]] == {"failed": "worker_lost"}
    assert "assessment" in steps[ids[1]]
    assert [item.code for item in jobs.failures(service, caller, job.id).items] == ["worker_lost"]


def test_what_is_assessed_is_in_the_index_too(searchable, work_off):
    caller = small.new_workspace(searchable)
    ids = small.add_resumes(searchable, caller, 2)
    jobs.start_assess(searchable, caller, ids)
    work_off(searchable)
    with opened(searchable, caller.workspace) as store:
        assert sorted(store.digests()) == sorted(ids)


def test_an_index_that_fails_does_not_hold_up_assessments(searchable, work_off):
    caller = small.new_workspace(searchable)
    (document,) = small.add_resumes(searchable, caller, 1)
    place = Path(searchable.index_of(caller.workspace))
    place.parent.mkdir(parents=True)
    place.write_bytes(b"no database at all" * 100)
    job = jobs.start_assess(searchable, caller, [document])
    work_off(searchable)
    step = jobs.steps(searchable, caller, job.id)[document]
    assert step["index"] == "store_damaged"
    assert "assessment" in step
