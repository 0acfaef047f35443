import pytest

from metier.documents.source import Source
from metier.engine.indexing import index_sources
from metier.engine.search import Rerank, Searcher, SearchMode, SearchOptions
from metier.errors import InvalidInput, ModelMismatch, NotFound
from metier.records import to_json
from metier.store.filters import parse_filter
from metier.store.memory import MemoryStore
from metier.types import Role
from tests.engine.samples import RESUMES, VACANCIES, a_maker, rows

TEN = SearchOptions()


@pytest.fixture(scope="module")
def maker():
    with a_maker() as maker:
        yield maker


@pytest.fixture(scope="module")
def store(maker):
    with MemoryStore() as store:
        index_sources(maker, store, rows(RESUMES), role=Role.RESUME)
        index_sources(maker, store, rows(VACANCIES), role=Role.VACANCY)
        yield store


@pytest.fixture(scope="module")
def searcher(maker, store):
    return Searcher(maker, store)


def ids(result):
    return [hit.document_id for hit in result.hits]


def test_a_query_finds_what_it_names_and_says_why(searcher):
    result = searcher.query("Python Django", TEN)
    assert set(ids(result)[:2]) == {"anna", "backend"}
    top = result.hits[0]
    assert (top.rank, result.n_searched) == (1, 5)
    assert {"Python", "Django"} <= set(top.shared)
    words = [top.passages[0].text[span.start : span.end] for span in top.passages[0].words]
    assert "Python" in " ".join(words)


def test_russian_words_are_found_in_any_form(searcher):
    assert ids(searcher.query("бухгалтера", SearchOptions(mode=SearchMode.LEXICAL)))[0] in {"olga", "ledger"}


def test_vacancies_are_found_for_a_resume_and_resumes_for_a_vacancy(searcher):
    assert ids(searcher.similar_to("anna", TEN))[0] == "backend"
    assert ids(searcher.similar_to("ledger", TEN))[0] == "olga"
    assert {hit.role for hit in searcher.similar_to("anna", TEN).hits} == {Role.VACANCY}


def test_documents_of_the_same_kind_are_found_when_asked_for_without_itself(searcher):
    options = SearchOptions(where=parse_filter(["role=resume"]))
    assert sorted(ids(searcher.similar_to("anna", options))) == ["ivan", "olga"]


def test_a_document_that_is_not_indexed_finds_what_an_indexed_one_does(searcher, maker):
    item = maker.prepare(Source("new", text=RESUMES["anna"]), role=Role.RESUME)
    assert ids(searcher.similar(item, TEN)) == ids(searcher.similar_to("anna", TEN))


def test_the_side_that_asks_says_what_is_missing(searcher):
    (vacancy, *_) = searcher.similar_to("anna", TEN).hits
    assert vacancy.missing == ("Kafka",)
    (resume, *_) = searcher.similar_to("backend", TEN).hits
    assert (resume.missing, resume.coverage) == (vacancy.missing, vacancy.coverage)


def test_filters_narrow_what_is_searched(searcher):
    result = searcher.query("excel", SearchOptions(where=parse_filter(["language=ru", "role=resume"])))
    assert ids(result) == ["olga"]
    assert result.n_searched == 1


def test_skills_may_be_called_by_any_of_their_names(searcher):
    by_id, by_name = (
        searcher.query("engineer", SearchOptions(where=parse_filter([f"skill={name}"])))
        for name in ("postgresql", "Postgres")
    )
    assert set(ids(by_id)) == {"anna", "backend"}
    assert by_name == by_id


def test_a_skill_that_there_is_not_is_refused(searcher):
    with pytest.raises(InvalidInput, match="no skill 'juggling' in the taxonomy .* metier skills taxonomy"):
        searcher.query("engineer", SearchOptions(where=parse_filter(["skill=python,juggling"])))


def test_what_a_writer_deletes_during_a_search_is_left_out(maker):
    class Deleting(MemoryStore):
        def matching(self, query, **options):
            found = super().matching(query, **options)
            self.delete(["anna"])
            return found

    with Deleting() as store:
        index_sources(maker, store, rows(RESUMES), role=Role.RESUME)
        found = Searcher(maker, store).query("python sql", TEN)
    assert sorted(ids(found)) == ["ivan", "olga"]
    assert [hit.rank for hit in found.hits] == [1, 2]


