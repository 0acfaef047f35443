"""Reading documents within limits, whatever was sent."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from threading import Event, Timer
from types import TracebackType
from typing import Self

from metier.documents.formats import DocumentFormat, detect_format
from metier.documents.source import Source
from metier.documents.wire import from_wire
from metier.errors import (
    CorruptDocument,
    DocumentError,
    EmptyDocument,
    EncryptedDocument,
    LimitExceeded,
    NotFound,
    UnreadableFile,
    UnsupportedFormat,
)
from metier.limits import OcrPolicy, ReadingLimits
from metier.types import Document, Role, YearMonth

_ERRORS: dict[str, type[DocumentError]] = {
    error.code: error
    for error in (CorruptDocument, EmptyDocument, EncryptedDocument, LimitExceeded, UnsupportedFormat)
}

_DEFAULT_OCR = OcrPolicy()
_OCR_STARTED = b'{"started": "ocr"}\n'
_GRACE_S = 10.0


class DocumentReader:
    """Reads documents in a process of its own, which is ended when it overruns.

    Use it as a context manager, or call `close`. It starts its process when first needed and keeps it
    for the next file. One reader serves one thread.

    Args:
        limits: size, length and time of one document.
        as_of: the month that "present" stands for.
        ocr: whether and how pages that are pictures are read.
    """

    def __init__(self, limits: ReadingLimits, *, as_of: YearMonth, ocr: OcrPolicy = _DEFAULT_OCR) -> None:
        self.limits = limits
        self.as_of = as_of
        self.ocr = ocr
        self._worker: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(self, source: Source, *, role: Role) -> Document:
        """Return the document of a source.

        Raises:
            NotFound: its file is gone.
            DocumentError: it cannot be read; the class says why.
            InvalidInput: the source is a row that could not be taken.
        """
        if source.error is not None:
            raise source.error
        if source.text is not None:
            return self._read_row(source.text.encode("utf-8", "replace"), source.name, role)
        data = source.data if source.data is not None else self._load(source)
        return self.read_bytes(data, name=source.name, role=role)

    def read_bytes(self, data: bytes, *, name: str, role: Role) -> Document:
        """Return the document in some bytes; `read` has the errors.

        Args:
            data: the whole file.
            name: its name, for messages and as the document's source.
            role: resume, vacancy or answer.
        """
        self._check_size(len(data), name)
        return self._read(data, name, role, detect_format(data, name))

    def _read_row(self, data: bytes, name: str, role: Role) -> Document:
        """Return the document of a row, which is text whatever it looks like."""
        self._check_size(len(data), name)
        return self._read(data, name, role, DocumentFormat.TEXT, is_row=True)

    def start(self) -> None:
        """Start the parsing process now, so that it is ready when the first file comes."""
        self._running_worker()

    def close(self) -> None:
        """End the parsing process; the reader can be used again."""
        worker, self._worker = self._worker, None
        if worker is not None:
            _end(worker)
            worker.communicate()

    def _load(self, source: Source) -> bytes:
        try:
            if source.path is None or not source.path.is_file():
                raise NotFound(f"There is no file for {source.name}. Check the path.")
            self._check_size(source.path.stat().st_size, source.name)
            return source.path.read_bytes()
        except OSError as exc:
            raise UnreadableFile(f"{source.name} cannot be opened: {exc.strerror}.") from exc

    def _check_size(self, n_bytes: int, name: str) -> None:
        if n_bytes > self.limits.max_bytes:
            raise LimitExceeded(
                f"{name} may have {self.limits.max_bytes:,} bytes. It has {n_bytes:,}. "
                "Raise max_bytes if that is wanted."
            )

    def _read(
        self, data: bytes, name: str, role: Role, fmt: DocumentFormat, *, is_row: bool = False
    ) -> Document:
        request = {
            "name": name,
            "promised": "" if is_row else name,
            "role": role.value,
            "format": fmt.value,
            "as_of": (self.as_of.year, self.as_of.month),
            "n_bytes": len(data),
            "limits": asdict(self.limits),
            "ocr": asdict(self.ocr),
        }
        reply = json.loads(self._ask(json.dumps(request).encode() + b"\n" + data, name))
        if "error" in reply:
            error = reply["error"]
            raise _ERRORS.get(error["code"], CorruptDocument)(error["message"])
        return from_wire(reply["document"])

    def _ask(self, request: bytes, name: str) -> bytes:
        worker = self._running_worker()
        try:
            reply, expired = _bounded(worker, partial(_exchange, worker, request), self.limits.timeout_s)
            setting, limit_s = "timeout_s", self.limits.timeout_s
            if reply == _OCR_STARTED:
                # The program that reads pictures is stopped by the worker; this only ends a stuck one.
                setting, limit_s = "ocr_timeout_s", self.ocr.timeout_s
                reply, expired = _bounded(worker, partial(_next_reply, worker), limit_s + _GRACE_S)
        except BaseException:
            # A reply that nobody waited for would be taken for that of the next file.
            self.close()
            raise
        if reply.endswith(b"\n"):
            return reply
        self.close()
        if expired:
            raise LimitExceeded(
                f"{name} may take {limit_s:g} seconds to read. It took longer. "
                f"Raise {setting} if that is wanted."
            )
        raise CorruptDocument(f"{name} made its parser stop. Send the original file, or another format.")

    def _running_worker(self) -> subprocess.Popen[bytes]:
        if self._worker is None or self._worker.poll() is not None:
            self.close()
            # -P: a file named json.py in the current folder must not become a module.
            command = [sys.executable, "-P", "-m", "metier.documents.worker"]
            # A session of its own: Ctrl-C is for the parent, which then closes the worker's input.
            self._worker = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
            )
        return self._worker


def read_document(path: Path, *, role: Role = Role.RESUME, as_of: YearMonth) -> Document:
    """Return the document in one file, read with the default limits; `DocumentReader.read` has the errors."""
    with DocumentReader(ReadingLimits(), as_of=as_of) as reader:
        return reader.read(Source(path.name, path=path), role=role)


def _bounded(worker: subprocess.Popen[bytes], ask: Callable[[], bytes], limit_s: float) -> tuple[bytes, bool]:
    """Return a worker's reply, and whether the worker was ended because it took too long."""
    expired = Event()

    def end() -> None:
        expired.set()
        _end(worker)

    timer = Timer(limit_s, end)
    timer.start()
    try:
        return ask(), expired.is_set()
    finally:
        timer.cancel()


def _end(worker: subprocess.Popen[bytes]) -> None:
    """End a worker with the programs that it has started; they are in its session."""
    with suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(worker.pid, signal.SIGKILL)
    worker.kill()


def _exchange(worker: subprocess.Popen[bytes], request: bytes) -> bytes:
    """Return the worker's reply, without its line end where the worker died over it."""
    if worker.stdin is None or worker.stdout is None:
        raise CorruptDocument("The parser process has no pipes. Start it through DocumentReader.")
    try:
        worker.stdin.write(request)
        worker.stdin.flush()
    except BrokenPipeError:
        return b""
    return worker.stdout.readline()


def _next_reply(worker: subprocess.Popen[bytes]) -> bytes:
    return worker.stdout.readline() if worker.stdout is not None else b""
