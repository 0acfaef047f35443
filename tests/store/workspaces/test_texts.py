import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.errors import InvalidInput
from metier.store.workspaces.texts import check_plain, check_text, folded, to_bytes, to_json, to_text

ANY = st.text(st.characters(codec=None))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | ANY,
    lambda inner: st.lists(inner) | st.dictionaries(ANY, inner),
    max_leaves=8,
)


@given(ANY)
def test_any_text_survives_as_bytes(text):
    assert to_text(to_bytes(text)) == text


@pytest.mark.parametrize(
    ("one", "other"),
    [("ЙОРДАН", "и\u0306ордан"), ("Groß", "GROSS"), ("\u00c5ke", "a\u030ake")],
)
def test_neither_case_nor_the_way_of_writing_accents_tells_names_apart(one, other):
    assert folded(one) == folded(other)


@given(VALUES)
def test_json_gives_back_the_same_value_or_is_refused(value):
    try:
        text = to_json("field", value)
    except InvalidInput:
        return
    assert text.isascii()
    assert "\x00" not in text
    assert json.loads(text) == value


def test_json_is_canonical():
    assert (
        to_json("f", {"b": [1, None], "a": "é"})
        == '{"a":"\\u00e9","b":[1,null]}'
        == to_json("f", {"a": "é", "b": [1, None]})
    )


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [(1, 2), {1: 2}, {None: 1}, float("nan"), float("inf"), {1}, b"x", object(), nested(100_000)],
    ids=["tuple", "int key", "None key", "nan", "inf", "set", "bytes", "object", "deep"],
)
def test_what_json_does_not_give_back_is_refused(value):
    with pytest.raises(InvalidInput, match="payload"):
        to_json("payload", value)


def test_json_has_a_limit(monkeypatch):
    monkeypatch.setattr("metier.store.workspaces.texts.MAX_JSON_CHARS", 10)
    with pytest.raises(InvalidInput, match="at most 10 characters"):
        to_json("payload", "x" * 10)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "must not be blank"),
        ("\u3000 ", "must not be blank"),
        ("x" * 501, "at most 500 characters. Got 501"),
        ("a\x00", "U\\+0000 at character 1"),
        ("\ud83d", "U\\+D83D at character 0"),
    ],
)
def test_a_name_that_cannot_be_kept_is_refused_by_name(text, words):
    with pytest.raises(InvalidInput, match=f"title must .*{words}|title .*{words}"):
        check_text("title", text)


def test_a_text_may_be_empty_where_that_is_said():
    assert check_text("note", "", may_be_empty=True) == ""


@pytest.mark.parametrize("value", ["", "a.b:c/d@e=f+g-h_i", 1, True, None, [1, "a"], {"a": {"b": None}}])
def test_plain_values_pass(value):
    check_plain("details", value)


@pytest.mark.parametrize("value", ["two words", "é", 0.5, b"x", {"a b": 1}, ["a", ["b c"]], "x" * 201, "a\n"])
def test_other_values_do_not(value):
    with pytest.raises(InvalidInput, match="details"):
        check_plain("details", value)
