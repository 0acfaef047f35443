"""Questions and answers as SQuAD has them, versions 1.1 and 2."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from metier.documents.source import printable_name
from metier.errors import InvalidInput
from metier.workbench.finetuning.row_files import FileRow, parse_json, read_content, text_of
from metier.workbench.finetuning.rows import Answer, AnswerRow


def read_squad(path: Path) -> list[AnswerRow]:
    """Return the questions of a SQuAD file; those with `is_impossible` have no answers.

    Raises:
        InvalidInput: of `read_content`; a part is missing or of the wrong kind, or an answer does not stand
            where it says. The message names article, paragraph and question, from 1.
    """
    name = printable_name(path.name)
    content = parse_json(read_content(path), name)
    if not isinstance(content, dict) or not isinstance(content.get("data"), list):
        raise InvalidInput(f"{name} must be a JSON object with data, a list of articles, as SQuAD has it.")
    return [answer_row(row) for row in _questions(content["data"], name)]


def answer_row(row: FileRow) -> AnswerRow:
    """Return the question in a row of `id`, `question`, `context` and `answers`.

    `answers` is a list of objects of `text` and `answer_start`, or one object of two such lists, as data sets
    on the hub have them.

    Raises:
        InvalidInput: a field is missing or of the wrong kind, or an answer does not stand where it says.
    """
    for name in ("id", "question", "context", "answers"):
        if name not in row.fields:
            raise InvalidInput(f"{row.place}: a question must have the field {name}. Add it.")
    context = text_of(row, "context")
    identity = row.fields["id"]
    if isinstance(identity, bool) or not isinstance(identity, str | int) or not str(identity).strip():
        raise InvalidInput(f"{row.place}: id must be a text or a whole number. Mend it.")
    given = row.fields["answers"]
    if isinstance(given, dict) and all(
        isinstance(given.get(name), list) for name in ("text", "answer_start")
    ):
        texts, starts = given["text"], given["answer_start"]
        if len(texts) == len(starts):
            given = [{"text": text, "answer_start": start} for text, start in zip(texts, starts, strict=True)]
    if not isinstance(given, list):
        raise InvalidInput(f"{row.place}: answers must be a list, empty where there is none. Mend it.")
    answers = tuple(_answer(item, context, row.place) for item in given)
    return AnswerRow(str(identity), text_of(row, "question"), context, answers)


def _listed(lists: dict[str, Any]) -> list[Any] | None:
    """Return the answers of an object of two lists, one by one; None if that is not what it is."""
    texts, starts = lists.get("text"), lists.get("answer_start")
    if not isinstance(texts, list) or not isinstance(starts, list) or len(texts) != len(starts):
        return None
    return [{"text": text, "answer_start": start} for text, start in zip(texts, starts, strict=True)]


def check_ids(rows: list[AnswerRow], name: str) -> list[AnswerRow]:
    """Return the rows, if no two share an id.

    Raises:
        InvalidInput: two do.
    """
    if len({row.id for row in rows}) < len(rows):
        raise InvalidInput(f"{name}: each question must have an id of its own. Some share one; rename them.")
    return rows


def _questions(articles: list[Any], name: str) -> Iterator[FileRow]:
    for i, article in enumerate(articles, start=1):
        for j, paragraph in enumerate(_list(article, "paragraphs", f"{name}, article {i}"), start=1):
            place = f"{name}, article {i}, paragraph {j}"
            for k, question in enumerate(_list(paragraph, "qas", place), start=1):
                if not isinstance(question, dict):
                    raise InvalidInput(f"{place}, question {k}: a question must be a JSON object. Mend it.")
                fields = {**question, "context": paragraph.get("context")}
                if question.get("is_impossible") is True:
                    fields["answers"] = []
                yield FileRow(f"{place}, question {k}", fields)


def _list(value: Any, field: str, place: str) -> list[Any]:
    found = value.get(field) if isinstance(value, dict) else None
    if not isinstance(found, list):
        raise InvalidInput(f"{place}: it must be a JSON object with {field}, a list. Mend it.")
    return found


def _answer(item: Any, context: str, place: str) -> Answer:
    text, start = (item.get("text"), item.get("answer_start")) if isinstance(item, Mapping) else (None, None)
    if not isinstance(text, str) or not text.strip() or not isinstance(start, int) or isinstance(start, bool):
        raise InvalidInput(f"{place}: an answer must have a text and a whole number answer_start. Mend it.")
    if start < 0 or context[start : start + len(text)] != text:
        raise InvalidInput(
            f"{place}: an answer must stand in the context where answer_start says: {len(text)} characters "
            f"from {start}. Another text stands there; count characters (code points), from 0, not bytes."
        )
    return Answer(text, start)
