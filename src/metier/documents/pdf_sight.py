"""What of a PDF page's text a person sees, told from the picture of the page itself.

The page is drawn twice, with its text and without it. Letters that leave no trace in the difference are
not seen, whatever the reason: another thing lies over them, they are cut off, their layer is switched off.
The second picture also holds the colour that is really behind each letter, so that white text on a dark
band is told from white text on paper.
"""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from metier.documents.color import Rgb, is_unseen
from metier.documents.pdf_chars import Box, Char
from metier.types import ExclusionReason

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

Pixels = NDArray[np.uint8]

_SCALE: Final = 1.5  # pixels a point; small print of 4 pt still leaves marks
_MAX_PIXELS: Final = 4_000_000
_SAMPLES: Final = 5
_BLOCK: Final = 10_000
_LEAST_SIZE_PT: Final = 2.0
_LEAST_WIDTH_EM: Final = 0.04  # of an average letter; the narrowest fonts have 0.25
_LEAST_ALPHA: Final = 13  # 5 %
_INVISIBLE_MODE: Final = 3
_UNDRAWN_MODES: Final = (3, 7)  # 7 cuts letters out of what is drawn next
_FILLED_MODES: Final = (0, 4)  # others draw an outline in a colour of its own

_TRACE: Final = 8  # of 255: the least difference that a letter leaves where it is drawn at all
_PLAIN_TRACE: Final = 48
_EVEN_SPREAD: Final = 20.0  # standard deviation of a background that counts as one colour
_OVERLAPPED: Final = 1.2  # mean number of letters over the middle of a letter
_MAX_OVERLAPPED: Final = 20_000
_MAX_OVERLAPPED_PIXELS: Final = 10_000_000
_WORD_SHARE: Final = 0.6
_MAX_CLIP_POINTS: Final = 2_000
_MAX_TEXT_OBJECTS: Final = 50_000


@dataclass(frozen=True, slots=True)
class Sight:
    """What a person sees of the characters of a page.

    Attributes:
        reasons: for each character why nobody sees it, or None where it is seen.
        pictured: for each, whether it is drawn invisibly over something that is no plain colour: programs
            that draw letters as a picture put their text there.
    """

    reasons: list[ExclusionReason | None]
    pictured: list[bool]


def judge_sight(page: PdfPage, frame: Box, chars: Sequence[Char], objects: Sequence[Any]) -> Sight:
    """Return what a person sees of a page.

    A word is judged as a whole. Afterwards the page's text is set to be invisible: close the page.

    Args:
        page: an open page.
        frame: left, bottom, right, top of what is shown of it, in points.
        chars: its characters, in the order of the file.
        objects: what draws them: `CharReader.objects`, its text page still open.
    """
    pictured = [False] * len(chars)
    if not chars:
        return Sight([], pictured)
    reasons = [_reason_by_look(char, frame) for char in chars]
    picture = _draw(page)
    if picture is not None:
        pictured = _judge_by_picture(page, picture, chars, objects, reasons)
    return Sight(_by_words(chars, reasons), pictured)


def _reason_by_look(char: Char, frame: Box) -> ExclusionReason | None:
    left, bottom, right, top = char.box
    if char.look.render_mode in _UNDRAWN_MODES or char.look.color[3] < _LEAST_ALPHA:
        return ExclusionReason.INVISIBLE
    # Fonts with a scale of their own (Type 3) tell their size by their height.
    width, height = _extent(char)
    is_squeezed = char.text.isalnum() and width < _LEAST_WIDTH_EM * max(char.look.size_pt, height)
    if (char.look.size_pt < _LEAST_SIZE_PT and height < _LEAST_SIZE_PT) or is_squeezed:
        return ExclusionReason.TINY
    x, y = (left + right) / 2, (bottom + top) / 2
    if not (frame[0] <= x <= frame[2] and frame[1] <= y <= frame[3]):
        return ExclusionReason.OFF_PAGE
    return None


def _extent(char: Char) -> tuple[float, float]:
    """Return the length along the line and the height of a character."""
    width, height = char.box[2] - char.box[0], char.box[3] - char.box[1]
    return (height, width) if char.angle % 180 == 90 else (width, height)


def _draw(page: PdfPage) -> Pixels | None:
    """Return the page as pixels (height, width, 3), or None where it has no area."""
    width, height = page.get_size()
    if not (math.isfinite(width * height) and width >= 1 and height >= 1):
        return None
    scale = min(_SCALE, math.sqrt(_MAX_PIXELS / (width * height)))
    bitmap = page.render(scale=scale, rev_byteorder=True)
    pixels: Pixels = bitmap.to_numpy()[:, :, :3].copy()
    bitmap.close()
    return pixels


