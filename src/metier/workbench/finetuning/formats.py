"""Files of labelled rows, for each task."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from metier.documents.source import printable_name
from metier.errors import InvalidInput
from metier.training.networks import Head
from metier.workbench.finetuning.conll import TaggedSentence, check_tag, read_conll, tag_rows
from metier.workbench.finetuning.row_files import (
    JSON_LINES,
    FileRow,
    check_kind,
    label_of,
    read_json_lines,
    read_table,
    text_of,
)
from metier.workbench.finetuning.rows import AnswerRow, ClassRow, RankRow, Row, TagRow
from metier.workbench.finetuning.squad import answer_row, check_ids, read_squad

COLUMN_FILES: Final = (".conll", ".bio", ".iob", ".tsv", ".txt")
MOST_GRADE: Final = 1000.0


def read_rows(head: Head, path: Path) -> list[Row]:
    """Return the labelled rows of a file, in order.

    Args:
        head: of the task: CLASSES takes `.csv`, `.tsv` and `.jsonl` with `text` and `label`; TAGS columns in
            `.conll`, `.bio`, `.iob`, `.tsv` or `.txt`, or `.jsonl` with `tokens` and `tags`; SPANS a `.json`
            of SQuAD, or `.jsonl` with `id`, `question`, `context` and `answers`; RANK `.csv`, `.tsv` and
            `.jsonl` with `query`, `text` and `label`.
        path: the file, UTF-8.

    Returns:
        `ClassRow`, `TagRow`, `AnswerRow` or `RankRow`, at least one. Tags are in IOB2.

    Raises:
        NotFound: no such file.
        InvalidInput: another ending, no rows, or one that breaks the format; the message names file and line
            (in a table the row, its header being row 1) and quotes no text. Or a head without rows.
    """
    reader = _READERS.get(head)
    if reader is None:
        raise InvalidInput(f"Labelled rows are for {', '.join(_READERS)}. Got {head}.")
    rows = reader(path)
    if not rows:
        raise InvalidInput(f"{printable_name(path.name)} must hold at least one row. It holds none.")
    return rows


def _classes(path: Path) -> list[Any]:
    return [
        ClassRow(text_of(row, "text"), label_of(row, "label")) for row in read_table(path, ("text", "label"))
    ]


def _tags(path: Path) -> list[Any]:
    ending = check_kind(path, {*COLUMN_FILES, JSON_LINES})
    if ending == JSON_LINES:
        return _tag_rows([_tagged(row) for row in read_json_lines(path)])
    return _tag_rows(read_conll(path))


def _tag_rows(sentences: list[TaggedSentence]) -> list[TagRow]:
    return tag_rows(sentences)


def _tagged(row: FileRow) -> TaggedSentence:
    words, tags = (row.fields.get(name) or [] for name in ("tokens", "tags"))
    if not (_is_words(words) and _is_words(tags)) or len(words) != len(tags):
        raise InvalidInput(
            f"{row.place}: a row must have tokens and tags, two lists of as many texts, none of them blank. "
            "Mend it; numbers for tags must be turned into their names."
        )
    places = tuple(f"{row.place}, token {i}" for i in range(1, len(words) + 1))
    for tag, place in zip(tags, places, strict=True):
        check_tag(tag, place)
    return TaggedSentence(tuple(words), tuple(tags), places)


def _is_words(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(x, str) and x.strip() for x in value)


def _answers(path: Path) -> list[Any]:
    ending = check_kind(path, {".json", JSON_LINES})
    rows: list[AnswerRow] = (
        [answer_row(row) for row in read_json_lines(path)] if ending == JSON_LINES else read_squad(path)
    )
    return list(check_ids(rows, printable_name(path.name)))


def _pairs(path: Path) -> list[Any]:
    columns = ("query", "text", "label")
    return [
        RankRow(text_of(row, "query"), text_of(row, "text"), _grade(row)) for row in read_table(path, columns)
    ]


def _grade(row: FileRow) -> float:
    value = row.fields["label"]
    try:
        grade = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        grade = math.nan
    if not 0 <= grade <= MOST_GRADE:
        raise InvalidInput(
            f"{row.place}: label must be a number from 0, for a text that does not answer the query, to "
            f"{MOST_GRADE:,.0f}. This one is not."
        )
    return grade


_READERS: Final[Mapping[Head, Callable[[Path], list[Any]]]] = {
    Head.CLASSES: _classes,
    Head.TAGS: _tags,
    Head.SPANS: _answers,
    Head.RANK: _pairs,
}
