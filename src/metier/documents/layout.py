"""Reading order: from glyphs with positions to lines of text.

Three steps, each on plain numbers, so that any source of positioned characters can use them:

1. glyphs that follow each other in the file and touch become pieces; spaces are put where the gap is
   wider than the piece's own letter spacing;
2. pieces are divided into columns. A gutter is a vertical strip that no piece crosses between two rows;
   the tests in `_are_columns` keep right-aligned dates, tables and margin labels on their rows;
3. in each column, pieces on one baseline become a line, and larger steps between lines an empty line.
"""

from __future__ import annotations

import math
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median, median_low, mode
from typing import NamedTuple

SPACE = -1

# All in ems, the font size as drawn.
_WORD_GAP = 0.14  # beyond the letter spacing; the narrowest space of common fonts is about 0.2
_PIECE_GAP = 1.0
_OVERLAP = 0.5
_SAME_BASELINE = 0.35
_MAX_TRACKING = 0.6
_MAX_NARROWING = 0.2
_MIN_FOLLOWERS = 4
_WITHIN_WORD = 0.3  # this share of the letters after any letter is taken to be in the same word

_MIN_COLUMN_LINES = 3
_MAX_DEPTH = 6
_MAX_PIECES = 5_000  # a page of prose has some hundred; beyond, columns are not worth the time
_MAX_GUTTERS = 40
_PARAGRAPH_STEP = 1.3  # of the usual step between lines
_HEADING_GROWTH = 1.12
_HEADING_STEP = 1.6
_HEADER_GAP = 4.0
_MAX_HEADER_ROWS = 3
_MAX_HEADING_LINES = 4


class Glyph(NamedTuple):
    """One drawn character that is not a space, turned so that its text runs to the right.

    Attributes:
        text: the character; for column and word decisions only.
        left: where it starts along the line, in points.
        right: where it ends, its advance included.
        baseline: height of the baseline; greater is higher on the page.
        em: font size as drawn, above 0.
        layer: glyphs of different layers share no line: other directions, and those that nobody sees, whose
            layers are below 0.
        spaced: the file has a space between this glyph and the one before it.
    """

    text: str
    left: float
    right: float
    baseline: float
    em: float
    layer: int = 0
    spaced: bool = False


@dataclass(slots=True)
class _Piece:
    """Glyphs drawn one after the other on a line; `cells` are their indices, or SPACE."""

    cells: list[int]
    left: float
    right: float
    baseline: float
    em: float
    order: int
    letters: str

    @property
    def rtl(self) -> int:
        """Count letters written to the left minus letters written to the right."""
        kinds = Counter(map(unicodedata.bidirectional, self.letters))
        return kinds["R"] + kinds["AL"] - kinds["L"]


_Line = list[_Piece]


def reading_order(glyphs: Sequence[Glyph]) -> list[list[int]]:
    """Return the lines of a page in the order a person reads them.

    Args:
        glyphs: in the order of the file.

    Returns:
        One list a line, of indices into `glyphs` and SPACE; an empty list is an empty line. Every index
        occurs exactly once. The largest layer comes first, the others as they come in the file, and those
        below 0 after them.
    """
    layers: dict[int, list[int]] = {}
    for index, glyph in enumerate(glyphs):
        layers.setdefault(glyph.layer, []).append(index)
    lines: list[list[int]] = []
    for _, members in sorted(layers.items(), key=lambda item: (item[0] < 0, -len(item[1]))):
        for block in _blocks(_pieces(glyphs, members)):
            if lines:
                lines.append([])
            lines.extend(_block_lines(block))
    return lines


def _pieces(glyphs: Sequence[Glyph], members: Sequence[int]) -> list[_Piece]:
    gaps = [_gap(glyphs[a], glyphs[b]) for a, b in pairwise(members)]
    widths = _drawn_widths(glyphs, members, gaps)
    ends = [place + 1 for place, gap in enumerate(gaps) if gap is None]
    return [
        _piece(glyphs, members[start:end], [gap for gap in gaps[start : end - 1] if gap is not None], widths)
        for start, end in zip([0, *ends], [*ends, len(members)], strict=True)
    ]


class _DrawnWidths(NamedTuple):
    """The gap between two letters of a word, and how much less it is after some letters; in ems.

    Some programs draw letters closer than their font's widths, by rounding. What looks like no gap after
    a wide letter is then a space.
    """

    usual: float
    less_after: dict[str, float]


