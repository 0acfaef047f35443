"""Tables of outcomes: CSV with commas, semicolons or tabs, read row by row."""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Protocol

from metier.audit.decisions.cells import (
    MOST_GROUPS,
    AnswerCells,
    GroupCells,
    IdCells,
    ListCells,
    NumberCells,
)
from metier.audit.decisions.outcomes import JOINED_BY, Outcomes
from metier.errors import InvalidInput, NotFound

MOST_ROWS: Final = 5_000_000
MOST_ATTRIBUTES: Final = 4
SELECTED, SCORE, RANK = "selected", "score", "rank"
"""Names of the columns that are read if they are there and no others are named."""
_DELIMITERS: Final = (",", ";", "\t")
_MOST_LINE_CHARS: Final = 1_000_000
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_NO_GROUP: Final = f"the column holds more than {MOST_GROUPS} groups. Name a column of groups, or join some."
_NO_ANSWER: Final = (
    "neither yes nor no. Write yes or no, true or false, 1 or 0, да or нет; leave it empty where unknown."
)
_NO_NUMBER: Final = (
    "no number that can be read in one way. Write 0.5 or 0,5, without marks between thousands; leave it "
    "empty where unknown."
)
_NO_RANK: Final = "no rank. Write a number from 1 on; leave it empty where unknown."


