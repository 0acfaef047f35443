"""Where the sentences of a text stand: full ones, bullets, and lines of a list."""

from __future__ import annotations

import re
from typing import Final

from metier.types import Span

# A full stop after these ends no sentence, unless the line ends there too.
_ABBREVIATION: Final = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|inc|ltd|corp|approx|dept|no|mr|mrs|ms|dr|prof|st|jr|sr"
    r"|т\.\s?[дпеко]|т|др|пр|г|гг|ул|им|руб|тыс|млн|млрд|стр|см|обл|чел|мес|ч|мин)|\b[^\W\d_])\.$",
    re.IGNORECASE,
)
_ABBREVIATION_REACH: Final = 12
# Begins at the first mark of a run only: a line of dots costs its length, not its square.
_END: Final = re.compile(r"(?<![.!?…])[.!?…]++[\"'»”)\]]*+(?=\s)|;(?=\s)")
_BULLET: Final = re.compile(r"[^\S\n]*(?:[-–—•·▪■●○◦*✓✔➢►>‣⁃]|\(?\d{1,2}[.)]|[a-zа-я]\))\s+", re.IGNORECASE)
_ENDED: Final = re.compile(r"[.!?…:;][\"'»”)\]]*\s*$")


def find_sentences(text: str) -> list[Span]:
    r"""Return the sentences of a text, without white space and bullets around them; they do not overlap.

    A line end ends a sentence, unless the next line goes on in lower case.

    >>> text = "Led a team.\n- Wrote services in Go,\n  tested them. Fixed bugs"
    >>> [text[span.start : span.end] for span in find_sentences(text)]
    ['Led a team.', 'Wrote services in Go,\n  tested them.', 'Fixed bugs']
    """
    return [
        span
        for start, end in _blocks(text)
        for first, last in _split(text, start, end)
        if (span := _trimmed(text, first, last)) is not None
    ]


def _blocks(text: str) -> list[tuple[int, int]]:
    """Return stretches of lines that go on from one to the next."""
    blocks: list[tuple[int, int]] = []
    position = 0
    for line in text.splitlines(keepends=True):
        end = position + len(line)
        if blocks and blocks[-1][1] == position and _goes_on(text, blocks[-1], line):
            blocks[-1] = (blocks[-1][0], end)
        elif line.strip():
            blocks.append((position, end))
        position = end
    return blocks


def _goes_on(text: str, block: tuple[int, int], line: str) -> bool:
    stripped = line.lstrip()
    if not stripped or not stripped[0].islower() or _BULLET.match(line):
        return False
    return not _ENDED.search(text, max(block[0], block[1] - 40), block[1])


def _split(text: str, start: int, end: int) -> list[tuple[int, int]]:
    bullet = _BULLET.match(text, start, end)
    cuts = [bullet.end() if bullet else start]
    for match in _END.finditer(text, cuts[0], end):
        first = max(start, match.start() - _ABBREVIATION_REACH)
        if match[0].startswith(".") and _ABBREVIATION.search(text, first, match.end()):
            continue
        cuts.append(match.end())
    return list(zip(cuts, [*cuts[1:], end], strict=True))


def _trimmed(text: str, start: int, end: int) -> Span | None:
    piece = text[start:end]
    left, right = len(piece) - len(piece.lstrip()), len(piece.rstrip())
    return Span(start + left, start + right) if right > left else None
