import pytest

from metier.errors import InvalidInput, NotFound
from metier.workbench.finetuning import row_files
from metier.workbench.finetuning.row_files import (
    FileRow,
    check_kind,
    label_of,
    parse_json,
    read_content,
    read_json_lines,
    read_table,
    text_of,
)

COLUMNS = ("text", "label")


@pytest.fixture
def file(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def fields(path):
    return [dict(row.fields) for row in read_table(path, COLUMNS)]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", 'text,label\n"a, ""b""\nc",x\n'),
        ("a.CSV", '\ufefftext,label\r\n"a, ""b""\r\nc",x\r\n\r\n'),
        ("a.tsv", 'label\ttext\nx\t"a, ""b""\nc"\n'),
        ("a.csv", 'id,label, text \n7,x,"a, ""b""\nc"\n'),
        ("a.jsonl", '{"text": "a, \\"b\\"\\nc", "label": "x", "more": 1}\n\n'),
    ],
    ids=["csv", "byte order mark and carriage returns", "tsv", "further columns", "json lines"],
)
def test_tables_of_every_kind_give_the_same_row(file, name, content):
    (row,) = fields(file(name, content))
    assert (row["text"], row["label"]) == ('a, "b"\nc', "x")


def test_rows_are_named_as_spreadsheets_and_editors_do(file):
    table = file("a.csv", 'text,label\n"a\nb",x\n\nc,y\n')
    assert [row.place for row in read_table(table, COLUMNS)] == ["a.csv, row 2", "a.csv, row 4"]
    lines = file("a.jsonl", '{"text": 1}\n\n{"text": 2}\n')
    assert [row.place for row in read_json_lines(lines)] == ["a.jsonl, line 1", "a.jsonl, line 3"]


def test_a_cell_may_be_longer_than_the_csv_module_takes_by_itself(file):
    import csv

    before = csv.field_size_limit()
    (row,) = fields(file("a.csv", f"text,label\n{'long ' * 60_000},x\n"))
    assert len(row["text"]) == 300_000
    assert csv.field_size_limit() == before


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "a.csv must hold at least one row. It holds none"),
        (b"\xef\xbb\xbf \n", "a.csv must hold at least one row"),
        (b"text,label\n", "It holds the header alone"),
        (b"text,kind\na,b\n", r"must have the columns text, label. It lacks label. Name .* parted by commas"),
        (b"text,label,text\na,b,c\n", "each column must have a name of its own"),
        (b"text,label\na,b,c\n", "a.csv, row 2: a row must have 2 cells, as the header. It has 3"),
        (b'text,label\na,b\n"a,b\n', "a.csv, row 3: cells must be parted by commas, have double quotes"),
        (b'text,label\n"a"b,c\n', "a.csv, row 2: cells must be"),
        (b"text,label\na,b\0\n", "a.csv, line 2: a NUL byte is no text"),
        ("text,label\nслово,x\n".encode("cp1251"), "a.csv, line 2: the file must be UTF-8"),
        ("text,label\na,b\n".encode("utf-16"), "a.csv, line 1: a NUL byte"),
    ],
)
def test_bad_tables_are_refused_without_their_text(file, content, message):
    with pytest.raises(InvalidInput, match=message):
        fields(file("a.csv", content))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "a.jsonl, line 1: it must be JSON"),
        ("[" * 100_000, "it must be JSON"),
        ('{"text": "a"}\n["a"]', "a.jsonl, line 1: a row must have the field label"),
        ('{"text": "a", "label": "b"}\n["a"]', "a.jsonl, line 2: a line must be a JSON object"),
    ],
)
def test_bad_json_lines_are_refused(file, content, message):
    with pytest.raises(InvalidInput, match=message):
        fields(file("a.jsonl", content))


def test_files_must_exist_and_be_of_a_kind(file, tmp_path):
    with pytest.raises(NotFound, match="There is no data file"):
        check_kind(tmp_path / "none.csv", {".csv"})
    with pytest.raises(InvalidInput, match=r"a.xlsx must end in .csv, .tsv for this task. Got .xlsx"):
        check_kind(file("a.xlsx", "x"), {".tsv", ".csv"})


def test_files_have_a_largest_size_and_must_open(file, monkeypatch):
    path = file("a.csv", "text,label\na,b\n")
    monkeypatch.setattr(row_files, "MOST_BYTES", 5)
    with pytest.raises(InvalidInput, match="a.csv must be at most 5 bytes. Split it"):
        read_content(path)
    with pytest.raises(InvalidInput, match="cannot be opened: No such file"):
        read_content(path.with_name("gone.csv"))


def test_half_a_surrogate_pair_keeps_its_place():
    assert parse_json('{"a\\ud800": ["x\\udc00y", 1]}', "here") == {"a?": ["x?y", 1]}


@pytest.mark.parametrize("value", [None, 5, "", " \n", ["a"]])
def test_texts_must_be_there(value):
    with pytest.raises(InvalidInput, match="here: text must be a text that is not blank"):
        text_of(FileRow("here", {"text": value}), "text")


@pytest.mark.parametrize("value", [None, True, 1.5, "", " ", "a\nb", ["a"]])
def test_labels_must_be_names(value):
    with pytest.raises(InvalidInput, match="here: label must be a name or a whole number"):
        label_of(FileRow("here", {"label": value}), "label")


def test_labels_lose_spaces_and_numbers_become_names():
    assert label_of(FileRow("here", {"label": " a b "}), "label") == "a b"
    assert label_of(FileRow("here", {"label": 3}), "label") == "3"