def _drawn_widths(
    glyphs: Sequence[Glyph], members: Sequence[int], gaps: Sequence[float | None]
) -> _DrawnWidths:
    after: dict[str, list[float]] = {}
    for index, gap in zip(members, gaps, strict=False):
        if gap is not None:
            after.setdefault(glyphs[index].text, []).append(gap)
    every = [gap for found in after.values() for gap in found]
    usual = min(max(median_low(every), -_MAX_NARROWING), 0.0) if every else 0.0
    less_after = {
        text: max(_low(found) - usual, -_MAX_NARROWING)
        for text, found in after.items()
        if len(found) >= _MIN_FOLLOWERS
    }
    return _DrawnWidths(usual, {text: less for text, less in less_after.items() if less < 0})


def _gap(before: Glyph, after: Glyph) -> float | None:
    """Return the gap between two glyphs in ems, or None where the second starts another piece."""
    if abs(after.baseline - before.baseline) > 0.5 * min(before.em, after.em):
        return None
    em = max(before.em, after.em)
    gap = (after.left - before.right) / em
    if -_OVERLAP <= gap <= _PIECE_GAP:
        return gap
    if unicodedata.combining(after.text[:1] or " ") and -2 * _PIECE_GAP < gap < 0:
        return 0.0
    if _is_rtl(before.text) or _is_rtl(after.text):
        gap = (before.left - after.right) / em
        if -_OVERLAP <= gap <= _PIECE_GAP:
            return gap
    return None


def _is_rtl(text: str) -> bool:
    return text > "\u0590" and unicodedata.bidirectional(text[0]) in ("R", "AL")


def _low(values: Sequence[float]) -> float:
    return sorted(values)[int(_WITHIN_WORD * len(values))]


def _piece(
    glyphs: Sequence[Glyph], members: Sequence[int], gaps: Sequence[float], widths: _DrawnWidths
) -> _Piece:
    parts = [glyphs[index] for index in members]
    gaps = [gap - widths.less_after.get(glyph.text, 0.0) for gap, glyph in zip(gaps, parts, strict=False)]
    touching = [gap for gap, glyph in zip(gaps, parts[1:], strict=True) if not glyph.spaced]
    tracking = widths.usual
    if len(touching) > 2:
        tracking = max(min(_low(touching), _MAX_TRACKING), tracking)
    cells = [members[0]]
    for place, gap in enumerate(gaps):
        if parts[place + 1].spaced or gap > tracking + _WORD_GAP:
            cells.append(SPACE)
        cells.append(members[place + 1])
    return _Piece(
        cells,
        left=min(glyph.left for glyph in parts),
        right=max(glyph.right for glyph in parts),
        baseline=median(glyph.baseline for glyph in parts),
        em=max(glyph.em for glyph in parts),
        order=members[0],
        letters="".join(glyph.text for glyph in parts),
    )


def _blocks(pieces: list[_Piece], depth: int = 0) -> Iterator[list[_Piece]]:
    """Yield parts that hold one column each, in reading order."""
    pieces = sorted(pieces, key=lambda piece: (-piece.baseline, piece.left))
    band = _best_band(pieces) if depth < _MAX_DEPTH and len(pieces) <= _MAX_PIECES else None
    if band is None:
        yield pieces
        return
    for part in (pieces[: band.start], band.left, band.right, pieces[band.end :]):
        if part:
            yield from _blocks(part, depth + 1)


class _Band(NamedTuple):
    """Rows `start` to `end` of sorted pieces that a gutter divides in two."""

    start: int
    end: int
    left: list[_Piece]
    right: list[_Piece]

    @property
    def weight(self) -> int:
        return min(len(self.left), len(self.right))


def _best_band(pieces: list[_Piece]) -> _Band | None:
    """Return the band with the most lines on its thinner side that holds columns."""
    if len(pieces) < 2 * _MIN_COLUMN_LINES:
        return None
    em = median(piece.em for piece in pieces)
    rows = _rows(pieces)
    starts = Counter(round(piece.left) for piece in pieces)
    bands = [
        band
        for start, _ in starts.most_common(_MAX_GUTTERS)
        for band in _bands(pieces, rows, start - 1.0, em)
        if band.weight >= _MIN_COLUMN_LINES
    ]
    bands.sort(key=lambda band: (band.weight, band.end - band.start), reverse=True)
    return next((band for band in bands if _are_columns(band, em)), None)


def _rows(pieces: list[_Piece]) -> list[int]:
    """Return for each piece, sorted from the top, the number of its row."""
    rows: list[int] = []
    first = 0
    for place, piece in enumerate(pieces):
        if not _same_row(pieces[first], piece):
            first = place
        rows.append(first)
    return rows


