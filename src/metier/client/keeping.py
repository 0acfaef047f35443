"""What a server keeps: documents, people, vacancies and taxonomies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from metier.client.records import Job, Person, StoredDocument, Taxonomy, UploadedFile, Vacancy, WantedSkill
from metier.client.transport import Request, Transport, found_pages, new_once, pages, record, records
from metier.errors import BackendError
from metier.records import from_mapping
from metier.types import Role


class Documents:
    """The files as they came, and what reading them gave."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def add(
        self, content: bytes | Path, *, name: str = "", role: Role = Role.RESUME, person: str | None = None
    ) -> StoredDocument:
        """Add a file; return it, also where the same bytes are there already.

        Args:
            content: the bytes, or the path of the file.
            name: of the file; that of the path by default.
            role: what it is.
            person: id of whom it is about, or None.
        """
        files = {name or _name(content): content.read_bytes() if isinstance(content, Path) else content}
        (found,) = self.add_many(files, role=role, person=person)
        if found.document is None:
            raise BackendError("The server says neither what became of the file nor why.")
        return found.document

    def add_many(
        self, files: Mapping[str, bytes], *, role: Role = Role.RESUME, person: str | None = None
    ) -> tuple[UploadedFile, ...]:
        """Add files by their names; return what became of each, also of those that are refused."""
        form = {"role": role.value} | ({} if person is None else {"person": person})
        sent = [("files", item) for item in files.items()]
        request = Request("POST", "/documents", files=sent, form=form, once=new_once())
        answer = self._transport.send(request).json()
        return tuple(from_mapping(UploadedFile, item) for item in answer["files"])

    def get(self, document: str) -> StoredDocument:
        """Return a document."""
        return record(StoredDocument, self._transport.send(Request("GET", f"/documents/{document}")))

    def list(self, *, role: Role | None = None, person: str | None = None) -> Iterator[StoredDocument]:
        """Yield documents, the latest first."""
        query = {"role": role.value if role else None, "person": person, "limit": 200}
        return pages(self._transport, StoredDocument, "/documents", query)

    def content(self, document: str) -> bytes:
        """Return the bytes of a document as they came."""
        return self._transport.send(Request("GET", f"/documents/{document}/content")).content

    def text(self, document: str) -> str:
        """Return the text of a document; it is read now where that was not done yet."""
        return self._transport.send(Request("GET", f"/documents/{document}/text")).text

    def reading(self, document: str) -> dict[str, Any]:
        """Return what reading a document gave: `state` and `details`."""
        found: dict[str, Any] = self._transport.send(Request("GET", f"/documents/{document}/reading")).json()
        return found

    def attach(self, document: str, person: str) -> StoredDocument:
        """Say whom a document is about."""
        request = Request("PATCH", f"/documents/{document}", body={"person": person})
        return record(StoredDocument, self._transport.send(request))

    def erase(self, document: str) -> Job:
        """Erase a document for good; the job takes it out of the search index."""
        return record(Job, self._transport.send(Request("DELETE", f"/documents/{document}")))


