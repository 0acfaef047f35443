import pytest

from metier.errors import InvalidInput
from metier.workbench.finetuning.parts import n_shared, split_rows, unit_text
from metier.workbench.finetuning.rows import AnswerRow, ClassRow, RankRow, TagRow

WORDS = "amber birch cedar delta ember frost grove heron inlet jolly".split()


def text(i):
    return f"{WORDS[i % 10]} {WORDS[i // 10 % 10]} {WORDS[(i * 7 + 3) % 10]} {WORDS[(i * 3 + i // 10) % 10]}"


def test_each_class_has_its_tenth():
    rows = [ClassRow(text(i), "ab"[i % 2]) for i in range(100)]
    train, dev = split_rows(rows)
    assert len(train) + len(dev) == 100
    assert 6 <= len(dev) <= 14
    assert {row.label for row in dev} == {"a", "b"}
    assert split_rows(rows) == (train, dev)
    assert split_rows(rows, seed=1) != (train, dev)


def test_nearly_equal_texts_stay_together():
    rows = [ClassRow(f"{text(i)}, in {year}", "a") for i in range(40) for year in (2023, 2024)]
    train, dev = split_rows(rows)
    assert n_shared(train, dev) == 0


def test_questions_of_a_context_and_texts_of_a_query_stay_together():
    answers = [AnswerRow(f"{i}-{j}", f"q{j}?", text(i), ()) for i in range(30) for j in range(3)]
    pairs = [RankRow(text(i), f"t{j}", j % 2) for i in range(30) for j in range(4)]
    for rows in (answers, pairs):
        train, dev = split_rows(rows)
        assert dev
        assert not {unit_text(row) for row in train} & {unit_text(row) for row in dev}


def test_few_rows_keep_one():
    rows = [TagRow((f"w{i}", text(i)), ("O", "B-X")) for i in range(3)]
    train, dev = split_rows(rows)
    assert (len(train), len(dev)) == (2, 1)


def test_the_only_text_of_a_class_is_learned_from():
    rows = [ClassRow("amber", "a"), ClassRow("birch", "b"), ClassRow("cedar", "b")]
    train, _ = split_rows(rows)
    assert {row.label for row in train} == {"a", "b"}


@pytest.mark.parametrize(
    "rows",
    [
        [ClassRow("amber", "a"), ClassRow("birch", "b")],
        [AnswerRow("1", "q", "c", ()), AnswerRow("2", "r", "c", ())],
        [RankRow("q", "t", 1.0)],
    ],
    ids=["each class once", "one context", "one row"],
)
def test_too_few_rows_are_refused(rows):
    with pytest.raises(InvalidInput, match="rows are too few to keep some to measure on"):
        split_rows(rows)


def test_shared_texts_are_counted_but_for_case_and_digits():
    rows = [ClassRow("In 2024", "a"), ClassRow("other", "b")]
    assert n_shared(rows, [ClassRow("in 2025", "a"), ClassRow("new", "a")]) == 1
