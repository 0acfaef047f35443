import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.errors import InvalidInput
from metier.skills.span_sets import LabelledSpan, SpanKind, SpannedText, read_span_sets
from metier.types import Span


def row(tokens, skill, knowledge):
    return {"tokens": tokens, "tags_skill": list(skill), "tags_knowledge": list(knowledge), "idx": 1}


def read(folder, *rows):
    path = folder / "spans.json"
    path.write_text("".join(f"{json.dumps(each)}\n" for each in rows), encoding="utf-8")
    return read_span_sets(path)


def test_tags_become_spans_of_the_text(tmp_path):
    found = read(
        tmp_path, row(["Write", "SQL", "queries", "и", "тесты"], "BIIOB", "OBOOO"), row(["Hi"], "O", "O")
    )
    assert found == (
        SpannedText(
            "Write SQL queries и тесты",
            (
                LabelledSpan(Span(0, 17), SpanKind.SKILL),
                LabelledSpan(Span(6, 9), SpanKind.KNOWLEDGE),
                LabelledSpan(Span(20, 25), SpanKind.SKILL),
            ),
        ),
        SpannedText("Hi", ()),
    )


def test_a_span_ends_where_the_next_begins(tmp_path):
    (found,) = read(tmp_path, row(["a", "b", "c"], "BBI", "OOO"))
    assert [(found.text[s.span.start : s.span.end]) for s in found.spans] == ["a", "b c"]


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (row(["a", "b"], "OI", "OO"), "field tags_skill, tag 1: I must follow B or I. It follows O"),
        (row(["a", "b"], "OO", "IO"), "field tags_knowledge, tag 0: I must follow B or I"),
        (row(["a", "b"], "O", "OO"), "field tags_skill: .* each of the 2 tokens. There are 1"),
        (row(["a", "b"], "OO", "OOO"), "field tags_knowledge: .* There are 3"),
        (row(["a"], "X", "O"), "field tags_skill, tag 0: a tag must be B, I or O. Got 'X'"),
        (row([], "", ""), "field tokens: the text must not be empty"),
        (row(["a", " "], "OO", "OO"), "field tokens: no token may be blank"),
        (row(["a", 1], "OO", "OO"), "field tokens: .* list of strings. Got a list with other things"),
        (row("ab", "OO", "OO"), "field tokens: .* list of strings. Got a string"),
        ({"tokens": ["a"], "tags_skill": ["O"]}, "must have the field 'tags_knowledge'"),
    ],
)
def test_a_broken_row_is_refused_with_its_number(tmp_path, broken, message):
    with pytest.raises(InvalidInput, match=f"spans.json, row 2.*{message}"):
        read(tmp_path, row(["fine"], "B", "O"), broken)


TOKENS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5).filter(str.strip))


@given(st.data())
def test_spans_slice_back_to_their_tokens(tmp_path_factory, data):
    tokens = data.draw(TOKENS.filter(bool))
    bounds = data.draw(st.sets(st.integers(0, len(tokens))).map(sorted))
    runs = list(zip(bounds[::2], bounds[1::2], strict=False))
    tags = ["O"] * len(tokens)
    for first, end in runs:
        tags[first:end] = ["B", *["I"] * (end - first - 1)]
    (found,) = read(tmp_path_factory.mktemp("s"), row(tokens, tags, ["O"] * len(tokens)))
    assert found.text == " ".join(tokens)
    assert [found.text[s.span.start : s.span.end] for s in found.spans] == [
        " ".join(tokens[first:end]) for first, end in runs
    ]
