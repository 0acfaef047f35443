import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.encoders.fake import FakeEncoder
from metier.errors import InvalidInput, ModelMismatch
from metier.skills.linking.linker import RERANKED, Linker
from metier.skills.linking.skill_index import index_skills
from metier.skills.taxonomy import Taxonomy
from metier.types import Role
from tests.skills.linking.small import ENCODER, CountingEncoder, Reranker, small_head, small_linker, things
from tests.skills.taxonomies import entry

AD = """About us
We cook meals since 1999.

Responsibilities
- Manage teams of six.
- Weld steel, and manage teams.
- Drink tea.

We offer
- Python courses.
"""


def names(found):
    return [item.name for item in found]


def test_a_named_skill_comes_first_with_its_words():
    found = small_linker().link("Every day you weld steel")
    assert found[0].skill == "weld"
    assert [quote.text for quote in found[0].quotes] == ["weld steel"]
    assert len(found) == 6
    assert [item.score for item in found] == sorted((item.score for item in found), reverse=True)


def test_a_document_has_the_skills_of_its_sentences_and_quotes_of_the_best():
    found = {item.skill: item for item in small_linker().link(AD)}
    manage = found["manage"]
    assert [quote.text.lower() for quote in manage.quotes][:2] == ["manage teams", "manage teams"]
    assert list(found)[:2] == ["manage", "weld"] or list(found)[:2] == ["weld", "manage"]
    for item in found.values():
        assert 1 <= len(item.quotes) <= 3
        for quote in item.quotes:
            assert AD[quote.span.start : quote.span.end] == quote.text
            assert "Python" not in quote.text
            assert "1999" not in quote.text


def test_a_resume_is_read_whole():
    spoken = {quote.text for item in small_linker().link(AD, role=Role.RESUME) for quote in item.quotes}
    assert "Python" in spoken


def test_the_score_of_a_document_is_that_of_its_best_sentence():
    linker = small_linker()
    one, two = (linker.link_sentences([text], top_k=6)[0] for text in ("Weld steel", "Java or Python"))
    best = {
        item.skill: max(item.score, other.score) for item in one for other in two if item.skill == other.skill
    }
    assert {item.skill: item.score for item in linker.link("Weld steel\nJava or Python")} == best


@pytest.mark.parametrize("text", ["", "  \n", "...", "— / —"])
def test_a_text_that_says_nothing_is_linked_to_nothing(text):
    linker = small_linker()
    assert linker.link(text) == ()
    assert linker.link_sentences([text]) == [()]
    assert np.isneginf(next(linker.scores([text]))).all()


def test_no_sentences_give_no_answers():
    assert small_linker().link_sentences([]) == []
    assert list(small_linker().scores([])) == []


@pytest.mark.parametrize(
    "text", ["Управлять и варить сталь питон", "팀을 관리", "לנהל צוות", "🍞 طبخ", "\ud800 x", "\0"]
)
def test_any_script_is_linked(text):
    found = small_linker().link(text)
    assert len(found) in (0, 6)
    assert all(np.isfinite(item.score) for item in found)


@pytest.mark.parametrize("top_k", [0, -1, 7])
def test_top_k_is_from_1_to_the_number_of_skills(top_k):
    for call in (
        lambda: small_linker().link("x", top_k=top_k),
        lambda: small_linker().link_sentences([], top_k=top_k),
    ):
        with pytest.raises(InvalidInput, match=f"top_k must be from 1 to 6, .* things. Got {top_k}"):
            call()


def test_a_lone_string_is_no_list():
    for call in (small_linker().link_sentences, lambda text: list(small_linker().scores(text))):
        with pytest.raises(InvalidInput, match="must be a list of strings"):
            call("weld steel")


def test_ten_skills_come_by_default_where_there_are_so_many():
    many = Taxonomy("many", [entry(f"s{i}", f"weld plate {i}") for i in range(12)])
    assert len(small_linker(taxonomy=many).link("weld")) == 10
    assert len(small_linker().link("weld")) == 6


def test_top_k_cuts_the_list_and_changes_nothing_else():
    linker = small_linker()
    assert linker.link(AD, top_k=2) == linker.link(AD, top_k=6)[:2]


def test_equal_skills_stand_in_the_order_of_the_taxonomy():
    twins = Taxonomy("twins", [entry(f"t{i}", "weld steel") for i in range(12)])
    assert [item.skill for item in small_linker(taxonomy=twins).link("weld steel", top_k=5)] == [
        "t0",
        "t1",
        "t2",
        "t3",
        "t4",
    ]


@given(st.lists(st.sampled_from(["weld steel", "Python", "", "lead people daily", "Java, plan"]), max_size=6))
def test_a_sentence_is_linked_alike_in_any_company(sentences):
    linker = small_linker()
    assert linker.link_sentences(sentences) == [linker.link_sentences([each])[0] for each in sentences]


def test_the_same_text_gives_the_same_answer():
    assert small_linker().link(AD) == small_linker().link(AD)


def test_scores_are_those_of_linked_sentences():
    linker = small_linker()
    (scores,) = linker.scores(["lead people"])
    (found,) = linker.link_sentences(["lead people"], top_k=6)
    assert {item.name: item.score for item in found} == pytest.approx(
        {skill.label: score for skill, score in zip(linker.index.skills, scores.tolist(), strict=True)}
    )


def test_what_was_said_before_is_read_once():
    encoder = CountingEncoder()
    linker = small_linker(encoder)
    encoder.reads = 0
    linker.link("weld steel\n" * 500)
    read = encoder.reads
    linker.link("weld steel\n" * 5)
    assert read == encoder.reads - read


def test_long_texts_are_linked():
    text = "".join(f"Weld plate number {i} of steel. " for i in range(800))[:20_000]
    before = time.perf_counter()
    assert small_linker(lexical=0.0).link(text, top_k=1)[0].skill == "weld"
    assert time.perf_counter() - before < 30


def test_a_reranker_moves_what_it_likes_and_reads_the_best_sentence():
    reranker = Reranker("cook")
    found = small_linker(reranker=reranker).link("You weld steel\nYou cook meals at times\nHello there")
    assert found[0].skill == "cook"
    plain = {
        item.skill: item
        for item in small_linker().link("You weld steel\nYou cook meals at times\nHello there")
    }
    assert found[0].score == pytest.approx(plain["cook"].score + 1)
    asked = {skill: texts[0] for texts, skills in reranker.asked for skill in skills}
    assert (asked["cook"], asked["weld"]) == ("You cook meals at times", "You weld steel")
    assert sum(len(skills) for _, skills in reranker.asked) == 6


def test_a_reranker_is_asked_for_fifty_skills_and_lifts_none_beyond():
    many = Taxonomy("many", [entry(f"s{i}", f"weld plate {i}") for i in range(80)])
    plain = small_linker(taxonomy=many).link("weld plate 7", top_k=80)
    outsider = plain[-1].skill
    reranker = Reranker(outsider)
    found = small_linker(taxonomy=many, reranker=reranker).link("weld plate 7", top_k=80)
    assert found == plain
    assert [len(skills) for _, skills in reranker.asked] == [RERANKED]


def test_parts_of_another_encoder_are_refused():
    other = FakeEncoder(32)
    index = index_skills(things(), ENCODER, cache=None)
    with pytest.raises(ModelMismatch, match="Head small belongs to encoder"):
        Linker(ENCODER, small_head(other), index)
    with pytest.raises(ModelMismatch, match="The index belongs to encoder"):
        Linker(ENCODER, small_head(), replace(index, encoder_sha256="0" * 64))
