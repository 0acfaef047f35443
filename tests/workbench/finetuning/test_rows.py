from dataclasses import FrozenInstanceError, fields, replace

import pytest

from metier.workbench.finetuning.rows import Answer, AnswerRow, ClassRow, RankRow, TagRow

EACH = [
    ClassRow("a", "b"),
    TagRow(("a",), ("O",)),
    AnswerRow("1", "q", "c", (Answer("c", 0),)),
    RankRow("q", "t", 1.0),
]


@pytest.mark.parametrize("row", EACH, ids=lambda row: type(row).__name__)
def test_rows_are_values(row):
    assert len({row, replace(row)}) == 1
    name = fields(row)[0].name
    with pytest.raises(FrozenInstanceError):
        setattr(row, name, "other")
