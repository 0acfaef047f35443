import json

import pytest

from metier.errors import InvalidInput, NotFound
from metier.expertise.row_files import fold_column, read_rows

KNOWN = ("position", "key_skills", "work_experience", "level")
MARKER = "Zyxwvut"


def written(tmp_path, content, name="rows.json"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def fields(path):
    return [(row.name, dict(row.fields)) for row in read_rows(path, known=KNOWN).rows]


WANTED = [{"position": "a", "level": "x"}, {"position": "b", "level": "y"}]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (json.dumps(WANTED), "rows.json"),
        ("\n".join(map(json.dumps, WANTED)), "rows.jsonl"),
        ("\n".join(map(json.dumps, WANTED)), "rows.json"),
        ("﻿" + json.dumps(WANTED), "rows.txt"),
        ('{"position": {"1": "a", "2": "b"}, "level": {"1": "x", "2": "y"}}', "rows.json"),
        ('{"position": ["a", "b"], "level": ["x", "y"]}', "rows.json"),
        ("position,level\na,x\nb,y\n", "rows.csv"),
        ("\ufeffPosition;LEVEL\r\na;x\r\n\r\nb;y\r\n", "rows.csv"),
        ("position\tlevel\na\tx\nb\ty", "rows.tsv"),
        ('position;level\n"a";"x"\n"b";"y"', "rows.csv"),
    ],
)
def test_every_form_of_a_table_gives_its_rows(tmp_path, content, name):
    assert [row for _, row in fields(written(tmp_path, content, name))] == WANTED


def test_rows_are_named_by_number_or_by_their_key(tmp_path):
    columns = '{"position": {"0": "a", "17": "b"}, "other": {"0": 1}}'
    assert [name for name, _ in fields(written(tmp_path, columns))] == ["0", "17"]
    assert [name for name, _ in fields(written(tmp_path, "position\na\n\nb\n", "a.csv"))] == ["2", "4"]
    assert [name for name, _ in fields(written(tmp_path, '{"position": "a"}\n\n{"position": "b"}'))] == [
        "1",
        "3",
    ]


def test_windows_1251_is_read(tmp_path):
    content = "position;key_skills\nИнженер-программист;Работа с базами данных\n".encode("cp1251")
    assert fields(written(tmp_path, content, "rows.csv"))[0][1]["position"] == "Инженер-программист"


def test_an_object_with_a_known_field_is_one_row(tmp_path):
    assert fields(written(tmp_path, '{"position": "a", "key_skills": ["b"]}')) == [
        ("1", {"position": "a", "key_skills": ["b"]})
    ]


def test_nan_and_an_index_without_a_name_are_passed_over(tmp_path):
    assert fields(written(tmp_path, '[{"position": NaN, "level": "x"}]'))[0][1]["position"] is None
    assert fields(written(tmp_path, ",position\n0,a\n", "a.csv")) == [("2", {"position": "a"})]


def test_a_cell_may_hold_a_whole_cv(tmp_path):
    cell = "word " * 100_000
    assert fields(written(tmp_path, f"position\n{cell}", "a.csv"))[0][1]["position"] == cell


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "rows.json must hold at least one row. It is empty"),
        (" \n ", "It is empty"),
        ("[]", "must hold at least one row. It holds none"),
        ("{}", "must be a table"),
        ('{"a": 1}', "It is an object of something else"),
        ('[{"a": 1}]', "columns such as position, key_skills, work_experience. It has none"),
        (f"{MARKER}\n{MARKER}", "must be a table with columns such as"),
        ("position,level", "It holds none"),
        (f'["{MARKER}"]', "rows.json, row 1: a row must be an object. It is a text"),
        ('[{"position": "a"}, null]', "row 2: a row must be an object. It is null"),
        (f'[{{"position": "{MARKER}"', "It breaks off or has a mistake at line 1"),
        ("[" * 100_000, "nested too deep"),
        ("[" + "9" * 5_000 + "]", "too many digits"),
        ('[{"position": "a", "position": "b"}]', "'position' stands 2 times"),
        ('[{"position": "a", "Position ": "b"}]', "row 1: a column may stand once"),
        ("position,Position\na,b", "row 1: a column may stand once"),
        (f"position,level\n{MARKER}\n", "row 2: a row must have 2 fields, as the header. It has 1"),
        (f'position,level\n"{MARKER},a\n', "row 2: the row must be CSV"),
        (
            '{"position": {"0": "a", "1": "b"}, "level": {"0": "x"}}',
            "column level: all columns must have the same rows. It has 1, another has 2. .* for row 1",
        ),
        ('{"position": ["a"], "level": ["x", "y"]}', "column position: .* It has 1, another has 2"),
        (
            '{"position": ["a"], "level": "x"}',
            "column level: a column must hold a value for each row. It holds a text",
        ),
        (b"PK\x03\x04\x00" + bytes(range(128, 160)) * 4, "Save it as UTF-8"),
    ],
)
def test_what_is_no_table_is_refused_with_its_place(tmp_path, content, message):
    with pytest.raises(InvalidInput, match=message) as caught:
        read_rows(written(tmp_path, content), known=KNOWN)
    assert MARKER not in str(caught.value)


def test_a_missing_file_is_not_found(tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(NotFound, match="There is no data file at"):
            read_rows(path, known=KNOWN)


def test_a_file_without_rights_is_named(tmp_path, monkeypatch):
    path = written(tmp_path, "position\na")

    def refuse(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "read_bytes", refuse)
    with pytest.raises(InvalidInput, match="rows.json cannot be opened: Permission denied"):
        read_rows(path, known=KNOWN)


def test_columns_are_compared_without_case_and_joints():
    assert {fold_column(name) for name in ("Key Skills", "key-skills", " KEY_SKILLS ")} == {"key_skills"}
