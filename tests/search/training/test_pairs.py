import csv
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.errors import InvalidInput, NotFound
from metier.search.training.pairs import Pair, PairSet, known_positives, matches, read_pairs, text_key

SECRET = "Ivan Petrov"


def jsonl(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def table(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def parquet(path, **columns):
    pyarrow = pytest.importorskip("pyarrow")
    pytest.importorskip("pyarrow.parquet").write_table(pyarrow.table(columns), path)
    return path


def test_csv_has_single_negatives_and_scores(tmp_path):
    path = table(tmp_path / "p.csv", "query,positive,negative,score,note\na,b,c,0.5,x\nd,e,,,\n")
    assert read_pairs([path]) == PairSet((Pair("a", "b", ("c",), 0.5), Pair("d", "e")))


@pytest.mark.parametrize("row", [{"negatives": ["c", "d"]}, {"negative": "c", "negatives": ["d", "c"]}])
def test_json_lines_have_lists_of_negatives(tmp_path, row):
    path = jsonl(tmp_path / "p.jsonl", {"query": "a", "positive": "b", "score": -1, **row})
    assert read_pairs([path]).rows == (Pair("a", "b", ("c", "d"), -1.0),)


def test_parquet_has_lists_of_negatives_and_absent_values(tmp_path):
    path = parquet(
        tmp_path / "p.parquet",
        query=["a", "d"],
        positive=["b", "e"],
        negatives=[["c"], None],
        score=[None, 0.25],
        note=[1, 2],
    )
    assert read_pairs([path]).rows == (Pair("a", "b", ("c",)), Pair("d", "e", (), 0.25))


def test_rows_repeated_in_all_columns_are_dropped_and_counted_over_files(tmp_path):
    first = table(tmp_path / "p.csv", "query,positive\na,b\na,b\na,c\n")
    second = jsonl(tmp_path / "p.jsonl", {"query": "a", "positive": "c"})
    assert read_pairs([first, second]) == PairSet((Pair("a", "b"), Pair("a", "c")), 2)


def test_a_mark_of_byte_order_and_windows_ends_of_line_are_no_part_of_the_texts(tmp_path):
    path = table(tmp_path / "p.csv", b"\xef\xbb\xbfquery,positive\r\na,\xd1\x8f\r\n\r\n")
    assert read_pairs([path]).rows == (Pair("a", "я"),)
    lines = table(tmp_path / "p.jsonl", b'\xef\xbb\xbf{"query": "a", "positive": "b"}\r\n\r\n')
    assert read_pairs([lines]).rows == (Pair("a", "b"),)


def test_quoted_fields_may_hold_lines_and_be_long(tmp_path):
    long = "x" * 500_000
    before = csv.field_size_limit()
    path = table(tmp_path / "p.csv", f'query,positive\n"a\nb","{long}"\n')
    assert read_pairs([path]).rows == (Pair("a\nb", long),)
    assert csv.field_size_limit() == before


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "p.csv must hold at least one row. It holds none"),
        ("query,positive\n", "p.csv must hold at least one row"),
        ("query,answer\na,b\n", "p.csv, row 1: the header must have the column 'positive'"),
        ("query,query,positive\na,b,c\n", "p.csv, row 1: a column may stand once. 'query' stands twice"),
        ("query,positive\na,b\nIvan Petrov\n", "p.csv, row 3: a row must have 2 fields.*It has 1"),
        ("query,positive\nIvan Petrov, \n", "p.csv, row 2, column positive: the text must not be empty"),
        ("query,positive,score\na,b,Ivan Petrov\n", "row 2, column score: must be a number. It is a text"),
        ("query,positive,score\na,b,nan\n", "row 2, column score: must be a number"),
        ("query,positive,score\na,b,1.5\n", "row 2, column score: must be from -1 to 1. Got 1.5"),
        ('query,positive\n"a"Ivan Petrov,b\n', "p.csv, row 2: the row must be CSV"),
        ('query,positive\n"Ivan Petrov,b\n', "p.csv, row 2: the row must be CSV"),
        (
            b"query,positive\nIvan Petrov,\xff\n",
            "p.csv, line 2: the line must be UTF-8. Byte 12 of it is not",
        ),
    ],
)
def test_a_broken_table_names_file_row_and_column_and_no_text(tmp_path, content, message):
    path = table(tmp_path / "p.csv", content)
    with pytest.raises(InvalidInput, match=message) as caught:
        read_pairs([path])
    assert_no_text(caught.value)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"query": SECRET}, "row 2: a row must have the column 'positive'"),
        ({"query": SECRET, "positive": 3}, "row 2, column positive: must be a text. It is a number"),
        ({"query": None, "positive": SECRET}, "row 2, column query: the text must not be empty"),
        ({"query": "a", "positive": "b", "negatives": SECRET}, "column negatives: must be a list of texts"),
        ({"query": "a", "positive": "b", "negatives": ["c", ""]}, "column negatives: the text must not be"),
        ({"query": "a", "positive": "b", "negatives": [1]}, "column negatives: must be a text"),
        (
            {"query": "a", "positive": "b", "negative": [SECRET]},
            "column negative: must be a text. It is a li",
        ),
        ({"query": "a", "positive": "b", "score": True}, "column score: must be a number. It is true or"),
        ({"query": "a", "positive": "b", "score": {}}, "column score: must be a number. It is something"),
        ({"query": "a", "positive": "b", "score": 10**400}, "column score: must be a number"),
        ([SECRET], "row 2: the line must be one JSON object"),
    ],
)
def test_a_broken_line_names_file_row_and_column_and_no_text(tmp_path, row, message):
    path = jsonl(tmp_path / "p.jsonl", {"query": "a", "positive": "b"}, row)
    with pytest.raises(InvalidInput, match=f"p.jsonl, .*{message}") as caught:
        read_pairs([path])
    assert_no_text(caught.value)


