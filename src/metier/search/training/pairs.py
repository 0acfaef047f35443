"""Pairs to train search on: a query, the text that it should find and, if known, texts that it should not.

A row's number in messages is that of its line for JSON lines, from 1; in CSV the header is row 1, as
spreadsheets show it; in parquet it is the place of the row, from 1.
"""

from __future__ import annotations

import csv
import json
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any, Final

from metier._extras import require
from metier.documents.source import printable_name
from metier.errors import InvalidInput, NotFound
from metier.wide_csv import next_row

QUERY: Final = "query"
POSITIVE: Final = "positive"
NEGATIVE: Final = "negative"
NEGATIVES: Final = "negatives"
SCORE: Final = "score"
COLUMNS: Final = (QUERY, POSITIVE, NEGATIVE, NEGATIVES, SCORE)
MATCH_SCORE: Final = 0.5
"""From this score on a pair counts as a match where only matches are of use."""
_MOST_CHARS: Final = 10_000_000
_MOST_LINE_BYTES: Final = 4 * _MOST_CHARS
_BOM: Final = b"\xef\xbb\xbf"
_ROWS_AT_ONCE: Final = 1024
_SPACE: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Pair:
    """A query and the text that it should find.

    Attributes:
        query: never empty; neither are the texts below.
        positive: what it should find.
        negatives: what it should not.
        score: how well query and positive fit, from -1 to 1; None where nothing is said.
    """

    query: str
    positive: str
    negatives: tuple[str, ...] = ()
    score: float | None = None


@dataclass(frozen=True, slots=True)
class PairSet:
    """The pairs of some files.

    Attributes:
        rows: in the order of the files, each once.
        n_repeated: how many more there were that repeat one of them in all columns.
    """

    rows: tuple[Pair, ...]
    n_repeated: int = 0


def read_pairs(paths: Sequence[Path]) -> PairSet:
    """Return the pairs in CSV, JSON lines and parquet files.

    Columns are `query` and `positive`, and if wanted `negative` (a text), `negatives` (a list of texts; not
    in CSV) and `score`; others are passed over. An empty negative or score says nothing.

    Args:
        paths: files that end in .csv, .jsonl or .parquet, at least one.

    Raises:
        NotFound: there is no such file.
        InvalidInput: a file cannot be read, is no UTF-8, lacks a column or has no rows, or a field is empty,
            of the wrong kind or out of range. The message names file, row and column, never the text.
        MissingExtra: a parquet file is given and pyarrow is not installed.
    """
    if isinstance(paths, str | Path) or not paths:
        raise InvalidInput("paths must be a list of files, at least one. Put the file into a list.")
    found: dict[Pair, None] = {}
    n_rows = 0
    for path in paths:
        before = n_rows
        for pair in _file_pairs(path):
            n_rows += 1
            found.setdefault(pair)
        if n_rows == before:
            raise InvalidInput(f"{printable_name(path.name)} must hold at least one row. It holds none.")
    return PairSet(tuple(found), n_rows - len(found))


def text_key(text: str) -> str:
    r"""Return what two texts share that differ in case, forms of letters and spaces alone.

    >>> text_key(" Java  Developer\n") == text_key("java developer")
    True
    """
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def matches(pairs: Sequence[Pair]) -> list[Pair]:
    """Return the pairs that are matches; the others become negatives of matches with the same query.

    A pair without a score is a match, one with a score from 0.5 on.

    >>> matches([Pair("a", "b"), Pair("a", "c", score=0.1), Pair("d", "e", score=0.2)])
    [Pair(query='a', positive='b', negatives=('c',), score=None)]
    """
    refused: dict[str, dict[str, None]] = {}
    for pair in pairs:
        if not _is_match(pair):
            refused.setdefault(text_key(pair.query), {}).setdefault(pair.positive)
    return [
        replace(
            pair, negatives=tuple({**dict.fromkeys(pair.negatives), **refused.get(text_key(pair.query), {})})
        )
        for pair in pairs
        if _is_match(pair)
    ]


def known_positives(pairs: Sequence[Pair]) -> dict[str, set[str]]:
    """Return the keys of all texts that a query should find, by the key of the query."""
    known: dict[str, set[str]] = {}
    for pair in pairs:
        if _is_match(pair):
            known.setdefault(text_key(pair.query), set()).add(text_key(pair.positive))
    return known


def _is_match(pair: Pair) -> bool:
    return pair.score is None or pair.score >= MATCH_SCORE


@dataclass(frozen=True, slots=True)
class _Row:
    place: str
    fields: Mapping[str, Any]


def _file_pairs(path: Path) -> Iterator[Pair]:
    readers = {".csv": _csv_rows, ".jsonl": _json_rows, ".parquet": _parquet_rows}
    name = printable_name(path.name)
    if path.suffix.lower() not in readers:
        raise InvalidInput(
            f"{name} must end in {', '.join(readers)}. Got {path.suffix or 'no ending'}. Convert it."
        )
    if not path.is_file():
        raise NotFound(f"There is no file of pairs at {printable_name(str(path))}. Check the path.")
    try:
        for row in readers[path.suffix.lower()](path, name):
            yield _pair(row)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InvalidInput(f"{name} cannot be opened: {reason}. Check its rights.") from error


