"""Reads the header of a safetensors file and holds every number in it against the file.

Source: the format's description: eight bytes of length, little-endian, a JSON header, then the tensors
without gaps or overlaps.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from metier.encoders.structure.opening import open_regular, parse_json
from metier.errors import ModelFormatError

_MOST_HEADER_BYTES: Final = 50_000_000
_MOST_DIMENSIONS: Final = 32
_METADATA: Final = "__metadata__"
BITS_OF: Final = {
    **dict.fromkeys(("BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0"), 8),
    **dict.fromkeys(("F8_E4M3FNUZ", "F8_E5M2FNUZ"), 8),
    **dict.fromkeys(("U16", "I16", "F16", "BF16"), 16),
    **dict.fromkeys(("U32", "I32", "F32"), 32),
    **dict.fromkeys(("U64", "I64", "F64", "C64"), 64),
    **{"F4": 4, "F6_E2M3": 6, "F6_E3M2": 6},
}


@dataclass(frozen=True, slots=True)
class TensorPlace:
    """A tensor of a file: its kind of number, its shape, and its bytes, counted from the file's start."""

    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SafetensorsHeader:
    """The header of a file: each tensor by name, and the words beside them."""

    tensors: Mapping[str, TensorPlace]
    metadata: Mapping[str, str] = field(default_factory=dict)


def read_safetensors_header(path: Path) -> SafetensorsHeader:
    """Return the header of a safetensors file, each number of it checked; tensors are not read.

    Raises:
        ModelFormatError: no such file: a length, a shape, a kind or a place does not fit.
        OSError: the file cannot be opened, or is no regular file.
    """
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        length = int.from_bytes(file.read(8), "little")
        if size < 10 or not 2 <= length <= min(_MOST_HEADER_BYTES, size - 8):
            raise ModelFormatError(
                f"{path.name} is no whole safetensors file: its {size:,} bytes must hold a header of the "
                "length "
                f"that its first 8 bytes say, at most {_MOST_HEADER_BYTES:,}. They say {length:,}."
            )
        content = file.read(length)
    header = parse_json(content, f"The header of {path.name}")
    if content[:1] != b"{" or not isinstance(header, dict):
        raise ModelFormatError(f"{path.name}: the header must be a JSON object.")
    metadata = header.pop(_METADATA, {})
    if not isinstance(metadata, dict) or not all(isinstance(word, str) for word in metadata.values()):
        raise ModelFormatError(f"{path.name}: {_METADATA} must hold words only.")
    tensors = {name: _place(path.name, name, entry, 8 + length) for name, entry in header.items()}
    _check_places(path.name, tensors, 8 + length, size)
    return SafetensorsHeader(tensors, metadata)


def _place(file: str, name: str, entry: Any, first: int) -> TensorPlace:
    wrong = ModelFormatError(
        f"{file}: tensor {name[:80]!r} must have a known dtype, a shape, and as many bytes as they take."
    )
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise wrong
    shape, offsets = entry["shape"], entry["data_offsets"]
    if not _are_counts(shape) or not _are_counts(offsets) or len(offsets) != 2:
        raise wrong
    bits = BITS_OF.get(entry["dtype"]) if isinstance(entry["dtype"], str) else None
    if bits is None or len(shape) > _MOST_DIMENSIONS:
        raise wrong
    start, end = offsets
    if math.prod(shape) * bits != (end - start) * 8:
        raise wrong
    return TensorPlace(entry["dtype"], tuple(shape), first + start, first + end)


def _are_counts(numbers: Any) -> bool:
    return isinstance(numbers, list) and all(
        type(number) is int and 0 <= number < 2**62 for number in numbers
    )


def _check_places(file: str, tensors: Mapping[str, TensorPlace], first: int, size: int) -> None:
    at = first
    for name, place in sorted(tensors.items(), key=lambda item: (item[1].start, item[1].end)):
        if place.start != at:
            how = "overlaps the one before it" if place.start < at else "leaves a gap before it"
            raise ModelFormatError(f"{file}: tensors must follow each other. {name[:80]!r} {how}.")
        at = place.end
    if at != size:
        raise ModelFormatError(
            f"{file} must be {at:,} bytes by its header. It is {size:,}: cut off, or with something added."
        )
