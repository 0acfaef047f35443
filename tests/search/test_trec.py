import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.errors import InvalidInput, NotFound
from metier.search.trec import (
    MAX_LINE_BYTES,
    quoted,
    read_lines,
    read_qrels,
    read_run,
    write_qrels,
    write_run,
)

ids = st.text(st.characters(codec="utf-8", exclude_categories=("Z", "C")), min_size=1, max_size=5)
scores = st.floats(-1e30, 1e30)
rankings = st.lists(st.tuples(ids, scores), unique_by=lambda item: item[0], min_size=1, max_size=8).map(
    lambda ranked: sorted(ranked, key=lambda item: -item[1])
)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("runs") / "a.run"


def lines(path):
    return path.read_text(encoding="utf-8").splitlines()


@given(st.dictionaries(ids, rankings, min_size=1, max_size=3))
def test_a_run_comes_back_in_its_order(path, run):
    write_run(run, path, tag="mine")
    back = read_run(path)
    assert {query: [name for name, _ in ranked] for query, ranked in back.items()} == {
        query: [name for name, _ in ranked] for query, ranked in run.items()
    }


@given(rankings)
def test_written_scores_fall_in_single_precision_too(path, ranked):
    write_run({"q": ranked}, path, tag="mine")
    written = np.array([float(line.split()[4]) for line in lines(path)]).astype(np.float32)
    assert (np.diff(written) < 0).all()


def test_scores_that_differ_come_back_exactly(path):
    run = {"q1": [("a", 0.1 + 0.2), ("b", 0.1), ("c", -2.5)], "вопрос": [("док", 7.0)]}
    write_run(run, path, tag="mine")
    assert read_run(path) == run


def test_equal_scores_keep_their_order(path):
    run = {"q": [("z", 1.0), ("a", 1.0), ("m", 1.0), ("b", 0.5)]}
    write_run(run, path, tag="mine")
    assert [name for name, _ in read_run(path)["q"]] == ["z", "a", "m", "b"]


def test_rows_are_those_of_trec_eval(path):
    write_run({"q1": [("d9", 2.5), ("d3", 1.0)]}, path, tag="mine")
    assert lines(path) == ["q1 Q0 d9 1 2.5 mine", "q1 Q0 d3 2 1.0 mine"]


def test_scores_decide_over_the_order_of_rows_and_ranks_over_equal_scores(tmp_path):
    (tmp_path / "r").write_text("q Q0 a 3 1 t\nq Q0 b 2 1 t\n\nq\tQ0\tc\t1\t5\tt\n")
    assert read_run(tmp_path / "r") == {"q": [("c", 5.0), ("b", 1.0), ("a", 1.0)]}


@pytest.mark.parametrize(
    ("run", "tag", "message"),
    [
        ({"q 1": [("a", 1.0)]}, "t", "id of a query must hold no white space.*'q 1'. Rename it"),
        ({"q": [("a\tb", 1.0)]}, "t", r"id of a document must hold no white space.*'a\\tb'"),
        ({"q": [("", 1.0)]}, "t", "id of a document must hold no white space"),
        ({"q": [("a", 1.0)]}, "my tag", "The tag must hold no white space"),
        ({"q": [("a", 1.0), ("b", 2.0)]}, "t", "scores must not rise along a ranking. 2.0 follows 1.0"),
        ({"q": [("a", 1.0), ("a", 0.5)]}, "t", "'a' is ranked twice"),
        ({"q": [("a", float("nan"))]}, "t", "single-precision number. Got nan"),
        ({"q": [("a", 1e39)]}, "t", "single-precision number. Got 1e"),
    ],
)
def test_a_run_that_no_file_can_hold_is_refused(tmp_path, run, tag, message):
    with pytest.raises(InvalidInput, match=message):
        write_run(run, tmp_path / "r", tag=tag)
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "r must hold at least one ranked document"),
        ("q Q0 a 1 1.0 t\nq Q0 b 2\n", "r, row 2: a row of a run must be .* It has 4 fields"),
        ("q Q0 a 1 high t\n", "r, row 1: the score must be a number. Got 'high'"),
        ("q Q0 a 1 nan t\n", "r, row 1: the score must be a number. Got 'nan'"),
        ("q Q0 a one 1 t\n", "r, row 1: the rank must be a whole number. Got 'one'"),
        (
            "q Q0 a 1 1 t\nq Q0 a 2 0 t\n",
            "r, row 2: a document may be ranked once .* 'a' stands twice for 'q'",
        ),
    ],
)
def test_a_damaged_run_is_refused_with_its_row(tmp_path, content, message):
    (tmp_path / "r").write_text(content)
    with pytest.raises(InvalidInput, match=message):
        read_run(tmp_path / "r")