def _pair(row: _Row) -> Pair:
    texts = [_text(row, column) for column in (QUERY, POSITIVE)]
    single = row.fields.get(NEGATIVE)
    listed = row.fields.get(NEGATIVES)
    if listed is not None and not isinstance(listed, list):
        raise InvalidInput(
            f"{row.place}, column {NEGATIVES}: must be a list of texts. It is {_kind(listed)}. Use "
            f"the column {NEGATIVE} for one text."
        )
    given = ([] if single is None or single == "" else [single]) + (listed or [])
    column = NEGATIVES if listed else NEGATIVE
    negatives = [_checked_text(item, f"{row.place}, column {column}") for item in given]
    return Pair(texts[0], texts[1], tuple(dict.fromkeys(negatives)), _score(row))


def _text(row: _Row, column: str) -> str:
    if column not in row.fields:
        raise InvalidInput(f"{row.place}: a row must have the column {column!r}. It has none. Add it.")
    return _checked_text(row.fields[column], f"{row.place}, column {column}")


def _checked_text(value: Any, place: str) -> str:
    if value is None or (isinstance(value, str) and not value.strip()):
        raise InvalidInput(f"{place}: the text must not be empty. It is. Fill it in, or remove the row.")
    if not isinstance(value, str):
        raise InvalidInput(f"{place}: must be a text. It is {_kind(value)}. Put it into quotes.")
    return value


def _score(row: _Row) -> float | None:
    value = row.fields.get(SCORE)
    if value is None or value == "":
        return None
    place = f"{row.place}, column {SCORE}"
    try:
        number = math.nan if isinstance(value, bool | list | dict) else float(value)
    except (ValueError, OverflowError):
        number = math.nan
    if math.isnan(number):
        raise InvalidInput(f"{place}: must be a number. It is {_kind(value)}. Mend the row.")
    if not -1 <= number <= 1:
        raise InvalidInput(f"{place}: must be from -1 to 1. Got {number:g}. Scale the scores.")
    return number


def _kind(value: Any) -> str:
    kinds = {bool: "true or false", int: "a number", float: "a number", str: "a text", list: "a list"}
    return kinds.get(type(value), "something else")


def _csv_rows(path: Path, name: str) -> Iterator[_Row]:
    reader = csv.reader((line for _, line in _lines(path, name)), strict=True)
    header: list[str] = []
    number = 0
    try:
        while (fields := next_row(reader, _MOST_CHARS)) is not None:
            number += 1
            if number == 1:
                header = _header(fields, f"{name}, row 1")
            elif fields:
                yield _Row(f"{name}, row {number}", _by_column(header, fields, f"{name}, row {number}"))
    except csv.Error as error:
        raise InvalidInput(
            f"{name}, row {number + 1}: the row must be CSV, with quotes doubled inside quoted fields "
            f"and at most {_MOST_CHARS:,} characters in a field. It is not. Mend the row."
        ) from error


def _header(fields: Sequence[str], place: str) -> list[str]:
    header = [column.strip() for column in fields]
    for column in COLUMNS:
        if header.count(column) > 1:
            raise InvalidInput(f"{place}: a column may stand once. {column!r} stands twice. Rename one.")
    for column in (QUERY, POSITIVE):
        if column not in header:
            raise InvalidInput(f"{place}: the header must have the column {column!r}. It has none. Add it.")
    return header


def _by_column(header: Sequence[str], fields: Sequence[str], place: str) -> dict[str, str]:
    if len(fields) != len(header):
        raise InvalidInput(
            f"{place}: a row must have {len(header)} fields, as the header. It has {len(fields)}. Put quotes "
            "around fields with commas."
        )
    # A list cannot be told from a text that looks like one, so CSV has single negatives only.
    return {key: value for key, value in zip(header, fields, strict=True) if key != NEGATIVES}


def _json_rows(path: Path, name: str) -> Iterator[_Row]:
    for number, line in _lines(path, name):
        if not line.strip():
            continue
        place = f"{name}, row {number}"
        try:
            fields = json.loads(line)
        except (ValueError, RecursionError):
            fields = None
        if not isinstance(fields, dict):
            # Not chained: the decoder's error holds the line.
            raise InvalidInput(f"{place}: the line must be one JSON object. It is not. Mend the line.")
        yield _Row(place, fields)


def _lines(path: Path, name: str) -> Iterator[tuple[int, str]]:
    with path.open("rb") as file:
        number = 0
        while line := file.readline(_MOST_LINE_BYTES + 1):
            number += 1
            if len(line) > _MOST_LINE_BYTES:
                raise InvalidInput(
                    f"{name}, line {number}: a line may have {_MOST_LINE_BYTES:,} bytes. It has more."
                )
            try:
                yield number, line.removeprefix(_BOM if number == 1 else b"").decode()
            except UnicodeDecodeError as error:
                raise InvalidInput(
                    f"{name}, line {number}: the line must be UTF-8. Byte {error.start} of it is not. Save "
                    "the file as UTF-8."
                ) from None  # the error holds the line


def _parquet_rows(path: Path, name: str) -> Iterator[_Row]:
    parquet = require("pyarrow.parquet")
    failure = require("pyarrow").ArrowException
    try:
        with parquet.ParquetFile(path) as file:
            present = set(file.schema_arrow.names)
            for column in (QUERY, POSITIVE):
                if column not in present:
                    raise InvalidInput(f"{name} must have the column {column!r}. It has none. Add it.")
            wanted = [column for column in COLUMNS if column in present]
            batches = file.iter_batches(batch_size=_ROWS_AT_ONCE, columns=wanted)
            rows = chain.from_iterable(batch.to_pylist() for batch in batches)
            for number, fields in enumerate(rows, start=1):
                yield _Row(f"{name}, row {number}", fields)
    except (failure, UnicodeDecodeError) as error:
        raise InvalidInput(
            f"{name} must be a parquet file. It is damaged or holds something else: {type(error).__name__}. "
            "Write it again."
        ) from None
