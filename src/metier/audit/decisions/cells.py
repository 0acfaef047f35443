"""Columns of a table of outcomes, built cell by cell: groups, answers, numbers, ids."""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections import Counter
from hashlib import blake2b
from math import isfinite, nan
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.audit.decisions.outcomes import UNKNOWN, Grouping

MOST_GROUPS: Final = 60
"""Different groups of one attribute; a column with more is no column of groups."""
_MOST_SPELLINGS: Final = 1_000

UNKNOWN_WORDS: Final = frozenset(
    (
        "", "-", "–", "—", "?", "n/a", "na", "nan", "none", "null", "unknown", "not known", "not stated",
        "not specified", "not disclosed", "undisclosed", "declined", "declined to answer", "missing",
        "decline to answer", "prefer not to say", "prefer not to answer",
        "неизвестно", "не известно", "неизвестен", "неизвестна", "не указан", "не указана", "не указано",
        "нет данных", "нет ответа", "н/д", "предпочитаю не отвечать", "отказ", "отказ отвечать",
    )
)  # fmt: skip
"""What stands for a group, an answer or a number that is not known, in small letters."""
YES_WORDS: Final = frozenset("1 yes y true t selected да д истина +".split())
NO_WORDS: Final = frozenset(("0", "no", "n", "false", "f", "rejected", "not selected", "нет", "н", "ложь"))

_SPACE = re.compile(r"\s+")
_NUMBER = re.compile(r"[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:[.,]\d+)?", re.ASCII)
_DOUBTFUL = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")


class GroupCells:
    """Collects groups: free text, whose case and blanks do not count.

    Args:
        name: of the attribute.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._codes = array("i")
        self._code_of: dict[str, int] = {}
        self._groups: dict[str, int] = {}
        self._spellings: list[Counter[str]] = []

    def add(self, cell: str) -> bool:
        """Take the group of the next person; False if there are too many different ones."""
        code = self._code_of.get(cell)
        if code is None:
            shown = _plain(cell)
            code = self._new(shown)
            if len(self._code_of) > _MOST_SPELLINGS or len(self._groups) > MOST_GROUPS:
                return False
            self._code_of[cell] = code
        self._codes.append(code)
        if code != UNKNOWN:
            self._spellings[code][cell] += 1
        return True

    def _new(self, shown: str) -> int:
        key = shown.casefold()
        if key in UNKNOWN_WORDS:
            return UNKNOWN
        if key not in self._groups:
            self._groups[key] = len(self._groups)
            self._spellings.append(Counter())
        return self._groups[key]

    def grouping(self) -> Grouping:
        """Return what was collected; a group has its commonest spelling."""
        keys = sorted(self._groups)
        place = np.full(len(keys) + 1, UNKNOWN, np.int32)  # the last one stands for -1
        for i, key in enumerate(keys):
            place[self._groups[key]] = i
        codes = place[np.frombuffer(self._codes, np.int32)] if self._codes else np.empty(0, np.int32)
        return Grouping(self._name, tuple(self._label(key) for key in keys), codes)

    def _label(self, key: str) -> str:
        counts: Counter[str] = Counter()
        for cell, n in self._spellings[self._groups[key]].items():
            counts[_plain(cell)] += n
        return min(counts, key=lambda shown: (-counts[shown], shown))


class AnswerCells:
    """Collects answers: yes or no."""

    def __init__(self) -> None:
        self._codes = array("b")
        self._code_of: dict[str, int] = {}

    def add(self, cell: str) -> bool:
        """Take the answer of the next person; False if it is neither yes nor no nor left out."""
        code = self._code_of.get(cell)
        if code is None:
            found = _answer(_plain(cell).casefold())
            if found is None:
                return False
            if len(self._code_of) < _MOST_SPELLINGS:
                self._code_of[cell] = found
            code = found
        self._codes.append(code)
        return True

    def values(self) -> NDArray[np.int8]:
        """Return (n,) 1 for yes, 0 for no, -1 where it is left out."""
        return np.array(self._codes, np.int8)


def _answer(word: str) -> int | None:
    if word in UNKNOWN_WORDS:
        return UNKNOWN
    return 1 if word in YES_WORDS else 0 if word in NO_WORDS else None


class NumberCells:
    """Collects numbers.

    Args:
        comma_parts_cells: a comma parts the cells of the table; then `1,234` may be either number.
        least: the lowest number that is allowed, or None.
    """

    def __init__(self, *, comma_parts_cells: bool, least: float | None = None) -> None:
        self._values = array("d")
        self._comma_parts_cells = comma_parts_cells
        self._least = least

    def add(self, cell: str) -> bool:
        """Take the number of the next person; False if it is none, or may be read in two ways."""
        words = cell.strip()
        value = nan if words.casefold() in UNKNOWN_WORDS else self._number(words)
        if value is None:
            return False
        self._values.append(value)
        return True

    def _number(self, words: str) -> float | None:
        if self._comma_parts_cells and _DOUBTFUL.fullmatch(words):
            return None
        if not _NUMBER.fullmatch(words):
            if not _THOUSANDS.fullmatch(words):
                return None
            words = _SPACE.sub("", words)
        value = float(words.replace(",", "."))
        allowed = isfinite(value) and (self._least is None or value >= self._least)
        return value if allowed else None

    def values(self) -> NDArray[np.float64]:
        """Return (n,) numbers, nan where one is left out."""
        return np.array(self._values, np.float64)


class IdCells:
    """Collects ids as hashes, to count repeated ones, and as words where they are asked for.

    Args:
        keep: keep the ids themselves.
    """

    def __init__(self, *, keep: bool = False) -> None:
        self._hashes = array("Q")
        self._kept: list[str] = []
        self._keep = keep

    def add(self, cell: str) -> bool:
        """Take the id of the next person; an empty one repeats nothing."""
        name = cell.strip() if cell.isascii() else _plain(cell)
        if name:
            self._hashes.append(
                int.from_bytes(blake2b(name.encode("utf-8", "replace"), digest_size=8).digest())
            )
        if self._keep:
            self._kept.append(name)
        return True

    @property
    def n_repeated(self) -> int:
        """Return how many ids an earlier row has too."""
        return len(self._hashes) - len(np.unique(np.array(self._hashes, np.uint64)))

    @property
    def kept(self) -> tuple[str, ...]:
        """Return the ids in order, where they were to be kept."""
        return tuple(self._kept)


class ListCells:
    """Collects the names of rankings, of which there may be any number."""

    def __init__(self) -> None:
        self._codes = array("i")
        self._code_of: dict[str, int] = {}

    def add(self, cell: str) -> bool:
        """Take the ranking of the next person; an empty name is a ranking too."""
        self._codes.append(self._code_of.setdefault(_plain(cell), len(self._code_of)))
        return True

    def values(self) -> NDArray[np.int32]:
        """Return (n,) which ranking it is, from 0 in order of appearance."""
        return np.array(self._codes, np.int32)


def _plain(cell: str) -> str:
    """Return a cell without what makes no difference to a reader: forms of letters, blanks."""
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", cell)).strip()
