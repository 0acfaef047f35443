"""The process that parses untrusted files, apart from the one that judges them.

PDF and Word parsers meet bytes that a stranger made. Here they may hang, crash or eat memory: the
parent (`reader.py`) bounds the time and goes on. Requests and replies are JSON, a line each, so
nothing that a captured parser could send is ever executed.

    request   {"name": ..., "format": ..., "n_bytes": ..., "limits": {...}}  and then the bytes
    reply     {"extracted": {...}}  or  {"error": {"code": ..., "message": ...}}
"""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import suppress
from dataclasses import asdict
from typing import BinaryIO

from metier.documents.docx import extract_docx
from metier.documents.extracted import Extracted
from metier.documents.formats import DocumentFormat
from metier.errors import CorruptDocument, DocumentError, LimitExceeded
from metier.types import ReadingLimits

_MAX_MEMORY_BYTES = 2 * 1024**3
_GRACE_S = 5.0


def extract(data: bytes, *, name: str, fmt: DocumentFormat, limits: ReadingLimits) -> Extracted:
    """Return the text of a PDF or Word file; see `extract_pdf` and `extract_docx` for the errors."""
    if fmt is DocumentFormat.DOCX:
        return extract_docx(data, name, limits)
    from metier.documents.pdf import extract_pdf

    try:
        return extract_pdf(data, limits)
    except DocumentError as exc:
        raise type(exc)(f"{name}: {exc}") from exc


def serve(requests: BinaryIO, replies: BinaryIO) -> None:
    """Answer requests until their stream ends."""
    while line := requests.readline():
        request = json.loads(line)
        _bound_time(request["limits"]["timeout_s"] + _GRACE_S)
        data = requests.read(request["n_bytes"])
        reply = _answer(data, request)
        _bound_time(0)
        replies.write(json.dumps(reply).encode() + b"\n")
        replies.flush()


def _answer(data: bytes, request: dict[str, object]) -> dict[str, object]:
    name = str(request["name"])
    limits = ReadingLimits(**request["limits"])  # type: ignore[arg-type]
    try:
        extracted = extract(data, name=name, fmt=DocumentFormat(str(request["format"])), limits=limits)
    except DocumentError as exc:
        return _error(exc)
    except MemoryError:
        return _error(LimitExceeded(f"{name} needs more than {_MAX_MEMORY_BYTES:,} bytes of memory to read."))
    except Exception as exc:  # noqa: BLE001 - the outermost loop of this process; the parser's text stays here
        return _error(CorruptDocument(f"{name} cannot be parsed ({type(exc).__name__}). Send the original."))
    return {"extracted": asdict(extracted)}


def _error(error: DocumentError) -> dict[str, object]:
    return {"error": {"code": error.code, "message": str(error)}}


def _bound_memory() -> None:
    # Windows has no such limit; there the time limit alone bounds a hostile file.
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MAX_MEMORY_BYTES, _MAX_MEMORY_BYTES))


def _bound_time(timeout_s: float) -> None:
    """End this process by itself after the time limit, should the parent be gone by then."""
    with suppress(AttributeError, ValueError):  # Windows has no alarm
        signal.setitimer(signal.ITIMER_REAL, timeout_s)


def main() -> None:
    """Serve standard input and output; whatever a parser prints goes nowhere."""
    _bound_memory()
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, sys.stdout.fileno())
    os.dup2(silence, sys.stderr.fileno())
    serve(sys.stdin.buffer, replies)


if __name__ == "__main__":
    main()
