"""Whether a person sees the words of a Word file, told from their formatting and from what is behind them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

from metier.documents.color import WHITE, is_unseen
from metier.documents.docx_color import CLEAR, UNKNOWN, Colors, Palette, W, either, on_top
from metier.documents.docx_shape import Pages, Shapes
from metier.documents.docx_style import Look, Styles, is_on, over, read_look
from metier.types import ExclusionReason

_LEAST_POINTS = 2.0
_USUAL_POINTS = 10.0
_LARGEST_UNREADABLE_SCALE = 5.0
# A box goes where its run goes; colour and size of the run say nothing of the box.
_OF_BOXES = (ExclusionReason.NOT_DISPLAYED, ExclusionReason.OFF_PAGE)
# Hebrew to Arabic Extended-A: letters whose size is that of complex scripts.
_COMPLEX = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a Word file that decide how it looks, as roots of their XML.

    Attributes:
        document: the main part.
        edges: headers and footers of every kind.
        sections: its `w:sectPr` elements.
        styles: None where the file has none; so for the next two.
        settings: says whether the page has a colour, and what "background 1" is.
        theme: the colours behind their names.
    """

    document: Any
    edges: Sequence[Any] = ()
    sections: Sequence[Any] = ()
    styles: Any = None
    settings: Any = None
    theme: Any = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where paragraphs stand: a page, a cell or a text box.

    Attributes:
        ground: what is behind them.
        look: how their words look before styles and formatting.
        reason: why nobody sees anything here, or None.
    """

    ground: Colors
    look: Look
    reason: ExclusionReason | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """How the words of a paragraph look before their own formatting.

    Attributes:
        place: where it stands.
        look: from its place and its style.
        ground: what is behind its words.
        hidden: its style hides it, or its table's does, but not both.
    """

    place: Place
    look: Look
    ground: Colors
    hidden: bool


class Looks:
    """Tells of each run of a Word file why nobody sees it.

    Args:
        parts: the parts of the file.
    """

    def __init__(self, parts: Parts) -> None:
        self._document = parts.document
        self._palette = Palette(parts.theme, parts.settings)
        self._styles = Styles(parts.styles, self._palette)
        self._pages = Pages(parts.sections)
        body = parts.document.find(f"{W}body")
        self.shapes = Shapes(body, parts.edges, palette=self._palette, pages=self._pages)
        self.page = Place(on_top(self.shapes.behind, _paper(parts, self._palette)), self._styles.default)

    def table(self, table: Any, place: Place) -> Place:
        """Return the place that a table makes of its surroundings."""
        properties = table.find(f"{W}tblPr")
        look = self._styles.table(_value(properties, "tblStyle"))
        own = read_look(properties, self._palette).shade
        ground = place.ground if look.ground is None else on_top(look.ground, place.ground)
        if own is not None:
            ground = on_top(either(own, CLEAR), ground)
        return replace(place, ground=ground, look=look._replace(ground=None))

    def cell(self, cell: Any, table: Place) -> Place:
        """Return the place that a cell of a table is."""
        shade = read_look(cell.find(f"{W}tcPr"), self._palette).shade
        return table if shade is None else replace(table, ground=on_top(shade, table.ground))

    def box(self, box: Any, host: ExclusionReason | None) -> Place:
        """Return the place that a text box is.

        Args:
            box: its `w:txbxContent`.
            host: why nobody sees the words of the run that holds it, or None.
        """
        reason = host if host in _OF_BOXES else None
        if self.shapes.is_hidden(box):
            reason = ExclusionReason.NOT_DISPLAYED
        elif reason is None and self.shapes.misses_page(box):
            reason = ExclusionReason.OFF_PAGE
        fill = self.shapes.fill(box)
        ground = on_top(self._anything, self.page.ground) if fill == CLEAR else fill
        return Place(ground, self._styles.default, reason)

    def paragraph(self, paragraph: Any, place: Place) -> Paragraph:
        """Return how the words of a paragraph look before their own formatting."""
        properties = paragraph.find(f"{W}pPr")
        style = self._styles.look("paragraph", _value(properties, "pStyle"))
        look = over(place.look, style)
        own = read_look(properties, self._palette).shade
        shade = look.ground if own is None else own
        ground = place.ground if shade is None else on_top(shade, place.ground)
        frame = None if properties is None else properties.find(f"{W}framePr")
        if frame is not None and place.reason is None and self._pages.misses_frame(frame):
            place = replace(place, reason=ExclusionReason.OFF_PAGE)
        return Paragraph(place, look, ground, bool(place.look.hidden) is not bool(style.hidden))

    def reason(self, run: Any, paragraph: Paragraph) -> ExclusionReason | None:
        """Return why nobody sees the words of a `w:r`; None where they are seen, or that cannot be told."""
        properties = run.find(f"{W}rPr")
        character = self._styles.look("character", _value(properties, "rStyle"))
        own = read_look(properties, self._palette)
        look = over(over(paragraph.look, character), own)
        hidden = own.hidden
        if hidden is None:
            hidden = self._styles.hidden_by_default or paragraph.hidden is not bool(character.hidden)
        if hidden or look.always_hidden:
            return ExclusionReason.NOT_DISPLAYED
        if paragraph.place.reason is not None:
            return paragraph.place.reason
        return ExclusionReason.TINY if _is_tiny(look, run) else _unseen(look, paragraph.ground)

    @cached_property
    def _anything(self) -> Colors:
        """The colours that may be behind a text box without a fill: all that the file shows anywhere."""
        colors = self.shapes.anywhere
        for kind, find in (("tblStyle", self._styles.table), ("pStyle", self._paragraph_style)):
            names = {element.get(f"{W}val") for element in self._document.iter(f"{W}{kind}")}
            for name in sorted(filter(None, names)):
                ground = find(name).ground
                colors = either(colors, CLEAR if ground is None else ground)
        return colors

    def _paragraph_style(self, name: str) -> Look:
        return self._styles.look("paragraph", name)


def _paper(parts: Parts, palette: Palette) -> Colors:
    """Return the colour of the page: white, unless the file switches its background on."""
    background = parts.document.find(f"{W}background")
    switch = None if parts.settings is None else parts.settings.find(f"{W}displayBackgroundShape")
    if background is None or switch is None or not is_on(switch):
        return frozenset({WHITE})
    if len(background):
        return UNKNOWN  # a gradient, a texture or a picture
    return palette.word(background) or frozenset({WHITE})


def _is_tiny(look: Look, run: Any) -> bool:
    if look.scale is not None and 0 < look.scale <= _LARGEST_UNREADABLE_SCALE:
        return True
    usual = (_USUAL_POINTS if size is None else size for size in (look.size, look.complex_size))
    size, complex_size = usual
    if look.complex:
        return complex_size < _LEAST_POINTS
    if size >= _LEAST_POINTS or complex_size < _LEAST_POINTS:
        return size < _LEAST_POINTS
    return not any(_COMPLEX.search(text.text or "") for text in run.iterchildren(f"{W}t"))


def _unseen(look: Look, ground: Colors) -> ExclusionReason | None:
    """Return why words that are displayed have no colour that shows, or None."""
    if look.effect:
        return None
    colors = look.color if look.fill is None else look.fill
    if look.outline not in (None, CLEAR):
        colors = look.outline if colors == CLEAR else either(colors or UNKNOWN, look.outline or UNKNOWN)
    if colors == CLEAR:
        return ExclusionReason.INVISIBLE
    layer = look.shade if look.marker in (None, CLEAR) else look.marker
    ground = ground if layer is None else on_top(layer, ground)
    return ExclusionReason.BACKGROUND_COLOR if _are_unseen(colors or UNKNOWN, ground) else None


@lru_cache(maxsize=1024)
def _are_unseen(colors: Colors, grounds: Colors) -> bool:
    """Tell whether each colour that words may have is unseen on each that may be behind them."""
    if not colors or not grounds:
        return False
    return all(is_unseen(color, ground) for color in colors - CLEAR for ground in grounds)


def _value(properties: Any, name: str) -> str | None:
    element = None if properties is None else properties.find(f"{W}{name}")
    value = None if element is None else element.get(f"{W}val")
    return value if value is None else str(value)
