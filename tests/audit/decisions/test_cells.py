import math

import numpy as np
import pytest

from metier.audit.decisions.cells import (
    MOST_GROUPS,
    AnswerCells,
    GroupCells,
    IdCells,
    ListCells,
    NumberCells,
)


def fill(cells, values):
    assert all(cells.add(value) for value in values)
    return cells


def test_case_blanks_and_forms_of_letters_make_no_other_group():
    found = fill(GroupCells("g"), ["Female", " female ", "FEMALE", "Female", "male", "Ｍale"]).grouping()
    assert found.labels == ("Female", "Male")
    assert found.codes.tolist() == [0, 0, 0, 0, 1, 1]


def test_groups_do_not_depend_on_the_order_of_the_rows():
    values = ["b", "A", "a", "c", "", "B", "a"]
    one = fill(GroupCells("g"), values).grouping()
    other = fill(GroupCells("g"), values[::-1]).grouping()
    assert one.labels == other.labels
    assert one.codes.tolist() == other.codes.tolist()[::-1]


@pytest.mark.parametrize(
    "word", ["", " ", "n/a", "Unknown", "Prefer not to say", "не указан", "Нет данных", "-"]
)
def test_what_is_not_told_is_unknown(word):
    assert fill(GroupCells("g"), [word, "a"]).grouping().n_unknown == 1
    assert fill(AnswerCells(), [word]).values().tolist() == [-1]
    assert math.isnan(fill(NumberCells(comma_parts_cells=False), [word]).values()[0])


def test_a_column_of_names_is_no_column_of_groups():
    cells = GroupCells("g")
    taken = [cells.add(f"person {i}") for i in range(MOST_GROUPS + 1)]
    assert taken == [True] * MOST_GROUPS + [False]


def test_no_people_have_no_groups():
    found = GroupCells("g").grouping()
    assert (found.labels, found.codes.tolist()) == ((), [])


def test_answers_are_read_in_english_and_russian():
    words = ["yes", "No", "TRUE", "false", "1", "0", "да", "Нет", "selected", "not selected"]
    assert fill(AnswerCells(), words).values().tolist() == [1, 0, 1, 0, 1, 0, 1, 0, 1, 0]
    assert not AnswerCells().add("perhaps")


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("0.5", 0.5),
        ("0,5", 0.5),
        ("-3", -3),
        ("1e-3", 0.001),
        ("1 234,5", 1234.5),
        ("1 234", 1234),
        (".5", 0.5),
    ],
)
def test_numbers_may_have_a_decimal_comma(cell, value):
    assert fill(NumberCells(comma_parts_cells=False), [cell]).values().tolist() == [value]


@pytest.mark.parametrize("cell", ["abc", "1.234.5", "1_000", "inf", "1e999", "12%", "1.234,5", "٣"])
def test_what_is_no_number_is_not_taken(cell):
    assert not NumberCells(comma_parts_cells=False).add(cell)


def test_a_comma_that_may_part_thousands_is_not_guessed_at():
    assert not NumberCells(comma_parts_cells=True).add("1,234")
    assert NumberCells(comma_parts_cells=True).add("0,234")
    assert NumberCells(comma_parts_cells=False).add("1,234")


def test_ranks_begin_at_one():
    cells = NumberCells(comma_parts_cells=True, least=1)
    assert (cells.add("1"), cells.add("0")) == (True, False)


def test_repeated_ids_are_counted_and_kept_only_where_asked():
    cells = fill(IdCells(), ["a", "b", " a ", "", "", "ё"])
    assert (cells.n_repeated, cells.kept) == (1, ())
    assert fill(IdCells(keep=True), ["a", "", "ё"]).kept == ("a", "", "ё")
    assert IdCells().n_repeated == 0


def test_rankings_are_numbered():
    found = fill(ListCells(), ["job 1", "job 2", "job 1 ", ""]).values()
    assert found.tolist() == [0, 1, 0, 2]
    assert found.dtype == np.int32