def _bands(pieces: list[_Piece], rows: list[int], gutter: float, em: float) -> Iterator[_Band]:
    """Yield the rows between those that cross the strip one em wide to the left of `gutter`."""
    edge = gutter - em
    crossed = {
        row for piece, row in zip(pieces, rows, strict=True) if piece.left < gutter and piece.right > edge
    }
    left: list[_Piece] = []
    right: list[_Piece] = []
    start = 0
    for place, piece in enumerate(pieces):
        if rows[place] in crossed:
            yield _without_heading(_without_header(_Band(start, place, left, right), em), em)
            left, right, start = [], [], place + 1
        elif piece.left >= gutter:
            right.append(piece)
        else:
            left.append(piece)
    yield _without_header(_Band(start, len(pieces), left, right), em)


def _without_header(band: _Band, em: float) -> _Band:
    """Cut off rows at the top that go over the gutter by chance, such as a row of contacts.

    Their right part does not start where the right column does, and stands near their left part.
    """
    left, right = band.left, band.right
    for _ in range(_MAX_HEADER_ROWS):
        if min(len(left), len(right)) < _MIN_COLUMN_LINES:
            break
        row = [piece for piece in right if _same_row(piece, right[0])]
        first = min(piece.left for piece in row)
        beside = max((piece.right for piece in left if _same_row(piece, right[0])), default=-math.inf)
        edge = mode(round(piece.left) for piece in right)
        if abs(first - edge) < 0.5 * em or first - beside > _HEADER_GAP * em:
            break
        height = min(piece.baseline for piece in row) - _SAME_BASELINE * em
        left, right = ([piece for piece in side if piece.baseline < height] for side in (left, right))
    return _Band(band.end - len(left) - len(right), band.end, left, right)


def _same_row(a: _Piece, b: _Piece) -> bool:
    return abs(a.baseline - b.baseline) <= _SAME_BASELINE * min(a.em, b.em)


def _without_heading(band: _Band, em: float) -> _Band:
    """Cut off a heading at the foot of one side: it belongs to the line across the gutter below it."""
    if band.weight < _MIN_COLUMN_LINES:
        return band
    longer, shorter = sorted((band.left, band.right), key=lambda side: side[-1].baseline)
    foot = shorter[-1].baseline - _SAME_BASELINE * em
    places = [place for place, piece in enumerate(longer) if piece.baseline < foot]
    for place in places:
        step = (longer[place - 1].baseline if place else math.inf) - longer[place].baseline
        if step > _HEADING_STEP * em and len(_lines(longer[place:])) <= _MAX_HEADING_LINES:
            kept = longer[:place]
            sides = (kept, band.right) if longer is band.left else (band.left, kept)
            return _Band(band.start, band.end - len(longer) + place, *sides)
    return band


class _Side(NamedTuple):
    """What one side of a gutter looks like: its lines from the top."""

    baselines: list[float]
    texts: list[str]
    fill: float
    spread: float


def _side(pieces: list[_Piece]) -> _Side:
    lines = _lines(pieces)
    baselines = [line[0].baseline for line in lines]
    widths = [line[-1].right - line[0].left for line in lines]
    whole = max(piece.right for piece in pieces) - min(piece.left for piece in pieces)
    steps = [above - below for above, below in pairwise(baselines)]
    return _Side(
        baselines,
        ["".join(piece.letters for piece in line) for line in lines],
        fill=median(widths) / whole if whole > 0 else 1.0,
        spread=median(steps) if steps else 0.0,
    )


def _are_columns(band: _Band, em: float) -> bool:
    """Tell columns from rows of cells.

    Order of the tests: too few lines or bare bullets are no column; neither is a narrow side whose every
    line stands on a baseline of the other and is a date or a label of several lines. Sides drawn one
    after the other, or on baselines of their own, are columns. Sides drawn row by row on common
    baselines are columns if they read as prose.
    """
    left, right = _side(band.left), _side(band.right)
    thin, thick = sorted((left, right), key=lambda side: len(side.baselines))
    if len(thin.baselines) < _MIN_COLUMN_LINES or max(map(len, thin.texts)) <= 2:
        return False
    aligned = _aligned_share(thin, thick, em)
    if aligned >= 0.7 and (_are_dates(thin) or _are_dates(thick) or _are_labels(thin, thick, em)):
        return False
    if _side_changes(band) <= max(2, 0.15 * len(thin.baselines)) or aligned < 0.6:
        return True
    return _reads_on(left) and _reads_on(right)


def _aligned_share(thin: _Side, thick: _Side, em: float) -> float:
    heights = sorted(thick.baselines)
    near = 0
    for baseline in thin.baselines:
        place = bisect_left(heights, baseline - _SAME_BASELINE * em)
        near += place < len(heights) and heights[place] <= baseline + _SAME_BASELINE * em
    return near / len(thin.baselines)


