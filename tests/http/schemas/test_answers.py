"""Answers that are told from what the service gives."""

from __future__ import annotations

from metier.http.schemas.answers import answer_of, facts_of, ranked_of
from metier.http.schemas.example_records import FOUND, PERSON
from metier.search.hits import SearchResult
from metier.service.searching import Found, SearchHit
from tests.http.test_exports import DOCUMENT, ROW


def test_a_document_is_told_without_what_reading_it_gave():
    facts = facts_of(DOCUMENT)
    assert (facts.id, facts.state) == ("d", "unread")
    assert not hasattr(facts, "details")


def test_a_row_keeps_its_rank_and_record():
    ranked = ranked_of(ROW)
    assert (ranked.rank, ranked.record, ranked.document.id) == (1, ROW.record, "d")


def test_a_search_is_told_with_its_documents():
    hit = FOUND.hits[0].hit
    found = Found(SearchResult((hit,), 12, "base", "0" * 64), (SearchHit(DOCUMENT, PERSON, hit),))
    answer = answer_of(found)
    assert (answer.n_searched, answer.hits[0].document.id, answer.hits[0].hit) == (12, "d", hit)
