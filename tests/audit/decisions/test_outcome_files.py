import math
import time

import pytest

from metier.audit.decisions import outcome_files
from metier.audit.decisions.outcome_files import OutcomeColumns, read_outcomes
from metier.errors import InvalidInput, NotFound

GENDER = OutcomeColumns(("gender",))
SECRET = "Zinaida"


def write(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_columns_are_found_by_their_names(tmp_path):
    path = write(tmp_path, "id,Gender ,selected,score,rank,job\n1,f,yes,0.5,2,a\n2,m,no,0.7,1,a\n3,,1,,,b\n")
    found = read_outcomes(path, OutcomeColumns((" gender",), id="id", ranking="job"))
    assert found.groupings[0].name == "gender"
    assert found.groupings[0].codes.tolist() == [0, 1, -1]
    assert found.selected.tolist() == [1, 0, 1]
    assert found.scores.tolist()[:2] == [0.5, 0.7]
    assert math.isnan(found.scores[2])
    assert found.ranks.tolist()[:2] == [2, 1]
    assert found.lists.tolist() == [0, 0, 1]
    assert (found.n, found.n_repeated, found.ids) == (3, 0, ())


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_spreadsheets_write_is_read(tmp_path, mark, encoding):
    text = "пол|балл|отобран\r\nженский|0.5|да\r\n\r\nмужской|0.7|нет\r\n".replace("|", mark)
    columns = OutcomeColumns(("пол",), selected="отобран", score="балл")
    found = read_outcomes(write(tmp_path, text, encoding), columns)
    assert found.groupings[0].labels == ("женский", "мужской")
    assert found.selected.tolist() == [1, 0]
    assert found.scores.tolist() == [0.5, 0.7]


def test_numbers_may_have_a_decimal_comma(tmp_path):
    found = read_outcomes(write(tmp_path, "gender;score\nf;0,5\nm;12,25\n"), GENDER)
    assert found.scores.tolist() == [0.5, 12.25]
    found = read_outcomes(write(tmp_path, 'gender,score\nf,"0,5"\nm,1\n'), GENDER)
    assert found.scores.tolist() == [0.5, 1]


def test_the_usual_columns_are_read_only_if_they_are_there(tmp_path):
    found = read_outcomes(write(tmp_path, "gender,selected\nf,yes\n"), GENDER)
    assert (found.scores, found.ranks, found.lists) == (None, None, None)


def test_a_usual_name_that_is_a_group_is_a_group(tmp_path):
    found = read_outcomes(write(tmp_path, "rank,selected\nmajor,yes\n"), OutcomeColumns(("rank",)))
    assert found.ranks is None
    assert found.groupings[0].labels == ("major",)


def test_labels_alone_leave_the_outcomes_unread(tmp_path):
    path = write(tmp_path, "file,gender,score\na.pdf,f,good\nb.pdf,m,bad\n")
    found = read_outcomes(path, OutcomeColumns(("gender",), id="file"), labels_only=True)
    assert found.ids == ("a.pdf", "b.pdf")
    assert found.scores is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("gender,selected\nf,yes\nm,{}\n", "row 3, column selected: neither yes nor no"),
        ("gender,score\n\nf,{}\n", "row 3, column score: no number"),
        ("gender,rank\nf,0\n", "row 2, column rank: no rank"),
        ('gender,score\nf,"1,234"\n', "row 2, column score: no number that can be read in one way"),
        ("gender,score\nf,1,{}\n", "row 2 has 3 cells, the first 2"),
        ("gender,score\nf\n", "row 2 has 1 cells, the first 2"),
        ("{},score\nf,1\n", "no column 'gender' among its 2"),
        ("gender,gender,score\nf,f,1\n", "more than one column 'gender'"),
        ("gender,score\n", "holds no rows"),
        ("", "no column 'gender'"),
    ],
)
def test_errors_name_row_and_column_and_no_cell(tmp_path, text, message):
    path = write(tmp_path, text.format(SECRET) if "{}" in text else text)
    with pytest.raises(InvalidInput, match=message) as caught:
        read_outcomes(path, GENDER)
    assert SECRET not in str(caught.value)


def test_a_column_with_a_value_for_each_person_is_no_group(tmp_path):
    rows = "".join(f"{SECRET} {i},yes\n" for i in range(100))
    with pytest.raises(
        InvalidInput, match="row 62, column gender: the column holds more than 60 groups"
    ) as caught:
        read_outcomes(write(tmp_path, f"gender,selected\n{rows}"), GENDER)
    assert SECRET not in str(caught.value)


def test_other_files_are_refused(tmp_path):
    with pytest.raises(NotFound, match="no file at"):
        read_outcomes(tmp_path / "none.csv", GENDER)
    path = tmp_path / "table.csv"
    path.write_bytes("gender,selected\nженский,да\n".encode("cp1251"))
    with pytest.raises(InvalidInput, match="no table in UTF-8"):
        read_outcomes(path, GENDER)
    with pytest.raises(InvalidInput, match="no table that can be read"):
        read_outcomes(write(tmp_path, 'gender,selected\n"' + "x\n" * 100_000), GENDER)


def test_a_line_without_an_end_is_not_held_in_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(outcome_files, "_MOST_LINE_CHARS", 50)
    with pytest.raises(InvalidInput, match="has a line of 50 characters or more"):
        read_outcomes(write(tmp_path, f"gender,selected\nf,{'y' * 100}\n"), GENDER)


def test_a_file_that_the_system_refuses_is_named(tmp_path, monkeypatch):
    path = write(tmp_path, "gender,selected\nf,yes\n")

    def refused(*arguments, **keywords):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "open", refused)
    with pytest.raises(InvalidInput, match=r"table\.csv cannot be opened: Permission denied"):
        read_outcomes(path, GENDER)


def test_too_many_rows_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(outcome_files, "MOST_ROWS", 2)
    with pytest.raises(InvalidInput, match="more than 2 rows"):
        read_outcomes(write(tmp_path, "gender,selected\n" + "f,yes\n" * 3), GENDER)


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ({"groups": ()}, "one to 4 columns"),
        ({"groups": ("a", "b", "c", "d", "e")}, "one to 4 columns"),
        ({"groups": ("a",), "score": "A "}, "named once"),
        ({"groups": ("",)}, "no name may be empty"),
        ({"groups": ("a x b",)}, "must not hold ' x '"),
    ],
)
def test_columns_are_checked_at_once(named, message):
    with pytest.raises(InvalidInput, match=message):
        OutcomeColumns(**named)


def test_a_hundred_thousand_rows_take_seconds(tmp_path):
    row = "p{0};female;Asian;да;0,{0};{0}\n"
    rows = "".join(row.format(i) for i in range(1, 100_001))
    path = write(tmp_path, f"id;gender;race;selected;score;rank\n{rows}")
    began = time.process_time()
    found = read_outcomes(path, OutcomeColumns(("gender", "race"), id="id"))
    assert time.process_time() - began < 10
    assert found.n == 100_000
