"""Matrices in blocks of small numbers that share a scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.errors import InvalidInput, ModelFormatError

BITS: Final = (8, 4)
ZERO: Final = 8
"""What a 4-bit code is above the number that it stands for: codes are 0 to 15, numbers -8 to 7."""
_LARGEST: Final = {8: 127.0, 4: 8.0}
# A block's largest number at 4 bits may be cut a little for the sake of all others.
_CUTS: Final = np.linspace(0.7, 1.0, 11)
_ROWS_AT_ONCE: Final = 4096


@dataclass(frozen=True, slots=True, eq=False)
class BlockMatrix:
    """A matrix whose rows are cut into blocks: value = code * scale, or (code - 8) * scale with 4 bits.

    Attributes:
        codes: with 8 bits (rows, blocks, size) int8; with 4 bits (rows, blocks, size / 2) uint8, where byte j
            of a block holds number j low and number j + size / 2 high.
        scales: (rows, blocks) float16.
        columns: of the matrix; the last block of a row may hold more numbers, which are to be dropped.
        bits: 8 or 4.
    """

    codes: NDArray[np.int8] | NDArray[np.uint8]
    scales: NDArray[np.float16]
    columns: int
    bits: int

    @property
    def size(self) -> int:
        """Numbers in a block."""
        return int(self.codes.shape[2]) * (8 // self.bits)

    def dequantise(self) -> NDArray[np.float32]:
        """Return the matrix, (rows, columns)."""
        if self.bits == 8:
            values = self.codes.astype(np.float32)
        else:
            halves = np.concatenate([self.codes & 15, self.codes >> 4], axis=2)
            values = halves.astype(np.float32) - ZERO
        values *= self.scales[:, :, None].astype(np.float32)
        return values.reshape(len(values), -1)[:, : self.columns]


def quantise_blocks(matrix: NDArray[np.float32], *, bits: int = 8, size: int = 32) -> BlockMatrix:
    """Return a matrix in blocks along its rows.

    With 8 bits the largest number of a block becomes 127 or -127. With 4 bits it becomes -8, or is cut: of
    some scales the one with the least squared error is taken.

    Args:
        matrix: (rows, columns), finite.
        bits: 8 or 4.
        size: numbers in a block, an even number, at least 2; a row that is shorter is one block.

    Raises:
        InvalidInput: bits or size out of range.
        ModelFormatError: the matrix holds numbers that are not finite, or too large for a scale in float16.
    Source: Q8_0 and Q4_0 of ggml (llama.cpp); the search over scales as in its `make_qx_quants`.

    >>> matrix = np.array([[127.0, -2.0, 0.5, 1.0]], np.float32)
    >>> quantise_blocks(matrix, size=2).dequantise().round(2).tolist()
    [[127.0, -2.0, 0.5, 1.0]]
    """
    check_blocks(bits, size)
    if not np.isfinite(matrix).all():
        raise ModelFormatError("Weights must be finite to be quantised. A matrix holds numbers that are not.")
    if np.abs(matrix).max(initial=0.0) > _LARGEST[bits] * float(np.finfo(np.float16).max):
        raise ModelFormatError("Weights must fit blocks with scales in float16. A matrix holds larger ones.")
    columns = matrix.shape[1]
    size = min(size, columns + columns % 2)
    padded = np.pad(matrix, ((0, 0), (0, -columns % size))).reshape(len(matrix), -1, size)
    parts = [
        _codes(padded[first : first + _ROWS_AT_ONCE], bits) for first in range(0, len(padded), _ROWS_AT_ONCE)
    ]
    codes, scales = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    if bits == 4:
        low, high = codes[:, :, : size // 2] + ZERO, codes[:, :, size // 2 :] + ZERO
        codes = (low | high << 4).astype(np.uint8)
    return BlockMatrix(codes, scales, columns, bits)


def check_blocks(bits: int, size: int) -> None:
    """Refuse blocks that cannot be made.

    Raises:
        InvalidInput: bits or size out of range.
    """
    if bits not in BITS:
        raise InvalidInput(f"bits must be {' or '.join(map(str, BITS))}. Got {bits}.")
    if size < 2 or size % 2:
        raise InvalidInput(f"block-size must be an even number, at least 2. Got {size}.")


def _codes(blocks: NDArray[np.float32], bits: int) -> tuple[NDArray[np.int8], NDArray[np.float16]]:
    """Return the codes of blocks, (rows, blocks, size) int8 from -8 on at 4 bits, and their scales."""
    largest = np.take_along_axis(blocks, np.abs(blocks).argmax(axis=2)[:, :, None], axis=2)
    # At 4 bits the range reaches further below 0, so the largest number is made negative.
    full = largest / _LARGEST[8] if bits == 8 else -largest / _LARGEST[4]
    cuts = (1.0,) if bits == 8 else _CUTS
    tried = [_rounded(blocks, full * cut, bits) for cut in cuts]
    errors = [((codes * scales - blocks) ** 2).sum(axis=2) for codes, scales in tried]
    best = np.argmin(errors, axis=0)
    codes, scales = tried[0]
    for i, (other_codes, other_scales) in enumerate(tried):
        codes = np.where((best == i)[:, :, None], other_codes, codes)
        scales = np.where((best == i)[:, :, None], other_scales, scales)
    return codes.astype(np.int8), scales[:, :, 0].astype(np.float16)


def _rounded(
    blocks: NDArray[np.float32], scales: NDArray[np.float32], bits: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return codes, and the scales as float16 keeps them."""
    least, most = (-_LARGEST[8], _LARGEST[8]) if bits == 8 else (-_LARGEST[4], _LARGEST[4] - 1)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        kept = scales.astype(np.float16).astype(np.float32)
        values = np.rint(blocks / kept)
    # A scale of 0 stands for numbers too small for float16; any code does.
    return np.clip(np.where(np.isfinite(values), values, 0.0), least, most), kept