class _Cells(Protocol):
    def add(self, cell: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class OutcomeColumns:
    """Which column of a table holds what; case and blanks around the names do not count.

    Attributes:
        groups: attributes to group people by, one to four.
        selected: who was selected: yes, no, true, false, 1, 0, да, нет; None for `selected` if it is there.
        score: higher is better; None for `score` if it is there.
        rank: 1 is the first; None for `rank` if it is there.
        id: of each person, to count repeated rows; None not to.
        ranking: tells several rankings apart, such as vacancies; None where all people stand in one.

    Raises:
        InvalidInput: no attribute, more than four, or a column that is named twice.
    """

    groups: tuple[str, ...]
    selected: str | None = None
    score: str | None = None
    rank: str | None = None
    id: str | None = None
    ranking: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= len(self.groups) <= MOST_ATTRIBUTES:
            raise InvalidInput(
                f"groups must name one to {MOST_ATTRIBUTES} columns, such as gender. Got {len(self.groups)}."
            )
        named = [_key(name) for name in self.asked]
        if len(set(named)) < len(named) or not all(named):
            raise InvalidInput("Each column may be named once, and no name may be empty.")
        if any(JOINED_BY in name for name in self.groups):
            raise InvalidInput(
                f"The name of a column of groups must not hold {JOINED_BY!r}. Name it otherwise."
            )

    @property
    def asked(self) -> tuple[str, ...]:
        """Return the names of the columns that have to be there."""
        others = (self.selected, self.score, self.rank, self.id, self.ranking)
        return (*self.groups, *(name for name in others if name is not None))


def read_outcomes(path: Path, columns: OutcomeColumns, *, labels_only: bool = False) -> Outcomes:
    """Return the outcomes of a table whose first line names its columns; memory grows with rows, not cells.

    The line tells which of comma, semicolon and tab parts the cells. Numbers may have a decimal comma.
    Empty cells, and words such as "unknown" or "не указан", are not known; empty rows are passed over.

    Args:
        path: in UTF-8, or in UTF-16 with a byte order mark.
        columns: what to read.
        labels_only: read groups and ids alone, and keep the ids, to look people up by.

    Raises:
        NotFound: there is no such file.
        InvalidInput: a column is not there, a cell is not understood, a row has too few or too many cells,
            there are no rows or too many, or the file is no table. Messages name row and column, never cells.
    """
    if not path.is_file():
        raise NotFound(f"There is no file at {path}. Check the path.")
    try:
        with path.open(encoding=_encoding(path), newline="") as file:
            return _Table(path.name, columns, file, labels_only=labels_only).read()
    except UnicodeError as exc:
        raise InvalidInput(f"{path.name} is no table in UTF-8. Save it as CSV in UTF-8.") from exc
    except OSError as exc:
        raise InvalidInput(f"{path.name} cannot be opened: {exc.strerror}.") from exc


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        return "utf-16" if file.read(2) in _UTF_16 else "utf-8-sig"


class _Table:
    """Reads one table."""

    def __init__(self, name: str, columns: OutcomeColumns, file: IO[str], *, labels_only: bool) -> None:
        self._name = name
        self._columns = columns
        self._file = file
        self._labels_only = labels_only

    def read(self) -> Outcomes:
        header = self._file.readline(_MOST_LINE_CHARS)
        delimiter = self._delimiter(header)
        places = self._places(_cells_of(header, delimiter))
        found = _Collected.for_columns(
            self._columns, places, labels_only=self._labels_only, comma=delimiter == ","
        )
        takers = found.takers(places)
        n_cells = len(_cells_of(header, delimiter))
        n_rows = 0
        for number, row in self._rows(delimiter):
            if len(row) != n_cells:
                raise InvalidInput(
                    f"{self._name}: row {number} has {len(row)} cells, the first {n_cells}. Mend that row."
                )
            n_rows += 1
            if n_rows > MOST_ROWS:
                raise InvalidInput(f"{self._name} has more than {MOST_ROWS:,} rows. Audit a part at a time.")
            for column, place, take, rule in takers:
                if not take(row[place]):
                    raise InvalidInput(f"{self._name}: row {number}, column {column}: {rule}")
        if not n_rows:
            raise InvalidInput(f"{self._name} holds no rows below its first line. Name another file.")
        return found.outcomes()

    def _delimiter(self, header: str) -> str:
        """Return what parts the header so that all columns asked for are there, else in the most cells."""
        wanted = {_key(name) for name in self._columns.asked}
        parted = {mark: [_key(cell) for cell in _cells_of(header, mark)] for mark in _DELIMITERS}
        fits = [mark for mark, cells in parted.items() if wanted <= set(cells)]
        return max(fits or _DELIMITERS, key=lambda mark: len(parted[mark]))

    def _places(self, header: Sequence[str]) -> dict[str, int]:
        """Return where the columns stand, by the names that the caller knows them by."""
        keys = [_key(cell) for cell in header]
        columns = self._columns
        wanted = list(columns.asked)
        usual = ((columns.selected, SELECTED), (columns.score, SCORE), (columns.rank, RANK))
        asked = {_key(name) for name in wanted}
        if not self._labels_only:
            wanted += [name for given, name in usual if given is None and name in keys and name not in asked]
        for name in wanted:
            # The first line of a file without a header is somebody's row: it is not quoted.
            if _key(name) not in keys:
                raise InvalidInput(
                    f"{self._name} has no column {name!r} among its {len(keys)}. Its first line must name "
                    "the columns; name those to read with the options."
                )
            if keys.count(_key(name)) > 1:
                raise InvalidInput(f"{self._name} has more than one column {name!r}. Rename one.")
        return {name: keys.index(_key(name)) for name in wanted}

    def _rows(self, delimiter: str) -> Iterator[tuple[int, list[str]]]:
        """Yield the rows that hold something with their numbers; the header is row 1."""
        try:
            for number, row in enumerate(csv.reader(self._lines(), delimiter=delimiter), start=2):
                if any(cell.strip() for cell in row):
                    yield number, row
        except csv.Error as exc:
            raise InvalidInput(
                f"{self._name} is no table that can be read. Save it as CSV in UTF-8."
            ) from exc

    def _lines(self) -> Iterator[str]:
        while line := self._file.readline(_MOST_LINE_CHARS):
            if len(line) == _MOST_LINE_CHARS:
                raise InvalidInput(
                    f"{self._name} has a line of {_MOST_LINE_CHARS:,} characters or more, so it is no table."
                )
            yield line


@dataclass(frozen=True, slots=True)
class _Collected:
    """What is read of each column, by its name."""

    groups: dict[str, GroupCells]
    selected: dict[str, AnswerCells]
    scores: dict[str, NumberCells]
    ranks: dict[str, NumberCells]
    ids: dict[str, IdCells]
    lists: dict[str, ListCells]

    @classmethod
    def for_columns(
        cls, columns: OutcomeColumns, found: Collection[str], *, labels_only: bool, comma: bool
    ) -> _Collected:
        usual = set(found) - set(columns.asked)

        def named(given: str | None, name: str) -> list[str]:
            return [given] if given is not None else [name] if name in usual else []

        return cls(
            groups={name: GroupCells(name.strip()) for name in columns.groups},
            selected={name: AnswerCells() for name in named(columns.selected, SELECTED)},
            scores={name: NumberCells(comma_parts_cells=comma) for name in named(columns.score, SCORE)},
            ranks={name: NumberCells(comma_parts_cells=comma, least=1) for name in named(columns.rank, RANK)},
            ids={columns.id: IdCells(keep=labels_only)} if columns.id else {},
            lists={columns.ranking: ListCells()} if columns.ranking else {},
        )

    def takers(self, places: Mapping[str, int]) -> list[tuple[str, int, Callable[[str], bool], str]]:
        """Return for each column its name, its place, what takes its cells, and the rule they may break."""
        by_rule: list[tuple[Mapping[str, _Cells], str]] = [
            (self.groups, _NO_GROUP),
            (self.selected, _NO_ANSWER),
            (self.scores, _NO_NUMBER),
            (self.ranks, _NO_RANK),
            (self.ids, ""),
            (self.lists, ""),
        ]
        return [
            (name, places[name], cells.add, rule) for found, rule in by_rule for name, cells in found.items()
        ]

    def outcomes(self) -> Outcomes:
        return Outcomes(
            groupings=tuple(cells.grouping() for cells in self.groups.values()),
            selected=next((cells.values() for cells in self.selected.values()), None),
            scores=next((cells.values() for cells in self.scores.values()), None),
            ranks=next((cells.values() for cells in self.ranks.values()), None),
            lists=next((cells.values() for cells in self.lists.values()), None),
            n_repeated=sum(cells.n_repeated for cells in self.ids.values()),
            ids=next((cells.kept for cells in self.ids.values()), ()),
        )


def _cells_of(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [])


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()