def test_coverage_and_what_is_missing_are_those_of_an_assessment(searcher, maker):
    for name, text in VACANCIES.items():
        vacancy = maker.engine.prepare_vacancy(maker.engine.read(Source(name, text=text), role=Role.VACANCY))
        for hit in searcher.similar_to(name, TEN).hits:
            resume = maker.engine.read(Source(hit.document_id, text=RESUMES[hit.document_id]))
            coverage = maker.engine.assess(resume, vacancy=vacancy).coverage
            assert hit.coverage == pytest.approx(coverage.score, abs=1e-6)
            missing = [item.name for item in coverage.requirements if item.status == "missing"]
            assert list(hit.missing) == missing


def test_reranking_orders_by_coverage(searcher):
    options = SearchOptions(rerank=Rerank.COVERAGE, where=parse_filter(["role=resume"]))
    found = searcher.similar_to("backend", options)
    assert ids(found)[0] == "anna"
    assert [hit.score for hit in found.hits] == [hit.coverage for hit in found.hits]


def test_a_pairwise_model_is_asked_with_what_the_vacancy_wants_and_the_text_of_the_resume(maker, store):
    asked = []

    def pairwise(wanted, text):
        asked.append(({skill.id for skill in wanted}, text))
        return 0.9 if "1С" in text else 0.1

    searcher = Searcher(maker, store, pairwise=pairwise)
    found = searcher.similar_to("ledger", SearchOptions(rerank=Rerank.PAIRWISE))
    assert (ids(found)[0], found.hits[0].score) == ("olga", 0.9)
    searcher.similar_to("olga", SearchOptions(rerank=Rerank.PAIRWISE))
    assert asked[-1][1] == store.get(["olga"])[0].text


@pytest.mark.parametrize("mode", list(SearchMode))
def test_the_same_search_gives_the_same_bytes(searcher, mode):
    options = SearchOptions(mode=mode)
    assert to_json(searcher.query("python sql", options)) == to_json(searcher.query("python sql", options))


def test_modes_say_what_found_a_hit(searcher):
    dense = searcher.query("python", SearchOptions(mode=SearchMode.DENSE)).hits
    assert all(hit.lexical is None and hit.dense is not None for hit in dense)
    lexical = searcher.query("python", SearchOptions(mode=SearchMode.LEXICAL)).hits
    assert all(hit.dense is None and hit.lexical is not None for hit in lexical)


def test_words_alone_find_a_hit_yet_its_passages_are_the_nearest(searcher):
    (hit,) = searcher.query("Tableau", SearchOptions(top_k=1, mode=SearchMode.LEXICAL)).hits
    scores = [passage.score for passage in hit.passages]
    assert scores == sorted(scores, reverse=True)
    assert any(scores)


def test_top_k_limits_the_hits(searcher):
    assert len(searcher.query("python", SearchOptions(top_k=2)).hits) == 2


@pytest.mark.parametrize("top_k", [0, 1001])
def test_top_k_out_of_range_is_refused(top_k):
    with pytest.raises(InvalidInput, match="top_k must be 1 to 1,000"):
        SearchOptions(top_k=top_k)


@pytest.mark.parametrize("text", ["", " \n", "!!! —"])
def test_a_query_without_a_word_is_refused(searcher, text):
    with pytest.raises(InvalidInput, match="must hold a word"):
        searcher.query(text, TEN)


def test_a_query_of_fifty_thousand_characters_works(searcher):
    assert searcher.query("python and django with kafka " * 1_725, TEN).hits


def test_an_empty_index_says_how_to_fill_it(maker):
    with MemoryStore() as empty, pytest.raises(InvalidInput, match="metier search index"):
        Searcher(maker, empty).query("python", TEN)


def test_the_wrong_encoder_is_refused_with_the_command_that_rebuilds(store):
    with a_maker(dim=16) as other, pytest.raises(ModelMismatch, match="metier search index --rebuild"):
        Searcher(other, store).query("python", TEN)


def test_an_unknown_id_is_not_found(searcher):
    with pytest.raises(NotFound):
        searcher.similar_to("nobody", TEN)


def test_pairwise_reranking_needs_a_model(searcher):
    with pytest.raises(InvalidInput, match="--rerank-model"):
        searcher.query("python", SearchOptions(rerank=Rerank.PAIRWISE))
