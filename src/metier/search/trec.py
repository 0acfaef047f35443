"""Runs and judgements as files, in the forms that trec_eval and BEIR read.

A run has a row `query Q0 document rank score tag` for each ranked document; judgements have `query 0 document
grade`, or three columns `query-id corpus-id score` with tabs under a header.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from metier.documents.source import printable_name
from metier.errors import InvalidInput, NotFound
from metier.store.journal import write_atomically

Run = Mapping[str, Sequence[tuple[str, float]]]
"""Query id to (document id, score), best first."""
Qrels = Mapping[str, Mapping[str, int]]
"""Query id to document id to grade; relevant from 1 on."""

HEADER: Final = ("query-id", "corpus-id", "score")
MAX_LINE_BYTES: Final = 50_000_000
_BOM: Final = b"\xef\xbb\xbf"
_MOST_QUOTED_CHARS: Final = 100
_GRADE: Final = re.compile(r"[+-]?\d{1,9}")


def write_run(run: Run, path: Path, *, tag: str) -> None:
    """Write a run, whole or not at all, so that its order survives.

    trec_eval sorts by the score as a single-precision number and breaks ties by its own rule. A score that
    would not fall that way is written as the next smaller single-precision number; all others are exact.

    Args:
        run: what was ranked; scores that do not rise.
        path: the file.
        tag: name of the system, without white space.

    Raises:
        InvalidInput: an id or the tag is empty or holds white space, a document stands twice, scores rise or
            are no numbers, or the file cannot be written.
    """
    rows = []
    _check_word(tag, "The tag")
    for query, ranked in run.items():
        _check_word(query, "The id of a query")
        _check_ranking(query, ranked)
        scores = _falling([score for _, score in ranked])
        for rank, ((document, _), score) in enumerate(zip(ranked, scores, strict=True), start=1):
            _check_word(document, "The id of a document")
            rows.append(f"{query} Q0 {document} {rank} {score} {tag}\n")
    write_atomically(path, "".join(rows))


def read_run(path: Path) -> dict[str, list[tuple[str, float]]]:
    """Return the run in a file, each ranking by falling score; equal scores by their ranks.

    Raises:
        NotFound: there is no such file.
        InvalidInput: it holds no row, or a row is damaged or ranks a document a second time.
    """
    name = printable_name(path.name)
    found: dict[str, dict[str, tuple[float, int]]] = {}
    for number, line in read_lines(path):
        place = f"{name}, row {number}"
        fields = line.split()
        if len(fields) != 6:
            raise InvalidInput(
                f"{place}: a row of a run must be `query Q0 document rank score tag`. It has {len(fields)} "
                "fields. Mend the row."
            )
        query, _, document, rank, score, _ = fields
        ranked = found.setdefault(query, {})
        if document in ranked:
            raise InvalidInput(
                f"{place}: a document may be ranked once for a query. {quoted(document)} stands twice for "
                f"{quoted(query)}. Remove one."
            )
        ranked[document] = (_number(score, place), _whole(rank, "rank", place))
    if not found:
        raise InvalidInput(f"{name} must hold at least one ranked document. It holds none.")
    return {
        query: [
            (document, score)
            for document, (score, _) in sorted(ranked.items(), key=lambda item: (-item[1][0], item[1][1]))
        ]
        for query, ranked in found.items()
    }


def write_qrels(qrels: Qrels, path: Path) -> None:
    """Write judgements as trec_eval reads them, whole or not at all.

    Raises:
        InvalidInput: an id is empty or holds white space, or the file cannot be written.
    """
    for query, grades in qrels.items():
        _check_word(query, "The id of a query")
        for document in grades:
            _check_word(document, "The id of a document")
    rows = (
        f"{query} 0 {name} {grade}\n" for query, grades in qrels.items() for name, grade in grades.items()
    )
    write_atomically(path, "".join(rows))


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Return the judgements in a file, in the form of trec_eval or of BEIR; its first row tells which.

    Raises:
        NotFound: there is no such file.
        InvalidInput: it holds no row, or a row is damaged or judges a document a second time.
    """
    name = printable_name(path.name)
    found: dict[str, dict[str, int]] = {}
    with_header = False
    for number, line in read_lines(path):
        place = f"{name}, row {number}"
        if number == 1 and tuple(field.strip() for field in line.split("\t")) == HEADER:
            with_header = True
            continue
        query, document, grade = _judgement(line, place, with_header=with_header)
        grades = found.setdefault(query, {})
        if document in grades:
            raise InvalidInput(
                f"{place}: a document may be judged once for a query. {quoted(document)} stands twice for "
                f"{quoted(query)}. Remove one."
            )
        grades[document] = _whole(grade, "grade", place)
    if not found:
        raise InvalidInput(f"{name} must hold at least one judgement. It holds none.")
    return found


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines of a UTF-8 file that are not blank, with their numbers from 1, without line ends.

    Raises:
        NotFound: there is no such file.
        InvalidInput: it cannot be opened, is no UTF-8, or has a line of over 50,000,000 bytes.
    """
    name = printable_name(path.name)
    if not path.is_file():
        raise NotFound(f"There is no file at {printable_name(str(path))}. Check the path.")
    try:
        with path.open("rb") as file:
            number = 0
            while line := file.readline(MAX_LINE_BYTES + 1):
                number += 1
                text = _decoded(line.removeprefix(_BOM if number == 1 else b""), f"{name}, row {number}")
                if text.strip():
                    yield number, text.rstrip("\r\n")
    except OSError as exc:
        raise InvalidInput(f"{name} cannot be opened: {exc.strerror}. Check its rights.") from exc


def quoted(name: str) -> str:
    """Return an id for a message; one as long as a sentence may be a document's, so only its length."""
    return repr(name) if len(name) <= _MOST_QUOTED_CHARS else f"an id of {len(name):,} characters"


