import csv

import numpy as np
import pytest

from metier.audit.labelled_texts import LabelledText, class_numbers, read_labelled_texts
from metier.errors import InvalidInput, NotFound

TWO = [LabelledText("one, two", "a"), LabelledText("три\u2028четыре", "7")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", 'text,label\n"one, two",a\n\nтри\u2028четыре,7\n'),
        ("t.csv", '\ufefflabel,text,more\r\na,"one, two",x\r\n7,три\u2028четыре,y\r\n'),
        ("t.tsv", "text\tlabel\none, two\ta\nтри\u2028четыре\t7\n"),
        ("t.jsonl", '{"text": "one, two", "label": "a"}\n\n{"text": "три\u2028четыре", "label": 7}'),
    ],
)
def test_rows_are_read_from_each_form(tmp_path, name, content):
    (tmp_path / name).write_bytes(content.encode())
    limit = csv.field_size_limit()
    assert read_labelled_texts(tmp_path / name) == TWO
    assert csv.field_size_limit() == limit


def test_a_text_may_have_several_lines_and_no_label_where_none_is_needed(tmp_path):
    (tmp_path / "t.csv").write_text('text\n"one\ntwo"\n', encoding="utf-8")
    assert read_labelled_texts(tmp_path / "t.csv", labels=False) == [LabelledText("one\ntwo")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", "query,text,label\nwho,me,a\n,you,b\n"),
        (
            "t.jsonl",
            '{"text": "me", "label": "a", "query": "who"}\n{"text": "you", "label": "b", "query": null}',
        ),
    ],
)
def test_a_pair_has_a_query_and_other_rows_have_none(tmp_path, name, content):
    (tmp_path / name).write_text(content, encoding="utf-8")
    pairs = [LabelledText("me", "a", "who"), LabelledText("you", "b")]
    assert read_labelled_texts(tmp_path / name) == pairs


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.txt", "SECRET", "t.txt must end in .csv, .tsv or .jsonl"),
        ("t.csv", "", "t.csv must hold at least one row"),
        ("t.csv", "text,label\nSECRET\n", "t.csv, line 2 must have as many fields"),
        ("t.csv", "text,label\nSECRET,a,b\n", "t.csv, line 2 must have as many fields"),
        ("t.csv", 'text,label\n"SECRET"x,a\n', "t.csv, line 2: "),
        ("t.csv", "text,label\nx,a\nSECRET,\n", "t.csv, line 3: the field label must name a class"),
        ("t.csv", "words,label\nSECRET,a\n", "t.csv, line 2: the field text must be words"),
        ("t.jsonl", '{"text": "SECRET"', "t.jsonl, line 1 must be JSON"),
        ("t.jsonl", '["SECRET"]', "t.jsonl, line 1 must be a JSON object"),
        ("t.jsonl", '{"text": ["SECRET"], "label": "a"}', "line 1: the field text must be words"),
        ("t.jsonl", '{"text": "SECRET", "label": true}', "line 1: the field label must name"),
        ("t.jsonl", '{"text": "x", "label": {"SECRET": 1}}', "line 1: the field label must name"),
        (
            "t.jsonl",
            '{"text": "x", "label": "a", "query": ["SECRET"]}',
            "line 1: the field query must be words",
        ),
    ],
)
def test_a_broken_row_is_named_and_not_quoted(tmp_path, name, content, message):
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(InvalidInput, match=message) as caught:
        read_labelled_texts(tmp_path / name)
    assert "SECRET" not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(NotFound, match="There is no file none.csv"):
        read_labelled_texts(tmp_path / "none.csv")


def test_other_encodings_are_refused(tmp_path):
    (tmp_path / "t.csv").write_bytes("text,label\nтри,a".encode("cp1251"))
    with pytest.raises(InvalidInput, match=r"must be UTF-8. Byte 11 is not"):
        read_labelled_texts(tmp_path / "t.csv")


def test_a_file_that_is_too_large_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("metier.audit.labelled_texts.MAX_BYTES", 10)
    (tmp_path / "t.csv").write_text("text,label\nx,a\n")
    with pytest.raises(InvalidInput, match="must have at most 10 bytes"):
        read_labelled_texts(tmp_path / "t.csv")


def test_a_file_that_cannot_be_opened_is_named(tmp_path, monkeypatch):
    (tmp_path / "t.csv").write_text("text,label\nx,a\n")

    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.read_bytes", refuse)
    with pytest.raises(InvalidInput, match="t.csv cannot be opened: Permission denied"):
        read_labelled_texts(tmp_path / "t.csv")


def test_labels_become_the_numbers_of_classes():
    assert class_numbers(["b", "a", "1"], ["a", "b"]).tolist() == [1, 0, 1]
    assert class_numbers(["1", "0"], ["1", "0"]).tolist() == [0, 1]  # names come before numbers
    assert class_numbers([], ["a", "b"]).dtype == np.int64


def test_a_label_that_the_model_does_not_know_is_refused():
    with pytest.raises(InvalidInput, match=r"Row 2 must have a label of the model: a, b\.") as caught:
        class_numbers(["a", "SECRET"], ["a", "b"])
    assert "SECRET" not in str(caught.value)
    with pytest.raises(InvalidInput, match=r"c9, \.\.\."):
        class_numbers(["x"], [f"c{i}" for i in range(12)])


def test_the_limit_of_fields_stays_as_it_was_also_where_a_row_is_refused(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("text,label\nfine,a\n,b\n")
    before = csv.field_size_limit()
    with pytest.raises(InvalidInput, match="line 3") as first:
        read_labelled_texts(path)
    assert csv.field_size_limit() == before
    with pytest.raises(InvalidInput, match="line 3"):
        read_labelled_texts(path)
    assert first.tb is not None  # it keeps the reader of the file alive
    assert csv.field_size_limit() == before