class People:
    """Whom documents are about."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def add(self, name: str, *, external_id: str | None = None) -> Person:
        """Add a person."""
        body = {"name": name, "external_id": external_id}
        return record(Person, self._transport.send(Request("POST", "/people", body=body, once=new_once())))

    def get(self, person: str) -> Person:
        """Return a person."""
        return record(Person, self._transport.send(Request("GET", f"/people/{person}")))

    def list(self) -> Iterator[Person]:
        """Yield people, the latest first."""
        return pages(self._transport, Person, "/people", {"limit": 200})

    def search(self, text: str = "", *, external_id: str | None = None) -> Iterator[Person]:
        """Yield people whose name contains a text, in upper or lower case, the latest first.

        Args:
            text: part of the name; empty for any.
            external_id: only the one who has it; None for all.
        """
        body = {"text": text, "external_id": external_id, "limit": 200}
        return found_pages(self._transport, Person, "/people/search", body)

    def change(self, person: str, *, name: str, external_id: str | None) -> Person:
        """Give a person another name and external id."""
        body = {"name": name, "external_id": external_id}
        return record(Person, self._transport.send(Request("PATCH", f"/people/{person}", body=body)))

    def export(self, person: str) -> dict[str, Any]:
        """Return everything that is kept of a person; originals are in it as base64."""
        found: dict[str, Any] = self._transport.send(Request("GET", f"/people/{person}/export")).json()
        return found

    def erase(self, person: str) -> Job:
        """Erase a person for good; the job takes their documents out of the search index."""
        return record(Job, self._transport.send(Request("DELETE", f"/people/{person}")))


class Vacancies:
    """What is asked for."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def add(self, content: bytes | Path, *, name: str = "", title: str = "") -> Vacancy:
        """Add a vacancy from a file.

        Args:
            content: the bytes, or the path of the file.
            name: of the file; that of the path by default.
            title: for people; what the file states by default.
        """
        data = content.read_bytes() if isinstance(content, Path) else content
        files = [("file", (name or _name(content), data))]
        request = Request("POST", "/vacancies", files=files, form={"title": title}, once=new_once())
        return record(Vacancy, self._transport.send(request))

    def add_text(self, text: str, *, title: str = "") -> Vacancy:
        """Add a vacancy from text."""
        body = {"text": text, "title": title}
        request = Request("POST", "/vacancies/text", body=body, once=new_once())
        return record(Vacancy, self._transport.send(request))

    def get(self, vacancy: str) -> Vacancy:
        """Return a vacancy."""
        return record(Vacancy, self._transport.send(Request("GET", f"/vacancies/{vacancy}")))

    def list(self, *, state: str | None = None) -> Iterator[Vacancy]:
        """Yield vacancies, the latest first; `state` is open or closed."""
        return pages(self._transport, Vacancy, "/vacancies", {"state": state, "limit": 200})

    def wanted(self, vacancy: str) -> tuple[WantedSkill, ...]:
        """Return what a vacancy asks for."""
        return records(WantedSkill, self._transport.send(Request("GET", f"/vacancies/{vacancy}/wanted")))

    def text(self, vacancy: str) -> str:
        """Return the text of a vacancy."""
        return self._transport.send(Request("GET", f"/vacancies/{vacancy}/text")).text

    def rename(self, vacancy: str, title: str) -> Vacancy:
        """Give a vacancy another title."""
        return self._change(vacancy, {"title": title})

    def close(self, vacancy: str) -> Vacancy:
        """Close a vacancy."""
        return self._change(vacancy, {"state": "closed"})

    def reopen(self, vacancy: str) -> Vacancy:
        """Open a vacancy again."""
        return self._change(vacancy, {"state": "open"})

    def _change(self, vacancy: str, body: dict[str, str]) -> Vacancy:
        return record(Vacancy, self._transport.send(Request("PATCH", f"/vacancies/{vacancy}", body=body)))


class Taxonomies:
    """The skills that are looked for."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def add(self, content: bytes | Path, *, name: str = "") -> Taxonomy:
        """Add a taxonomy; it is not used yet.

        Args:
            content: the bytes, or the path of the file.
            name: of the file, whose ending tells its form; that of the path by default.
        """
        data = content.read_bytes() if isinstance(content, Path) else content
        files = [("file", (name or _name(content), data))]
        return record(
            Taxonomy,
            self._transport.send(Request("POST", "/taxonomies", files=files)),
        )

    def list(self) -> Iterator[Taxonomy]:
        """Yield taxonomies, the latest first."""
        return pages(self._transport, Taxonomy, "/taxonomies", {"limit": 200})

    def use(self, taxonomy: str | None) -> None:
        """Use a taxonomy from now on; None for the server's own."""
        self._transport.send(Request("PUT", "/taxonomies/in-use", body={"taxonomy": taxonomy}))


def _name(content: bytes | Path) -> str:
    return content.name if isinstance(content, Path) else "document"
