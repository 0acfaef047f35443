"""Reading documents within limits, whatever was sent."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from threading import Event, Timer
from types import TracebackType
from typing import Any, Self

from metier.documents.build import build_document, content_id, name_findings
from metier.documents.extracted import Extracted
from metier.documents.formats import DocumentFormat, detect_format
from metier.documents.plain import extract_plain
from metier.documents.source import Source
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
from metier.types import Document, Finding, ReadingLimits, Role, Severity, Span, TextRun, YearMonth

_ERRORS: dict[str, type[DocumentError]] = {
    error.code: error
    for error in (CorruptDocument, EmptyDocument, EncryptedDocument, LimitExceeded, UnsupportedFormat)
}


class DocumentReader:
    """Reads documents; PDF and Word files in a process of their own, which is ended when it overruns.

    Use it as a context manager, or call `close`. It starts its process when first needed and keeps it
    for the next file. One reader serves one thread.

    Args:
        limits: size, length and time of one document.
        as_of: the month that "present" stands for.
    """

    def __init__(self, limits: ReadingLimits, *, as_of: YearMonth) -> None:
        self.limits = limits
        self.as_of = as_of
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
        fmt = detect_format(data, name)
        if fmt is DocumentFormat.TEXT:
            extracted = extract_plain(data, name, self.limits)
        else:
            extracted = self._extract(data, name, fmt)
        extracted = replace(extracted, findings=(*extracted.findings, *name_findings(name, fmt)))
        return build_document(extracted, content=content_id(data), source=name, role=role, as_of=self.as_of)

    def _read_row(self, data: bytes, name: str, role: Role) -> Document:
        """Return the document of a row, which is text whatever it looks like."""
        self._check_size(len(data), name)
        extracted = extract_plain(data, name, self.limits)
        return build_document(extracted, content=content_id(data), source=name, role=role, as_of=self.as_of)

    def start(self) -> None:
        """Start the parsing process now, so that it is ready when the first file comes."""
        self._running_worker()

    def close(self) -> None:
        """End the parsing process; the reader can be used again."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.kill()
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

    def _extract(self, data: bytes, name: str, fmt: DocumentFormat) -> Extracted:
        limits = asdict(self.limits)
        request = {"name": name, "format": fmt.value, "n_bytes": len(data), "limits": limits}
        reply = json.loads(self._ask(json.dumps(request).encode() + b"\n" + data, name))
        if "error" in reply:
            error = reply["error"]
            raise _ERRORS.get(error["code"], CorruptDocument)(error["message"])
        return _extracted(reply["extracted"])

    def _ask(self, request: bytes, name: str) -> bytes:
        worker = self._running_worker()
        expired = Event()

        def end() -> None:
            expired.set()
            worker.kill()

        timer = Timer(self.limits.timeout_s, end)
        timer.start()
        try:
            reply = _exchange(worker, request)
        except BaseException:
            # A reply that nobody waited for would be taken for that of the next file.
            self.close()
            raise
        finally:
            timer.cancel()
        if reply.endswith(b"\n"):
            return reply
        self.close()
        if expired.is_set():
            raise LimitExceeded(
                f"{name} may take {self.limits.timeout_s:g} seconds to read. It took longer. "
                "Raise timeout_s if that is wanted."
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


def _extracted(reply: dict[str, Any]) -> Extracted:
    return Extracted(
        text=reply["text"],
        pages=tuple(Span(**page) for page in reply["pages"]),
        runs=tuple(_run(run) for run in reply["runs"]),
        findings=tuple(_finding(finding) for finding in reply["findings"]),
    )


def _run(run: dict[str, Any]) -> TextRun:
    left, bottom, right, top = run["box"]
    red, green, blue, alpha = run["color"]
    return TextRun(
        span=Span(**run["span"]),
        page=run["page"],
        box=(left, bottom, right, top),
        size_pt=run["size_pt"],
        color=(red, green, blue, alpha),
        render_mode=run["render_mode"],
    )


def _finding(finding: dict[str, Any]) -> Finding:
    span = Span(**finding["span"]) if finding["span"] else None
    return Finding(finding["code"], Severity(finding["severity"]), finding["message"], span)
