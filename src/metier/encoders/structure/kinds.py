"""Tells what a file holds by its first bytes, and what its name promises."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from enum import StrEnum
from pathlib import PurePath
from typing import Any, Final

HEAD_BYTES: Final = 4096
_TAR_AT: Final = 257
# Of pickles: bytes that one without a magic number may begin with; what names a global; what calls one.
_TEXT_OPCODES: Final = frozenset(bytes([code]) for code in b"()0FGIJKLMNSTUVX]cgi}")
_NAMING: Final = frozenset({"GLOBAL", "STACK_GLOBAL", "EXT1", "EXT2", "EXT4"})
_CALLING: Final = frozenset({"REDUCE", "BUILD", "NEWOBJ", "NEWOBJ_EX"})


class FileKind(StrEnum):
    """What the bytes of a file are."""

    SAFETENSORS = "safetensors"
    ONNX = "onnx"
    JSON = "json"
    TEXT = "text"
    SENTENCEPIECE = "sentencepiece"
    GGUF = "gguf"
    NUMPY = "numpy"
    HDF5 = "hdf5"
    ZIP = "zip"
    TAR = "tar"
    COMPRESSED = "compressed"
    PICKLE = "pickle"
    EXECUTABLE = "executable"
    BYTECODE = "bytecode"
    SCRIPT = "script"
    PICTURE = "picture"
    DOCUMENT = "document"
    EMPTY = "empty"
    UNKNOWN = "unknown"


_MAGIC: Final = (
    (b"PK\x03\x04", FileKind.ZIP),
    (b"PK\x05\x06", FileKind.ZIP),
    (b"PK\x07\x08", FileKind.ZIP),
    (b"GGUF", FileKind.GGUF),
    (b"\x93NUMPY", FileKind.NUMPY),
    (b"\x89HDF\r\n\x1a\n", FileKind.HDF5),
    (b"\x1f\x8b", FileKind.COMPRESSED),
    (b"\xfd7zXZ\x00", FileKind.COMPRESSED),
    (b"\x28\xb5\x2f\xfd", FileKind.COMPRESSED),
    (b"BZh", FileKind.COMPRESSED),
    (b"\x04\x22\x4d\x18", FileKind.COMPRESSED),
    (b"7z\xbc\xaf\x27\x1c", FileKind.COMPRESSED),
    (b"Rar!\x1a\x07", FileKind.COMPRESSED),
    (b"\x7fELF", FileKind.EXECUTABLE),
    (b"MZ", FileKind.EXECUTABLE),
    (b"\xfe\xed\xfa\xce", FileKind.EXECUTABLE),
    (b"\xfe\xed\xfa\xcf", FileKind.EXECUTABLE),
    (b"\xce\xfa\xed\xfe", FileKind.EXECUTABLE),
    (b"\xcf\xfa\xed\xfe", FileKind.EXECUTABLE),
    (b"\xca\xfe\xba\xbe", FileKind.EXECUTABLE),
    (b"\x00asm", FileKind.EXECUTABLE),
    (b"!<arch>\n", FileKind.EXECUTABLE),
    (b"#!", FileKind.SCRIPT),
    (b"\x89PNG\r\n\x1a\n", FileKind.PICTURE),
    (b"\xff\xd8\xff", FileKind.PICTURE),
    (b"GIF8", FileKind.PICTURE),
    (b"%PDF", FileKind.DOCUMENT),
)
_TEXT: Final = frozenset({FileKind.TEXT, FileKind.JSON})
_CHECKPOINT: Final = frozenset({FileKind.PICKLE, FileKind.ZIP, FileKind.TAR})
_EXPECTED: Final[dict[str, frozenset[FileKind]]] = {
    ".safetensors": frozenset({FileKind.SAFETENSORS}),
    ".onnx": frozenset({FileKind.ONNX}),
    ".json": frozenset({FileKind.JSON}),
    ".model": frozenset({FileKind.SENTENCEPIECE}),
    ".gguf": frozenset({FileKind.GGUF}),
    ".npy": frozenset({FileKind.NUMPY}),
    ".h5": frozenset({FileKind.HDF5}),
    ".hdf5": frozenset({FileKind.HDF5}),
    ".tar": frozenset({FileKind.TAR}),
    ".nemo": frozenset({FileKind.TAR, FileKind.COMPRESSED}),
    **dict.fromkeys((".zip", ".npz", ".keras", ".mar"), frozenset({FileKind.ZIP})),
    **dict.fromkeys((".pt", ".pth", ".bin", ".ckpt"), _CHECKPOINT),
    **dict.fromkeys((".pkl", ".pickle", ".dill"), frozenset({FileKind.PICKLE})),
    ".joblib": frozenset({FileKind.PICKLE, FileKind.COMPRESSED}),
    **dict.fromkeys((".gz", ".xz", ".zst", ".bz2", ".7z", ".lz4", ".tgz"), frozenset({FileKind.COMPRESSED})),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif"), frozenset({FileKind.PICTURE})),
    ".pdf": frozenset({FileKind.DOCUMENT}),
    **dict.fromkeys(
        (
            ".md .rst .txt .jsonl .csv .tsv .yaml .yml .jinja .metadata .tag .merges .vocab .bpe .codes .log "
            ".bib .cff .toml .cfg .ini"
        ).split(),
        _TEXT,
    ),
}
# Names without an ending, or whose ending is the whole name.
_TEXT_NAMES: Final = frozenset({"license", "licence", "notice", "readme", "copying", "authors", "citation"})
_TEXT_DOTFILES: Final = frozenset({".gitattributes", ".gitignore"})
CODE_ENDINGS: Final = frozenset(
    ".apk .bash .bat .class .cmd .com .deb .desktop .dll .dylib .egg .exe .ipynb .jar .js .ko .lnk "
    ".lua .mjs .msi .node .o .php .pl .ps1 .py .pyc .pyd .pyo .pyw .pyx .rb .rpm .scr .sh .so .vbs "
    ".wasm .whl".split()
)


def kind_of(head: bytes) -> FileKind:
    r"""Return what a file holds.

    Args:
        head: its first bytes, `HEAD_BYTES` or more; a pickle in the text form of protocol 0 is told as far
            as they go.

    >>> [kind_of(head).value for head in (b"PK\x03\x04", b"\x80\x04K\x01.", b"words", b"")]
    ['zip', 'pickle', 'text', 'empty']
    """
    if not head:
        return FileKind.EMPTY
    if len(head) > 8 and head[8:9] == b"{" and head[5:8] == b"\0\0\0":  # a header of under 2^40 bytes
        return FileKind.SAFETENSORS
    for magic, kind in _MAGIC:
        if head.startswith(magic) and (len(magic) > 2 or kind is FileKind.SCRIPT or not _is_text(head)):
            return kind
    return FileKind.TAR if head[_TAR_AT : _TAR_AT + 5] == b"ustar" else _without_magic(head)


def _without_magic(head: bytes) -> FileKind:
    if head[:1] == b"\x80" and head[1:2] <= b"\x05":
        return FileKind.PICKLE
    if head[:1] == b"\x08" and head[1:2] and head[2:3] in b"\x12\x1a\x22\x28\x32\x3a\x42\x72\xa2":
        return FileKind.ONNX  # ir_version, then another field of ModelProto
    if _is_text_pickle(head):
        return FileKind.PICKLE
    if _is_text(head):
        return FileKind.JSON if head.lstrip()[:1] in {b"{", b"["} else FileKind.TEXT
    return _binary(head)


def _binary(head: bytes) -> FileKind:
    if head[:1] == b"\x78" and head[1:2] in {b"\x01", b"\x5e", b"\x9c", b"\xda"}:
        return FileKind.COMPRESSED  # zlib, as joblib writes it
    if head[2:4] == b"\r\n":
        return FileKind.BYTECODE  # two bytes of Python's version before it
    if head[:1] == b"\x0a" and head[2:3] == b"\x0a":
        return FileKind.SENTENCEPIECE  # a piece, and in it the field of its text
    return FileKind.UNKNOWN


def expected_kinds(name: str) -> frozenset[FileKind]:
    """Return what a file of that name may hold; nothing where the name promises nothing known.

    >>> sorted(expected_kinds("model.onnx")), sorted(expected_kinds("strange.xyz"))
    ([<FileKind.ONNX: 'onnx'>], [])
    """
    path = PurePath(name.lower())
    if (path.stem in _TEXT_NAMES and not path.suffix) or path.name in _TEXT_DOTFILES:
        return _TEXT
    return _EXPECTED.get(path.suffix, frozenset())


def _is_text(head: bytes) -> bool:
    try:
        head[:-3].decode() if len(head) >= HEAD_BYTES else head.decode()
    except UnicodeDecodeError as error:
        if error.end < len(head) - 3:
            return False
    return not has_control(head)


def has_control(content: bytes) -> bool:
    """Tell whether bytes hold characters that no text has: zeros and other controls but space."""
    return len(content.translate(None, _CONTROLS)) != len(content)


_CONTROLS: Final = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b")) + b"\x7f"


def _is_text_pickle(head: bytes) -> bool:
    """Tell whether bytes are a pickle of a protocol without a magic number.

    A text may begin like one by chance. So only one counts that calls what it names before the first byte
    that is no opcode, goes on for a while after it, or comes to its end.
    """
    if head[:1] not in _TEXT_OPCODES:
        return False
    import pickletools

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes in words that are none
            return _calls_something(pickletools.genops(head))
    except (ValueError, IndexError, OverflowError):
        return False


def _calls_something(opcodes: Iterator[tuple[Any, Any, Any]]) -> bool:
    named = marked = False
    after = 0
    for count, (opcode, _, _) in enumerate(opcodes):
        after += named
        marked |= opcode.name == "MARK"
        named |= opcode.name in _NAMING
        calls = (named and opcode.name in _CALLING) or (marked and opcode.name in {"INST", "OBJ"})
        if calls or after > 2:
            return True
        if opcode.name == "STOP":
            return count >= 2
    return False
