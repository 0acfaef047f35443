import json

import pytest

from metier.errors import InvalidInput, NotFound
from metier.interview.short_answers.rows import Columns, ScoreRow, read_score_rows


def written(tmp_path, content, name="graded.csv"):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "header",
    ["question,reference,answer,score", "question,desired_answer,student_answer,score_avg"],
)
def test_columns_are_guessed_by_their_usual_names(tmp_path, header):
    found = read_score_rows(written(tmp_path, f"{header}\nWhat?, This. ,that,3.5\n"))
    assert found.rows == (ScoreRow("What?", ("This.",), "that", 3.5, 2),)
    assert (found.name, len(found.sha256)) == ("graded.csv", 64)


def test_columns_can_be_named(tmp_path):
    path = written(tmp_path, "q,r,a,s,score\nWhat?,This.,that,1,9\n")
    assert read_score_rows(path, Columns("q", "r", "a", "s")).rows[0].score == 1


def test_json_lines_hold_several_references(tmp_path):
    rows = [{"question": "q", "reference_answers": ["x", "y", "x"], "answer": "a", "score": 2}]
    content = "\n".join(map(json.dumps, rows)) + "\n\n"
    assert read_score_rows(written(tmp_path, content, "a.jsonl")).rows == (
        ScoreRow("q", ("x", "y"), "a", 2.0, 1),
    )


@pytest.mark.parametrize(
    ("cell", "references"),
    [('"[""x"", ""y""]"', ("x", "y")), ('"[1, 2]"', ("[1, 2]",)), ("[oops", ("[oops",)), ("[]", ("[]",))],
)
def test_a_cell_may_hold_a_list_of_references(tmp_path, cell, references):
    found = read_score_rows(written(tmp_path, f"question,reference,answer,score\nq,{cell},a,1\n"))
    assert found.rows[0].references == references


def test_scores_are_not_needed_to_predict(tmp_path):
    found = read_score_rows(written(tmp_path, "question,reference,answer\nq,r,a\n"), graded=False)
    assert found.rows[0].score is None


@pytest.mark.parametrize(("answer", "blank"), [("", True), (" ?! ", True), ("0", False), ("да", False)])
def test_an_answer_without_letters_and_digits_is_blank(tmp_path, answer, blank):
    found = read_score_rows(written(tmp_path, f"question,reference,answer,score\nq,r,{answer},1\n"))
    assert found.rows[0].is_blank is blank


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (" ,r,secret,1", "row 2, column question: the field must be text, not blank"),
        ("q,,secret,1", "row 2, column reference: no reference may be blank"),
        ("q,r,secret,6", "row 2, column score: the score must be a number from 0 to 5"),
        ("q,r,secret,nan", "a number from 0 to 5"),
        ("q,r,secret,good", "a number from 0 to 5"),
        ("q,r,secret,-1", "a number from 0 to 5"),
    ],
)
def test_a_broken_row_is_named_without_its_words(tmp_path, row, words):
    with pytest.raises(InvalidInput, match=words) as caught:
        read_score_rows(written(tmp_path, f"question,reference,answer,score\n{row}\n"))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("\n", "must hold at least one row"),
        ("[1]\n", "row 1: the line must be a JSON object"),
        ("{oops\n", "row 1: the line must be a JSON object"),
        ('{"question": 1, "reference": "r", "answer": "a", "score": 1}\n', "column question"),
        ('{"question": "q", "reference": [], "answer": "a", "score": 1}\n', "column reference"),
        ('{"question": "q", "reference": ["r", 1], "answer": "a", "score": 1}\n', "column reference"),
        ('{"question": "q", "reference": "r", "answer": null, "score": 1}\n', "column answer"),
        ('{"question": "q", "reference": "r", "answer": "a", "score": true}\n', "column score"),
    ],
)
def test_broken_json_lines_are_refused(tmp_path, content, words):
    with pytest.raises(InvalidInput, match=words):
        read_score_rows(written(tmp_path, content, "a.jsonl"))


def test_files_that_cannot_be_read_are_refused(tmp_path):
    with pytest.raises(NotFound, match="no data file"):
        read_score_rows(tmp_path / "none.jsonl")
    (tmp_path / "latin.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidInput, match="must be UTF-8"):
        read_score_rows(tmp_path / "latin.jsonl")


def test_a_missing_column_is_named_with_the_way_out(tmp_path):
    with pytest.raises(InvalidInput, match="the answer must stand in a column answer or student_answer") as e:
        read_score_rows(written(tmp_path, "question,reference,score\nq,r,1\n"))
    assert "--answer-column" in str(e.value)
