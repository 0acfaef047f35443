"""What holds within a group of an RTF file, and the styles that it may name."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Any

from metier.documents.rtf_fonts import Fonts
from metier.documents.rtf_lines import Flow
from metier.documents.rtf_look import PLAIN, USUAL, Letters, Paragraph, Shade, lettered, shaded
from metier.documents.rtf_shape import Shape

_MAX_STYLES = 65_536
_MAX_NAME_CHARS = 40
_HEADINGS = ("heading", "title", "subtitle", "заголовок", "название")
_LEFT_TO_RIGHT = (b"ltrch", b"loch", b"hich")
_SCRIPTS = (*_LEFT_TO_RIGHT, b"rtlch", b"dbch")


class Destination(Enum):
    """What the text of a group is."""

    TEXT = auto()
    FONTS = auto()
    COLORS = auto()
    STYLES = auto()
    LIST_MARK = auto()
    SHAPE = auto()
    NAME = auto()
    VALUE = auto()
    PICTURE = auto()
    OLD_TEXT = auto()


@dataclass(slots=True, eq=False)
class State:
    """What holds within a group.

    Attributes:
        flow: where its paragraphs go.
        destination: what its text is.
        newer: what the text of a `ud` group in it is.
        letters: their look.
        paragraph: its properties.
        font: number of the font, or None for that of the file.
        other_font: number of the font of Asian, Hebrew and Arabic letters.
        script: the control word that tells which of the two holds.
        n_fallback: characters after each `u` that stand for it in older programs.
        shape: the shape that it is in.
        nested_row: it defines a row of a table within another.
        is_behind: shapes in it lie behind the text, as those of headers and of the page do.
    """

    flow: Flow
    destination: Destination = Destination.TEXT
    newer: Destination | None = None
    letters: Letters = PLAIN
    paragraph: Paragraph = USUAL
    font: int | None = None
    other_font: int | None = None
    script: bytes = b"ltrch"
    n_fallback: int = 1
    shape: Shape | None = None
    nested_row: bool = False
    is_behind: bool = False

    @property
    def right_to_left(self) -> bool:
        """Tell whether the letters run from right to left."""
        return self.script == b"rtlch"

    def inherit(self) -> State:
        """Return the state that a group in this one begins with."""
        return State(
            self.flow,
            self.destination,
            self.newer,
            self.letters,
            self.paragraph,
            self.font,
            self.other_font,
            self.script,
            self.n_fallback,
            self.shape,
            self.nested_row,
            self.is_behind,
        )

    def begin_flow(self, flow: Flow) -> None:
        """Let the group be a stream of paragraphs of its own."""
        self.flow = flow
        self.destination, self.letters, self.paragraph = Destination.TEXT, PLAIN, USUAL

    def font_number(self, fonts: Fonts) -> int:
        """Return the number of the font that bytes of text are in."""
        if self.script not in _LEFT_TO_RIGHT and self.other_font is not None:
            return self.other_font
        return fonts.default if self.font is None else self.font

    def take_word(self, word: bytes, number: int | None) -> bool:
        """Take a control word that changes a look; tell whether it was one."""
        letters = lettered(self.letters, word, number)
        if letters is not None:
            self.letters = letters
            return True
        if word == b"plain":
            self.letters, self.font, self.other_font, self.script = PLAIN, None, None, b"ltrch"
        elif word in _SCRIPTS:
            self.script = word
        elif word == b"f":
            self.font = number
        elif word == b"af":
            self.other_font = number if self.script not in _LEFT_TO_RIGHT else self.other_font
        else:
            return self._take_paragraph_word(word, number or 0, has_number=number is not None)
        return True

    def _take_paragraph_word(self, word: bytes, number: int, *, has_number: bool) -> bool:
        paragraph = self.paragraph
        if word == b"pard":
            paragraph = USUAL
        elif word == b"intbl":
            paragraph = paragraph._replace(in_table=not has_number or number != 0)
        elif word == b"itap":
            paragraph = paragraph._replace(level=max(number, 0), in_table=number > 0)
        elif word == b"outlinelevel":
            paragraph = paragraph._replace(outline_level=0 <= number <= 8)
        elif word == b"ls":
            paragraph = paragraph._replace(list_number=number)
        else:
            shade = shaded(paragraph.shade, b"shdng" if word == b"shading" else word, number)
            if shade is None:
                return False
            paragraph = paragraph._replace(shade=shade)
        self.paragraph = paragraph
        return True


@dataclass(slots=True)
class Style:
    """An entry of the style sheet.

    Attributes:
        word: `s` for paragraphs, `cs` for letters.
        number: that texts name it by.
        name: what a person calls it.
        letters: what it says of letters.
        shade: what it puts behind a paragraph, or None.
    """

    word: bytes = b"s"
    number: int = 0
    name: str = ""
    letters: dict[str, Any] = field(default_factory=dict)
    shade: Shade | None = None

    def add_name(self, text: str) -> None:
        """Add to the name."""
        if len(self.name) < _MAX_NAME_CHARS:
            self.name += text


class StyleSheet:
    """The styles of a file."""

    def __init__(self) -> None:
        self._styles: dict[tuple[bytes, int], Style] = {}

    def add(self, style: Style, state: State) -> None:
        """Take an entry with the state at its end."""
        style.letters = {
            name: value
            for name, value, usual in zip(Letters._fields, state.letters, PLAIN, strict=True)
            if value != usual
        }
        if state.paragraph.shade != USUAL.shade:
            style.shade = state.paragraph.shade
        if len(self._styles) < _MAX_STYLES:
            self._styles[style.word, style.number] = replace(style)

    def apply(self, state: State, word: bytes, number: int) -> None:
        """Let a style hold from here on."""
        style = self._styles.get((word, number))
        if word == b"s":
            state.paragraph = state.paragraph._replace(style=number)
        if style is None:
            return
        state.letters = state.letters._replace(**style.letters)
        if word == b"s" and style.shade is not None:
            state.paragraph = state.paragraph._replace(shade=style.shade)

    def is_heading(self, paragraph: Paragraph) -> bool:
        """Tell whether a paragraph is a heading."""
        style = self._styles.get((b"s", paragraph.style))
        named = style is not None and style.name.strip().lower().startswith(_HEADINGS)
        return paragraph.outline_level or named
