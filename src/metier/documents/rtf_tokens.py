"""The tokens of an RTF file: groups, control words, control symbols, coded bytes and text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import Final, NamedTuple

from metier.errors import CorruptDocument

_TOKEN: Final = re.compile(
    rb"(?P<open>\{)|(?P<close>\})|(?P<text>[^\\{}\r\n]+)|\\'(?P<coded>[0-9A-Fa-f]{2})"
    rb"|\\(?P<word>[A-Za-z]+)(?P<number>-?[0-9]+)? ?|\\(?P<symbol>[^A-Za-z])|[\r\n]+|\\",
    re.DOTALL,
)
_MAX_DIGITS = 10


class Kind(Enum):
    """What a token is."""

    OPEN = "open"
    CLOSE = "close"
    TEXT = "text"
    CODED = "coded"
    WORD = "word"
    SYMBOL = "symbol"


_KINDS = {kind.value: kind for kind in Kind} | {"number": Kind.WORD}


class Token(NamedTuple):
    """A token.

    Attributes:
        kind: what it is.
        text: bytes of text; one byte that was coded; the name of a word; the character of a symbol.
        number: the argument of a control word, or None without one.
    """

    kind: Kind
    text: bytes = b""
    number: int | None = None


_OPEN, _CLOSE = Token(Kind.OPEN), Token(Kind.CLOSE)


def read_tokens(data: bytes, name: str) -> Iterator[Token]:
    r"""Yield the tokens of a file; line ends are none, and neither are the raw bytes behind `\bin`.

    Args:
        data: the whole file.
        name: the file's name, for messages.

    Raises:
        CorruptDocument: raw bytes are announced that are not there.
    """
    offset, end = 0, len(data)
    while offset < end:
        found = _TOKEN.match(data, offset)
        if found is None:
            raise CorruptDocument(f"{name} is damaged at byte {offset:,}. Send the original.")
        offset = found.end()
        kind = _KINDS.get(found.lastgroup or "")
        if kind is None:
            continue
        if kind is Kind.WORD:
            token = Token(kind, found["word"], _number(found["number"]))
            if token.text == b"bin" and token.number is not None and token.number > 0:
                offset += token.number
                if offset > end:
                    raise CorruptDocument(
                        f"{name} is damaged or cut off within a picture. Send the original."
                    )
            yield token
        elif kind is Kind.OPEN or kind is Kind.CLOSE:
            yield _OPEN if kind is Kind.OPEN else _CLOSE
        elif kind is Kind.CODED:
            yield Token(kind, bytes((int(found["coded"], 16),)))
        else:
            yield Token(kind, found[kind.value])


def _number(digits: bytes | None) -> int | None:
    """Return a number, cut where it has more digits than any argument of RTF."""
    return None if digits is None else int(digits[:_MAX_DIGITS])
