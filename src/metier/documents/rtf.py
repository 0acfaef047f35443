r"""Rich text: what each group and control word of an RTF file does to the text.

Source: Rich Text Format (RTF) Specification, version 1.9.1, Microsoft, 2008.
"""

from __future__ import annotations

from collections.abc import Callable

from metier.documents.color import WHITE
from metier.documents.extracted import Extracted
from metier.documents.lines import Meter, around, distinct_lines
from metier.documents.pieces import Line, assemble
from metier.documents.portrait import PHOTO, is_portrait
from metier.documents.rtf_fonts import Fonts, letter
from metier.documents.rtf_lines import Cells, Flow, lay, pieces_of
from metier.documents.rtf_look import PLAIN, USUAL, ColorTable, shaded
from metier.documents.rtf_shape import Shape, Shapes
from metier.documents.rtf_state import Destination, State, Style, StyleSheet
from metier.documents.rtf_tokens import Kind, Token, read_tokens
from metier.documents.rtf_words import CHARACTERS, FOOTERS, HEADERS, KNOWN_NEWER, SKIPPED, SYMBOLS
from metier.errors import CorruptDocument, LimitExceeded
from metier.limits import ReadingLimits
from metier.types import Span

_MAX_DEPTH = 1_000  # groups of real files nest below 50 deep
_TWIPS_PER_POINT = 20
_SAME_SIZE = 100
_OWN_FLOWS = (b"footnote", b"shptxt", b"dptxbxtext")
_SILENT = frozenset({Destination.PICTURE, Destination.OLD_TEXT, Destination.FONTS, Destination.SHAPE})
_TABLES = {
    b"fonttbl": Destination.FONTS,
    b"colortbl": Destination.COLORS,
    b"stylesheet": Destination.STYLES,
    b"listtext": Destination.LIST_MARK,
    b"pntext": Destination.LIST_MARK,
    b"pict": Destination.PICTURE,
    b"upr": Destination.OLD_TEXT,
}
_CODE_PAGES = {b"mac": 10000, b"pc": 437, b"pca": 850}


def extract_rtf(data: bytes, name: str, limits: ReadingLimits) -> Extracted:
    """Return the text of an RTF file, and which of its words nobody sees.

    Headers come first and footers last. A paragraph is a line; a heading is set off by an empty line;
    cells of a table row that are single lines share a line, parted by a tab, others follow each other.

    Args:
        data: the whole file.
        name: the file's name, for messages.
        limits: `max_chars` applies.

    Raises:
        CorruptDocument: no RTF, or cut off.
        LimitExceeded: groups nest deeper than any word processor does, or there are too many characters.
    """
    if not data.startswith(b"{\\rtf"):
        raise CorruptDocument(f"{name} does not begin as RTF does. Send the original.")
    reader = _Reader(name, limits)
    for token in read_tokens(data, name):
        if not reader.take(token):
            return reader.result()
    raise CorruptDocument(f"{name} is cut off: its last group has no end. Send the original.")


