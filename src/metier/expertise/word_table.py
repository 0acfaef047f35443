"""Finds many patterns in one pass: each is tried only where a word begins as it does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

_WORD: Final = re.compile(r"[^\W\d_]+")
_KEY: Final = 3


class WordTable:
    """Patterns by kind, looked up by the first three letters of the word that each begins with.

    Args:
        patterns: by kind, one regular expression a line; each begins with the letters of a word, and ends
            where a word ends. Case makes no difference. Empty lines count for nothing.
        stands_for: names in the patterns that stand for longer expressions.
    """

    def __init__(self, patterns: Mapping[str, str], stands_for: Mapping[str, str]) -> None:
        by_key: dict[str, dict[str, list[str]]] = {}
        for kind, lines in patterns.items():
            for line in lines.split("\n"):
                if line:
                    written = _written_out(line, stands_for)
                    by_key.setdefault(_key(line), {}).setdefault(kind, []).append(written)
        self._kinds = tuple(patterns)
        self._table = {
            key: tuple(
                (kind, re.compile(rf"(?:{'|'.join(alternatives)})(?!\w)", re.IGNORECASE))
                for kind, alternatives in kinds.items()
            )
            for key, kinds in by_key.items()
        }

    def find(self, text: str, start: int, end: int) -> Iterator[tuple[str, re.Match[str]]]:
        """Yield kinds and where they match, in order of where a match begins; a kind's do not overlap.

        Args:
            text: the whole text.
            start: where to begin.
            end: where to end.
        """
        taken = dict.fromkeys(self._kinds, start)
        table = self._table
        for word in _WORD.finditer(text, start, end):
            for kind, pattern in table.get(word[0][:_KEY].lower(), ()):
                if word.start() >= taken[kind]:
                    match = pattern.match(text, word.start(), end)
                    if match is not None:
                        taken[kind] = match.end()
                        yield kind, match


def _key(line: str) -> str:
    begins = _WORD.match(line)
    return begins[0][:_KEY].lower() if begins is not None else ""


def _written_out(line: str, stands_for: Mapping[str, str]) -> str:
    for name, pattern in stands_for.items():
        line = line.replace(name, pattern)
    return line
