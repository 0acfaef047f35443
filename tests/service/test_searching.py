"""Search in a workspace: what is live there, and nothing else."""

import pytest

from metier.encoders.fake import FakeEncoder
from metier.engine.loading import ModelShelf
from metier.engine.search import Rerank, SearchOptions
from metier.errors import InvalidInput, ModelMismatch, NotFound
from metier.search.vectors import SearchEncoder
from metier.service import documents, jobs, searching, vacancies
from metier.service.service import open_service
from metier.service.work.worker import Worker
from metier.store.workspaces.jobs import JobState
from tests.service import small


@pytest.fixture
def service(tmp_path, monkeypatch):
    monkeypatch.setattr(ModelShelf, "search_encoder", lambda self, name: SearchEncoder(FakeEncoder()))
    with open_service(small.options_of(tmp_path, search_model="fake")) as opened:
        yield opened


@pytest.fixture
def caller(service):
    return small.new_workspace(service)


@pytest.fixture
def ids(service, caller):
    """Six resumes that are in the index, half of them about Kafka."""
    skills = ["Python and Kafka every day", "Java and nothing else for years"] * 3
    added = [
        documents.add(service, caller, small.resume(number, words), name=f"{number}.txt").document.id
        for number, words in enumerate(skills)
    ]
    index(service, caller)
    return added


def index(service, caller):
    job = jobs.start_index(service, caller)
    assert Worker(service, name="w", kinds=["index"]).run_one()
    ended = jobs.get(service, caller, job.id)
    assert (ended.state, ended.result["failed"]) == (JobState.DONE, 0)


def found(service, caller, text="python kafka", **options):
    return searching.query(service, caller, text, options=SearchOptions(**options))


def test_hits_are_documents_of_the_workspace_with_their_evidence(service, caller, ids):
    result = found(service, caller, top_k=3)
    assert {item.document.id for item in result.hits} == set(ids[::2])
    assert [item.hit.rank for item in result.hits] == [1, 2, 3]
    assert result.result.hits == tuple(item.hit for item in result.hits)
    first = result.hits[0]
    assert first.person.id == first.document.person
    assert first.hit.passages
    assert "Apache Kafka" in first.hit.shared or "Kafka" in first.hit.shared


def test_what_was_erased_is_not_found_though_the_index_still_holds_it(service, caller, ids):
    first, *_ = found(service, caller, top_k=2).hits
    documents.erase(service, caller, first.document.id)
    result = found(service, caller, top_k=2)
    assert first.document.id not in {item.document.id for item in result.hits}
    assert [item.hit.rank for item in result.hits] == [1, 2]
    for document in ids:
        if document != first.document.id:
            documents.erase(service, caller, document)
    assert found(service, caller).hits == ()


def test_nothing_of_another_workspace_is_found(service, caller, ids):
    other = small.new_workspace(service, "Others")
    mine = small.add_resumes(service, other, 1)
    index(service, other)
    assert [item.document.id for item in found(service, other, "python").hits] == mine
    with pytest.raises(NotFound):
        searching.similar(service, other, ids[0], options=SearchOptions())


def test_without_an_index_nothing_is_found(service, caller):
    result = found(service, caller)
    assert (result.hits, result.result.n_searched) == ((), 0)
    assert not list(service.options.data_dir.parent.glob("indexes/*"))


def test_an_index_of_another_model_names_the_job_that_makes_it_anew(service, caller, ids, monkeypatch):
    monkeypatch.setattr(ModelShelf, "search_encoder", lambda self, name: SearchEncoder(FakeEncoder(16)))
    with pytest.raises(ModelMismatch, match="Start the job index"):
        found(service, caller)
    index(service, caller)
    assert found(service, caller, top_k=3).hits


def test_resumes_are_found_for_a_vacancy(service, caller, ids):
    vacancy = vacancies.get(service, caller, small.add_vacancy(service, caller))
    with pytest.raises(NotFound, match="does not hold the document"):
        searching.similar(service, caller, vacancy.document, options=SearchOptions())
    index(service, caller)
    result = searching.similar(service, caller, vacancy.document, options=SearchOptions(top_k=4))
    assert {item.document.id for item in result.hits} <= set(ids)
    assert result.hits[0].hit.coverage is not None


def test_a_query_without_a_word_and_a_reranking_that_is_not_offered_are_refused(service, caller, ids):
    with pytest.raises(InvalidInput, match="must hold a word"):
        found(service, caller, "?!")
    with pytest.raises(InvalidInput, match="rerank must be none or coverage"):
        found(service, caller, rerank=Rerank.PAIRWISE)


def test_search_can_be_switched_off(tmp_path):
    with small.opened(tmp_path) as service, pytest.raises(InvalidInput, match="switched off"):
        found(service, small.new_workspace(service))
