"""Reads files, and says what is kept of that so that no file need be read twice."""

from __future__ import annotations

from dataclasses import asdict, replace
from enum import StrEnum
from typing import Any, Final

from metier import __version__
from metier.documents.json_resume_export import to_json_resume
from metier.documents.source import Source
from metier.errors import (
    CorruptDocument,
    DocumentError,
    EmptyDocument,
    EncryptedDocument,
    InvalidInput,
    LimitExceeded,
    UnreadableFile,
    UnsupportedFormat,
)
from metier.records import from_mapping, to_mapping
from metier.service.files import nameless, shown
from metier.service.service import Service, ServiceOptions
from metier.store.workspaces.documents import StoredDocument
from metier.types import Document, Role, Severity, YearMonth

MAX_NAME_CHARS: Final = 200
_DOCUMENT: Final = "document"
_FAILURE: Final = "failure"
_READ_WITH: Final = "read_with"
# The text is kept beside the mapping; of the look of the text nothing is kept, since no score rests on it.
_LEFT_OUT: Final = ("text", "runs")
_ERRORS: Final[dict[str, type[DocumentError]]] = {
    error.code: error
    for error in (
        CorruptDocument,
        EmptyDocument,
        EncryptedDocument,
        LimitExceeded,
        UnreadableFile,
        UnsupportedFormat,
    )
}


class ReadingState(StrEnum):
    """How far the reading of a document has come."""

    UNREAD = "unread"
    READ = "read"
    UNREADABLE = "unreadable"


def read_file(service: Service, content: bytes, *, name: str, role: Role, as_of: YearMonth) -> Document:
    """Return what a file says, without the look of its text.

    Args:
        service: whose reader and limits.
        content: the whole file.
        name: the source of the document; messages do not say it, since it often is a person's.
        role: what it is in the hiring process.
        as_of: the month that "present" stands for.

    Raises:
        DocumentError: it cannot be read; the class says why.
        Overloaded: too many wait for the reading of files.
    """
    with service.engines.reader(as_of) as reader:
        document = reader.read(Source(nameless(name), data=content), role=role)
    return replace(document, source=name, runs=())


def details_of(document: Document, options: ServiceOptions, as_of: YearMonth) -> dict[str, Any]:
    """Return what is kept of a document that was read, beside its text."""
    mapping = {key: value for key, value in to_mapping(document).items() if key not in _LEFT_OUT}
    return {_DOCUMENT: mapping, _READ_WITH: read_with(options, as_of)}


def failure_details(error: DocumentError, options: ServiceOptions, as_of: YearMonth) -> dict[str, Any]:
    """Return what is kept of a document that could not be read."""
    failure = {"code": error.code, "message": str(error)}
    return {_FAILURE: failure, _READ_WITH: read_with(options, as_of)}


def read_with(options: ServiceOptions, as_of: YearMonth) -> dict[str, Any]:
    """Return all that the outcome of reading the same bytes depends on."""
    return {
        "metier_version": __version__,
        "as_of": str(as_of),
        "limits": asdict(options.limits),
        "ocr": {"languages": list(options.ocr.languages), "timeout_s": options.ocr.timeout_s},
    }


def is_fresh(document: StoredDocument, options: ServiceOptions, as_of: YearMonth) -> bool:
    """Tell whether reading a document anew would give what is kept of it."""
    return bool(document.details.get(_READ_WITH) == read_with(options, as_of))


def rebuilt(document: StoredDocument, text: str) -> Document:
    """Return the document that was read, equal to what `read_file` gave.

    Raises:
        DocumentError: as when it was read.
        InvalidInput: it was not read, or what is kept of that is damaged.
    """
    failure = document.details.get(_FAILURE)
    if failure is not None:
        raise _ERRORS.get(failure["code"], CorruptDocument)(failure["message"])
    try:
        return from_mapping(Document, {**document.details[_DOCUMENT], "text": text, "runs": []})
    except (KeyError, InvalidInput) as error:
        raise InvalidInput(
            f"What was read of the document {document.id} is damaged. Read it again."
        ) from error


def reading_state(document: StoredDocument) -> ReadingState:
    """Return how far the reading of a document has come.

    One that could not be read is unreadable, and so is one with a finding that is an error, such as
    `needs_ocr`.
    """
    if _FAILURE in document.details:
        return ReadingState.UNREADABLE
    if _DOCUMENT not in document.details:
        return ReadingState.UNREAD
    findings = document.details[_DOCUMENT]["findings"]
    failed = any(finding["severity"] == Severity.ERROR for finding in findings)
    return ReadingState.UNREADABLE if failed else ReadingState.READ


def stated_name(document: Document) -> str:
    """Return the name that a resume states; empty where it states none."""
    if document.role is not Role.RESUME:
        return ""
    name = to_json_resume(document).get("basics", {}).get("name", "")
    return shown(str(name))[:MAX_NAME_CHARS].strip()
