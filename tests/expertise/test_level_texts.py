import pytest

from metier.errors import InvalidInput, NotFound
from metier.expertise.level_texts import LevelText, read_level_texts
from metier.types import Level


def test_rows_are_read_in_order_and_other_fields_passed_over(tmp_path):
    path = tmp_path / "levels.jsonl"
    path.write_text(
        '{"text": "Leads a team.", "level": "lead", "id": 1}\n\n{"text": "Учится", "level": "intern"}\n'
    )
    assert read_level_texts(path) == [
        LevelText("Leads a team.", Level.LEAD),
        LevelText("Учится", Level.INTERN),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "3",
        '{"text": "a"}',
        '{"text": "a", "level": "boss"}',
        '{"text": " ", "level": "lead"}',
        '{"text": 1, "level": "lead"}',
    ],
)
def test_a_broken_line_is_named_without_its_words(tmp_path, line):
    path = tmp_path / "levels.jsonl"
    path.write_text('{"text": "Leads.", "level": "lead"}\n' + line + "\n")
    with pytest.raises(InvalidInput, match=r"levels.jsonl, line 2") as caught:
        read_level_texts(path)
    assert "boss" not in str(caught.value)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(NotFound, match="Check the path"):
        read_level_texts(tmp_path / "none.jsonl")


def test_line_ends_of_other_alphabets_are_part_of_a_text(tmp_path):
    path = tmp_path / "levels.jsonl"
    path.write_text('{"text": "one\u2028two\u0085", "level": "lead"}\n', encoding="utf-8")
    assert [row.text for row in read_level_texts(path)] == ["one\u2028two\u0085"]


@pytest.mark.parametrize("content", ["", "\n \n"])
def test_a_file_without_rows_is_refused(tmp_path, content):
    path = tmp_path / "levels.jsonl"
    path.write_text(content)
    with pytest.raises(InvalidInput, match=r"levels\.jsonl must hold at least one row"):
        read_level_texts(path)
