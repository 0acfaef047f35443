"""Documents: the files as they came, and what reading them gave."""

from __future__ import annotations

from typing import Annotated

from fastapi import Body, File, Form, Query, Response, UploadFile

from metier.errors import DocumentError, LimitExceeded, MetierError
from metier.http.api.admission import CallerHere, OnceHere, OptionsHere, ServiceHere
from metier.http.api.declare import Declared, Gives, Routes, Takes
from metier.http.api.paging import PagingHere
from metier.http.downloads import attachment
from metier.http.schemas.answers import (
    DocumentFacts,
    ReadingOfDocument,
    Upload,
    UploadedFile,
    UploadOutcome,
    facts_of,
)
from metier.http.schemas.requests import DocumentChange
from metier.service import documents
from metier.service.access import Caller
from metier.service.files import clean_name
from metier.service.once import Once
from metier.service.service import Service
from metier.store.workspaces.jobs import Job
from metier.store.workspaces.keys import KeyRole
from metier.store.workspaces.rows import Page
from metier.types import Role

routes = Routes("documents")
_UPLOAD = Takes("multipart/form-data", {"files": ["(the bytes of resume.pdf)"], "role": "resume"})
_BYTES = Gives("application/octet-stream", "(the bytes of the file)", "The file as it came.")
_TEXT = Gives("text/plain", "Anna Berg\nData engineer\n", "The text in reading order.")


@routes.post("/documents", Declared(KeyRole.RECRUITER, refuses=(404, 415), also={201: Upload}, takes=_UPLOAD))
def add_documents(  # noqa: PLR0913, PLR0917 - each parameter is a part of the form
    service: ServiceHere,
    caller: CallerHere,
    options: OptionsHere,
    once: OnceHere,
    response: Response,
    files: Annotated[list[UploadFile], File(description="One file or many.")],
    role: Annotated[Role, Form(description="What the files are.")] = Role.RESUME,
    person: Annotated[str | None, Form(description="Id of whom all of them are about.")] = None,
) -> Upload:
    """Add files.

    They are checked and kept, and read when that is first needed. The same bytes again are the document that
    is there. A single file that is refused is answered with the problem; of several, each has its own
    outcome. The status is 201 where any file is new.
    """
    if len(files) > options.max_files:
        raise LimitExceeded(f"One upload may have {options.max_files:,} files. It has {len(files):,}.")
    adding = _Adding(service, caller, role, person)
    if len(files) == 1:
        outcomes = [adding.add(files[0], once)]
    else:
        outcomes = [adding.try_to_add(file, _part(once, i)) for i, file in enumerate(files, 1)]
    if any(one.outcome is UploadOutcome.ADDED for one in outcomes):
        response.status_code = 201
    return Upload(tuple(outcomes))


@routes.get("/documents", Declared(KeyRole.VIEWER, refuses=(404,)))
def list_documents(
    service: ServiceHere,
    caller: CallerHere,
    paging: PagingHere,
    role: Annotated[Role | None, Query(description="Only those of this role.")] = None,
    person: Annotated[str | None, Query(description="Only those about this person.")] = None,
) -> Page[DocumentFacts]:
    """List documents, the latest first."""
    page = documents.page(service, caller, role=role, person=person, after=paging.after, limit=paging.limit)
    return paging.answer(Page(tuple(map(facts_of, page.items)), page.after))


@routes.get("/documents/{document}", Declared(KeyRole.VIEWER))
def get_document(service: ServiceHere, caller: CallerHere, document: str) -> DocumentFacts:
    """Look up a document."""
    return facts_of(documents.get(service, caller, document))


@routes.get("/documents/{document}/content", Declared(KeyRole.VIEWER, gives=_BYTES))
def get_content(service: ServiceHere, caller: CallerHere, document: str) -> Response:
    """Download the file as it came.

    It is always a download of plain bytes: nothing in it is run or shown by a browser.
    """
    found = documents.get(service, caller, document)
    content = documents.content(service, caller, document)
    return attachment(content, found.name, "application/octet-stream")


@routes.get("/documents/{document}/text", Declared(KeyRole.VIEWER, gives=_TEXT))
def get_text(service: ServiceHere, caller: CallerHere, document: str) -> Response:
    """Read the text of a document.

    It is read now where that was not done before; 422 says why it cannot be.
    """
    text = documents.read(service, caller, document).text
    return Response(text.encode("utf-8", "replace"), media_type="text/plain; charset=utf-8")


@routes.get("/documents/{document}/reading", Declared(KeyRole.VIEWER))
def get_reading(service: ServiceHere, caller: CallerHere, document: str) -> ReadingOfDocument:
    """Look at what reading a document gave.

    Sections, periods, findings, what no score counts and what no score sees; or why it cannot be read.
    """
    found = documents.get(service, caller, document)
    return ReadingOfDocument(documents.reading_state(found), found.details)


@routes.patch("/documents/{document}", Declared(KeyRole.RECRUITER))
def change_document(
    service: ServiceHere, caller: CallerHere, document: str, body: Annotated[DocumentChange, Body()]
) -> DocumentFacts:
    """Say whom a document is about."""
    return facts_of(documents.attach(service, caller, document, body.person))


@routes.delete("/documents/{document}", Declared(KeyRole.ADMIN, status=202, refuses=(409,)))
def erase_document(service: ServiceHere, caller: CallerHere, document: str) -> Job:
    """Erase a document for good.

    What an open vacancy stands on cannot be erased: close the vacancy first.
    """
    return documents.erase(service, caller, document)


class _Adding:
    """Adds the files of one upload."""

    def __init__(self, service: Service, caller: Caller, role: Role, person: str | None) -> None:
        self.service = service
        self.caller = caller
        self.role = role
        self.person = person

    def add(self, file: UploadFile, once: Once | None) -> UploadedFile:
        """Add a file, or raise."""
        name = clean_name(file.filename or "")
        added = documents.add(
            self.service,
            self.caller,
            file.file.read(),
            name=name,
            role=self.role,
            person=self.person,
            once=once,
        )
        outcome = UploadOutcome.ADDED if added.new else UploadOutcome.THERE
        return UploadedFile(name, outcome, facts_of(added.document))

    def try_to_add(self, file: UploadFile, once: Once | None) -> UploadedFile:
        """Add a file, or say why it is refused; what concerns all files is raised."""
        try:
            return self.add(file, once)
        except DocumentError as error:
            return _refused(file, error)


def _refused(file: UploadFile, error: MetierError) -> UploadedFile:
    name = clean_name(file.filename or "")
    return UploadedFile(name, UploadOutcome.REFUSED, None, error.code, str(error))


def _part(once: Once | None, number: int) -> Once | None:
    """Return what makes one file of an upload be added once."""
    return None if once is None else Once(f"{once.key}#{number}", once.request_sha256)