def _judge_by_picture(
    page: PdfPage,
    picture: Pixels,
    chars: Sequence[Char],
    objects: Sequence[Any],
    reasons: list[ExclusionReason | None],
) -> list[bool]:
    """Fill in the reasons that only the picture tells; return what is drawn invisibly over a picture."""
    _set_modes(objects, [_INVISIBLE_MODE] * len(objects))
    background = _draw(page)
    if background is None or background.shape != picture.shape:
        return [False] * len(chars)
    cells = _cells(page, picture, [char.box for char in chars])
    trace = _trace(picture, background)
    is_drawn, is_plain = _any(trace > _TRACE, cells), _any(trace > _PLAIN_TRACE, cells)
    means, spreads = _behind(background, cells)
    is_overlapped = _overlapped(picture.shape, cells)
    for i, char in enumerate(chars):
        if reasons[i] is not None:
            continue
        if _melts(char, means[i], spreads[i], is_plain[i] and not is_overlapped[i]):
            reasons[i] = ExclusionReason.BACKGROUND_COLOR
        elif not is_drawn[i]:
            reasons[i] = _cause(char, objects[char.drawn_by])
    if {ExclusionReason.BACKGROUND_COLOR, ExclusionReason.COVERED} & set(reasons):
        _clear_doubled(page, picture, cells, is_plain, reasons)
    below = _lying_below(picture.shape, cells, chars, is_overlapped, reasons)
    if below:
        _judge_below(page, picture, cells, chars, objects, below, reasons)
    return [
        reason is ExclusionReason.INVISIBLE and spread > _EVEN_SPREAD
        for reason, spread in zip(reasons, spreads.tolist(), strict=True)
    ]


def _clear_doubled(
    page: PdfPage,
    picture: Pixels,
    cells: NDArray[np.int64],
    is_plain: NDArray[np.bool_],
    reasons: list[ExclusionReason | None],
) -> None:
    """Clear letters that a second text draws in sight: PDFium tells of two equal texts only the first."""
    from pypdfium2.raw import FPDF_PAGEOBJ_TEXT

    found = islice(page.get_objects(filter=[FPDF_PAGEOBJ_TEXT], max_depth=3), _MAX_TEXT_OBJECTS)
    others = [item.raw for item in found]
    _set_modes(others, [_INVISIBLE_MODE] * len(others))
    background = _draw(page)
    if background is None:
        return
    is_shown = _any(_trace(picture, background) > _PLAIN_TRACE, cells) & ~is_plain
    for i in np.flatnonzero(is_shown).tolist():
        if reasons[i] in (ExclusionReason.BACKGROUND_COLOR, ExclusionReason.COVERED):
            reasons[i] = None


def _melts(char: Char, behind: NDArray[np.float64], spread: float, is_plain: bool) -> bool:  # noqa: FBT001
    """Tell whether a letter has the colour of what is behind it."""
    if char.look.render_mode not in _FILLED_MODES or spread > _EVEN_SPREAD or is_plain:
        return False
    red, green, blue = (round(channel) for channel in behind)
    return _unseen_on(char.look.color, (red, green, blue))


@lru_cache(maxsize=4096)
def _unseen_on(color: tuple[int, int, int, int], background: Rgb) -> bool:
    alpha = color[3] / 255
    red, green, blue = (
        round(alpha * above + (1 - alpha) * below) for above, below in zip(color[:3], background, strict=True)
    )
    return is_unseen((red, green, blue), background)


def _cells(page: PdfPage, picture: Pixels, boxes: Sequence[Box]) -> NDArray[np.int64]:
    """Return left, top, right, bottom of boxes in pixels, at least one pixel each and inside the picture."""
    height, width = picture.shape[:2]
    origin, along, up = (_to_pixels(page, width, height, point) for point in ((0, 0), (100, 0), (0, 100)))
    matrix = np.array([along - origin, up - origin]) / 100
    corners = np.array(boxes, dtype=np.float64)
    low, high = corners[:, :2] @ matrix + origin, corners[:, 2:] @ matrix + origin
    # Far-away letters would overflow; they lie off the page whatever their place.
    first = np.floor(np.clip(np.minimum(low, high), -1, [width, height]))
    last = np.ceil(np.clip(np.maximum(low, high), 0, [width + 1, height + 1]))
    left, top = np.clip(first, 0, [width - 1, height - 1]).astype(np.int64).T
    right, bottom = np.clip(last, 1, [width, height]).astype(np.int64).T
    return np.stack([left, top, np.maximum(right, left + 1), np.maximum(bottom, top + 1)], axis=1)


