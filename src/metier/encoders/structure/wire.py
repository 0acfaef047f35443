"""Reads protobuf's wire format as far as it is asked, with a bound on the number of fields.

Source: the encoding's description: a varint of field number and wire type, then a varint, 8 bytes, a length
and as many bytes, or 4 bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from metier.errors import ModelFormatError

VARINT: Final = 0
FIXED64: Final = 1
BYTES: Final = 2
FIXED32: Final = 5
_MOST_FIELDS: Final = 3_000_000


class WireField(NamedTuple):
    """A field of a message: its number, its wire type, and its value, or the place of its bytes."""

    number: int
    wire: int
    value: int
    start: int
    end: int


class WireReader:
    """Reads the messages of one file.

    Args:
        content: all of its bytes.
        name: of the file, for messages.
        most_fields: how many fields may be read in all.
    """

    def __init__(self, content: memoryview, name: str, *, most_fields: int = _MOST_FIELDS) -> None:
        self.content = content
        self.name = name
        self._left = most_fields

    def fields(self, start: int, end: int) -> Iterator[WireField]:
        """Yield the fields of the message at a place.

        Raises:
            ModelFormatError: no such message, or more fields in the file than are read.
        """
        content, at = self.content, start
        while at < end:
            self._left -= 1
            if self._left < 0:
                raise ModelFormatError(f"{self.name} holds more fields than are read.")
            tag = content[at]
            tag, at = (tag, at + 1) if tag < 128 else self._varint(at, end)
            number, wire = tag >> 3, tag & 7
            value, first = 0, at
            if wire == VARINT:
                value, at = self._varint(at, end)
            elif wire == BYTES:
                length = content[at] if at < end else 128
                length, first = (length, at + 1) if length < 128 else self._varint(at, end)
                at = first + length
            elif wire in {FIXED64, FIXED32}:
                at += 8 if wire == FIXED64 else 4
            else:
                raise self._damaged()
            if at > end or not number:
                raise self._damaged()
            yield WireField(number, wire, value, first, at)

    def text(self, field: WireField, most: int = 4096) -> str:
        """Return the words of a field, at most so many bytes of them.

        Raises:
            ModelFormatError: it holds no words, or is longer.
        """
        if field.wire != BYTES or field.end - field.start > most:
            raise self._damaged()
        try:
            return bytes(self.content[field.start : field.end]).decode()
        except UnicodeDecodeError as error:
            raise self._damaged() from error

    def numbers(self, field: WireField, most: int = 64) -> list[int]:
        """Return the varints of a repeated field, packed or one.

        Raises:
            ModelFormatError: they are none, or more than `most`.
        """
        if field.wire == VARINT:
            return [field.value]
        if field.wire != BYTES:
            raise self._damaged()
        numbers, at = [], field.start
        while at < field.end:
            number, at = self._varint(at, field.end)
            numbers.append(number)
            if len(numbers) > most:
                raise self._damaged()
        return numbers

    def _varint(self, at: int, end: int) -> tuple[int, int]:
        content, value = self.content, 0
        for shift in range(0, 70, 7):
            if at >= end:
                break
            byte = content[at]
            at += 1
            value |= (byte & 127) << shift
            if byte < 128:
                return value, at
        raise self._damaged()

    def _damaged(self) -> ModelFormatError:
        return ModelFormatError(
            f"{self.name} is no whole protobuf file: it is damaged, cut off or something else."
        )