class _Reader:
    """Takes the tokens of a file one by one.

    Args:
        name: the file's name, for messages.
        limits: of its length.
    """

    def __init__(self, name: str, limits: ReadingLimits) -> None:
        self._name = name
        self._meter = Meter(limits.max_chars, name)
        self._fonts, self._colors, self._styles = Fonts(), ColorTable(), StyleSheet()
        self._shapes = Shapes()
        self._body = Flow(self._colors)
        self._headers: list[Flow] = []
        self._footers: list[Flow] = []
        self._state = State(self._body)
        self._stack: list[State] = []
        self._raw = bytearray()
        self._skipped_depth = 0  # groups that are open within a skipped one, itself included
        self._n_skipped = 0  # characters that are left of those which stand for a `u`
        self._high = 0  # first half of a character beyond the basic plane
        self._after_star = False
        self._style = Style()
        self._styles_depth = 0
        self._font = 0
        self._picture: dict[bytes, int] = {}
        self._has_photo = False

    def take(self, token: Token) -> bool:
        """Take a token; tell whether the file goes on after it."""
        kind = token.kind
        if self._skipped_depth:
            self._skip(kind)
        elif kind is Kind.TEXT or kind is Kind.CODED:
            self._take_bytes(token.text)
        elif kind is Kind.WORD:
            self._take_word(token.text, token.number)
        elif kind is Kind.SYMBOL:
            self._take_symbol(token.text)
        elif kind is Kind.OPEN:
            self._open()
        else:
            self._close()
        return bool(self._stack)

    def result(self) -> Extracted:
        """Return the text with what nobody sees of it, once all tokens are taken."""
        self._body.finish(USUAL, is_heading=False)
        self._shapes.settle()
        page = self._shapes.page()
        above, below = (
            distinct_lines(line for flow in flows for line in pieces_of(flow.lines, page))
            for flows in (self._headers, self._footers)
        )
        body: list[Line] = pieces_of(self._body.lines, page)
        text, excluded = assemble(around(above, body, below))
        findings = (PHOTO,) if self._has_photo else ()
        return Extracted(text, (Span(0, len(text)),), findings=findings, excluded=excluded)

    def _skip(self, kind: Kind) -> None:
        if kind is Kind.OPEN:
            self._skipped_depth += 1
        elif kind is Kind.CLOSE:
            self._skipped_depth -= 1
            if not self._skipped_depth:
                self._close()

    def _open(self) -> None:
        self._flush()
        self._n_skipped, self._after_star = 0, False
        self._stack.append(self._state)
        if len(self._stack) > _MAX_DEPTH:
            raise LimitExceeded(
                f"{self._name} may nest groups {_MAX_DEPTH:,} deep. It nests them deeper. "
                "Save it anew from a word processor."
            )
        self._state = self._state.inherit()
        if self._in_style_sheet() and len(self._stack) == self._styles_depth + 1:
            self._style = Style()
            self._state.letters, self._state.paragraph = PLAIN, USUAL

    def _close(self) -> None:
        self._flush()
        self._n_skipped, self._after_star = 0, False
        closed, self._state = self._state, self._stack.pop()
        if closed.destination is Destination.STYLES and len(self._stack) == self._styles_depth:
            self._styles.add(self._style, closed)
        if closed.destination is not self._state.destination:
            self._end_destination(closed)
        if closed.flow is not self._state.flow or not self._stack:
            self._end_flow(closed)
        if closed.shape is not None and closed.shape is not self._state.shape:
            self._shapes.end(closed.shape)
            self._state.flow.add_box(closed.shape.lines)

    def _end_destination(self, closed: State) -> None:
        if closed.destination is Destination.PICTURE:
            self._end_picture()
        elif closed.destination is Destination.NAME and closed.shape is not None:
            closed.shape.end_name()
        elif closed.destination is Destination.VALUE and closed.shape is not None:
            closed.shape.end_value()

    def _end_flow(self, closed: State) -> None:
        flow = closed.flow
        flow.finish(closed.paragraph, is_heading=self._styles.is_heading(closed.paragraph))
        if flow is self._body or flow.apart:
            return
        if closed.shape is not None:
            closed.shape.lines += flow.lines
        else:
            lay(flow.lines, frozenset({WHITE}))  # notes stand at the foot of the page, whatever the cell
            self._state.flow.add_box(flow.lines)

    def _end_picture(self) -> None:
        sides = (
            self._picture.get(b"pic" + side + b"goal", 0) * self._picture.get(b"picscale" + axis, _SAME_SIZE)
            for side, axis in ((b"w", b"x"), (b"h", b"y"))
        )
        width, height = (side / _SAME_SIZE / _TWIPS_PER_POINT for side in sides)
        self._has_photo = self._has_photo or is_portrait(width, height)

    def _in_style_sheet(self) -> bool:
        return self._state.destination is Destination.STYLES

    def _take_bytes(self, raw: bytes) -> None:
        self._after_star = False
        if self._n_skipped:
            n_cut = min(self._n_skipped, len(raw))
            self._n_skipped -= n_cut
            raw = raw[n_cut:]
        if self._state.destination not in _SILENT:
            self._raw += raw

    def _flush(self) -> None:
        """Read the bytes that have come together since the last change."""
        if not self._raw:
            return
        raw = bytes(self._raw)
        self._raw.clear()
        if self._state.destination is Destination.COLORS:
            self._colors.end_colors(raw.count(b";"))
        else:
            self._emit(self._fonts.decode(raw, self._state.font_number(self._fonts)))

    def _emit(self, text: str) -> None:
        """Add text to what the group is about."""
        state, self._high = self._state, 0
        if state.destination is Destination.TEXT:
            if not state.letters.deleted:
                self._meter.add(len(text))
                state.flow.add(text, state.letters, state.paragraph, right_to_left=state.right_to_left)
        elif state.destination is Destination.STYLES:
            self._style.add_name(text)
        elif state.destination is Destination.LIST_MARK:
            state.flow.listed = bool(state.flow.listed) or bool(text.strip())
        elif state.shape is not None and state.destination in (Destination.NAME, Destination.VALUE):
            state.shape.add_text(text)

    def _take_symbol(self, symbol: bytes) -> None:
        if self._n_skipped:
            self._n_skipped -= 1
        elif symbol in b"\\{}":
            self._take_bytes(symbol)
        elif symbol == b"*":
            self._after_star = True
        elif symbol in b"\r\n":
            self._flush()
            self._end_paragraph()
        elif symbol in SYMBOLS:
            self._flush()
            self._emit(SYMBOLS[symbol])

    def _take_word(self, word: bytes, number: int | None) -> None:
        after_star, self._after_star = self._after_star, False
        if self._n_skipped and word != b"u":
            self._n_skipped -= 1
            return
        self._flush()
        if word == b"u":
            self._take_code(number or 0)
        elif word in SKIPPED or (after_star and word not in KNOWN_NEWER):
            self._skipped_depth = 1 if self._stack else 0
        elif not self._begins(word):
            self._take_inside(word, number)

    def _take_code(self, code: int) -> None:
        """Read a `u`; characters beyond the basic plane come as two of them."""
        high, self._n_skipped = self._high, self._state.n_fallback
        text = letter(code)
        if "\ud800" <= text <= "\udbff":
            self._high = ord(text)
        elif "\udc00" <= text <= "\udfff":
            low = ord(text) - 0xDC00
            self._emit(chr(0x10000 + ((high - 0xD800) << 10) + low) if high else "\ufffd")
        else:
            self._emit(text)

    def _begins(self, word: bytes) -> bool:
        """Begin what a control word says that the group is; tell whether it says so."""
        state = self._state
        if word in _TABLES:
            if word == b"upr":
                state.newer = state.destination
            self._begin_table(word)
        elif word == b"ud":
            state.destination = state.newer or state.destination
        elif word in (*HEADERS, *FOOTERS):
            flow = Flow(self._colors, apart=True)
            (self._headers if word in HEADERS else self._footers).append(flow)
            state.begin_flow(flow)
            state.is_behind = True
        elif word == b"background":
            state.destination, state.is_behind = Destination.SHAPE, True
        elif word in (b"shpinst", b"do"):
            self._begin_shape()
        elif word in _OWN_FLOWS and (word == b"footnote" or state.shape is not None):
            state.shape = None if word == b"footnote" else state.shape
            state.begin_flow(Flow(self._colors, hidden=state.letters.hidden or state.flow.hidden))
        elif word in (b"sn", b"sv") and state.shape is not None:
            state.destination = Destination.NAME if word == b"sn" else Destination.VALUE
        else:
            return False
        return True

    def _begin_table(self, word: bytes) -> None:
        self._state.destination = _TABLES[word]
        if word == b"colortbl":
            self._colors.start()
        elif word == b"stylesheet":
            self._styles_depth = len(self._stack)
        elif word == b"pict":
            self._picture = {}
        elif word in (b"listtext", b"pntext"):
            self._state.flow.listed = bool(self._state.flow.listed)

    def _begin_shape(self) -> None:
        state = self._state
        if state.shape is not None:
            state.shape.has_children = True
        below = state.is_behind or (state.shape is not None and state.shape.below)
        state.shape, state.destination = Shape(below=below), Destination.SHAPE

    def _take_inside(self, word: bytes, number: int | None) -> None:
        """Take a control word that means something in a group of this kind."""
        state = self._state
        if state.destination is Destination.TEXT:
            self._take_text_word(word, number)
        elif state.destination is Destination.FONTS:
            self._take_font_word(word, number or 0)
        elif state.destination is Destination.COLORS and word in (b"red", b"green", b"blue"):
            self._colors.add_channel(word, number or 0)
        elif state.destination is Destination.STYLES:
            if word in (b"s", b"cs"):
                self._style.word, self._style.number = word, number or 0
            else:
                state.take_word(word, number)
        elif state.destination is Destination.SHAPE and state.shape is not None:
            state.shape.take_word(word, number)
        elif state.destination is Destination.PICTURE:
            self._picture[word] = number or 0
        elif state.destination is Destination.LIST_MARK and word in CHARACTERS:
            self._emit(CHARACTERS[word])

    def _take_font_word(self, word: bytes, number: int) -> None:
        if word == b"f":
            self._font = number
        elif word == b"fcharset":
            self._fonts.set_charset(self._font, number)
        elif word == b"cpg":
            self._fonts.set_font_code_page(self._font, number)

    def _take_text_word(self, word: bytes, number: int | None) -> None:
        state = self._state
        if word in CHARACTERS:
            self._emit(CHARACTERS[word])
        elif word in _BREAKS:
            _BREAKS[word](self)
        elif word in (b"s", b"cs"):
            self._styles.apply(state, word, number or 0)
        elif word == b"uc":
            state.n_fallback = max(number or 0, 0)
        elif word == b"nesttableprops":
            state.nested_row = True
        elif not state.take_word(word, number) and not self._take_row_word(word, number):
            self._take_file_word(word, number)

    def _take_file_word(self, word: bytes, number: int | None) -> None:
        if word == b"ansicpg":
            self._fonts.set_code_page(number or 0)
        elif word in _CODE_PAGES:
            self._fonts.set_code_page(_CODE_PAGES[word])
        elif word == b"deff":
            self._fonts.default = number or 0

    def _take_row_word(self, word: bytes, number: int | None) -> bool:
        """Take a control word that defines a table row; tell whether it was one."""
        flow = self._state.flow
        cells = flow.nested if self._state.nested_row else flow.cells
        if word == b"trowd":
            if self._state.nested_row:
                flow.nested = Cells()
            else:
                flow.cells = Cells()
        elif word == b"cellx":
            cells.end_cell()
        elif word.startswith(b"cl"):
            cells.next = shaded(cells.next, word[2:], number) or cells.next
        elif word.startswith(b"tr"):
            cells.row = shaded(cells.row, word[2:], number) or cells.row
        else:
            return False
        return True

    def _end_paragraph(self) -> None:
        paragraph = self._state.paragraph
        if self._state.destination is Destination.TEXT:
            self._meter.add(1)
            self._state.flow.end_paragraph(paragraph, is_heading=self._styles.is_heading(paragraph))

    def _end_cell(self, *, nested: bool = False) -> None:
        paragraph = self._state.paragraph
        self._meter.add(1)
        is_heading = self._styles.is_heading(paragraph)
        self._state.flow.end_cell(paragraph, is_heading=is_heading, nested=nested)

    def _end_row(self, *, nested: bool = False) -> None:
        self._meter.add(1)
        self._state.flow.end_row(nested=nested)


_BREAKS: dict[bytes, Callable[[_Reader], None]] = {
    b"par": lambda reader: reader._end_paragraph(),
    b"sect": lambda reader: reader._end_paragraph(),
    b"cell": lambda reader: reader._end_cell(),
    b"row": lambda reader: reader._end_row(),
    b"nestcell": lambda reader: reader._end_cell(nested=True),
    b"nestrow": lambda reader: reader._end_row(nested=True),
}