def _to_pixels(page: PdfPage, width: int, height: int, point: tuple[float, float]) -> NDArray[np.float64]:
    from pypdfium2.raw import FPDF_PageToDevice

    finer = 1000  # the answer comes in whole pixels
    x, y = ctypes.c_int(), ctypes.c_int()
    FPDF_PageToDevice(page.raw, 0, 0, width * finer, height * finer, 0, *point, x, y)
    return np.array([x.value / finer, y.value / finer])


def _trace(first: Pixels, second: Pixels) -> Pixels:
    """Return how far two pictures differ in each pixel, 0 to 255: (height, width)."""
    difference = np.maximum(first, second) - np.minimum(first, second)
    red, green, blue = (difference[:, :, channel] for channel in range(3))
    farthest: Pixels = np.maximum(np.maximum(red, green), blue)
    return farthest


def _any(mask: NDArray[np.bool_], cells: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell for each cell whether the mask holds anywhere in it."""
    table = np.zeros((mask.shape[0] + 1, mask.shape[1] + 1), dtype=np.int32)
    np.cumsum(mask, axis=0, out=table[1:, 1:])
    np.cumsum(table, axis=1, out=table)
    left, top, right, bottom = cells.T
    within: NDArray[np.bool_] = (
        table[bottom, right] - table[top, right] - table[bottom, left] + table[top, left] > 0
    )
    return within


def _samples(values: NDArray[Any], cells: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the values at 5 x 5 places spread over each cell: (n, 25, ...)."""
    left, top, right, bottom = cells.T
    shares = np.linspace(0.02, 0.98, _SAMPLES)
    xs = (left[:, None] + shares * (right - left)[:, None]).astype(np.int64)
    ys = (top[:, None] + shares * (bottom - top)[:, None]).astype(np.int64)
    found = values[ys[:, :, None], xs[:, None, :]].astype(np.float64)
    samples: NDArray[np.float64] = found.reshape(len(cells), _SAMPLES * _SAMPLES, *values.shape[2:])
    return samples


def _behind(background: Pixels, cells: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean colour (n, 3) behind each cell and its largest standard deviation (n,)."""
    means, spreads = np.empty((len(cells), 3)), np.empty(len(cells))
    for start in range(0, len(cells), _BLOCK):
        block = slice(start, start + _BLOCK)
        samples = _samples(background, cells[block])
        means[block], spreads[block] = samples.mean(axis=1), samples.std(axis=1).max(axis=1)
    return means, spreads


def _cores(cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the middle of cells: neighbours on a line or on the next one do not reach into it."""
    x, y = (cells[:, 2] - cells[:, 0]) // 8, (cells[:, 3] - cells[:, 1]) // 4
    return cells + np.stack([x, y, -x, -y], axis=1)


def _overlapped(shape: tuple[int, ...], cells: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which cells share their middle with another one."""
    steps = np.zeros((shape[0] + 1, shape[1] + 1), dtype=np.int32)
    cores = _cores(cells)
    left, top, right, bottom = cores.T
    np.add.at(steps, (top, left), 1)
    np.add.at(steps, (bottom, right), 1)
    np.add.at(steps, (top, right), -1)
    np.add.at(steps, (bottom, left), -1)
    np.cumsum(steps, axis=0, out=steps)
    np.cumsum(steps, axis=1, out=steps)
    layers = [
        _samples(steps, cores[start : start + _BLOCK]).mean(axis=1) for start in range(0, len(cores), _BLOCK)
    ]
    shared: NDArray[np.bool_] = np.concatenate(layers) >= _OVERLAPPED
    return shared


def _lying_below(
    shape: tuple[int, ...],
    cells: NDArray[np.int64],
    chars: Sequence[Char],
    is_overlapped: NDArray[np.bool_],
    reasons: Sequence[ExclusionReason | None],
) -> list[int]:
    """Return letters that another, later letter lies over; the same letter twice only makes it bold."""
    members: list[int] = np.flatnonzero(is_overlapped).tolist()
    cores = _cores(cells)
    n_pixels = int(((cores[members, 2] - cores[members, 0]) * (cores[members, 3] - cores[members, 1])).sum())
    if len(members) > _MAX_OVERLAPPED or n_pixels > _MAX_OVERLAPPED_PIXELS:
        return []
    on_top = np.full(shape[:2], -1, dtype=np.int64)
    places = dict(zip(members, cores[members].tolist(), strict=True))
    for i, (left, top, right, bottom) in places.items():
        on_top[top:bottom, left:right] = i
    found = []
    for i, (left, top, right, bottom) in places.items():
        above = set(on_top[top:bottom, left:right].ravel().tolist()) - {i}
        if reasons[i] is None and above and chars[i].text not in {chars[j].text for j in above}:
            found.append(i)
    return found


def _judge_below(  # noqa: PLR0913, PLR0917 - one step of `_judge_by_picture`, with all that it knows
    page: PdfPage,
    picture: Pixels,
    cells: NDArray[np.int64],
    chars: Sequence[Char],
    objects: Sequence[Any],
    below: Sequence[int],
    reasons: list[ExclusionReason | None],
) -> None:
    """Draw the page without the letters that lie below others: those that leave no trace are covered."""
    modes = [0] * len(objects)
    for char in chars:
        modes[char.drawn_by] = char.look.render_mode
    for i in below:
        modes[chars[i].drawn_by] = _INVISIBLE_MODE
    _set_modes(objects, modes)
    without = _draw(page)
    if without is None:
        return
    left_out = {chars[i].drawn_by for i in below}
    judged = [i for i, char in enumerate(chars) if char.drawn_by in left_out and reasons[i] is None]
    is_drawn = _any(_trace(picture, without) > _TRACE, cells[judged])
    for i, drawn in zip(judged, is_drawn, strict=True):
        if not drawn:
            reasons[i] = _cause(chars[i], objects[chars[i].drawn_by])


def _set_modes(objects: Sequence[Any], modes: Sequence[int]) -> None:
    from pypdfium2.raw import FPDFTextObj_SetTextRenderMode

    for drawn_by, mode in zip(objects, modes, strict=True):
        FPDFTextObj_SetTextRenderMode(drawn_by, mode)


def _cause(char: Char, drawn_by: Any) -> ExclusionReason:
    """Return why a letter that should be drawn is not: cut off by a clipping path, else covered."""
    x, y = (char.box[0] + char.box[2]) / 2, (char.box[1] + char.box[3]) / 2
    for left, bottom, right, top in _clips(drawn_by):
        if not (left <= x <= right and bottom <= y <= top):
            return ExclusionReason.CLIPPED
    return ExclusionReason.COVERED


def _clips(drawn_by: Any) -> Iterator[Box]:
    """Yield the bounds of the paths that cut off what an object draws."""
    import pypdfium2.raw as pdfium

    clip = pdfium.FPDFPageObj_GetClipPath(drawn_by)
    n_paths = pdfium.FPDFClipPath_CountPaths(clip) if clip else 0
    for path in range(min(max(n_paths, 0), _MAX_CLIP_POINTS)):
        points = list(islice(_path_points(clip, path), _MAX_CLIP_POINTS))
        if points:
            xs, ys = zip(*points, strict=True)
            yield min(xs), min(ys), max(xs), max(ys)


def _path_points(clip: Any, path: int) -> Iterator[tuple[float, float]]:
    import pypdfium2.raw as pdfium

    x, y = ctypes.c_float(), ctypes.c_float()
    for number in range(pdfium.FPDFClipPath_CountPathSegments(clip, path)):
        segment = pdfium.FPDFClipPath_GetPathSegment(clip, path, number)
        if pdfium.FPDFPathSegment_GetPoint(segment, x, y):
            yield x.value, y.value


def _by_words(
    chars: Sequence[Char], reasons: Sequence[ExclusionReason | None]
) -> list[ExclusionReason | None]:
    """Return reasons that are the same throughout a word: that of most of its letters."""
    found: list[ExclusionReason | None] = []
    for word in _words(chars):
        counts = Counter(reasons[i] for i in word)
        seen = counts.pop(None, 0)
        hidden = len(word) - seen >= _WORD_SHARE * len(word)
        found += [max(counts, key=lambda reason: counts[reason]) if hidden else None] * len(word)
    return found


def _words(chars: Sequence[Char]) -> Iterator[range]:
    """Yield the places of characters that follow each other without a blank, in one look."""
    start = 0
    for i in range(1, len(chars) + 1):
        if i == len(chars) or chars[i].spaced or chars[i].look != chars[i - 1].look or _jumps(chars, i):
            yield range(start, i)
            start = i


def _jumps(chars: Sequence[Char], i: int) -> bool:
    """Tell whether a character stands elsewhere than after the one before it."""
    (x0, y0), (x1, y1) = chars[i - 1].origin, chars[i].origin
    reach = 2 * max(chars[i].look.size_pt, chars[i].box[3] - chars[i].box[1], 1.0)
    return abs(x1 - x0) > reach or abs(y1 - y0) > reach
