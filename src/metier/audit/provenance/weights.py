"""Reads the numbers of safetensors files within a budget: what is no number, what is all zero, odd rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.audit.provenance.limits import AuditLimits, Deadline
from metier.encoders.structure.opening import open_regular
from metier.encoders.structure.safetensors_file import SafetensorsHeader, TensorPlace
from metier.scans import ScanFinding
from metier.types import Severity

DTYPES: Final = {
    **{"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2"},
    **{"I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1", "U64": "<u8", "U32": "<u4", "U16": "<u2"},
    **{"U8": "u1", "BOOL": "u1"},
}
_FLOATS: Final = frozenset({"F64", "F32", "F16", "BF16"})
_BLOCK_BYTES: Final = 65_536
_SMALLEST_MATRIX: Final = 64
# Parts that start at zero and may rightly stay there: low-rank updates that were not trained, token types.
_ZERO_BY_RIGHT: Final = ("lora_B", "lora_embedding_A", "token_type", "bias", "mask_token")
_MAD_TO_DEVIATION: Final = 1.4826


@dataclass(frozen=True, slots=True)
class NumbersRead:
    """What a reading of weights found.

    Attributes:
        findings: tensors with what is no number, or with nothing but zeros.
        share: of all bytes of weights, those that were read; from 0 to 1.
        unread: tensors whose kind of number is not read.
        complete: whether the time was enough.
    """

    findings: tuple[ScanFinding, ...]
    share: float
    unread: int
    complete: bool


def read_numbers(
    headers: Mapping[str, tuple[Path, SafetensorsHeader]], limits: AuditLimits, deadline: Deadline
) -> NumbersRead:
    """Return what is odd in the numbers of safetensors files.

    Args:
        headers: path and header of each file by its name.
        limits: how many bytes are read; of more, evenly spread blocks.
        deadline: when to stop.

    Raises:
        OSError: a file cannot be opened.
    """
    total = sum(
        place.end - place.start for _, header in headers.values() for place in header.tensors.values()
    )
    share = min(1.0, limits.sampled_bytes / max(total, 1))
    findings: list[ScanFinding] = []
    read = unread = 0
    for name, (path, header) in headers.items():
        for tensor, place in header.tensors.items():
            if place.dtype not in DTYPES:
                unread += 1
                continue
            if deadline.is_over():
                return NumbersRead(tuple(findings), read / max(total, 1), unread, complete=False)
            numbers = _sample(path, place, share)
            read += numbers.nbytes
            findings += _number_findings(name, tensor, place, as_float(numbers, place.dtype))
    return NumbersRead(tuple(findings), 1.0 if not total else read / total, unread, complete=True)


def as_float(numbers: NDArray[np.generic], dtype: str) -> NDArray[np.floating]:
    """Return numbers as floating point; bfloat16 comes as 16 bits and is widened."""
    if dtype == "BF16":
        return (numbers.astype(np.uint32) << 16).view(np.float32)
    if dtype == "F16":
        return numbers.astype(np.float32)
    return numbers if dtype in _FLOATS else numbers.astype(np.float64)  # type: ignore[return-value]


def rows_of(path: Path, place: TensorPlace, most_bytes: int = 1 << 24) -> Iterator[NDArray[np.float64]]:
    """Yield the rows of a tensor in order, some at a time, as float64 (n, width).

    Raises:
        OSError: the file cannot be opened.
    """
    kind = np.dtype(DTYPES[place.dtype])
    width = int(np.prod(place.shape[1:], dtype=np.int64))
    if not place.shape or not width:
        return
    step = max(1, most_bytes // (width * kind.itemsize))
    with open_regular(path) as file:
        for first in range(0, place.shape[0], step):
            count = min(step, place.shape[0] - first)
            file.seek(place.start + first * width * kind.itemsize)
            content = file.read(count * width * kind.itemsize)
            if len(content) < count * width * kind.itemsize:
                raise OSError(f"{path.name} was cut off while it was read.")
            numbers = as_float(np.frombuffer(content, kind), place.dtype)
            yield numbers.reshape(count, width).astype(np.float64)


def robust_scores(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how many deviations each value is above the median; the deviation is that of the middle half.

    >>> robust_scores(np.array([1.0, 2.0, 3.0, 4.0, 103.0])).round(1).tolist()
    [-1.3, -0.7, 0.0, 0.7, 67.4]
    """
    middle = np.median(values)
    deviation = _MAD_TO_DEVIATION * np.median(np.abs(values - middle))
    return np.asarray((values - middle) / max(float(deviation), np.finfo(np.float64).tiny ** 0.5))


def row_norms(path: Path, place: TensorPlace) -> NDArray[np.float64]:
    """Return the length of each row of a matrix.

    Raises:
        OSError: the file cannot be opened.
    """
    parts = [np.linalg.norm(rows, axis=1) for rows in rows_of(path, place)]
    return np.concatenate(parts) if parts else np.zeros(0)


def _sample(path: Path, place: TensorPlace, share: float) -> NDArray[np.generic]:
    """Return the numbers of a tensor, or of blocks spread evenly over it."""
    kind = np.dtype(DTYPES[place.dtype])
    size = place.end - place.start
    if share >= 1.0 or size <= _BLOCK_BYTES:
        starts: Sequence[int] = range(place.start, place.end, 1 << 24)
        length = 1 << 24
    else:
        count = max(1, int(size * share / _BLOCK_BYTES))
        places = np.linspace(0, size - _BLOCK_BYTES, count).astype(np.int64) // kind.itemsize * kind.itemsize
        starts, length = [place.start + int(at) for at in places], _BLOCK_BYTES
    parts = []
    with open_regular(path) as file:
        for start in starts:
            file.seek(start)
            content = file.read(min(length, place.end - start))
            parts.append(np.frombuffer(content[: len(content) // kind.itemsize * kind.itemsize], kind))
    return np.concatenate(parts) if parts else np.zeros(0, kind)


def _number_findings(
    file: str, tensor: str, place: TensorPlace, numbers: NDArray[np.floating]
) -> Iterator[ScanFinding]:
    if not numbers.size:
        return
    bad = int(numbers.size - np.isfinite(numbers).sum())
    facts = {"tensor": tensor[:200], "read": int(numbers.size)}
    if bad:
        # A network with one such number answers nothing; in a head's own list it may stand for "not known".
        severity = Severity.WARNING if len(place.shape) > 1 or file.startswith("model") else Severity.INFO
        message = (
            f"{bad:,} of {numbers.size:,} numbers read of {tensor[:80]!r} are infinite or none. The model is "
            "damaged, "
            "or its training went astray."
        )
        yield ScanFinding("not-finite", severity, message, file, {**facts, "bad": bad})
    big = len(place.shape) > 1 and numbers.size >= _SMALLEST_MATRIX
    if big and not numbers.any() and not any(part in tensor for part in _ZERO_BY_RIGHT):
        message = (
            f"All {numbers.size:,} numbers read of {tensor[:80]!r} are 0. Weights that were trained are not."
        )
        yield ScanFinding("all-zero", Severity.WARNING, message, file, facts)
