"""Walks an ONNX network without loading it: operators, external data, shapes.

An operator that runs Python, or data outside the folder, is unsafe; an operator or a field that is not in the
lists below is not understood. Field numbers are those of onnx.proto.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Final

from metier.encoders.structure.onnx_operators import FUSED, KNOWN_DOMAINS, OPERATORS, UNSAFE
from metier.encoders.structure.opening import mapped
from metier.encoders.structure.wire import BYTES, WireField, WireReader
from metier.errors import ModelFormatError
from metier.scans import ScanFinding
from metier.types import Severity

_MOST_LEVELS: Final = 16
_MOST_DIMENSIONS: Final = 32
_MOST_SHAPES: Final = 100_000
_MOST_NAMED: Final = 5
_BITS: Final = {
    **dict.fromkeys((2, 3, 9, 17, 18, 19, 20, 24), 8),
    **dict.fromkeys((4, 5, 10, 16), 16),
    **dict.fromkeys((1, 6, 12), 32),
    **dict.fromkeys((7, 11, 13, 14), 64),
    **{15: 128, 21: 4, 22: 4, 23: 4, 25: 2, 26: 2, 27: 6, 28: 6},
}
_STRINGS: Final = 8
_TYPED: Final = frozenset({4, 5, 6, 7, 10, 11})
_EXTERNAL: Final = 1
_MODEL: Final = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 14, 20, 25, 26})
_GRAPH: Final = frozenset({1, 2, 5, 10, 11, 12, 13, 14, 15, 16})
_NODE: Final = frozenset(range(1, 11))
_ATTRIBUTE: Final = frozenset({*range(1, 12), 13, 14, 15, 20, 21, 22, 23})
_TENSOR: Final = frozenset({*range(1, 15), 16})


@dataclass(frozen=True, slots=True)
class OnnxOutline:
    """What a walk through a network found.

    Attributes:
        ir_version: of the format.
        opsets: version of each set of operators by its domain; the empty one is ONNX's own.
        operators: how many nodes each has, domain before its name where it is not ONNX's own.
        functions: names of the functions that the file brings.
        shapes: shape of each constant of the main graph.
        dtypes: number of the kind of each of them, as onnx.proto has it.
        outputs: shape of each output; 0 where it is left open.
        external: names of the files beside it that hold constants.
        findings: what is unsafe or not understood.
    """

    ir_version: int
    opsets: Mapping[str, int]
    operators: Mapping[str, int]
    functions: tuple[str, ...]
    shapes: Mapping[str, tuple[int, ...]]
    dtypes: Mapping[str, int]
    outputs: Mapping[str, tuple[int, ...]]
    external: tuple[str, ...]
    findings: tuple[ScanFinding, ...]


def read_onnx(path: Path) -> OnnxOutline:
    """Return what is in an ONNX file; its numbers are not read.

    Raises:
        ModelFormatError: it is damaged, cut off or no ONNX file.
        OSError: the file cannot be opened, or is no regular file.
    """
    with mapped(path) as content:
        walk = _Walk(WireReader(content, path.name), path)
        walk.model(len(content))
    return walk.outline()


@dataclass(slots=True)
class _Walk:
    reader: WireReader
    path: Path
    ir_version: int = 0
    opsets: dict[str, int] = field(default_factory=dict)
    operators: Counter[tuple[str, str]] = field(default_factory=Counter)
    functions: set[tuple[str, str]] = field(default_factory=set)
    shapes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    dtypes: dict[str, int] = field(default_factory=dict)
    outputs: dict[str, tuple[int, ...]] = field(default_factory=dict)
    external: set[str] = field(default_factory=set)
    strange: int = 0
    training: bool = False

    def model(self, size: int) -> None:
        graphs = 0
        for found in self.reader.fields(0, size):
            self._note_strange(found, _MODEL)
            if found.number == 1:
                self.ir_version = found.value
            elif found.number == 7:
                graphs += 1
                self._graph(found, 0)
            elif found.number == 8:
                self._opset(found)
            elif found.number == 20:
                self.training = True
            elif found.number == 25:
                self._function(found)
        if not graphs or not self.ir_version:
            raise ModelFormatError(f"{self.path.name} is no whole ONNX file: it holds no graph.")

    def outline(self) -> OnnxOutline:
        return OnnxOutline(
            self.ir_version,
            self.opsets,
            {_spelled(key): count for key, count in sorted(self.operators.items())},
            tuple(sorted(_spelled(key) for key in self.functions)),
            self.shapes,
            self.dtypes,
            self.outputs,
            tuple(sorted(self.external)),
            tuple(self._findings()),
        )

    def _graph(self, graph: WireField, level: int) -> None:
        if level > _MOST_LEVELS or graph.wire != BYTES:
            raise ModelFormatError(
                f"{self.path.name}: graphs must be nested at most {_MOST_LEVELS} levels deep."
            )
        for found in self.reader.fields(graph.start, graph.end):
            self._note_strange(found, _GRAPH)
            if found.number == 1:
                self._node(found, level)
            elif found.number == 5:
                name, kind, dims = self._tensor(found)
                if level == 0 and len(self.shapes) < _MOST_SHAPES:
                    self.shapes[name], self.dtypes[name] = dims, kind
            elif found.number == 15:
                self._sparse(found)
            elif found.number == 12 and level == 0:
                self._output(found)

    def _node(self, node: WireField, level: int) -> None:
        operator = domain = ""
        for found in self.reader.fields(node.start, node.end):
            number = found.number
            if number < 4:
                continue  # names of its inputs and outputs, and its own
            if number == 4:
                operator = self.reader.text(found)
            elif number == 7:
                domain = self.reader.text(found)
            elif number == 5:
                self._attribute(found, level)
            else:
                self._note_strange(found, _NODE)
        self.operators["" if domain == "ai.onnx" else domain, operator] += 1

    def _attribute(self, attribute: WireField, level: int) -> None:
        for found in self.reader.fields(attribute.start, attribute.end):
            number = found.number
            if number < 5:
                continue  # its name, or a plain number or word
            if number in {6, 11}:
                self._graph(found, level + 1)
            elif number in {5, 10}:
                self._tensor(found)
            elif number in {22, 23}:
                self._sparse(found)
            else:
                self._note_strange(found, _ATTRIBUTE)

    def _sparse(self, sparse: WireField) -> None:
        for found in self.reader.fields(sparse.start, sparse.end):
            if found.number in {1, 2}:
                self._tensor(found)

    def _function(self, function: WireField) -> None:
        name = domain = ""
        for found in self.reader.fields(function.start, function.end):
            if found.number == 1:
                name = self.reader.text(found)
            elif found.number == 10:
                domain = self.reader.text(found)
            elif found.number == 7:
                self._node(found, 1)
            elif found.number == 11:
                self._attribute(found, 1)
        self.functions.add((domain, name))

    def _opset(self, opset: WireField) -> None:
        domain, version = "", 0
        for found in self.reader.fields(opset.start, opset.end):
            if found.number == 1:
                domain = self.reader.text(found)
            elif found.number == 2:
                version = found.value
        self.opsets[domain] = version

    def _tensor(self, tensor: WireField) -> tuple[str, int, tuple[int, ...]]:
        dims: list[int] = []
        places: list[set[str]] = []
        kind = held = beside = 0
        name, raw = "", -1
        for found in self.reader.fields(tensor.start, tensor.end):
            number = found.number
            if number == 1:
                dims += self.reader.numbers(found)
            elif number == 2:
                kind = found.value
            elif number == 8:
                name = self.reader.text(found)
            elif number == 9:
                raw = found.end - found.start
            elif number == 13:
                places.append(self._location(found))
            elif number == 14:
                beside = found.value
            elif number in _TYPED:
                held += found.end - found.start or 1
            else:
                self._note_strange(found, _TENSOR)
        if places or beside == _EXTERNAL:
            self.external |= set().union(*places) or {""}
        else:
            self._check_size(dims, kind, raw, held)
        return name, kind, tuple(dims)

    def _check_size(self, dims: list[int], kind: int, raw: int, held: int) -> None:
        if len(dims) > _MOST_DIMENSIONS or (kind not in _BITS and kind != _STRINGS):
            raise ModelFormatError(
                f"{self.path.name}: a constant must have a known kind of number and at most "
                f"{_MOST_DIMENSIONS} "
                f"dimensions. Its kind is {kind}, and it has {len(dims):,}."
            )
        count = math.prod(dims)
        fits = (held > 0) == (count > 0) if raw < 0 else raw == -(-count * _BITS.get(kind, 0) // 8)
        if not fits:
            raise ModelFormatError(
                f"{self.path.name}: a constant of {count:,} numbers must have the bytes for them. It has "
                f"{max(raw, held):,} bytes: the file is damaged or cut off."
            )

    def _location(self, entry: WireField) -> set[str]:
        pair = {found.number: self.reader.text(found) for found in self.reader.fields(entry.start, entry.end)}
        return {pair.get(2, "")} if pair.get(1) == "location" else set()

    def _output(self, output: WireField) -> None:
        name, shape = "", []
        for found in self.reader.fields(output.start, output.end):
            if found.number == 1:
                name = self.reader.text(found)
            elif found.number == 2:
                shape = [self._size(dim) for dim in self._inner(found, (1, 2, 1))]
        self.outputs[name] = tuple(shape)

    def _inner(self, outer: WireField, numbers: tuple[int, ...]) -> list[WireField]:
        """Return the fields that a path of field numbers leads to."""
        level = [outer]
        for number in numbers:
            level = [
                found
                for place in level
                for found in self.reader.fields(place.start, place.end)
                if found.number == number and found.wire == BYTES
            ]
        return level

    def _size(self, dim: WireField) -> int:
        return sum(found.value for found in self.reader.fields(dim.start, dim.end) if found.number == 1)

    def _note_strange(self, found: WireField, known: frozenset[int]) -> None:
        self.strange += found.number not in known

    def _findings(self) -> list[ScanFinding]:
        return [finding for check in _CHECKS for finding in check(self)]


def _spelled(key: tuple[str, str]) -> str:
    return f"{key[0]}:{key[1]}" if key[0] else key[1]


def _operator_findings(walk: _Walk) -> list[ScanFinding]:
    own = [key for key in walk.operators if key not in walk.functions]
    unsafe = sorted(_spelled(key) for key in own if key[1].lower() in UNSAFE)
    unknown = sorted(_spelled(key) for key in own if not _is_known(key) and key[1].lower() not in UNSAFE)
    findings = []
    if unsafe:
        message = f"The network holds operators that run code from outside it: {_named(unsafe)}."
        findings.append(_finding(walk, "unsafe-operator", Severity.ERROR, message, operators=unsafe))
    if unknown:
        message = (
            f"The network holds operators that are not in ONNX's own list: {_named(unknown)}. What they do "
            "depends "
            "on the program that runs them."
        )
        findings.append(_finding(walk, "unknown-operator", Severity.WARNING, message, operators=unknown))
    return findings


def _is_known(key: tuple[str, str]) -> bool:
    domain, name = key
    return name in OPERATORS if not domain else name in FUSED if domain in KNOWN_DOMAINS else False


def _external_findings(walk: _Walk) -> list[ScanFinding]:
    outside = sorted(name for name in walk.external if _leads_out(name, walk.path.parent))
    missing = sorted(name for name in walk.external - set(outside) if not (walk.path.parent / name).is_file())
    findings = []
    if outside:
        message = (
            f"Constants of the network are to be read from {_named(outside)}, outside the folder. A model "
            "has no "
            "business there: it would read any file that you may read."
        )
        findings.append(_finding(walk, "external-data-outside", Severity.ERROR, message, locations=outside))
    if missing:
        message = f"Constants of the network are in files that are not there: {_named(missing)}."
        findings.append(_finding(walk, "external-data-missing", Severity.WARNING, message, locations=missing))
    return findings


def _leads_out(name: str, folder: Path) -> bool:
    paths = (PurePosixPath(name), PureWindowsPath(name))
    if any(path.is_absolute() or path.drive or path.root or ".." in path.parts for path in paths):
        return True
    if not name or "\0" in name or ":" in name:
        return True
    at = folder
    for part in PurePosixPath(name).parts:
        at /= part
        if at.is_symlink():
            return True
    return False


def _other_findings(walk: _Walk) -> list[ScanFinding]:
    findings = []
    if walk.strange:
        message = (
            f"The network holds {walk.strange} fields that ONNX's format does not have; what reads them is "
            "unknown."
        )
        findings.append(_finding(walk, "unknown-onnx-field", Severity.WARNING, message, fields=walk.strange))
    if walk.training:
        message = "The network brings graphs for training, which no model that only answers needs."
        findings.append(_finding(walk, "onnx-training", Severity.WARNING, message))
    return findings


_CHECKS: Final[tuple[Callable[[_Walk], list[ScanFinding]], ...]] = (
    _operator_findings,
    _external_findings,
    _other_findings,
)


def _finding(walk: _Walk, code: str, severity: Severity, message: str, **facts: object) -> ScanFinding:
    return ScanFinding(code, severity, message, walk.path.name, facts)


def _named(names: list[str]) -> str:
    shown = ", ".join(repr(name[:80]) for name in names[:_MOST_NAMED])
    return shown + (f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else "")
