"""An answer cut into what can make one point."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.interview.segments import MOST_SEGMENTS, count_words, find_segments


def cut(text):
    return [text[span.start : span.end] for span in find_segments(text)]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        (" \n", []),
        ("LoRA", ["LoRA"]),
        ("It wraps a function.", ["It wraps a function."]),
        (
            "GIL не мешает потокам, которые ждут сети",
            ["GIL не мешает потокам, которые ждут сети", "GIL не мешает потокам,", "которые ждут сети"],
        ),
        (
            "머신러닝은 데이터에서 배우고 딥러닝은 신경망을 여러 층 쌓은 거예요",
            ["머신러닝은 데이터에서 배우고 딥러닝은 신경망을 여러 층 쌓은 거예요"],
        ),
        ("yes, no, maybe", ["yes, no, maybe"]),
    ],
)
def test_sentences_and_the_clauses_of_long_ones(text, pieces):
    assert cut(text) == pieces


def test_a_clause_has_three_words_at_least():
    assert all(
        count_words(piece) >= 3 for piece in cut("One, two, three four five, six, but seven eight nine")
    )


@given(st.text(max_size=400))
def test_segments_lie_within_the_text_and_are_few(text):
    found = find_segments(text)
    assert len(found) <= MOST_SEGMENTS
    for span in found:
        piece = text[span.start : span.end]
        assert piece.strip() == piece != ""
    assert found == sorted(found, key=lambda span: (span.start, -span.end))


def test_a_very_long_answer_is_cut_at_the_limit():
    assert len(find_segments("It is so. " * 5000)) == MOST_SEGMENTS
