"""The daily job that erases what retention rules no longer allow."""

import os

import pytest

from metier.errors import NotFound
from metier.service import documents, interviews, jobs, people, upkeep, vacancies
from metier.service.interviews import NewInterviewPlan
from metier.service.service import open_service
from metier.service.work import schedule
from metier.service.work.index import opened, put
from metier.store.workspaces import erasure
from metier.store.workspaces.jobs import JobState
from metier.store.workspaces.retention import RetentionKind
from metier.types import Role
from tests.service import small

DAY_S = 24 * 3600


@pytest.fixture
def caller(searchable):
    return small.new_workspace(searchable)


def purge(service, caller, work_off):
    schedule.plan(service)
    work_off(service)
    found = next(job for job in jobs.page(service, caller).items if job.kind == "purge")
    assert found.state is JobState.DONE
    return found.result


def test_what_is_due_is_erased_from_the_database_and_the_index(searchable, caller, work_off, clock):
    service = searchable
    old = small.add_resumes(service, caller, 2)
    put(service, caller.workspace, old[0], Role.RESUME)
    talk = interviews.create(service, caller, NewInterviewPlan("python-backend", "en")).id
    for kind in (RetentionKind.DOCUMENTS, RetentionKind.INTERVIEWS):
        upkeep.set_retention(service, caller, kind=kind, days=30)
    clock.move(31 * DAY_S)
    new = documents.add(service, caller, small.resume(9), name="9.txt").document.id
    result = purge(service, caller, work_off)
    assert (result["documents"], result["interviews"]) == (2, 1)
    assert [item.id for item in documents.page(service, caller).items] == [new]
    with pytest.raises(NotFound):
        interviews.get(service, caller, talk)
    with opened(service, caller.workspace) as store:
        assert store.count() == 0


def test_what_old_trainings_said_is_removed(searchable, caller, work_off, clock):
    log = searchable.options.data_dir / "training" / caller.workspace / ".runs" / "x.log"
    log.parent.mkdir(parents=True)
    log.write_text("x")
    os.utime(log, (clock.now().timestamp(),) * 2)
    assert schedule.plan(searchable) == 0
    clock.move(31 * DAY_S)
    assert purge(searchable, caller, work_off)["runs"] == 1
    assert not log.exists()


def test_what_cannot_be_erased_stays_and_holds_up_nothing(searchable, caller, work_off, clock, monkeypatch):
    service = searchable
    ids = small.add_resumes(service, caller, 3)
    upkeep.set_retention(service, caller, kind=RetentionKind.DOCUMENTS, days=1)
    clock.move(2 * DAY_S)
    erase = erasure.erase_document

    def refuse(transaction, workspace, actor, document):
        if document == ids[1]:
            raise NotFound("gone")
        return erase(transaction, workspace, actor, document)

    monkeypatch.setattr(erasure, "erase_document", refuse)
    assert purge(service, caller, work_off)["documents"] == 2
    assert [item.id for item in documents.page(service, caller).items] == [ids[1]]


def test_people_of_whom_nothing_is_left_go_with_their_last_document_or_interview(
    searchable, caller, work_off, clock
):
    # Their names once stayed for good: no rule was about people.
    service = searchable
    due = documents.add(service, caller, small.resume(1), name="1.txt").document.person
    asked = documents.add(service, caller, small.resume(2), name="2.txt").document.person
    named = people.add(service, caller, name="Nobody's yet").id
    interviews.create(service, caller, NewInterviewPlan("python-backend", "en", person=asked))
    upkeep.set_retention(service, caller, kind=RetentionKind.DOCUMENTS, days=1)
    clock.move(2 * DAY_S)
    again = documents.add(service, caller, small.resume(3), name="3.txt").document.person
    result = purge(service, caller, work_off)
    assert (result["documents"], result["people"]) == (2, 1)
    assert {person.id for person in people.page(service, caller).items} == {asked, named, again}
    with pytest.raises(NotFound):
        people.get(service, caller, due)
    upkeep.set_retention(service, caller, kind=RetentionKind.INTERVIEWS, days=1)
    clock.move(2 * DAY_S)
    purge(service, caller, work_off)
    assert {person.id for person in people.page(service, caller).items} == {named}


def test_documents_of_open_vacancies_stay(searchable, caller, work_off, clock):
    vacancy = small.add_vacancy(searchable, caller)
    upkeep.set_retention(searchable, caller, kind=RetentionKind.DOCUMENTS, days=1)
    clock.move(2 * DAY_S)
    assert purge(searchable, caller, work_off)["documents"] == 0
    assert vacancies.get(searchable, caller, vacancy).id == vacancy


def test_old_jobs_go_by_their_rule(searchable, caller, work_off, clock):
    job = jobs.start_assess(searchable, caller, small.add_resumes(searchable, caller, 1))
    work_off(searchable)
    upkeep.set_retention(searchable, caller, kind=RetentionKind.JOBS, days=1)
    clock.move(2 * DAY_S)
    assert purge(searchable, caller, work_off)["jobs"] == 1
    with pytest.raises(NotFound):
        jobs.get(searchable, caller, job.id)


def test_traces_are_cleared_on_either_database(place, clock, work_off):
    with open_service(place, clock=clock) as service:
        caller = small.new_workspace(service)
        small.add_resumes(service, caller, 2)
        upkeep.set_retention(service, caller, kind=RetentionKind.DOCUMENTS, days=1)
        clock.move(2 * DAY_S)
        result = purge(service, caller, work_off)
        assert (result["documents"], result["scrubbed"]) == (2, True)
        erased = next(job for job in jobs.page(service, caller).items if job.kind == "erase-index")
        assert erased.state is JobState.DONE
