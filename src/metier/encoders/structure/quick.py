"""The part of an audit that is cheap enough for every load of a model: kinds, structure, code, paths."""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePath
from typing import Final

from metier.encoders.structure.config_files import config_findings
from metier.encoders.structure.kinds import CODE_ENDINGS, HEAD_BYTES, FileKind, expected_kinds, kind_of
from metier.encoders.structure.onnx_file import read_onnx
from metier.encoders.structure.opening import check_levels, read_at_most, read_json
from metier.encoders.structure.safetensors_file import read_safetensors_header
from metier.errors import ModelFormatError
from metier.scans import ScanFinding
from metier.types import Severity

_MOST_FILES: Final = 1000
_MOST_CONFIG_BYTES: Final = 1_000_000
# What loading opens: a pickle or a program beside these stays shut, and is left to the audit to name.
_READ_ENDINGS: Final = frozenset({".safetensors", ".onnx", ".json", ".model", ".txt", ".jinja"})
_RUNS_CODE: Final = frozenset({FileKind.EXECUTABLE, FileKind.BYTECODE, FileKind.SCRIPT})
_NETWORK: Final = ".onnx"


def quick_check(folder: Path) -> tuple[ScanFinding, ...]:
    """Return what is unsafe or damaged in a folder as far as first bytes, headers and settings tell.

    Hashes, numbers and subfolders are not looked at: `metier audit model` does that. Files are opened, none
    is loaded.

    Args:
        folder: of a model.

    Raises:
        OSError: the folder cannot be read.
    """
    findings: list[ScanFinding] = []
    with os.scandir(folder) as entries:
        names = sorted(entry.name for entry, _ in zip(entries, range(_MOST_FILES), strict=False))
    for name in names:
        findings += file_findings(folder / name)
    return tuple(findings)


def file_findings(path: Path) -> list[ScanFinding]:
    """Return what is unsafe or damaged in one file, told cheaply; nothing of what is no regular file."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return []
        head = read_at_most(path, HEAD_BYTES)
    except OSError:
        return []
    kind = kind_of(head)
    findings = kind_findings(path.name, kind)
    if any(finding.severity is Severity.ERROR for finding in findings):
        return findings
    return findings + structure_findings(path, kind)


def kind_findings(name: str, kind: FileKind) -> list[ScanFinding]:
    """Return what is wrong with a file by its kind and its name alone."""
    ending = PurePath(name.lower()).suffix
    if kind is FileKind.PICKLE:
        message = (
            "The file is a pickle, which can run any code when it is loaded. metier loads none. Convert the "
            "model to "
            "safetensors, and delete it."
        )
        return [ScanFinding("pickle", Severity.ERROR, message, name)]
    if kind in _RUNS_CODE or ending in CODE_ENDINGS:
        what = "a program" if kind in _RUNS_CODE else f"code by its ending {ending}"
        message = f"The file is {what}. A model of weights needs none. Read it, and delete it."
        return [ScanFinding("code-file", Severity.ERROR, message, name, {"kind": kind.value})]
    expected = expected_kinds(name)
    if expected and kind not in expected | {FileKind.EMPTY}:
        message = (
            f"The name promises {' or '.join(sorted(expected))}, the bytes hold {_spoken(kind)}. Rename it "
            "to what it "
            "is, or take the right file."
        )
        return [ScanFinding("wrong-ending", Severity.WARNING, message, name, {"kind": kind.value})]
    return []


def structure_findings(path: Path, kind: FileKind) -> list[ScanFinding]:
    """Return what is wrong within a file of weights, a network or a small configuration."""
    ending = path.suffix.lower()
    try:
        if kind is FileKind.SAFETENSORS or ending == ".safetensors":
            read_safetensors_header(path)
        elif kind is FileKind.ONNX or ending == ".onnx":
            return list(read_onnx(path).findings)
        elif kind is FileKind.JSON and ending == ".json" and path.stat().st_size <= _MOST_CONFIG_BYTES:
            content = read_json(path)
            check_levels(content, path.name)
            return config_findings(path.name, content)
    except ModelFormatError as error:
        return [damaged(path.name, error)]
    except OSError:
        return []  # it was there a moment ago; whoever loads it will say so
    return []


def damaged(name: str, error: ModelFormatError) -> ScanFinding:
    """Return the finding for a file that breaks the rules of its own format."""
    return ScanFinding("damaged-file", Severity.ERROR, str(error), name)


def refuse_unsafe(folder: Path, *, subject: str) -> None:
    """Refuse a folder whose loading would read an unsafe file.

    A pickle, a program or a model's own code beside the weights does not count: loading never opens it. Nor
    does damage that the reader of a file tells for itself; that of a network does, for it may hide the rest.

    Args:
        folder: of a model.
        subject: what to call it in the message.

    Raises:
        ModelFormatError: it holds such a file; the message names it and says why.
    """
    for finding in quick_check(folder):
        if finding.severity is Severity.ERROR and _counts(finding):
            raise ModelFormatError(
                f"{subject} cannot be loaded: {finding.where}. {finding.message} See metier audit model."
            )


def _counts(finding: ScanFinding) -> bool:
    ending = PurePath(finding.where.partition(":")[0].lower()).suffix
    if finding.code == "damaged-file":
        return ending == _NETWORK
    return ending in _READ_ENDINGS and finding.code != "own-code"


def _spoken(kind: FileKind) -> str:
    return "something unknown" if kind is FileKind.UNKNOWN else kind.value
