import csv
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.errors import InvalidInput, NotFound
from metier.training import corpus
from metier.training.corpus import in_held_out_part, read_set_texts, read_texts

FIRST = "Five years of Python in a bank"
SECOND = "Сети и маршрутизация, опыт от трёх лет"
LINES = f"{json.dumps({'text': FIRST})}\n\n{json.dumps([{'more': [{'text': SECOND}]}])}\n"


def texts_in(tmp_path, name, content):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    return list(read_texts([path]))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", LINES),
        ("a.json", LINES),
        ("a.json", json.dumps({"id": 7, "none": None, "all": [{"text": FIRST}, {"text": SECOND}]})),
        ("a.csv", f'id,text\n1,{FIRST}\n2,"{SECOND}"\n'),
        ("a.tsv", f"{FIRST}\t1\n{SECOND}\t2\n"),
    ],
    ids=["jsonl", "lines in json", "json", "csv", "tsv"],
)
def test_all_texts_of_a_file_are_read_in_order(tmp_path, name, content):
    assert texts_in(tmp_path, name, content) == [FIRST, SECOND]


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_a_text_file_is_one_text(tmp_path, name):
    assert texts_in(tmp_path, name, f"{FIRST}\n{SECOND}") == [f"{FIRST}\n{SECOND}"]


def test_no_files_hold_no_texts():
    assert list(read_texts([])) == []


def test_equal_texts_count_once_in_a_file_but_again_in_the_next(tmp_path):
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text(json.dumps([[FIRST], {"x": FIRST}, {"x": SECOND}]))
    assert list(read_texts([tmp_path / "a.json", tmp_path / "b.json"])) == [FIRST, SECOND] * 2


def test_short_texts_are_left_out(tmp_path):
    assert texts_in(tmp_path, "a.json", json.dumps([{"x": "a" * 19}, {"x": "b" * 20}])) == ["b" * 20]


def test_sentences_cut_into_words_are_joined_and_their_tags_left_out(tmp_path):
    content = json.dumps({"tokens": FIRST.split(), "tags": list("OOOBIOO") * 5, "none": []})
    assert texts_in(tmp_path, "a.json", content) == [FIRST]


def test_texts_are_always_such_as_a_tokenizer_takes(tmp_path):
    (text,) = texts_in(tmp_path, "a.json", '{"text": "half a pair \\ud83d of surrogates"}')
    assert text == "half a pair ? of surrogates"


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(NotFound, match="nothing.txt"):
        list(read_texts([tmp_path / "nothing.txt"]))


@pytest.mark.parametrize("name", ["a.pdf", "a"])
def test_an_unknown_ending_is_refused(tmp_path, name):
    with pytest.raises(InvalidInput, match="must be txt, md, json, jsonl, csv or tsv"):
        texts_in(tmp_path, name, FIRST)


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
@pytest.mark.parametrize("content", ['{"text": ', "[" * 100_000], ids=["cut off", "too deep"])
def test_broken_json_is_refused_without_a_word_of_it(tmp_path, name, content):
    with pytest.raises(InvalidInput, match=f"{name} does not parse as {name[2:]}: [A-Za-z]+[.]$"):
        texts_in(tmp_path, name, content)


@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.tsv", "a.json", "a.jsonl"])
def test_bytes_that_are_no_utf8_are_refused(tmp_path, name):
    (tmp_path / name).write_bytes(b'"caf\xe9"')
    with pytest.raises(InvalidInput, match=f"{name} does not parse as {name[2:]}: UnicodeDecodeError"):
        list(read_texts([tmp_path / name]))


def test_a_cell_without_end_is_refused(tmp_path, monkeypatch):
    before = csv.field_size_limit()
    monkeypatch.setattr(corpus, "_CELL_LIMIT", 100)
    with pytest.raises(InvalidInput, match="a.csv does not parse as csv"):
        texts_in(tmp_path, "a.csv", f'"{FIRST * 10}')
    assert csv.field_size_limit() == before
    assert texts_in(tmp_path, "b.csv", f"{FIRST}\n") == [FIRST]
    assert csv.field_size_limit() == before


def test_the_texts_of_a_set_are_read_in_order_with_repeats_and_short_ones(tmp_path):
    path = tmp_path / "train.jsonl"
    rows = [{"text": SECOND, "language": "ru"}, {"text": "a", "language": "en"}, {"text": SECOND}]
    path.write_text("\n\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    assert read_set_texts(path) == [SECOND, "a", SECOND]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 2: a line must be a JSON object with a text"),
        ("[" * 100_000, "line 2: a line must be a JSON object with a text"),
        ("7", "line 2: a line must be a JSON object with a text"),
        ('["text"]', "line 2: a line must be a JSON object with a text"),
        ('{"words": "secret"}', "line 2: a line must be a JSON object with a text"),
        ('{"text": 7}', "line 2: text must be a string that is not blank"),
        ('{"text": " "}', "line 2: text must be a string that is not blank"),
    ],
)
def test_a_line_of_a_set_without_a_text_is_named_without_a_word_of_it(tmp_path, line, message):
    path = tmp_path / "train.jsonl"
    path.write_text(f'{{"text": "a"}}\n{line}\n', encoding="utf-8")
    with pytest.raises(InvalidInput, match=f"train.jsonl, {message}") as caught:
        read_set_texts(path)
    assert "secret" not in str(caught.value)


def test_a_file_of_a_set_that_cannot_be_read_is_refused(tmp_path):
    path = tmp_path / "train.jsonl"
    with pytest.raises(NotFound, match="no text file .*train.jsonl"):
        read_set_texts(path)
    path.write_bytes(b"\n")
    with pytest.raises(InvalidInput, match="train.jsonl must hold at least one text"):
        read_set_texts(path)
    path.write_bytes(b'{"text": "caf\xe9"}')
    with pytest.raises(InvalidInput, match="train.jsonl must be UTF-8"):
        read_set_texts(path)


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_about_the_share_of_texts_is_held_out(share):
    held_out = sum(in_held_out_part(f"text {i}", share=share) for i in range(5000))
    assert held_out / 5000 == pytest.approx(share, abs=0.02)


@given(st.text())
def test_all_or_none_are_held_out_at_the_ends_of_the_scale(text):
    assert in_held_out_part(text, share=1.0)
    assert not in_held_out_part(text, share=0.0)


@given(st.text(), st.floats(0, 1), st.floats(0, 1))
def test_a_larger_share_holds_out_what_a_smaller_one_does(text, one, other):
    small, large = sorted([one, other])
    assert in_held_out_part(text, share=large) >= in_held_out_part(text, share=small)


def test_what_is_held_out_never_changes():
    held_out = [i for i in range(60) if in_held_out_part(f"text {i}", share=0.1)]
    assert held_out == [12, 13, 19, 20, 26, 30, 43]
