"""Reads the headers of numpy arrays and GGUF files: sizes, pickled objects, code in templates."""

from __future__ import annotations

import ast
import math
import os
import struct
from pathlib import Path
from typing import Any, Final

import numpy as np

from metier.encoders.structure.chat_template import MOST_TEMPLATE_CHARS, template_findings
from metier.encoders.structure.opening import mapped, open_regular
from metier.errors import ModelFormatError
from metier.scans import ScanFinding
from metier.types import Severity

_MOST_NUMPY_HEADER: Final = 65_536
_TEMPLATE: Final = "tokenizer.chat_template"
_GGUF_VERSIONS: Final = (2, 3)
_MOST_GGUF: Final = 2_000_000
_STRING, _ARRAY = 8, 9
_WIDTHS: Final = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
# Numbers in a block and its bytes, by the number of each kind in ggml.
_BLOCKS: Final = {
    **{0: (1, 4), 1: (1, 2), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 30: (1, 2)},
    **{
        2: (32, 18),
        3: (32, 20),
        6: (32, 22),
        7: (32, 24),
        8: (32, 34),
        9: (32, 40),
        20: (32, 18),
        39: (32, 17),
    },
    **{10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292)},
    **{16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 21: (256, 110), 22: (256, 82)},
    **{23: (256, 136), 29: (256, 56), 34: (256, 54), 35: (256, 66), 40: (64, 36), 41: (128, 18)},
}
Fault = tuple[str, Severity, str]


def numpy_findings(path: Path, where: str) -> list[ScanFinding]:
    """Return what is wrong with a `.npy` file.

    Raises:
        OSError: the file cannot be opened.
    """
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        fault = numpy_fault(file.read(_MOST_NUMPY_HEADER), size)
    return [] if fault is None else [ScanFinding(*fault, where)]


def numpy_fault(head: bytes, size: int) -> Fault | None:
    """Return code, severity and message of what is wrong with a numpy file, or None.

    Args:
        head: its beginning, the whole header at least.
        size: of the file in bytes.

    Source: the description of the format in `numpy.lib.format`.
    """
    damaged = ("damaged-file", Severity.ERROR, "It is no whole numpy file: its header and its size must fit.")
    wide = 4 if head[6:7] >= b"\x02" else 2
    first = 8 + wide
    length = int.from_bytes(head[8:first], "little")
    if head[:6] != b"\x93NUMPY" or head[6:7] not in {b"\x01", b"\x02", b"\x03"} or first + length > len(head):
        return damaged
    try:
        header = ast.literal_eval(head[first : first + length].decode("utf-8").strip())
        kind = np.dtype(
            [tuple(part) for part in header["descr"]]
            if isinstance(header["descr"], list)
            else header["descr"]
        )
        count = math.prod(int(number) for number in header["shape"])
    except (ValueError, TypeError, KeyError, SyntaxError, RecursionError, MemoryError, IndexError):
        return damaged
    if kind.hasobject:
        message = (
            "The array holds Python objects, which numpy keeps as a pickle: loading it can run any code."
        )
        return ("pickle", Severity.ERROR, message)
    if count < 0 or first + length + count * kind.itemsize != size:
        return damaged
    return None


def gguf_findings(path: Path, where: str) -> list[ScanFinding]:
    """Return what is wrong with a GGUF file, its chat templates among it.

    Raises:
        OSError: the file cannot be opened.

    Source: ggml's docs/gguf.md.
    """
    try:
        with mapped(path) as content:
            reader = _Gguf(content)
            reader.read()
    except (ModelFormatError, struct.error, IndexError) as error:
        why = str(error) if isinstance(error, ModelFormatError) else "The GGUF file is damaged or cut off."
        return [ScanFinding("damaged-file", Severity.ERROR, why, where)]
    findings = [finding for text in reader.templates for finding in template_findings(text, where)]
    if reader.unknown:
        message = f"Tensors are of kinds that are not known: {sorted(reader.unknown)}."
        findings.append(ScanFinding("not-understood", Severity.WARNING, message, where))
    return findings


class _Gguf:
    def __init__(self, content: memoryview) -> None:
        self.content = content
        self.at = 4
        self.alignment = 32
        self.templates: list[str] = []
        self.unknown: set[int] = set()
        self._steps = 0

    def read(self) -> None:
        version, tensors, pairs = self._take("<IQQ")
        if version not in _GGUF_VERSIONS or tensors > _MOST_GGUF or pairs > _MOST_GGUF:
            raise ModelFormatError(f"The GGUF file must be of version 2 or 3. It says {version}.")
        for _ in range(pairs):
            self._pair()
        ends = [self._tensor() for _ in range(tensors)]
        if not ends and self.at == len(self.content):
            return
        first = -(-self.at // self.alignment) * self.alignment
        last = max(ends, default=0)
        padded = -(-last // self.alignment) * self.alignment
        if not self.unknown and not first + last <= len(self.content) <= max(first + padded, self.at):
            raise ModelFormatError(
                f"The GGUF file must be {first + last:,} bytes by its header. It is {len(self.content):,}."
            )

    def _pair(self) -> None:
        key = self._text()
        (kind,) = self._take("<I")
        value = self._value(kind, 0, keep=True)
        if isinstance(value, str) and (key.startswith(_TEMPLATE) or "{{" in value or "{%" in value):
            self.templates.append(value)
        if key == "general.alignment" and kind == 4:
            (self.alignment,) = struct.unpack("<I", self.content[self.at - 4 : self.at])
            if not 1 <= self.alignment <= 65_536:
                raise ModelFormatError("The GGUF file must align its tensors to 1 to 65,536 bytes.")

    def _value(self, kind: int, level: int, *, keep: bool = False) -> Any:
        self._steps += 1
        if self._steps > _MOST_GGUF or level > 4:
            raise ModelFormatError("The GGUF file holds more values than are read.")
        if kind == _STRING:
            return self._text(keep=keep)
        if kind == _ARRAY:
            inner, count = self._take("<IQ")
            if inner in _WIDTHS:
                self._skip(count * _WIDTHS[inner])
                return None
            for _ in range(min(count, _MOST_GGUF + 1)):
                self._value(inner, level + 1)
            return None
        if kind not in _WIDTHS:
            raise ModelFormatError("The GGUF file holds a value of an unknown kind.")
        self._skip(_WIDTHS[kind])
        return None

    def _tensor(self) -> int:
        self._text()
        (dimensions,) = self._take("<I")
        if dimensions > 8:
            raise ModelFormatError("A tensor of the GGUF file has too many dimensions.")
        shape = self._take(f"<{dimensions}Q")
        kind, offset = self._take("<IQ")
        if offset % self.alignment:
            raise ModelFormatError("A tensor of the GGUF file does not start where it may.")
        if kind not in _BLOCKS:
            self.unknown.add(kind)
            return 0
        count, wide = _BLOCKS[kind]
        return int(offset + -(-math.prod(shape) // count) * wide)

    def _text(self, *, keep: bool = True) -> str:
        (length,) = self._take("<Q")
        start = self.at
        self._skip(length)
        most = MOST_TEMPLATE_CHARS * 4 if keep else 0
        return bytes(self.content[start : min(self.at, start + most)]).decode("utf-8", "replace")

    def _take(self, form: str) -> tuple[int, ...]:
        start = self.at
        self._skip(struct.calcsize(form))
        return struct.unpack(form, self.content[start : self.at])

    def _skip(self, length: int) -> None:
        if length > len(self.content) - self.at:
            raise ModelFormatError("The GGUF file is damaged or cut off.")
        self.at += length
