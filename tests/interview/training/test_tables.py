import pytest

from metier.errors import InvalidInput, NotFound
from metier.interview.training.tables import read_table


def written(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_rows_have_the_numbers_that_a_spreadsheet_shows(tmp_path, encoding, end):
    path = tmp_path / "t.csv"
    path.write_bytes(end.join(["a, b ", '1,"x, y"', "", '2," ""z"" "', ""]).encode(encoding))
    table = read_table(path)
    assert (table.name, table.columns) == ("t.csv", ("a", "b"))
    assert [(row.number, dict(row.fields)) for row in table.rows] == [
        (2, {"a": "1", "b": "x, y"}),
        (4, {"a": "2", "b": ' "z" '}),
    ]
    assert table.rows[1].text("b") == '"z"'
    assert table.rows[1].place == "t.csv, row 4"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"t.csv must hold a header and at least one row. It holds no row."),
        ("a,b\n", "at least one row"),
        ("a,a\n1,2\n", "t.csv, row 1: a column may stand once. 'a' stands twice"),
        ("a,b\n1,2\n1,2,secret\n", "t.csv, row 3: a row must have 2 fields, as the header. It has 3"),
        ('a,b\n1,"2" secret\n', "t.csv, row 2: the row must be CSV"),
        (b"a,b\n1,2\n\xff,secret\n", "t.csv, line 3: the file must be UTF-8. Byte 8 of it is not"),
    ],
)
def test_broken_files_are_refused_without_their_words(tmp_path, content, message):
    with pytest.raises(InvalidInput, match=message) as found:
        read_table(written(tmp_path / "t.csv", content))
    assert "secret" not in str(found.value)


def test_a_missing_file_column_or_field_is_named(tmp_path):
    with pytest.raises(NotFound, match="no data file"):
        read_table(tmp_path / "absent.csv")
    table = read_table(written(tmp_path / "t.csv", "a,b\n1, \n"))
    with pytest.raises(InvalidInput, match="must have the column 'c'"):
        table.require(["a", "c"])
    with pytest.raises(InvalidInput, match="t.csv, row 2, column b: the field must not be empty"):
        table.rows[0].text("b")


def test_a_file_that_may_not_be_read_is_said_to_be_so(tmp_path, monkeypatch):
    path = written(tmp_path / "t.csv", "a\n1\n")

    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "read_bytes", refuse)
    with pytest.raises(InvalidInput, match="t.csv cannot be opened: Permission denied"):
        read_table(path)
