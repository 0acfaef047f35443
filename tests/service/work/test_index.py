"""The search index of a workspace: all that is live, nothing that was erased."""

from pathlib import Path

import numpy as np
import pytest

from metier.documents.source import Source
from metier.encoders.fake import FakeEncoder
from metier.engine.indexing import EntryMaker
from metier.engine.loading import ModelShelf
from metier.errors import ModelMismatch
from metier.search.vectors import SearchEncoder
from metier.service import documents, jobs, vacancies
from metier.service.service import Service, open_service
from metier.service.work.index import forget, opened, put
from metier.store.workspaces.jobs import JobState
from metier.store.workspaces.vacancies import VacancyState
from metier.types import Role
from tests.service import small


@pytest.fixture
def caller(searchable):
    return small.new_workspace(searchable)


def held(service, caller):
    with opened(service, caller.workspace) as store:
        return {} if store is None else {entry.id: entry.role for entry in store.entries()}


def run_job(service, caller, work_off):
    job = jobs.start_index(service, caller)
    work_off(service)
    found = jobs.get(service, caller, job.id)
    assert found.state is JobState.DONE
    return found.result


def test_resumes_and_open_vacancies_are_put_in_and_passed_over_the_next_time(searchable, caller, work_off):
    ids = small.add_resumes(searchable, caller, 2)
    vacancy = vacancies.get(searchable, caller, small.add_vacancy(searchable, caller))
    expected = dict.fromkeys(ids, Role.RESUME) | {vacancy.document: Role.VACANCY}
    assert run_job(searchable, caller, work_off) == {"put": 3, "same": 0, "failed": 0, "removed": 0}
    assert held(searchable, caller) == expected
    assert run_job(searchable, caller, work_off) == {"put": 0, "same": 3, "failed": 0, "removed": 0}


def test_an_entry_is_that_which_the_file_itself_gives(searchable, caller):
    content = (Path(__file__).parents[3] / "examples/resumes/dana-cole.pdf").read_bytes()
    document = documents.add(searchable, caller, content, name="x.pdf").document.id
    put(searchable, caller.workspace, document, Role.RESUME)
    with searchable.engines.maker(None, searchable.this_month()) as maker:
        expected = maker.make(maker.prepare(Source(document, data=content), role=Role.RESUME))
    with opened(searchable, caller.workspace) as store:
        (entry,) = store.get([document])
    assert (entry.text, entry.skills, entry.title, entry.years, entry.passages) == (
        expected.text,
        expected.skills,
        expected.title,
        expected.years,
        expected.passages,
    )
    assert np.allclose(entry.vector, expected.vector, atol=1e-3)


def test_closed_vacancies_and_erased_documents_are_taken_out(searchable, caller, work_off):
    gone, stays = small.add_resumes(searchable, caller, 2)
    vacancy = small.add_vacancy(searchable, caller)
    run_job(searchable, caller, work_off)
    vacancies.set_state(searchable, caller, vacancy, state=VacancyState.CLOSED)
    erase = documents.erase(searchable, caller, gone)
    jobs_done = jobs.start_index(searchable, caller)
    assert erase.id != jobs_done.id
    work_off(searchable)
    assert list(held(searchable, caller)) == [stays]


def test_an_index_of_another_model_is_refused_and_made_anew_by_the_job(
    searchable, caller, work_off, monkeypatch
):
    ids = small.add_resumes(searchable, caller, 2)
    run_job(searchable, caller, work_off)
    monkeypatch.setattr(ModelShelf, "search_encoder", lambda self, name: SearchEncoder(FakeEncoder(16)))
    with pytest.raises(ModelMismatch):
        put(searchable, caller.workspace, ids[0], Role.RESUME)
    assert run_job(searchable, caller, work_off) == {"put": 2, "same": 0, "failed": 0, "removed": 2}


def test_a_document_that_cannot_be_read_is_counted_and_holds_up_nothing(searchable, caller, work_off):
    small.add_resumes(searchable, caller, 1)
    documents.add(searchable, caller, b"%PDF-1.7\nbroken", name="bad.pdf")
    assert run_job(searchable, caller, work_off) == {"put": 1, "same": 0, "failed": 1, "removed": 0}


def test_a_document_that_is_erased_while_its_entry_is_made_does_not_stay(searchable, caller, monkeypatch):
    (gone,) = small.add_resumes(searchable, caller, 1)
    make = EntryMaker.make_of

    def and_erase(maker, document, item):
        made = make(maker, document, item)
        documents.erase(searchable, caller, gone)
        return made

    monkeypatch.setattr(EntryMaker, "make_of", and_erase)
    assert put(searchable, caller.workspace, gone, Role.RESUME) == "not_found"
    assert held(searchable, caller) == {}


def test_an_entry_of_a_document_that_was_erased_goes_when_it_is_put_again(searchable, caller):
    (gone,) = small.add_resumes(searchable, caller, 1)
    put(searchable, caller.workspace, gone, Role.RESUME)
    documents.erase(searchable, caller, gone)
    assert list(held(searchable, caller)) == [gone]
    assert put(searchable, caller.workspace, gone, Role.RESUME) == "not_found"
    assert held(searchable, caller) == {}


def test_forgetting_makes_no_index_and_counts_what_was_there(searchable, caller):
    (document,) = small.add_resumes(searchable, caller, 1)
    assert forget(searchable, caller.workspace, [document]) == 0
    assert not list(searchable.options.data_dir.parent.glob("indexes/*"))
    put(searchable, caller.workspace, document, Role.RESUME)
    assert forget(searchable, caller.workspace, [document, "unknown"]) == 1


def test_workspaces_have_indexes_of_their_own(searchable, caller, work_off):
    other = small.new_workspace(searchable, "Others")
    mine = small.add_resumes(searchable, caller, 1)
    theirs = small.add_resumes(searchable, other, 1)
    run_job(searchable, caller, work_off)
    run_job(searchable, other, work_off)
    assert (list(held(searchable, caller)), list(held(searchable, other))) == (mine, theirs)


def test_without_search_there_is_nothing_to_put(service, work_off):
    caller = small.new_workspace(service)
    small.add_resumes(service, caller, 1)
    assert run_job(service, caller, work_off)["put"] == 0


def test_an_index_on_a_server_is_a_schema_for_each_workspace(request, tmp_path, clock, monkeypatch, work_off):
    pytest.importorskip("psycopg")
    monkeypatch.setattr(ModelShelf, "search_encoder", lambda self, name: SearchEncoder(FakeEncoder()))
    url = request.getfixturevalue("server").url()
    options = small.options_of(tmp_path, search_model="fake", index=url)
    with open_service(options, clock=clock) as service:
        assert isinstance(service, Service)
        for name in ("A", "B"):
            caller = small.new_workspace(service, name)
            ids = small.add_resumes(service, caller, 2)
            assert run_job(service, caller, work_off)["put"] == 2
            assert sorted(held(service, caller)) == sorted(ids)
            documents.erase(service, caller, ids[0])
            work_off(service)
            assert list(held(service, caller)) == ids[1:]
