import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.encoders.fake import FakeEncoder
from metier.errors import ModelFormatError
from metier.skills.linking.tagger import (
    BEGIN,
    INSIDE,
    LEAST_LOG_PROBABILITY,
    MAX_SPANS,
    MAX_WORDS,
    OUTSIDE,
    SpanTagger,
    find_spans,
)
from tests.skills.linking.small import flat_tagger, random_tagger

ENCODER = FakeEncoder(8)


def tokens_of(text):
    return ENCODER.read(text).spans


def tags(n_tokens, begins=(), inside=()):
    """Return log-probabilities of the first kind that are sure of a few tokens; of the second, of none."""
    found = np.full((n_tokens, 2, 3), np.log(1e-5))
    found[:, :, OUTSIDE] = np.log(1 - 2e-5)
    for place, tag in [*((i, BEGIN) for i in begins), *((i, INSIDE) for i in inside)]:
        found[place, 0] = np.log(1e-5)
        found[place, 0, tag] = np.log(1 - 2e-5)
    return found


def spans_of(text, begins=(), inside=()):
    found = find_spans(tags(len(tokens_of(text)), begins, inside), tokens_of(text), text)
    return [text[item.span.start : item.span.end] for item in found]


def test_log_probabilities_are_what_the_formula_says():
    tagger = random_tagger(dim=6, width=3)
    states = np.random.default_rng(1).normal(size=(4, 6)).astype(np.float32)
    x = (states - states.mean(1, keepdims=True)) / np.sqrt(states.var(1, keepdims=True) + 1e-5)
    x = x * tagger.norm_weight + tagger.norm_bias
    expected = []
    for t in range(4):
        total = tagger.conv_bias.astype(float)
        for k in range(5):
            if 0 <= t + k - 2 < 4:
                total = total + tagger.conv_weight[:, :, k] @ x[t + k - 2]
        logits = (tagger.out_weight @ np.maximum(total, 0) + tagger.out_bias).reshape(2, 3)
        expected.append(np.log(np.exp(logits) / np.exp(logits).sum(1, keepdims=True)))
    assert tagger.log_probabilities(states) == pytest.approx(np.array(expected), abs=1e-5)


@pytest.mark.parametrize("n_tokens", [0, 1, 2, 7])
def test_tags_of_a_token_are_one_of_three(n_tokens):
    found = random_tagger().log_probabilities(np.ones((n_tokens, 64), np.float32))
    assert found.shape == (n_tokens, 2, 3)
    assert np.exp(found).sum(axis=2) == pytest.approx(np.ones((n_tokens, 2)))


def test_far_tokens_play_no_part():
    tagger = random_tagger()
    states = np.random.default_rng(0).normal(size=(20, 64)).astype(np.float32)
    alone, longer = tagger.log_probabilities(states[:10]), tagger.log_probabilities(states)
    assert alone[:8] == pytest.approx(longer[:8], abs=1e-6)


def test_arrays_come_back_as_a_tagger():
    tagger = random_tagger()
    again = SpanTagger.from_tensors(tagger.tensors(), name="x")
    states = np.random.default_rng(0).normal(size=(5, 64)).astype(np.float32)
    assert again.log_probabilities(states).tobytes() == tagger.log_probabilities(states).tobytes()


@pytest.mark.parametrize(
    "change",
    [
        {"out_bias": None},
        {"out_bias": np.zeros(5, np.float32)},
        {"norm_weight": np.zeros(63, np.float32)},
        {"conv_weight": np.zeros((4, 64, 3), np.float32)},
        {"conv_weight": np.zeros((4, 64), np.float32)},
    ],
)
def test_a_tagger_without_a_part_or_of_another_shape_is_refused(change):
    tensors = {k: v for k, v in (random_tagger().tensors() | change).items() if v is not None}
    with pytest.raises(ModelFormatError, match="Model x: its tagger lacks a part"):
        SpanTagger.from_tensors(tensors, name="x")


def test_sure_tags_give_their_span_first():
    text = "You will write clean code every day"
    assert spans_of(text, begins=[2], inside=[3, 4])[0] == "write clean code"


def test_a_span_that_would_go_on_is_less_likely_than_the_whole():
    text = "write clean code"
    found = find_spans(tags(3, [0], [1, 2]), tokens_of(text), text)
    assert found[0].log_probability == pytest.approx(0, abs=1e-3)
    assert len(found) == 1 or found[1].log_probability < -5


def test_the_kinds_are_searched_apart():
    text = "plan Java"
    both = tags(2, begins=[0])
    both[1, 1] = np.log([1 - 2e-5, 1e-5, 1e-5])
    found = {
        text[s.span.start : s.span.end]: s.log_probability for s in find_spans(both, tokens_of(text), text)
    }
    assert found["plan"] == pytest.approx(0, abs=1e-3)
    assert found["Java"] == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize(
    ("text", "begins", "inside", "first"),
    [
        ("Java, Kotlin", [0], [], "Java"),
        ("Java/Kotlin", [2], [], "Kotlin"),
        ("(Java)", [1], [], "Java"),
        ("We use Java.", [2], [], "Java"),
        ("HTML and CSS ( LESS )", [4], [5], "LESS"),
    ],
)
def test_signs_part_words_and_end_no_span(text, begins, inside, first):
    assert spans_of(text, begins, inside)[0] == first


@pytest.mark.parametrize(
    ("text", "whole"), [("Node.js", "Node.js"), ("full-stack", "full-stack"), (".NET", ".NET")]
)
def test_signs_within_words_part_nothing(text, whole):
    found = find_spans(np.log(np.full((len(tokens_of(text)), 2, 3), 1 / 3)), tokens_of(text), text)
    assert [text[item.span.start : item.span.end] for item in found] == [whole]


def test_signs_alone_are_no_span():
    assert spans_of("- / -", begins=[0, 1, 2]) == []


def test_no_tokens_give_no_spans():
    assert find_spans(np.zeros((0, 2, 3)), np.zeros((0, 2), np.int64), "") == []


@given(st.text(alphabet="ab ,./(.\nЖ5", max_size=60), st.integers(0, 3))
def test_spans_lie_in_the_text_are_few_and_come_in_order(text, seed):
    reading = FakeEncoder(64).read(text)
    found = find_spans(random_tagger(seed=seed).log_probabilities(reading.states), reading.spans, text)
    assert len(found) <= MAX_SPANS
    assert len({item.span for item in found}) == len(found)
    scores = [item.log_probability for item in found]
    assert scores == sorted(scores, reverse=True)
    for item in found:
        words = text[item.span.start : item.span.end]
        assert words.strip() == words
        assert any(letter.isalnum() for letter in words)


def test_no_span_is_longer_than_may_be():
    text = "w " * 40
    sure = tags(40, begins=[0], inside=range(1, 40))
    sure[:, :, INSIDE] = np.log(0.9)
    sure[:, :, OUTSIDE] = np.log(0.1)
    found = find_spans(sure, tokens_of(text), text, most=100)
    assert max(len(text[item.span.start : item.span.end].split()) for item in found) == MAX_WORDS


def test_unlikely_beginnings_are_passed_over():
    text = "one two"
    low = np.full((2, 2, 3), LEAST_LOG_PROBABILITY - 1)
    low[:, :, OUTSIDE] = 0.0
    assert find_spans(low, tokens_of(text), text) == []
    assert find_spans(flat_tagger(8).log_probabilities(ENCODER.read(text).states), tokens_of(text), text)
