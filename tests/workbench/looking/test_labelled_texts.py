import pytest

from metier.errors import InvalidInput, NotFound
from metier.workbench.looking.labelled_texts import LabelledText, read_labelled_texts

TWO = [LabelledText("one, two", "a"), LabelledText("три", "")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", 'text,label\n"one, two",a\n\nтри,\n'),
        ("t.csv", '\ufefflabel,text,more\na,"one, two",x\n,три,y\n'),
        ("t.tsv", "text\tlabel\none, two\ta\nтри\t\n"),
        ("t.jsonl", '{"text": "one, two", "label": "a"}\n\n{"text": "три"}\n{"text": " "}\n'),
    ],
)
def test_texts_come_with_their_labels(tmp_path, name, content):
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert read_labelled_texts(tmp_path / name) == TWO


def test_a_line_of_a_text_file_is_a_text(tmp_path):
    (tmp_path / "t.txt").write_text("one\n\n two \r\nтри\u2028four", encoding="utf-8")
    found = read_labelled_texts(tmp_path / "t.txt")
    assert [row.text for row in found] == ["one", "two", "три\u2028four"]


def test_a_number_is_a_label(tmp_path):
    (tmp_path / "t.jsonl").write_text('{"text": "one", "label": 3}')
    assert read_labelled_texts(tmp_path / "t.jsonl")[0].label == "3"


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(NotFound, match="There is no text file"):
        read_labelled_texts(tmp_path / "none.txt")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.md", b"one", "must end in .txt, .csv, .tsv, .jsonl. Got .md"),
        ("t", b"one", "Got no ending"),
        ("t.txt", b"\xff\xfe", "must be UTF-8"),
        ("t.txt", b" \n", "must hold 1 to 5,000 texts. It holds 0"),
        ("t.txt", b"one\n" * 5001, "must hold 1 to 5,000 texts. It holds 5,001"),
        ("t.csv", b"words\none\n", "line 2: a row must have a text"),
        ("t.csv", b'text\n"one" x\n', "the table does not parse"),
        ("t.jsonl", b'{"text": 3}\n', "line 1: a row must have a text"),
        ("t.jsonl", b'{"text": "a", "label": [1]}\n', "a label that is a word"),
        ("t.jsonl", b"[1]\n", "line 1: a row must have a text"),
        ("t.jsonl", b"{\n", "line 1: a row must have a text"),
    ],
)
def test_files_that_break_the_format_are_refused(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidInput, match=message):
        read_labelled_texts(tmp_path / name)
