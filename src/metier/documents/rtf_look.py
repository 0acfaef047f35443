"""How the words of an RTF file look: the properties of letters, paragraphs and cells, and their colours."""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from metier.documents.color import BLACK, WHITE, Rgb
from metier.documents.docx_color import CLEAR, UNKNOWN, Colors, either, on_top

_LEAST_HALF_POINTS = 4
_USUAL_HALF_POINTS = 24
_LARGEST_UNREADABLE_SCALE = 5
_WHOLE_SHADE = 10_000
_MAX_COLORS = 65_536
_HATCHED = -1


class Shade(NamedTuple):
    """What is behind letters, a paragraph or a cell.

    Attributes:
        back: number of the colour; 0 is none.
        share: how much of `front` is mixed into it, in hundredths of a percent; negative for a hatching.
        front: number of the colour of the pattern; 0 is black.
    """

    back: int = 0
    share: int = 0
    front: int = 0


class Letters(NamedTuple):
    """The look of letters; sizes in half points, numbers of colours where 0 leaves it to the program.

    Attributes:
        hidden: they are not displayed.
        deleted: a revision removed them.
        color: of the letters.
        size: of letters that run from left to right.
        other_size: of letters that run from right to left.
        scale: their width in percent.
        outline: these four show letters of any colour.
        shadow: see `outline`.
        embossed: see `outline`.
        engraved: see `outline`.
        back: background that some programs show and others do not.
        highlight: of a marker.
        shade: background that all programs show.
    """

    hidden: bool = False
    deleted: bool = False
    color: int = 0
    size: int = _USUAL_HALF_POINTS
    other_size: int = _USUAL_HALF_POINTS
    scale: int = 100
    outline: bool = False
    shadow: bool = False
    embossed: bool = False
    engraved: bool = False
    back: int = 0
    highlight: int = 0
    shade: Shade = Shade()


class Paragraph(NamedTuple):
    """The properties of a paragraph that count here.

    Attributes:
        in_table: it is in a cell.
        level: how many tables are around it, where that is stated.
        shade: what is behind it.
        outline_level: it is a heading.
        list_number: number of its list, or 0.
        style: number of its style.
    """

    in_table: bool = False
    level: int = 0
    shade: Shade = Shade()
    outline_level: bool = False
    list_number: int = 0
    style: int = 0


PLAIN: Final = Letters()
USUAL: Final = Paragraph()

_FLAGS: Final = {
    b"v": "hidden",
    b"deleted": "deleted",
    b"mvf": "deleted",
    b"outl": "outline",
    b"shad": "shadow",
    b"embo": "embossed",
    b"impr": "engraved",
}
_NUMBERS: Final = {
    b"cf": ("color", 0),
    b"fs": ("size", _USUAL_HALF_POINTS),
    b"afs": ("other_size", _USUAL_HALF_POINTS),
    b"charscalex": ("scale", 100),
    b"cb": ("back", 0),
    b"highlight": ("highlight", 0),
}
_SIZES: Final = (b"fs", b"afs", b"charscalex")
_PARTS: Final = {b"cbpat": "back", b"shdng": "share", b"cfpat": "front"}
_HATCHING: Final = re.compile(rb"bg(?:dk)?(?:horiz|vert|fdiag|bdiag|cross|dcross)")


def shaded(shade: Shade, word: bytes, number: int | None) -> Shade | None:
    """Return a shade after a control word, given without its prefix; None where the word is no such one."""
    if word in _PARTS:
        return shade._replace(**{_PARTS[word]: number or 0})
    return shade._replace(share=_HATCHED) if _HATCHING.fullmatch(word) else None


def lettered(letters: Letters, word: bytes, number: int | None) -> Letters | None:
    """Return the look of letters after a control word; None where the word is about something else."""
    if word in _FLAGS:
        return _with(letters, _FLAGS[word], number != 0)
    if word in _NUMBERS:
        field, usual = _NUMBERS[word]
        value = usual if number is None else number
        if word in _SIZES and value <= 0:
            return letters  # no size at all: programs leave the one that was
        return _with(letters, field, value)
    if word.startswith(b"ch"):
        shade = shaded(letters.shade, word[2:], number)
        return None if shade is None else letters._replace(shade=shade)
    return None


def has_effect(letters: Letters) -> bool:
    """Tell whether something shows letters whatever their colour."""
    return letters.outline or letters.shadow or letters.embossed or letters.engraved


def is_tiny(letters: Letters, *, right_to_left: bool) -> bool:
    """Tell whether letters are too small to be seen."""
    size = letters.other_size if right_to_left else letters.size
    return size < _LEAST_HALF_POINTS or letters.scale <= _LARGEST_UNREADABLE_SCALE


class ColorTable:
    """The colours of a file by their numbers."""

    def __init__(self) -> None:
        self._colors: list[Rgb | None] = []
        self._next: dict[bytes, int] = {}

    def start(self) -> None:
        """Begin the table anew."""
        self._colors, self._next = [], {}

    def add_channel(self, word: bytes, value: int) -> None:
        """Take `red`, `green` or `blue` of the next colour."""
        self._next[word] = min(max(value, 0), 255)

    def end_colors(self, n_colors: int) -> None:
        """End the next colour, and others that are empty after it."""
        for _ in range(min(n_colors, _MAX_COLORS - len(self._colors))):
            channels = self._next
            color = (channels.get(b"red", 0), channels.get(b"green", 0), channels.get(b"blue", 0))
            self._colors.append(color if channels else None)
            self._next = {}

    def color(self, number: int) -> Colors:
        """Return a colour; unknown where the program picks it."""
        color = self._colors[number] if 0 < number < len(self._colors) else None
        return UNKNOWN if color is None else frozenset({color})

    def shade(self, shade: Shade) -> Colors:
        """Return the colours of a shade; clear where there is none."""
        if shade.share < 0:
            return UNKNOWN
        back = self.color(shade.back)
        if shade.share == 0:
            return back or CLEAR
        front = self.color(shade.front) or frozenset({BLACK})
        share = min(shade.share / _WHOLE_SHADE, 1.0)
        return frozenset({_mixed(a, b, share) for a in back or (WHITE,) for b in front})

    def behind(self, letters: Letters) -> Colors:
        """Return what letters have behind them of their own."""
        back = self.color(letters.back)
        ground = CLEAR if not back else either(back, CLEAR)
        ground = on_top(self.shade(letters.shade), ground)
        return on_top(self.color(letters.highlight) or CLEAR, ground)


def _with(letters: Letters, field: str, value: Any) -> Letters:
    return letters._replace(**{field: value})


def _mixed(back: Rgb, front: Rgb, share: float) -> Rgb:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(back, front, strict=True))
    return red, green, blue
