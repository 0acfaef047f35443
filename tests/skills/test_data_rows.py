import os

import pytest

from metier.errors import InvalidInput, NotFound
from metier.skills.data_rows import MAX_LINE_BYTES, csv_rows, field_of, json_rows, read_lines

MARKER = "Zyxwvut"


def written(tmp_path, content, name="rows.jsonl"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def table(path):
    return [row.fields for row in csv_rows(path, check_header=lambda columns: None)]


def test_rows_have_the_numbers_of_their_lines(tmp_path):
    path = written(tmp_path, '\ufeff{"a": 1}\r\n\n  \n{"a": "\u2028"}')
    assert [(row.place, row.fields) for row in json_rows(path)] == [
        ("rows.jsonl, row 1", {"a": 1}),
        ("rows.jsonl, row 4", {"a": "\u2028"}),
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (f'{{"text": "{MARKER}"', "It is no JSON. Mend the line"),
        ('["a"]', r"It is a list\. Mend the line"),
        ("[" * 100_000, "It is no JSON"),
        ("9" * 5_000, "It is no JSON"),
        ('{"a": {"b": 1, "c": 2, "b": 3}}', "'b' stands twice. Remove one"),
    ],
)
def test_a_line_must_be_one_json_object(tmp_path, line, message):
    path = written(tmp_path, f'{{"a": 1}}\n{line}\n')
    with pytest.raises(InvalidInput, match=f"rows.jsonl, row 2: .*{message}") as caught:
        list(json_rows(path))
    assert MARKER not in str(caught.value)


@pytest.mark.parametrize("content", ["", "\n \n"])
def test_a_file_must_hold_a_row(tmp_path, content):
    with pytest.raises(InvalidInput, match="rows.jsonl must hold at least one row"):
        list(json_rows(written(tmp_path, content)))


def test_a_missing_file_is_not_found(tmp_path):
    for path in (tmp_path / "none.jsonl", tmp_path):
        with pytest.raises(NotFound, match="There is no data file at"):
            list(read_lines(path))


def test_a_file_must_be_utf8(tmp_path):
    path = written(tmp_path, '{"a": 1}\n{"a": "é"}\n'.encode("latin-1"))
    with pytest.raises(InvalidInput, match="rows.jsonl, row 2: .* Byte 7 of it is not. Save"):
        list(json_rows(path))


def test_a_line_has_a_largest_size(tmp_path):
    path = written(tmp_path, b'{"a": 1}\n' + b"x" * (MAX_LINE_BYTES + 1))
    with pytest.raises(InvalidInput, match="row 2: a line may have 10,000,000 bytes"):
        list(json_rows(path))


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the system lets root read any file")
def test_a_closed_file_is_told_of(tmp_path):
    path = written(tmp_path, "{}")
    path.chmod(0)
    with pytest.raises(InvalidInput, match="cannot be opened: Permission denied. Check its rights"):
        list(read_lines(path))


def test_a_name_that_no_system_takes_is_told_of(tmp_path):
    with pytest.raises(InvalidInput, match="cannot be opened: File name too long"):
        list(read_lines(tmp_path / ("x" * 300)))


def test_a_table_has_rows_by_column(tmp_path):
    path = written(tmp_path, '\ufeffa, b\n1,"two, ""three""\nfour"\n\n5,6\n', "t.csv")
    assert table(path) == [{"a": "1", "b": 'two, "three"\nfour'}, {"a": "5", "b": "6"}]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,b\n1,2\n1,2,3\n", "row 3: a row must have 2 fields, as the header. It has 3"),
        ("a,b\n1\n", "row 2: a row must have 2 fields, as the header. It has 1"),
        ('a,b\n1,"2"x\n', "row 2: the row must be CSV"),
        ('a,b\n1,2\n1,"2\n', "row 3: the row must be CSV"),
        (f"a,b\n{'x' * 140_000},2\n", "row 2: the row must be CSV.* at most 131,072 characters"),
        ("a,a\n1,2\n", "row 1: a column may stand once. 'a' stands twice"),
        ("a,b\n", "must hold a header and at least one row. It holds 1 rows"),
        ("", "must hold a header and at least one row. It holds 0 rows"),
    ],
)
def test_broken_tables_are_refused_with_their_row(tmp_path, content, message):
    with pytest.raises(InvalidInput, match=f"t.csv.*{message}"):
        table(written(tmp_path, content, "t.csv"))


def test_a_missing_field_is_named(tmp_path):
    (row,) = json_rows(written(tmp_path, '{"a": null}'))
    assert field_of(row, "a") is None
    with pytest.raises(InvalidInput, match="row 1: a row must have the field 'b'. It has none. Add it"):
        field_of(row, "b")
