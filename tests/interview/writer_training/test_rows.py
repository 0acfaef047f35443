import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.errors import InvalidInput, NotFound
from metier.interview.wording_meaning import Asked, MeaningRules
from metier.interview.wording_rules import Rule, broken_form
from metier.interview.writer_training.rows import (
    COLUMNS,
    QuestionRow,
    read_rows,
    shipped_rows,
    split_rows,
    write_rows,
)

ROW = QuestionRow("Joins", 'They "pair", rows.', "pairs", "Indexes", "What is an index for?")


def write(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def json_row(**fields):
    return json.dumps({**dict.fromkeys(COLUMNS, "x"), **fields})


def test_csv_and_json_lines_hold_the_same_rows(tmp_path):
    csv = write(tmp_path / "a.csv", "\ufeff" + write_rows([ROW]))
    lines = write(
        tmp_path / "a.jsonl", "\n" + json.dumps({name: getattr(ROW, name) for name in COLUMNS}) + "\n"
    )
    assert read_rows(csv).rows == read_rows(lines).rows == (ROW,)
    assert read_rows(csv).sha256 != read_rows(lines).sha256
    assert read_rows(csv, language="ru").rows[0].facts("ru").language == "ru"


text = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30).map(
    lambda words: f"x{words}x"
)


@given(rows=st.lists(st.builds(QuestionRow, text, text, text, text, text), min_size=1, max_size=5))
def test_written_rows_are_read_back(rows, tmp_path_factory):
    path = write(tmp_path_factory.mktemp("rows") / "rows.csv", write_rows(rows))
    assert read_rows(path).rows == tuple(rows)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "topic,answer\na,b\n", "must have the columns topic, answer, earned, next_topic, question"),
        ("a.csv", f"{','.join(COLUMNS)},more\n", "must have the columns"),
        ("a.csv", f"{','.join(COLUMNS)}\n", "must hold at least one row"),
        ("a.csv", "", "must have the columns"),
        ("a.csv", f"{','.join(COLUMNS)}\na,b,c\n", "a.csv, row 1: it must have 5 fields"),
        ("a.csv", f"{','.join(COLUMNS)}\na,b,c,d,e,f\n", "row 1: it must have 5 fields"),
        ("a.csv", f"{','.join(COLUMNS)}\na,b,c,d,e\na,b,c,,secret\n", "row 2: next_topic must not be empty"),
        ("a.csv", f'{",".join(COLUMNS)}\na,b,"c,d,e\n', "no valid CSV"),
        ("a.csv", b"\xff\xfe", "must be UTF-8. Byte 0 is not"),
        ("a.jsonl", "secret\n", "a.jsonl, row 1: it must be a JSON object"),
        ("a.jsonl", "[1]\n", "must be a JSON object"),
        ("a.jsonl", "[" * 100_000, "must be a JSON object"),
        ("a.jsonl", '{"topic": "secret"}\n', "must have the columns"),
        ("a.jsonl", json_row(answer=3), "answer must be text"),
        ("a.jsonl", json_row(question=" "), "question must not be empty"),
        ("a.jsonl", json_row(answer="secret " * 3_000), "answer may have 20,000 characters. It has 21,000"),
        ("a.txt", "x", "ends in .csv or .jsonl. Got a.txt"),
    ],
)
def test_a_row_that_breaks_a_rule_is_named_and_not_quoted(tmp_path, name, content, message):
    with pytest.raises(InvalidInput, match=message) as caught:
        read_rows(write(tmp_path / name, content))
    assert "secret" not in str(caught.value)


def test_a_missing_file_and_an_unknown_language_are_told(tmp_path):
    with pytest.raises(NotFound, match="There is no file"):
        read_rows(tmp_path / "absent.csv")
    with pytest.raises(InvalidInput, match="language must be one of en, ru, ko, he. Got 'de'"):
        read_rows(tmp_path / "absent.csv", language="de")


def test_parts_do_not_depend_on_order_and_share_no_subject():
    rows = read_rows(shipped_rows()).rows
    train, held_out = split_rows(rows, held_out=0.5)
    again, _ = split_rows(rows[::-1], held_out=0.5)
    assert set(train) == set(again)
    assert {row.next_topic for row in train}.isdisjoint(row.next_topic for row in held_out)
    assert (len(train), len(held_out)) == (77, 82)


def test_nothing_is_held_out_unasked():
    assert split_rows([ROW], held_out=0) == ([ROW], [])


@pytest.mark.parametrize("share", [-0.1, 1.0])
def test_a_share_out_of_range_is_refused(share):
    with pytest.raises(InvalidInput, match="held_out must be at least 0 and below 1"):
        split_rows([ROW], held_out=share)


def test_the_shipped_rows_keep_every_rule():
    rows = read_rows(shipped_rows()).rows
    assert len({row.question for row in rows}) == len(rows) >= 130
    rules = MeaningRules()
    for row in rows:
        assert broken_form(row.question, "en") == ()
        broken = set(rules.broken(row.question, Asked((row.next_topic,), answer=row.answer)))
        assert broken <= {Rule.OFF_TOPIC}
