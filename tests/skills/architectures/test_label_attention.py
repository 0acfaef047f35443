import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.encoders.fake import FakeEncoder
from metier.encoders.windowed import EncoderSpec, WindowedEncoder
from metier.errors import InvalidInput, ModelMismatch
from metier.skills.architectures.label_attention import (
    LabelAttentionClassifier,
    count_windows,
    find_mentions,
    query_vectors,
)
from metier.skills.mentions import MentionFinder
from metier.skills.taxonomy import Taxonomy, TaxonomyEntry
from metier.training.output import Origin
from metier.types import Skill, Span
from tests.encoders.models import TracingNetwork, word_tokenizer
from tests.skills.architectures.test_attention_head import random_head

ENCODER = FakeEncoder(16)
SKILLS = [Skill("go", "Go"), Skill("sql", "SQL", description="Query language."), Skill("lead", "Leading")]
TEXTS = st.lists(st.sampled_from("go rust sql team led tests . ,".split()), max_size=20).map(" ".join)


def finder_of(*skills):
    return MentionFinder(Taxonomy("tiny", [TaxonomyEntry(skill) for skill in skills]))


def classifier(seed=0, **parts):
    return LabelAttentionClassifier(ENCODER, random_head(seed), **parts)


@given(st.lists(TEXTS, max_size=4), st.permutations(range(3)), st.integers(1, 3))
def test_no_answer_depends_on_what_else_is_asked(texts, order, n):
    model = classifier(finder=finder_of(*SKILLS))
    everything = model.classify(texts, SKILLS)
    some = model.classify(texts, [SKILLS[k] for k in order[:n]])
    assert some.probabilities == pytest.approx(everything.probabilities[:, order[:n]], abs=1e-6)
    assert some.probabilities.shape == (len(texts), n, 3)
    for i, text in enumerate(texts):
        assert (
            model.classify([text], SKILLS).probabilities[0].tolist() == everything.probabilities[i].tolist()
        )


@given(TEXTS, st.lists(st.sampled_from("rust team led tests".split()), max_size=3, unique=True))
def test_another_alias_never_lowers_the_explicit_probability(text, aliases):
    named = Skill("go", "Go", aliases=tuple(aliases))
    before = classifier(finder=finder_of(SKILLS[0])).logits([text], SKILLS[:1])
    after = classifier(finder=finder_of(named)).logits([text], SKILLS[:1])
    assert (after[..., :2] == before[..., :2]).all()
    assert (after[..., 2] >= before[..., 2]).all()


@given(TEXTS, st.lists(st.sampled_from(["rust", "team led", "sql tests"]), max_size=3, unique=True))
def test_another_alias_of_one_of_two_skills_never_lowers_its_own_explicit_logit(text, aliases):
    named = Skill("go", "Go", aliases=tuple(aliases))
    before = classifier(finder=finder_of(*SKILLS[:2])).logits([text], SKILLS[:2])
    after = classifier(finder=finder_of(named, SKILLS[1])).logits([text], SKILLS[:2])
    assert (after[..., :2] == before[..., :2]).all()
    assert (after[:, 0, 2] >= before[:, 0, 2]).all()


def test_a_longer_name_of_one_skill_takes_a_shorter_one_of_another():
    longer = Skill("go", "Go", aliases=("sql team",))
    before = classifier(finder=finder_of(*SKILLS[:2])).logits(["led sql team"], SKILLS[:2])
    after = classifier(finder=finder_of(longer, SKILLS[1])).logits(["led sql team"], SKILLS[:2])
    assert after[0, 0, 2] > before[0, 0, 2]
    assert after[0, 1, 2] < before[0, 1, 2]


@given(TEXTS)
def test_evidence_stands_where_the_class_is_not_none_and_lies_in_the_text(text):
    found = classifier(3).classify([text], SKILLS)
    decided = found.probabilities[0].argmax(axis=1)
    for label, spans in zip(decided, found.evidence[0], strict=True):
        assert bool(spans) == bool(label)
        assert all(text[span.start : span.end].strip() == text[span.start : span.end] != "" for span in spans)


def test_a_name_in_the_text_raises_the_explicit_logit_by_its_tokens_alone():
    plain, named = classifier(), classifier(finder=finder_of(*SKILLS))
    first, second = (model.logits(["led sql team"], SKILLS) for model in (plain, named))
    assert second[0, 1, 2] > first[0, 1, 2]
    assert np.delete(second.ravel(), 5).tolist() == np.delete(first.ravel(), 5).tolist()


