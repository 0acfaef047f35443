"""Says what a pickle would do, by reading its opcodes; it is never unpickled.

Any pickle is refused. What it would call is told so that a person sees how bad it is.
"""

from __future__ import annotations

import io
import pickletools
import re
import warnings
from dataclasses import dataclass
from typing import Any, Final

from metier._extras import require
from metier.errors import MissingExtra
from metier.scans import ScanFinding
from metier.types import Severity

MOST_PICKLE_BYTES: Final = 16_000_000
_MOST_SCANNED_BYTES: Final = 200_000
_MOST_GLOBALS: Final = 200
_MOST_NAMED: Final = 4
# Where one of these is named, unpickling runs a program, opens a file or a connection, or imports more.
_DANGEROUS_MODULES: Final = frozenset(
    "os posix nt subprocess sys socket shutil runpy webbrowser importlib pickle _pickle cloudpickle "
    "dill code codeop pty ctypes asyncio bdb pdb cProfile profile timeit pip urllib http requests "
    "ftplib smtplib telnetlib builtins __builtin__ __builtins__ pydoc idlelib lib2to3 distutils "
    "setuptools venv ensurepip doctest trace tempfile multiprocessing threading signal resource mmap "
    "platform commands types functools operator inspect".split()
)
_HARMLESS_BUILTINS: Final = frozenset(
    "set frozenset list dict tuple int float str bytes bytearray complex bool slice range object".split()
)
_DANGEROUS_NAMES: Final = re.compile(
    r"(^|\.)(eval|exec|execfile|system|popen|compile|__import__|getattr|load|loads)$"
)
_PUSHES_TEXT: Final = re.compile(r"(STRING|UNICODE)")
_READ_ERRORS: Final = (
    ValueError,
    IndexError,
    KeyError,
    OverflowError,
    EOFError,
    UnicodeError,
    AttributeError,
)


@dataclass(frozen=True, slots=True)
class PickleOutline:
    """What a walk through a pickle found.

    Attributes:
        names: globals that it asks for, as `module.name`, in order of their first use.
        calls: whether it calls anything.
        whole: whether the first one was read to its end.
    """

    names: tuple[str, ...]
    calls: bool
    whole: bool

    @property
    def dangerous(self) -> tuple[str, ...]:
        """Return the names that can do anything at all."""
        return tuple(name for name in self.names if is_dangerous(name))


def read_pickle(content: bytes, *, most_opcodes: int) -> PickleOutline:
    """Return what the opcodes of one or several pickles in a row ask for; nothing is run.

    Args:
        content: the beginning of a file.
        most_opcodes: where the walk stops.
    """
    walk = _Walk()
    stream = io.BytesIO(content)
    ended = 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes in words that are none
            while stream.tell() < len(content) and walk.one(stream, most_opcodes):
                ended += 1
    except _READ_ERRORS:
        pass  # cut off, or followed by bytes that are no pickle, as torch once wrote
    return PickleOutline(tuple(walk.names), walk.calls, ended > 0)


def pickle_finding(content: bytes, where: str, *, most_opcodes: int, inside: str = "") -> ScanFinding:
    """Return the finding for a pickle: what it would call, in words.

    Args:
        content: its beginning, `MOST_PICKLE_BYTES` at most.
        where: the file.
        most_opcodes: how far it is read.
        inside: the name within an archive.
    """
    outline = read_pickle(content, most_opcodes=most_opcodes)
    rated = _picklescan(content[:_MOST_SCANNED_BYTES])
    names = list(dict.fromkeys([*outline.names, *(name for name, _ in rated)]))[:_MOST_GLOBALS]
    bad = [name for name in names if is_dangerous(name) or (name, True) in rated]
    subject = f"It holds the pickle {inside[:120]!r}" if inside else "The file is a pickle"
    if bad:
        did = f", and calls {_listed(bad)} when it is loaded: it takes over the program that loads it."
    elif names:
        did = f", and names {_listed(names)}. A pickle can run any code when it is loaded."
    else:
        did = ". A pickle can run any code when it is loaded."
    advice = " Do not load it with anything." if bad else " metier loads none: convert it to safetensors."
    facts: dict[str, Any] = {"globals": names, "dangerous": bad, "read_to_end": outline.whole}
    if inside:
        facts["member"] = inside
    return ScanFinding("pickle", Severity.ERROR, subject + did + advice, where, facts)


def is_dangerous(name: str) -> bool:
    """Tell whether a global can do anything at all.

    >>> [is_dangerous(name) for name in ("posix.system", "collections.OrderedDict", "builtins.set")]
    [True, False, False]
    """
    module, _, rest = name.partition(".")
    if module in {"builtins", "__builtin__"} and rest in _HARMLESS_BUILTINS:
        return False
    return module in _DANGEROUS_MODULES or bool(_DANGEROUS_NAMES.search(name))


class _Walk:
    """Follows opcodes with just enough of a stack to know which words a global is named by."""

    def __init__(self) -> None:
        self.names: dict[str, None] = {}
        self.calls = False
        self.steps = 0
        self._words: list[str] = []
        self._memo: dict[int, str] = {}
        self._memoized = 0

    def one(self, stream: io.BytesIO, most_opcodes: int) -> bool:
        """Walk through one pickle; tell whether its end was reached."""
        self._words, self._memo, self._memoized = [], {}, 0
        for opcode, argument, _ in pickletools.genops(stream):
            self.steps += 1
            if self.steps >= most_opcodes:
                return False
            self._step(opcode.name, argument)
            if opcode.name == "STOP":
                return True
        return False

    def _step(self, name: str, argument: Any) -> None:
        if name in {"GLOBAL", "INST"}:
            self._name(str(argument).replace(" ", ".", 1))
        elif name == "STACK_GLOBAL":
            self._name(".".join(self._words[-2:]) if len(self._words) > 1 else "an unknown name")
        elif _PUSHES_TEXT.search(name) and isinstance(argument, str):
            self._words.append(argument)
        elif name == "MEMOIZE":
            self._memo[self._memoized] = self._words[-1] if self._words else ""
            self._memoized += 1
        elif name in {"PUT", "BINPUT", "LONG_BINPUT"} and self._words:
            self._memo[int(argument)] = self._words[-1]
        elif name in {"GET", "BINGET", "LONG_BINGET"} and int(argument) in self._memo:
            self._words.append(self._memo[int(argument)])
        if name in {"REDUCE", "BUILD", "INST", "OBJ", "NEWOBJ", "NEWOBJ_EX"}:
            self.calls = True
        del self._words[:-16]

    def _name(self, name: str) -> None:
        if len(self.names) < _MOST_GLOBALS:
            self.names[name[:200]] = None


def _picklescan(content: bytes) -> list[tuple[str, bool]]:
    """Return the globals that picklescan sees and whether it holds them dangerous; none without it."""
    try:
        scanner = require("picklescan.scanner")
    except MissingExtra:
        return []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = scanner.scan_pickle_bytes(io.BytesIO(content), "pickle")
    except _READ_ERRORS:
        return []
    rated = [
        (f"{entry.module}.{entry.name}"[:200], entry.safety is scanner.SafetyLevel.Dangerous)
        for entry in found.globals
    ]
    return sorted(rated)


def _listed(names: list[str]) -> str:
    shown = ", ".join(name[:80] for name in names[:_MOST_NAMED])
    return shown + (f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else "")