def _judgement(line: str, place: str, *, with_header: bool) -> tuple[str, str, str]:
    fields = [field.strip() for field in line.split("\t")] if with_header else line.split()
    form = "query-id, corpus-id and score, with tabs" if with_header else "query 0 document grade"
    if len(fields) != (3 if with_header else 4) or not all(fields):
        raise InvalidInput(f"{place}: a judgement must be {form}. It has {len(fields)} fields. Mend the row.")
    return fields[0], fields[-2], fields[-1]


def _falling(scores: Sequence[float]) -> list[str]:
    """Return scores as text that fall even in single precision."""
    written = []
    last = np.float32(np.inf)
    for score in scores:
        near = np.float32(score)
        if near < last:
            last = near
            written.append(repr(float(score)))
        else:
            last = np.nextafter(last, np.float32(-np.inf))
            written.append(repr(float(last)))
    return written


def _check_ranking(query: str, ranked: Sequence[tuple[str, float]]) -> None:
    largest = float(np.finfo(np.float32).max)
    before = math.inf
    seen = set()
    for document, score in ranked:
        if not -largest <= score <= largest:
            raise InvalidInput(
                f"Query {quoted(query)}: a score must be a single-precision number. Got {score}."
            )
        if score > before:
            raise InvalidInput(
                f"Query {quoted(query)}: scores must not rise along a ranking. {score} follows {before}. "
                "Sort it."
            )
        if document in seen:
            raise InvalidInput(f"Query {quoted(query)}: {quoted(document)} is ranked twice. Remove one.")
        before = score
        seen.add(document)


def _check_word(name: str, subject: str) -> None:
    if len(name.split()) != 1 or name.split()[0] != name:
        raise InvalidInput(
            f"{subject} must hold no white space in a TREC file and not be empty. Got {quoted(name)}. "
            "Rename it."
        )


def _whole(field: str, kind: str, place: str) -> int:
    if not _GRADE.fullmatch(field):
        raise InvalidInput(f"{place}: the {kind} must be a whole number. Got {quoted(field)}. Mend the row.")
    return int(field)


def _number(field: str, place: str) -> float:
    try:
        value = float(field)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InvalidInput(f"{place}: the score must be a number. Got {quoted(field)}. Mend the row.")
    return value


def _decoded(line: bytes, place: str) -> str:
    if len(line) > MAX_LINE_BYTES:
        raise InvalidInput(f"{place}: a line may have {MAX_LINE_BYTES:,} bytes. It has more. Split the file.")
    try:
        return line.decode()
    except UnicodeDecodeError as exc:
        raise InvalidInput(
            f"{place}: the line must be UTF-8. Byte {exc.start} of it is not. Save the file as UTF-8."
        ) from exc