def test_empty_texts_show_nothing():
    found = classifier().classify(["", "  "], SKILLS)
    assert found.probabilities.argmax(axis=2).tolist() == [[0] * 3] * 2
    assert found.evidence == (((),) * 3,) * 2


def test_no_texts_and_no_skills_give_empty_answers():
    assert classifier().classify([], SKILLS).probabilities.shape == (0, 3, 3)
    found = classifier().classify(["go"], [])
    assert (found.probabilities.shape, found.evidence) == ((1, 0, 3), ((),))


def test_wrong_requests_are_refused():
    with pytest.raises(InvalidInput, match="put it into a list"):
        classifier().classify("go", SKILLS)
    with pytest.raises(InvalidInput, match="Got 'go' twice"):
        classifier().logits(["go"], [SKILLS[0]] * 2)


def test_a_long_text_is_scored_whole():
    text = "go led sql " * 9_100
    found = classifier(finder=finder_of(*SKILLS)).classify([text], SKILLS)
    assert len(text) > 100_000
    assert np.isfinite(found.probabilities).all()


def test_query_vectors_are_made_once_and_counted():
    model = classifier()
    assert model.classify(["go", "sql"], SKILLS).passes == 2 + 3
    assert model.classify(["go", "sql"], SKILLS[:2]).passes == 2


def test_query_vectors_may_come_from_elsewhere():
    asked = []

    def vectors(skills):
        asked.append([skill.id for skill in skills])
        return query_vectors(ENCODER, skills)

    own, given_ones = classifier(), classifier(vectors=vectors)
    wanted = own.classify(["go led"], SKILLS)
    found = given_ones.classify(["go led"], SKILLS)
    assert found.probabilities.tobytes() == wanted.probabilities.tobytes()
    assert (asked, found.passes) == ([["go", "sql", "lead"]], 1)


def test_names_of_skills_that_are_not_asked_are_left_out():
    spans = ENCODER.read("go and sql").spans
    assert find_mentions(finder_of(*SKILLS), "go and sql", spans, {"sql": 0}).tolist() == [[2, 0]]
    assert find_mentions(None, "go and sql", spans, {"sql": 0}).shape == (0, 2)


@pytest.mark.parametrize(("n_words", "windows"), [(0, 1), (198, 1), (199, 2), (1000, 7)])
def test_windows_are_counted_as_the_encoder_makes_them(n_words, windows):
    network = TracingNetwork()
    encoder = WindowedEncoder(word_tokenizer(), network, EncoderSpec("tiny", "", 200))
    reading = encoder.read("w1 " * n_words)
    assert count_windows(encoder, reading) == len(network.rows) == windows


def test_a_head_for_other_states_is_refused():
    with pytest.raises(ModelMismatch, match="reads states of length 16, fake makes them of length 8"):
        LabelAttentionClassifier(FakeEncoder(8), random_head())


def test_a_saved_head_answers_the_same(tmp_path):
    random_head().save(tmp_path / "head", Origin("tiny"), encoder_sha256=ENCODER.sha256)
    again = LabelAttentionClassifier.load(tmp_path / "head", encoder=ENCODER)
    found, wanted = (model.classify(["go led sql"], SKILLS) for model in (again, classifier()))
    assert found.probabilities.tobytes() == wanted.probabilities.tobytes()
    assert (again.name, len(again.sha256)) == ("tiny", 64)


@pytest.mark.parametrize("encoder", [None, FakeEncoder(8)])
def test_a_head_without_its_encoder_is_refused(encoder, tmp_path):
    random_head().save(tmp_path / "head", Origin("tiny"), encoder_sha256=ENCODER.sha256)
    with pytest.raises(
        ModelMismatch, match="Head tiny was fitted to encoder .*Use the encoder it belongs to"
    ):
        LabelAttentionClassifier.load(tmp_path / "head", encoder=encoder)


def test_a_head_of_no_encoder_wants_one(tmp_path):
    random_head().save(tmp_path / "head", Origin("tiny"), encoder_sha256="")
    with pytest.raises(ModelMismatch, match="comes without a backbone"):
        LabelAttentionClassifier.load(tmp_path / "head")


def test_evidence_spans_are_spans_of_the_text():
    found = classifier(3).classify(["led the team , go go go"], SKILLS)
    assert all(isinstance(span, Span) for spans in found.evidence[0] for span in spans)
