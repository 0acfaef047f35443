import pytest

from metier.dialogue import Manner
from metier.errors import InvalidInput, NotFound
from metier.interview.labelled import own_answers, read_answers
from tests.interview.interviews import small_bank

BANK = small_bank()
HEADER = "question,answer,earned,partly,wrong,manner\n"


def rows(tmp_path, *lines, header=HEADER):
    path = tmp_path / "answers.csv"
    path.write_text(header + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return read_answers(path, BANK)


def test_a_row_says_which_points_are_made_and_what_else_the_answer_does(tmp_path):
    (row,) = rows(tmp_path, 'what-is-ml,"It learns, I guess.",data,rules,,hedges| asks-back')
    assert (row.bank, row.language, row.question.id) == ("small", "en", "what-is-ml")
    assert row.answer == "It learns, I guess."
    assert (row.earned, row.partly, row.wrong) == ({"data"}, {"rules"}, set())
    assert row.manners == {Manner.HEDGES, Manner.ASKS_BACK}


def test_rows_keep_their_order_and_an_empty_file_has_none(tmp_path):
    found = rows(tmp_path, "what-is-lora,b,,,,", "what-is-ml,a,,,,")
    assert [row.answer for row in found] == ["b", "a"]
    assert rows(tmp_path) == []


def test_columns_may_stand_in_any_order_beside_others(tmp_path):
    header = "note,manner,wrong,partly,earned,answer,question\n"
    (row,) = rows(tmp_path, "x,ends,data|rules,,,Bye.,what-is-ml", header=header)
    assert (row.wrong, row.manners, row.answer) == ({"data", "rules"}, {Manner.ENDS}, "Bye.")


@pytest.mark.parametrize(
    ("cell", "answer"), [("'=a", "=a"), ("'+1", "+1"), ("'-", "-"), ("'@x", "@x"), ("'quoted'", "'quoted'")]
)
def test_the_mark_that_keeps_spreadsheets_from_counting_is_dropped(tmp_path, cell, answer):
    (row,) = rows(tmp_path, f"what-is-ml,{cell},,,,")
    assert row.answer == answer


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("nothing,a,,,,", "answers.csv, line 2: Bank small has no question 'nothing'"),
        ("what-is-ml,a,adapters,,,", "line 2: question what-is-ml has no point 'adapters'"),
        ("what-is-ml,a,,x,,", "has no point 'x'"),
        ("what-is-ml,a,,,x,", "has no point 'x'"),
        ("hello,a,data,,,", "question hello has no point 'data'"),
        ("what-is-ml,a,data,data,,", "earned, partly made or contradicted: one of them only"),
        ("what-is-ml,a,,rules,rules,", "one of them only"),
        ("what-is-ml,a,,,,angry", "manner must be of does-not-know, .*. Got 'angry'"),
        ("what-is-ml", None),
    ],
)
def test_a_row_that_names_what_is_not_there_is_told_by_its_number(tmp_path, line, message):
    if message is None:
        assert rows(tmp_path, line)[0].answer == ""
        return
    with pytest.raises(InvalidInput, match=message):
        rows(tmp_path, line)


def test_the_number_is_that_of_the_line(tmp_path):
    with pytest.raises(InvalidInput, match="line 4"):
        rows(tmp_path, 'what-is-ml,"two\nlines",,,,', "nothing,a,,,,")


def test_messages_do_not_hold_the_answer(tmp_path):
    with pytest.raises(InvalidInput) as caught:
        rows(tmp_path, "what-is-ml,Zanzibar,x,,,")
    assert "Zanzibar" not in str(caught.value)


@pytest.mark.parametrize("header", ["", "question,answer\n", HEADER.replace("manner", "manners")])
def test_a_missing_column_is_told(tmp_path, header):
    with pytest.raises(InvalidInput, match="needs the columns question, answer, .*It lacks"):
        rows(tmp_path, "what-is-ml,a", header=header)


def test_files_that_cannot_be_read_are_told(tmp_path):
    with pytest.raises(NotFound, match="no file of answers at"):
        read_answers(tmp_path / "none.csv", BANK)
    with pytest.raises(InvalidInput, match="cannot be opened"):
        read_answers(tmp_path, BANK)
    path = tmp_path / "latin.csv"
    path.write_bytes("question,\u00fc".encode("latin-1"))
    with pytest.raises(InvalidInput, match=r"latin.csv must be UTF-8. Byte 9 is not"):
        read_answers(path, BANK)


def test_a_cell_too_large_for_csv_is_told(tmp_path):
    with pytest.raises(InvalidInput, match=r"answers.csv, line \d+: field larger"):
        rows(tmp_path, f"what-is-ml,{'x' * 200_000},,,,")


def test_metiers_own_answers_come_bank_by_bank():
    found = own_answers()
    banks = [(row.bank, row.language) for row in found]
    assert banks == sorted(banks)
    assert len(found) > 1000
