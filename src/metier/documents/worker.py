"""The process that reads untrusted files, apart from the one that judges them.

Parsers of files meet bytes that a stranger made, and patterns meet their text. Here they may hang, crash
or eat memory: the parent (`reader.py`) bounds the time and goes on. Requests and replies are JSON, a line
each, so nothing that a captured parser could send is ever executed.

    request   {"name": ..., "role": ..., "format": ..., "as_of": [year, month], "n_bytes": ...,
               "limits": {...}, "ocr": {...}, "promised": a name that may promise a format}, then the bytes
    reply     {"document": {...}}  or  {"error": {"code": ..., "message": ...}}
    before it {"started": "ocr"}  where pictures are read, which has a time limit of its own
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, BinaryIO

from metier.documents.build import build_document, content_id, name_findings
from metier.documents.extract import extract
from metier.documents.formats import DocumentFormat
from metier.documents.ocr import Ocr, find_ocr
from metier.documents.wire import to_wire
from metier.errors import CorruptDocument, DocumentError, LimitExceeded
from metier.limits import OcrPolicy, ReadingLimits
from metier.types import Document, Role, YearMonth

_MAX_MEMORY_BYTES = 2 * 1024**3
_GRACE_S = 5.0
_WITH_PICTURES = frozenset({DocumentFormat.PDF, DocumentFormat.IMAGE})


def serve(requests: BinaryIO, replies: BinaryIO) -> None:
    """Answer requests until their stream ends."""
    while line := requests.readline():
        request = json.loads(line)
        _bound_time(request["limits"]["timeout_s"] + _GRACE_S)
        data = requests.read(request["n_bytes"])
        reply = _answer(data, request, _ocr(request["ocr"], replies))
        _bound_time(0)
        _send(reply, replies)


def _send(reply: dict[str, object], replies: BinaryIO) -> None:
    replies.write(json.dumps(reply).encode() + b"\n")
    replies.flush()


def _ocr(policy: dict[str, Any], replies: BinaryIO) -> Callable[[], Ocr | None]:
    """Return what looks for tesseract; it tells the parent before the first picture is read."""

    def find() -> Ocr | None:
        wanted = OcrPolicy(tuple(policy["languages"]), policy["timeout_s"])
        ocr = find_ocr(wanted)
        return replace(ocr, on_start=lambda: start(wanted.timeout_s)) if ocr else None

    def start(timeout_s: float) -> None:
        _bound_time(timeout_s + _GRACE_S)
        _send({"started": "ocr"}, replies)

    return find


def _answer(data: bytes, request: dict[str, Any], find_reader: Callable[[], Ocr | None]) -> dict[str, object]:
    name = str(request["name"])
    try:
        return {"document": to_wire(_read(data, request, find_reader))}
    except DocumentError as exc:
        return _error(exc)
    except MemoryError:
        return _error(LimitExceeded(f"{name} needs more than {_MAX_MEMORY_BYTES:,} bytes of memory to read."))
    except Exception as exc:  # noqa: BLE001 - the outermost loop of this process; the parser's text stays here
        return _error(CorruptDocument(f"{name} cannot be parsed ({type(exc).__name__}). Send the original."))


def _read(data: bytes, request: dict[str, Any], find_reader: Callable[[], Ocr | None]) -> Document:
    name, fmt = str(request["name"]), DocumentFormat(request["format"])
    ocr = find_reader() if fmt in _WITH_PICTURES else None
    extracted = extract(data, name=name, fmt=fmt, limits=ReadingLimits(**request["limits"]), ocr=ocr)
    promised = name_findings(request["promised"], fmt)
    return build_document(
        replace(extracted, findings=(*extracted.findings, *promised)),
        content=content_id(data),
        source=name,
        role=Role(request["role"]),
        as_of=YearMonth(*request["as_of"]),
    )


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
