"""Lists archives without unpacking them: names that lead out, bombs, pickles and code within."""

from __future__ import annotations

import bz2
import lzma
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Final

from metier.audit.provenance.limits import AuditLimits
from metier.audit.provenance.pickles import MOST_PICKLE_BYTES, pickle_finding
from metier.audit.provenance.tensor_files import numpy_fault
from metier.encoders.structure.config_files import leads_out
from metier.encoders.structure.kinds import CODE_ENDINGS, HEAD_BYTES, FileKind, kind_of
from metier.encoders.structure.opening import open_regular
from metier.errors import ModelFormatError
from metier.scans import ScanFinding
from metier.types import Severity

_END: Final = b"PK\x05\x06"
_END_BYTES: Final = 22
_LOCATOR: Final = b"PK\x06\x07"
_MOST_COMMENT: Final = 65_535
_MOST_LISTED_BYTES: Final = 32_000_000
_MOST_OPENED: Final = 2_000
_BOMB_RATIO: Final = 200
_BOMB_BYTES: Final = 100_000_000
_PLAIN: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED: Final = 1
_BLOCK: Final = 512
_MOST_SAID: Final = 20
_LAMBDA: Final = b'"Lambda"'
_PICKLE_NAMES: Final = (".pkl", ".pickle")
_ERRORS: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    ValueError,
    EOFError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
)


def zip_findings(path: Path, where: str, limits: AuditLimits) -> list[ScanFinding]:
    """Return what is unsafe in a zip archive: torch and Keras models and numpy's `.npz` are such.

    Raises:
        OSError: the file cannot be opened.
    """
    with open_regular(path) as file:
        try:
            _check_list(file, limits)
            with zipfile.ZipFile(file) as archive:
                return _Members(archive, where, limits).findings(path.suffix.lower())
        except ModelFormatError as error:
            return [ScanFinding("archive-bomb", Severity.ERROR, str(error), where)]
        except _ERRORS:
            return [_damaged(where)]


def tar_findings(path: Path, where: str, limits: AuditLimits) -> list[ScanFinding]:
    """Return what is unsafe in a tar archive. One is never clean: metier reads no model from it.

    Raises:
        OSError: the file cannot be opened.
    """
    findings = []
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        try:
            for count, (name, target, head) in enumerate(_tar_members(file, size)):
                if count >= limits.max_members:
                    break
                if leads_out(name) or leads_out(target):
                    findings.append(_slip(where, name))
                elif kind_of(head) is FileKind.PICKLE:
                    findings.append(pickle_finding(head, where, most_opcodes=limits.max_opcodes, inside=name))
                elif PurePosixPath(name.lower()).suffix in CODE_ENDINGS:
                    findings.append(_code(where, name))
        except ValueError:
            pass  # the warning below says what an unread archive means
    return findings[:_MOST_SAID] or [_unread(where)]


def compressed_findings(path: Path, where: str, limits: AuditLimits) -> list[ScanFinding]:
    """Return what is unsafe in a compressed file, by its first bytes. One is never clean.

    Raises:
        OSError: the file cannot be opened.
    """
    with open_regular(path) as file:
        head = _unpacked(file.read(HEAD_BYTES * 16))
    kind = kind_of(head)
    if kind is FileKind.PICKLE or path.suffix.lower() == ".joblib":
        return [pickle_finding(head, where, most_opcodes=limits.max_opcodes)]
    if kind in {FileKind.EXECUTABLE, FileKind.BYTECODE, FileKind.SCRIPT}:
        return [_code(where, "a program, compressed")]
    return [_unread(where)]


class _Members:
    def __init__(self, archive: zipfile.ZipFile, where: str, limits: AuditLimits) -> None:
        self.archive = archive
        self.members = archive.infolist()
        self.where = where
        self.limits = limits

    def findings(self, ending: str) -> list[ScanFinding]:
        found = [*self._slips(), *self._bombs()]
        arrays = ending == ".npz" and all(member.filename.endswith(".npy") for member in self.members)
        opened = [member for member in self.members if not member.is_dir()][:_MOST_OPENED]
        for member in opened:
            try:
                found += self._member(member)
            except _ERRORS:
                found.append(_damaged(self.where))
                break
        errors = any(finding.severity is Severity.ERROR for finding in found)
        if not errors and (not arrays or len(opened) < len(self.members)):
            found.append(_unread(self.where))
        return found

    def _slips(self) -> Iterator[ScanFinding]:
        out = [member.filename for member in self.members if leads_out(member.filename)]
        if out:
            yield _slip(self.where, out[0], count=len(out))

    def _bombs(self) -> Iterator[ScanFinding]:
        unpacked = sum(member.file_size for member in self.members)
        packed = max(sum(member.compress_size for member in self.members), 1)
        starts = [member.header_offset for member in self.members]
        if (unpacked > _BOMB_BYTES and unpacked > _BOMB_RATIO * packed) or len(set(starts)) < len(starts):
            message = (
                f"{packed:,} bytes of archive would unpack to {unpacked:,}: a bomb. It was not unpacked."
            )
            yield ScanFinding("archive-bomb", Severity.ERROR, message, self.where, {"bytes": unpacked})

    def _member(self, member: zipfile.ZipInfo) -> Iterator[ScanFinding]:
        name = member.filename
        if PurePosixPath(name.lower()).suffix in CODE_ENDINGS:
            yield _code(self.where, name)
            return
        if member.flag_bits & _ENCRYPTED or member.compress_type not in _PLAIN:
            message = f"{name[:120]!r} in the archive is encrypted, or packed in a way that was not read."
            yield ScanFinding("archive-not-understood", Severity.WARNING, message, self.where)
            return
        with self.archive.open(member) as file:
            head = file.read(HEAD_BYTES)
            kind = kind_of(head)
            if kind is FileKind.PICKLE or name.lower().endswith(_PICKLE_NAMES):
                content = head + file.read(MOST_PICKLE_BYTES - len(head))
                steps = self.limits.max_opcodes
                yield pickle_finding(content, self.where, most_opcodes=steps, inside=name)
                return
            if name == "config.json" and _LAMBDA in head + file.read(MOST_PICKLE_BYTES):
                message = "config.json in the archive has a Lambda layer, which is Python code."
                yield ScanFinding("own-code", Severity.ERROR, message, self.where)
        yield from self._by_kind(kind, name, head, member.file_size)

    def _by_kind(self, kind: FileKind, name: str, head: bytes, size: int) -> Iterator[ScanFinding]:
        if kind in {FileKind.EXECUTABLE, FileKind.BYTECODE, FileKind.SCRIPT}:
            yield _code(self.where, name)
        elif kind in {FileKind.ZIP, FileKind.TAR, FileKind.COMPRESSED}:
            message = f"The archive holds another, {name[:120]!r}, which was not looked into."
            yield ScanFinding("archive-not-understood", Severity.WARNING, message, self.where)
        elif name.endswith(".npy") or kind is FileKind.NUMPY:
            fault = numpy_fault(head, size)
            if fault is not None:
                code, severity, message = fault
                yield ScanFinding(code, severity, f"{name[:120]!r} in the archive: {message}", self.where)


