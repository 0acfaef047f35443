import json
from pathlib import Path

import pytest

from metier.documents.source import Source, find_sources
from metier.errors import CorruptDocument, EmptyDocument, InvalidInput, NotFound


def names(path):
    return [source.name for source in find_sources(path)]


def test_a_folder_gives_its_documents_in_order(tmp_path):
    for name in ("b.txt", "a.pdf", "sub/c.DOCX", "photo.gif", ".hidden.txt", ".git/d.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert names(tmp_path) == ["a.pdf", "b.txt", "sub/c.DOCX"]


def test_a_file_is_taken_whatever_its_ending(tmp_path):
    (tmp_path / "cv.weird").write_text("x")
    assert names(tmp_path / "cv.weird") == ["cv.weird"]


def test_rows_are_named_by_id_or_place(tmp_path):
    rows = [{"id": "r1", "text": "one"}, {"text": "two"}, "three", {"id": 4, "resume": "four"}]
    path = tmp_path / "data.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows) + "\n\n")
    sources = list(find_sources(path))
    assert [(source.name, source.text) for source in sources] == [
        ("r1", "one"),
        ("data.jsonl:2", "two"),
        ("data.jsonl:3", "three"),
        ("4", "four"),
    ]


@pytest.mark.parametrize(
    ("line", "error", "message"),
    [
        (b'{"text": "cut', CorruptDocument, "d.jsonl:1 is not a line of UTF-8 JSON"),
        (b'{"text": "\xff"}', CorruptDocument, "d.jsonl:1 is not a line of UTF-8 JSON"),
        (b"[" * 100_000, CorruptDocument, "d.jsonl:1 is not a line of UTF-8 JSON"),
        (b"17", CorruptDocument, "needs one of the keys text, resume, description"),
        (b'{"text": 17}', CorruptDocument, "needs one of the keys"),
        (b'{"name": "x"}', CorruptDocument, "needs one of the keys"),
        (b'{"text": "  "}', EmptyDocument, "d.jsonl:1 holds no text"),
    ],
)
def test_a_bad_row_is_kept_as_an_error_and_the_next_is_read(tmp_path, line, error, message):
    path = tmp_path / "d.jsonl"
    path.write_bytes(line + b'\n{"text": "good"}\n')
    bad, good = find_sources(path)
    assert isinstance(bad.error, error)
    assert message in str(bad.error)
    assert good.text == "good"


def test_nothing_there_is_an_error(tmp_path):
    with pytest.raises(NotFound, match="no file or folder"):
        names(tmp_path / "none")
    with pytest.raises(InvalidInput, match="holds no document. Files that are read end in .pdf"):
        names(tmp_path)


def test_an_empty_file_of_rows_is_said_to_be_so(tmp_path):
    (tmp_path / "d.jsonl").write_text("\n\n")
    (source,) = find_sources(tmp_path / "d.jsonl")
    assert isinstance(source.error, EmptyDocument)
    assert "holds no rows" in str(source.error)


@pytest.mark.parametrize("name", ["\x1b[31mred\x07", "a\nb", "\ud800", "a\u202eb", "x" * 500])
def test_a_name_is_safe_to_print(name):
    shown = Source(name).name
    assert shown.isprintable()
    assert len(shown) <= 200


def test_a_path_that_no_system_takes_is_an_error():
    with pytest.raises(InvalidInput, match="cannot be opened"):
        list(find_sources(Path("x" * 5000)))


def table_of(tmp_path, content, name="rows.csv"):
    path = tmp_path / name
    path.write_bytes(content)
    return list(find_sources(path))


def test_a_table_has_a_document_in_each_row_and_what_it_says_of_it(tmp_path):
    content = '\ufeffID,Title,Years,Text\nv1,Cook,3,"Cooks, and\nbakes."\nv2,,,Drives.\n'.encode()
    first, second = table_of(tmp_path, content)
    assert (first.name, first.text) == ("v1", "Cooks, and\nbakes.")
    assert dict(first.fields) == {"title": "Cook", "years": "3"}
    assert (second.name, dict(second.fields)) == ("v2", {})


def test_a_table_may_be_parted_by_tabs(tmp_path):
    (row,) = table_of(tmp_path, b"id\ttext\na\tCooks, and bakes.\n", name="rows.tsv")
    assert row.text == "Cooks, and bakes."


def test_a_row_of_json_says_of_its_document_what_it_likes(tmp_path):
    row = {"id": 7, "text": "Cooks.", "place": "Oslo", "years": 2.5, "level": None, "salary": 3}
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(row) + "\n")
    (source,) = find_sources(path)
    assert dict(source.fields) == {"place": "Oslo", "years": "2.5"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"id,text\n", "holds no rows"),
        (b"", "holds no rows"),
        (b"id,salary\na,3\n", "needs one of the keys"),
        (b"id,text\na, \n", "holds no text"),
        (b"id,text\na,\xff\xfe\n", "no table in UTF-8"),
    ],
)
def test_a_bad_table_is_explained(tmp_path, content, message):
    (source,) = table_of(tmp_path, content)
    assert message in str(source.error)