def _are_dates(side: _Side) -> bool:
    """Tell whether most lines are short and hold digits, like dates, grades and amounts."""
    dates = sum(len(text) <= 25 and any(map(str.isdigit, text)) for text in side.texts)
    return dates >= 0.5 * len(side.texts)


def _are_labels(thin: _Side, thick: _Side, em: float) -> bool:
    return len(thin.baselines) <= 0.6 * len(thick.baselines) and thin.spread > 2.5 * em


def _side_changes(band: _Band) -> int:
    """Count how often the file goes from one side to the other."""
    sides = sorted([(p.order, 0) for p in band.left] + [(p.order, 1) for p in band.right])
    return sum(before[1] != after[1] for before, after in pairwise(sides))


def _reads_on(side: _Side) -> bool:
    """Tell prose from cells: lines fill their column, or go on in lower case."""
    continued = sum(text[0].islower() for text in side.texts[1:])
    long = median(map(len, side.texts)) >= 15
    return (long and side.fill >= 0.6) or continued >= 0.25 * len(side.texts)


@dataclass(slots=True)
class _OpenLine:
    """A line while pieces join it; `even` while all of them have its baseline and size."""

    pieces: _Line
    right: float
    even: bool = True

    def takes(self, piece: _Piece) -> bool:
        """Tell whether a piece stands on this line."""
        first = self.pieces[0]
        follows = self.even and piece.left >= self.right
        if follows and (piece.baseline, piece.em) == (first.baseline, first.em):
            return True
        return _belongs(piece, self.pieces)

    def add(self, piece: _Piece) -> None:
        """Put a piece on this line."""
        first = self.pieces[0]
        self.even = self.even and (piece.baseline, piece.em) == (first.baseline, first.em)
        self.right = max(self.right, piece.right)
        self.pieces.append(piece)


def _lines(pieces: list[_Piece]) -> list[_Line]:
    """Return lines from the top, each sorted from left to right."""
    lines: list[_OpenLine] = []
    for piece in sorted(pieces, key=lambda piece: (-piece.baseline, piece.left)):
        line = next((line for line in reversed(lines[-4:]) if line.takes(piece)), None)
        if line is None:
            lines.append(_OpenLine([piece], piece.right))
        else:
            line.add(piece)
    return [sorted(line.pieces, key=lambda piece: piece.left) for line in lines]


def _belongs(piece: _Piece, line: _Line) -> bool:
    """Tell whether a piece stands beside all pieces of a line, at their height and not over them."""
    for other in line:
        bottom = max(piece.baseline - 0.2 * piece.em, other.baseline - 0.2 * other.em)
        top = min(piece.baseline + 0.7 * piece.em, other.baseline + 0.7 * other.em)
        shared = min(piece.right, other.right) - max(piece.left, other.left)
        if shared > _OVERLAP * min(piece.em, other.em):
            return False
        if top - bottom < 0.45 * min(piece.em, other.em):
            return False
    return True


def _block_lines(pieces: list[_Piece]) -> list[list[int]]:
    lines = _lines(pieces)
    usual = _usual_step(lines)
    found: list[list[int]] = []
    for place, line in enumerate(lines):
        if place and _starts_paragraph(lines[place - 1], line, usual):
            found.append([])
        found.append(_line_cells(line))
    return found


def _line_cells(line: _Line) -> list[int]:
    if sum(piece.rtl for piece in line) > 0:
        line = sorted(line, key=lambda piece: -piece.right)
    cells: list[int] = []
    before: _Piece | None = None
    for piece in line:
        if before is not None and _parted(before, piece):
            cells.append(SPACE)
        cells += piece.cells
        before = piece
    return cells


def _parted(before: _Piece, after: _Piece) -> bool:
    """Tell whether a space belongs between two pieces; a superscript, for one, touches its word."""
    gap = max(after.left - before.right, before.left - after.right)
    return gap > _WORD_GAP * min(before.em, after.em)


def _em(line: _Line) -> float:
    return max(piece.em for piece in line)


def _step(above: _Line, below: _Line) -> float:
    return (above[0].baseline - below[0].baseline) / max(_em(above), _em(below))


def _usual_step(lines: list[_Line]) -> float:
    """Return the step from line to line inside paragraphs, in ems.

    The 30th percentile: in a list of one-line entries most steps are those between paragraphs.
    """
    steps = sorted(_step(above, below) for above, below in pairwise(lines))
    if len(steps) < 3:
        return 1.25
    return min(max(steps[int(0.3 * len(steps))], 1.0), 2.2)


def _starts_paragraph(above: _Line, below: _Line, usual: float) -> bool:
    return _step(above, below) > _PARAGRAPH_STEP * usual or _em(below) > _HEADING_GROWTH * _em(above)