@given(st.dictionaries(ids, st.dictionaries(ids, st.integers(-2, 9), min_size=1), min_size=1, max_size=3))
def test_judgements_come_back(path, qrels):
    write_qrels(qrels, path)
    assert read_qrels(path) == qrels


def test_judgements_are_read_in_both_forms(tmp_path):
    (tmp_path / "beir.tsv").write_text(
        "\ufeffquery-id\tcorpus-id\tscore\r\nq 1\td 1\t2\r\n", encoding="utf-8"
    )
    (tmp_path / "trec.txt").write_text("q1 0 d1 2\nq1\t0\td2\t0\n")
    assert read_qrels(tmp_path / "beir.tsv") == {"q 1": {"d 1": 2}}
    assert read_qrels(tmp_path / "trec.txt") == {"q1": {"d1": 2, "d2": 0}}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "q must hold at least one judgement"),
        ("query-id\tcorpus-id\tscore\n", "q must hold at least one judgement"),
        ("q1 d1 1\n", "q, row 1: a judgement must be query 0 document grade. It has 3 fields"),
        ("query-id\tcorpus-id\tscore\nq1 d1 1\n", "row 2: a judgement must be query-id, .* It has 1 fields"),
        ("query-id\tcorpus-id\tscore\nq1\t\t1\n", "row 2: a judgement must be query-id"),
        ("q1 0 d1 yes\n", "q, row 1: the grade must be a whole number. Got 'yes'"),
        ("q1 0 d1 1\nq1 0 d1 0\n", "row 2: a document may be judged once .* 'd1' stands twice for 'q1'"),
    ],
)
def test_damaged_judgements_are_refused_with_their_row(tmp_path, content, message):
    (tmp_path / "q").write_text(content)
    with pytest.raises(InvalidInput, match=message):
        read_qrels(tmp_path / "q")


def test_judgements_with_white_space_in_ids_are_not_written(tmp_path):
    for qrels in ({"q 1": {"a": 1}}, {"q": {"a b": 1}}):
        with pytest.raises(InvalidInput, match="must hold no white space in a TREC file"):
            write_qrels(qrels, tmp_path / "q")


@pytest.mark.parametrize("read", [read_run, read_qrels])
def test_a_missing_file_is_said(tmp_path, read):
    with pytest.raises(NotFound, match="There is no file at .*absent"):
        read(tmp_path / "absent")


def test_a_file_in_another_encoding_is_refused(tmp_path):
    (tmp_path / "r").write_bytes("q Q0 док 1 1 t\n".encode("cp1251"))
    with pytest.raises(InvalidInput, match="r, row 1: the line must be UTF-8. Byte 5 of it is not"):
        read_run(tmp_path / "r")


def test_a_line_without_end_is_refused(tmp_path):
    with (tmp_path / "r").open("wb") as file:
        file.truncate(MAX_LINE_BYTES + 1)
    with pytest.raises(InvalidInput, match="may have 50,000,000 bytes"):
        list(read_lines(tmp_path / "r"))


def test_messages_hold_no_long_ids():
    assert quoted("d1") == "'d1'"
    assert quoted("x" * 101) == "an id of 101 characters"
