"""Labelled answers: which points each makes, touches or contradicts, and what else it does."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from importlib import resources
from io import StringIO
from pathlib import Path
from typing import Final

from metier.dialogue import Manner
from metier.errors import InvalidInput, NotFound
from metier.interview.bank import Bank, Question
from metier.interview.bank_files import load_bank, shipped_banks

COLUMNS: Final = ("question", "answer", "earned", "partly", "wrong", "manner")
_GUARD: Final = re.compile(r"^'(?=[=+@-])")


@dataclass(frozen=True, slots=True)
class LabelledAnswer:
    """An answer with what a person says of it.

    Attributes:
        bank: name of the bank.
        language: of the bank.
        question: what was asked.
        answer: the words.
        earned: ids of points that it makes.
        partly: ids of points that it only touches.
        wrong: ids of points that it contradicts.
        manners: what else it does.
    """

    bank: str
    language: str
    question: Question
    answer: str
    earned: frozenset[str] = frozenset()
    partly: frozenset[str] = frozenset()
    wrong: frozenset[str] = frozenset()
    manners: frozenset[Manner] = frozenset()


def own_answers() -> list[LabelledAnswer]:
    """Return the labelled answers to the banks that come with metier, in order of file and row."""
    folder = resources.files("metier.interview").joinpath("data", "answers")
    paths = sorted(Path(str(entry)) for entry in folder.iterdir() if entry.name.endswith(".csv"))
    banks = shipped_banks()
    return [row for path in paths for row in read_answers(path, load_bank(banks[path.stem]))]


def read_answers(path: Path, bank: Bank) -> list[LabelledAnswer]:
    """Return the labelled answers in a CSV file, in order.

    Args:
        path: UTF-8, with the columns question, answer, earned, partly, wrong and manner; several ids or
            manners in one cell are separated by `|`.
        bank: that the questions and points are of.

    Raises:
        NotFound: there is no such file.
        InvalidInput: a column is missing, or a row names something that the bank does not have; the
            message gives its number.
    """
    try:
        content = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as exc:
        raise NotFound(f"There is no file of answers at {path}. Check the path.") from exc
    except UnicodeDecodeError as exc:
        raise InvalidInput(f"{path.name} must be UTF-8. Byte {exc.start} is not. Save it as UTF-8.") from exc
    except OSError as exc:
        raise InvalidInput(f"{path.name} cannot be opened: {exc.strerror}.") from exc
    reader = csv.DictReader(StringIO(content))
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise InvalidInput(f"{path.name} needs the columns {', '.join(COLUMNS)}. It lacks {missing[0]!r}.")
    try:
        return [_row(row, bank, f"{path.name}, line {reader.line_num}") for row in reader]
    except csv.Error as exc:
        raise InvalidInput(f"{path.name}, line {reader.line_num}: {exc}.") from exc


def _row(row: dict[str, str | None], bank: Bank, where: str) -> LabelledAnswer:
    cells = {column: (row.get(column) or "").strip() for column in COLUMNS}
    try:
        question = bank.question(cells["question"])
    except NotFound as exc:
        raise InvalidInput(f"{where}: {exc}") from exc
    known = {point.id for point in question.points}
    earned, partly, wrong = (_ids(cells[column]) for column in ("earned", "partly", "wrong"))
    for group in (earned, partly, wrong):
        unknown = sorted(group - known)
        if unknown:
            raise InvalidInput(f"{where}: question {question.id} has no point {unknown[0][:60]!r}.")
    if earned & partly or earned & wrong or partly & wrong:
        raise InvalidInput(f"{where}: a point is earned, partly made or contradicted: one of them only.")
    answer = _GUARD.sub("", cells["answer"])
    manners = _manners(_ids(cells["manner"]), where)
    return LabelledAnswer(bank.name, bank.language, question, answer, earned, partly, wrong, manners)


def _ids(cell: str) -> frozenset[str]:
    return frozenset(part.strip() for part in cell.split("|") if part.strip())


def _manners(names: frozenset[str], where: str) -> frozenset[Manner]:
    known = [manner.value for manner in Manner]
    unknown = sorted(set(names).difference(known))
    if unknown:
        raise InvalidInput(f"{where}: manner must be of {', '.join(known)}. Got {unknown[0][:60]!r}.")
    return frozenset(Manner(name) for name in names)
