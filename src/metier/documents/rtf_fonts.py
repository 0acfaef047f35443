"""Which letters the bytes of an RTF file are: code pages, as fonts name them."""

from __future__ import annotations

import re
from typing import Final

_LATIN = "cp1252"
_SYMBOL = "symbol"
_OEM = "cp850"
_MAX_FONTS = 65_536

# Charsets of Windows fonts; 1 is the code page of the file.
_CHARSETS: Final = {
    0: _LATIN,
    2: _SYMBOL,
    77: "mac_roman",
    128: "cp932",
    129: "cp949",
    130: "johab",
    134: "gbk",
    136: "cp950",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
    254: "cp437",
    255: _OEM,
}
_NUMBERED: Final = frozenset(
    (
        437,
        720,
        737,
        775,
        850,
        852,
        855,
        857,
        858,
        *range(860, 867),
        869,
        874,
        932,
        949,
        950,
        *range(1250, 1259),
    )
)
_NAMED: Final = {
    936: "gbk",
    1361: "johab",
    10000: "mac_roman",
    10001: "shift_jis",
    10007: "mac_cyrillic",
    54936: "gb18030",
    65001: "utf-8",
}
_CYRILLIC_RUN: Final = re.compile(rb"[\xa8\xb8\xc0-\xff]{3}")
# Symbol fonts hold their signs at 0xF000 on, too. These are bullets, squares, arrows and check marks.
_BULLETS: Final = frozenset(b"\x6f\x75\x76\x9e\x9f\xa7\xa8\xb7\xd8\xf0\xfc\xfe")
_FROM_PRIVATE, _TO_PRIVATE = 0xF020, 0xF0FF


class Fonts:
    """The fonts of a file, as far as they tell what its bytes mean.

    Attributes:
        code_page: Python's name of the file's own code page.
        default: number of the font that text has without another.
    """

    def __init__(self) -> None:
        self.code_page = _LATIN
        self.default = 0
        self._code_pages: dict[int, str] = {}

    def set_code_page(self, number: int) -> None:
        """Take the file's code page by its number; unknown ones change nothing."""
        self.code_page = _code_page(number) or self.code_page

    def set_charset(self, font: int, charset: int) -> None:
        """Take the charset of a font; unknown ones leave it the file's code page."""
        if charset in _CHARSETS and len(self._code_pages) < _MAX_FONTS:
            self._code_pages[font] = _CHARSETS[charset]

    def set_font_code_page(self, font: int, number: int) -> None:
        """Take the code page of a font by its number."""
        found = _code_page(number)
        if found and len(self._code_pages) < _MAX_FONTS:
            self._code_pages[font] = found

    def decode(self, raw: bytes, font: int) -> str:
        """Return the letters that some bytes are in a font; those that are none become U+FFFD."""
        if raw.isascii():
            return raw.decode("ascii")
        codec = self._code_pages.get(font, self.code_page)
        if codec == _SYMBOL:
            return "".join(
                "•" if byte in _BULLETS and byte > 0x7F else bytes((byte,)).decode(_LATIN, "replace")
                for byte in raw
            )
        if codec == _LATIN and _CYRILLIC_RUN.search(raw):
            # Programs that know nothing of charsets state a Latin one beside their own code page.
            codec = self.code_page
        return raw.decode(codec, "replace")


def letter(code: int) -> str:
    r"""Return the character of a `\u`, which may be negative; signs of symbol fonts become bullets."""
    code = code + 0x10000 if code < 0 else code
    if not 0 < code <= 0x10FFFF:
        return "\ufffd"
    if _FROM_PRIVATE <= code <= _TO_PRIVATE and code - 0xF000 in _BULLETS:
        return "•"
    return chr(code)


def _code_page(number: int) -> str | None:
    if number in _NAMED:
        return _NAMED[number]
    return f"cp{number}" if number in _NUMBERED else None