def test_a_line_that_is_no_json_is_named_without_its_text(tmp_path):
    path = table(tmp_path / "p.jsonl", f'{{"query": "{SECRET}"')
    with pytest.raises(InvalidInput, match=r"p\.jsonl, row 1: the line must be one JSON object") as caught:
        read_pairs([path])
    assert_no_text(caught.value)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"query": ["a"]}, "p.parquet must have the column 'positive'"),
        ({"query": [], "positive": []}, "p.parquet must hold at least one row"),
        ({"query": ["a", "b"], "positive": ["c", None]}, "row 2, column positive: the text must not be"),
        ({"query": ["a"], "positive": [b"Ivan Petrov"]}, "row 1, column positive: must be a text"),
        ({"query": ["a"], "positive": ["b"], "score": [2.0]}, "row 1, column score: must be from -1 to 1"),
    ],
)
def test_broken_parquet_names_file_row_and_column(tmp_path, columns, message):
    with pytest.raises(InvalidInput, match=message) as caught:
        read_pairs([parquet(tmp_path / "p.parquet", **columns)])
    assert_no_text(caught.value)


def test_a_file_that_only_calls_itself_parquet_is_an_error(tmp_path):
    pytest.importorskip("pyarrow")
    path = table(tmp_path / "p.parquet", SECRET)
    with pytest.raises(InvalidInput, match=r"p\.parquet must be a parquet file"):
        read_pairs([path])


def test_a_missing_file_another_ending_and_no_file_are_errors(tmp_path):
    with pytest.raises(NotFound, match=r"no file of pairs at .*absent\.csv"):
        read_pairs([tmp_path / "absent.csv"])
    with pytest.raises(InvalidInput, match=r"p\.txt must end in \.csv, \.jsonl, \.parquet. Got \.txt"):
        read_pairs([table(tmp_path / "p.txt", "")])
    with pytest.raises(InvalidInput, match="must be a list of files, at least one"):
        read_pairs([])
    with pytest.raises(InvalidInput, match="Put the file into a list"):
        read_pairs(tmp_path / "p.csv")


def test_a_line_over_the_limit_is_refused_before_it_is_read_whole(tmp_path, monkeypatch):
    monkeypatch.setattr("metier.search.training.pairs._MOST_LINE_BYTES", 100)
    path = jsonl(tmp_path / "p.jsonl", {"query": "a", "positive": "b" * 100})
    with pytest.raises(InvalidInput, match=r"p\.jsonl, line 1: a line may have 100 bytes"):
        read_pairs([path])


@given(st.text())
def test_case_and_spaces_do_not_make_another_text(text):
    assert text_key(f"  {text}\n") == text_key(text) == text_key(text_key(text))


def test_a_pair_of_low_score_is_a_negative_of_its_query():
    pairs = [
        Pair("A", "b", ("x",)),
        Pair("a ", "c", (), 0.2),
        Pair("d", "e", (), 0.1),
        Pair("f", "g", (), 0.5),
    ]
    assert matches(pairs) == [Pair("A", "b", ("x", "c")), Pair("f", "g", (), 0.5)]
    assert known_positives(pairs) == {"a": {"b"}, "f": {"g"}}


def assert_no_text(error):
    """Fail where the error or one that it is chained to holds a text."""
    while error is not None:
        assert SECRET not in str(error)
        assert SECRET not in repr(getattr(error, "doc", ""))
        error = error.__cause__
