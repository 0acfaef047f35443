"""Longest matches of token sequences, by Aho-Corasick over an encoding that has no half words.

Every token is written between two marks, so a pattern can only match whole tokens, and a break that
no name may cross is a mark of its own. Leftmost-longest over that string is therefore exactly
leftmost-longest over tokens.

    tokens  c  sharp , java        ->  <c><sharp>|<java>
    name    C sharp                ->  <c><sharp>

Source: Aho and Corasick 1975, doi:10.1145/360825.360855.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

import ahocorasick_rs

from metier.skills.tokens import Token

_OPEN, _CLOSE, _BREAK = "\x02", "\x03", "\x04"


@dataclass(frozen=True, slots=True)
class TokenMatch:
    """Pattern number `pattern` matches tokens `first` to `last`, both included."""

    pattern: int
    first: int
    last: int


def _encode(norms: Iterable[str]) -> str:
    return "".join(f"{_OPEN}{norm}{_CLOSE}" for norm in norms)


class TokenAutomaton:
    """Finds the longest of many token sequences at every place of a text.

    Args:
        patterns: sequences of normalised tokens, none empty, no two equal.
    """

    def __init__(self, patterns: Sequence[Sequence[str]]) -> None:
        self._automaton = ahocorasick_rs.AhoCorasick(
            [_encode(pattern) for pattern in patterns],
            matchkind=ahocorasick_rs.MatchKind.LeftmostLongest,
        )

    def find(self, tokens: Sequence[Token]) -> list[TokenMatch]:
        """Return the matches from left to right; none overlap."""
        pieces = [("" if token.joined else _BREAK) + _encode([token.norm]) for token in tokens]
        ends = list(accumulate(len(piece) for piece in pieces))
        first_of = {
            end - len(piece) + (0 if token.joined else 1): i
            for i, (end, piece, token) in enumerate(zip(ends, pieces, tokens, strict=True))
        }
        last_of = {end: i for i, end in enumerate(ends)}
        matches = self._automaton.find_matches_as_indexes("".join(pieces))
        return [TokenMatch(pattern, first_of[start], last_of[end]) for pattern, start, end in matches]
