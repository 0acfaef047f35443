"""Runs an ONNX network on the CPU with OpenVINO: offline, in float32 and int8 as the file says.

The order in which a network adds numbers depends on how wide a row is, and in int8 the last digits decide
which way a number is rounded. So a row is padded to a width that follows from its own length, never to that
of its neighbours: alone or in any company it gives the same bytes. Few widths also mean few shapes, each of
which costs the runtime some 10 MB and 25 ms once.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from metier.encoders.cached_blob import read_blob, write_blob
from metier.errors import ModelFormatError, ModelMismatch

_TELEMETRY: Final = "openvino_telemetry"
# Rows side by side, each on its own share of the threads, are a quarter faster than one after the other on
# all of them; each stream keeps memory of its own for every shape.
_MOST_STREAMS: Final = 4
_SHORT: Final = 128
_BATCH: Final = 8
_INPUTS: Final = {"input_ids", "attention_mask"}
# Both keep the numbers what the file says on every processor: without the first, newer ones compute in
# bfloat16; without the second, layers left in float32 may be quantised on the fly, by batch.
_PROPERTIES: Final = {"INFERENCE_PRECISION_HINT": "f32", "DYNAMIC_QUANTIZATION_GROUP_SIZE": 0}


@contextmanager
def without_telemetry() -> Iterator[None]:
    """Make `openvino_telemetry` unimportable for a while, so that OpenVINO falls back on its own stub.

    `import openvino` sends an event by itself otherwise, and asks nobody.
    """
    missing = object()
    before = sys.modules.get(_TELEMETRY, missing)
    sys.modules[_TELEMETRY] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if before is missing:
            del sys.modules[_TELEMETRY]
        else:
            sys.modules[_TELEMETRY] = before  # type: ignore[assignment]


class OpenVinoNetwork:
    """Implements `Network`; make one with `load`.

    Args:
        compiled: an OpenVINO model with the inputs `input_ids` and `attention_mask`.
        dim: length of a state.
    """

    def __init__(self, compiled: Any, dim: int) -> None:
        streams = compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS")
        self._requests = [compiled.create_infer_request() for _ in range(streams)]
        self._dim = dim

    @classmethod
    def load(cls, path: Path, sha256: str, *, threads: int = 0, cache: Path | None = None) -> Self:
        """Compile a network, or take it ready from the cache.

        Args:
            path: an ONNX file.
            sha256: its hash, checked by the caller; names it in the cache.
            threads: how many to use; 0 for as many as there are cores. Changes speed, not results.
            cache: folder for networks prepared for this processor; None to prepare it each time.

        Raises:
            ModelFormatError: OpenVINO cannot read the file.
            ModelMismatch: the network has other inputs or outputs.
        """
        with without_telemetry():
            import openvino
        core = openvino.Core()
        streams = min(threads or os.cpu_count() or 1, _MOST_STREAMS)
        settings = {**_PROPERTIES, "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": streams}
        processor = (
            core.get_property("CPU", "FULL_DEVICE_NAME"),
            core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"),
        )
        key = hashlib.sha256(repr((sha256, openvino.get_version(), processor, settings)).encode()).hexdigest()
        blob = read_blob(cache / key) if cache else None
        if blob is not None:
            try:
                return cls._checked(core.import_model(blob, "CPU", settings), path)
            except RuntimeError:
                pass  # made by another build of the runtime: prepare it again
        try:
            compiled = core.compile_model(str(path), "CPU", settings)
        except RuntimeError as error:
            raise ModelFormatError(f"{path.name} cannot be run: OpenVINO does not accept it.") from error
        if cache:
            write_blob(cache / key, compiled.export_model().getvalue())
        return cls._checked(compiled, path)

    @classmethod
    def _checked(cls, compiled: Any, path: Path) -> Self:
        names = {port.get_any_name() for port in compiled.inputs}
        shapes = [port.get_partial_shape() for port in compiled.outputs]
        dims = [shape[2] for shape in shapes if shape.rank.is_static and len(shape) == 3]
        if names != _INPUTS or len(shapes) != 1 or not dims or dims[0].is_dynamic:
            raise ModelMismatch(
                f"{path.name} must take input_ids and attention_mask and give one output, (n, length, dim). "
                f"It takes {', '.join(sorted(names))} and gives {', '.join(map(str, shapes))}."
            )
        return cls(compiled, dims[0].get_length())

    @property
    def dim(self) -> int:
        """Return the length of a state."""
        return self._dim

    def states(self, rows: Sequence[Sequence[int]]) -> list[NDArray[np.float32]]:
        """Return the last hidden states of each row of token ids, (len(row), dim)."""
        by_width: dict[int, list[int]] = defaultdict(list)
        for i, row in enumerate(rows):
            by_width[width(len(row))].append(i)
        batches = [(batch, wide) for wide, rest in sorted(by_width.items()) for batch in _batches(rest, wide)]
        states: dict[int, NDArray[np.float32]] = {}
        for first in range(0, len(batches), len(self._requests)):
            running = list(zip(self._requests, batches[first : first + len(self._requests)], strict=False))
            for request, (batch, wide) in running:
                request.start_async(_inputs([rows[i] for i in batch], wide))
            for request, (batch, _) in running:
                request.wait()
                out = request.get_output_tensor(0).data
                states.update((i, np.array(out[j, : len(rows[i])], np.float32)) for j, i in enumerate(batch))
        return [states[i] for i in range(len(rows))]


def _inputs(rows: Sequence[Sequence[int]], wide: int) -> dict[str, NDArray[np.int64]]:
    ids = np.zeros((len(rows), wide), np.int64)
    mask = np.zeros_like(ids)
    for i, row in enumerate(rows):
        ids[i, : len(row)], mask[i, : len(row)] = row, 1
    return {"input_ids": ids, "attention_mask": mask}


def width(n_tokens: int) -> int:
    """Return the width to which a row is padded, by its own length and nothing else.

    >>> [width(n) for n in (1, 16, 17, 130, 300, 512)]
    [16, 16, 32, 160, 320, 512]
    """
    step = 16 if n_tokens <= 128 else 32
    return max(step, -(-n_tokens // step) * step)


def _batches(members: Sequence[int], wide: int) -> Iterator[Sequence[int]]:
    """Yield full batches of short rows, and the rest one by one."""
    full = len(members) - len(members) % _BATCH if wide <= _SHORT else 0
    for i in range(0, full, _BATCH):
        yield members[i : i + _BATCH]
    for member in members[full:]:
        yield [member]