def _check_list(file: BinaryIO, limits: AuditLimits) -> None:
    """Refuse a zip whose list of members alone would fill the memory, before zipfile reads it."""
    size = os.fstat(file.fileno()).st_size
    file.seek(max(0, size - _END_BYTES - _MOST_COMMENT))
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_BYTES:
        raise zipfile.BadZipFile
    entries, listed = struct.unpack("<HI", tail[at + 10 : at + 16])
    locator = tail.rfind(_LOCATOR, 0, at)
    if locator >= 0:
        file.seek(struct.unpack("<Q", tail[locator + 8 : locator + 16])[0])
        record = file.read(56)
        if len(record) < 56:
            raise zipfile.BadZipFile
        entries, listed = struct.unpack("<QQ", record[32:48])
    file.seek(0)
    if entries > limits.max_members or listed > min(_MOST_LISTED_BYTES, size):
        raise ModelFormatError(
            f"The archive says that it holds {entries:,} files; at most {limits.max_members:,} are listed. "
            "It was "
            "not read."
        )


def _tar_members(file: BinaryIO, size: int) -> Iterator[tuple[str, str, bytes]]:
    """Yield name, target of a link and first bytes of each member; odd lengths raise ValueError."""
    at, long_name = 0, ""
    while at + _BLOCK <= size:
        file.seek(at)
        header = file.read(_BLOCK)
        if not header.strip(b"\0"):
            return
        length = int(header[124:136].strip(b" \0") or b"0", 8)
        if length < 0:
            raise ValueError("A length must not be negative.")
        head = file.read(min(length, HEAD_BYTES))
        kind, own = header[156:157], _word(header[345:500]) + "/" + _word(header[:100])
        if kind in {b"L", b"K", b"x", b"g"}:
            long_name = _long_name(kind, head)
        else:
            yield long_name or own.lstrip("/") or own, _word(header[157:257]), head
            if own.startswith("//"):
                yield own[1:], "", head
            long_name = ""
        at += _BLOCK + -(-length // _BLOCK) * _BLOCK


def _long_name(kind: bytes, head: bytes) -> str:
    if kind in {b"L", b"K"}:
        return _word(head)
    lines = [line.partition(b"=")[2] for line in head.split(b"\n") if b"path=" in line]
    return _word(lines[-1]) if lines else ""


def _word(field: bytes) -> str:
    return field.split(b"\0")[0].decode("utf-8", "backslashreplace")


def _unpacked(head: bytes) -> bytes:
    """Return the first bytes of what is compressed; none where that cannot be told in little memory."""
    unpackers: tuple[Callable[[], Any], ...] = (
        lambda: zlib.decompressobj(wbits=47),
        bz2.BZ2Decompressor,
        lambda: lzma.LZMADecompressor(memlimit=64_000_000),
    )
    for unpacker in unpackers:
        try:
            found = unpacker().decompress(head, HEAD_BYTES)
        except (zlib.error, lzma.LZMAError, OSError, EOFError, MemoryError):
            continue
        if found:
            return bytes(found)
    return b""


def _slip(where: str, name: str, *, count: int = 1) -> ScanFinding:
    message = (
        f"The archive holds {name[:120]!r}, a name that leads out of the folder it is unpacked in. Do not "
        "unpack it."
    )
    return ScanFinding("archive-slip", Severity.ERROR, message, where, {"name": name[:200], "count": count})


def _code(where: str, name: str) -> ScanFinding:
    message = f"The archive holds code, {name[:120]!r}. A model of weights needs none."
    return ScanFinding("code-file", Severity.ERROR, message, where, {"member": name[:200]})


def _damaged(where: str) -> ScanFinding:
    message = "The archive is damaged, cut off or of a kind that was not read."
    return ScanFinding("archive-not-understood", Severity.WARNING, message, where)


def _unread(where: str) -> ScanFinding:
    message = (
        "The file is an archive, which was listed and not unpacked. Unpack it where it is safe, and audit "
        "that."
    )
    return ScanFinding("archive-not-understood", Severity.WARNING, message, where)
