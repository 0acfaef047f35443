from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.skills.architectures.evidence import (
    COVERED,
    MAX_SPANS,
    evidence_spans,
    token_shares,
    tokens_in,
    word_spans,
)
from metier.types import Span


def spans_of(text, pieces):
    """Return the offsets of consecutive pieces of a text."""
    spans, at = [], 0
    for piece in pieces:
        start = text.index(piece, at)
        at = start + len(piece)
        spans.append((start, at))
    return np.array(spans, np.int64)


def test_shares_sum_to_one_and_follow_the_scores():
    shares = token_shares(np.array([1000.0, 999.0, -1000.0], np.float32))
    assert shares.sum() == pytest.approx(1)
    assert shares == pytest.approx([0.731, 0.269, 0], abs=1e-3)


def test_a_piece_of_a_word_points_at_the_whole_word():
    text = "I use Python daily"
    tokens = spans_of(text, ["I", "use", "Py", "thon", "daily"])
    (span,) = evidence_spans(np.array([0.05, 0.05, 0.05, 0.8, 0.05]), tokens, word_spans(text))
    assert text[span.start : span.end] == "Python"


def test_neighbouring_words_are_one_span():
    text = "we led code review here"
    tokens = word_spans(text)
    (span,) = evidence_spans(np.array([0.1, 0.1, 0.35, 0.35, 0.1]), tokens, word_spans(text))
    assert text[span.start : span.end] == "code review"


def test_the_narrowest_gaps_are_closed():
    text = "a x b y y y c z z d"  # the four letters hold 0.52 of all
    words = word_spans(text)
    shares = np.array([0.13 if word in "abcd" else 0.08 for word in text.split()])
    found = [text[span.start : span.end] for span in evidence_spans(shares, words, words)]
    assert found == ["a x b", "c", "d"]


def test_a_text_without_words_has_no_evidence():
    assert evidence_spans(np.array([1.0]), np.array([[0, 0]]), word_spans("  ")) == ()
    assert evidence_spans(np.zeros(0), np.zeros((0, 2), np.int64), word_spans("a")) == ()


@given(
    st.lists(st.floats(0.0, 1.0), min_size=1, max_size=40),
    st.lists(st.integers(1, 4), min_size=40, max_size=40),
)
def test_few_spans_of_whole_words_cover_the_stated_share(weights, lengths):
    words = ["x" * n for n, _ in zip(lengths, weights, strict=False)]
    text, tokens = " ".join(words), word_spans(" ".join(words))
    shares = np.array(weights) + 1e-9
    shares /= shares.sum()
    spans = evidence_spans(shares, tokens, word_spans(text))
    assert 1 <= len(spans) <= MAX_SPANS
    assert all(a.end < b.start for a, b in pairwise(spans))
    assert all(text[span.start : span.end].strip("x ") == "" for span in spans)
    starts, ends = set(tokens[:, 0].tolist()), set(tokens[:, 1].tolist())
    assert all(span.start in starts and span.end in ends for span in spans)
    assert shares[tokens_in(tokens, spans)].sum() >= COVERED - 1e-9


def test_tokens_in_spans_share_a_character_with_them():
    tokens = np.array([[0, 2], [3, 5], [6, 8]])
    assert tokens_in(tokens, [Span(4, 7)]).tolist() == [1, 2]
    assert tokens_in(tokens, [Span(2, 3)]).tolist() == []
    assert tokens_in(tokens, []).tolist() == []
