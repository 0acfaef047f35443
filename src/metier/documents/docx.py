"""Word documents: the file itself, what of it is read, and the bounds it has to keep."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any

from metier.documents.docx_color import W
from metier.documents.docx_lines import read_lines
from metier.documents.docx_look import Looks, Parts
from metier.documents.extracted import Extracted
from metier.documents.pieces import Line, assemble
from metier.errors import CorruptDocument, DocumentError, LimitExceeded
from metier.limits import ReadingLimits
from metier.types import Finding, Severity, Span

if TYPE_CHECKING:
    from docx.document import Document as WordFile

# A Word file of a person's career unpacks to a few megabytes; a zip bomb to gigabytes.
_MAX_UNPACKED_BYTES = 200_000_000
_MAX_PARTS = 5_000
_MAX_RATIO = 200
_RATIO_FROM_BYTES = 10_000_000
_HEAD_BYTES = 4096
# What may stand before the document type: a mark, blanks, instructions, comments.
_DOCTYPE = re.compile(rb"\W{0,3}(?>\s+|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE", re.DOTALL)

_PHOTO = Finding(
    "photo",
    Severity.INFO,
    "The document holds a picture that may be a photo of the person. No score sees it.",
)

_RELATION = "/relationships/"
_RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def extract_docx(data: bytes, name: str, limits: ReadingLimits) -> Extracted:
    """Return the text of a Word document, and which of its words nobody sees.

    Headers come first and footers last. A paragraph is a line; a heading is set off by an empty line;
    cells of a table row that are single lines share a line, parted by a tab, others follow each other.

    Args:
        data: the whole file.
        name: the file's name, for messages.
        limits: `max_chars` applies.

    Raises:
        CorruptDocument: not a whole, well-formed Word document.
        LimitExceeded: it unpacks to more than a document can be, nests too deep, or has too many characters.
    """
    _check_archive(data, name)
    document = _open(data, name)
    headers, footers = _edges(document, name)
    looks = Looks(_parts(document, name))
    lines: list[Line] = []
    n_chars = 0
    for line in read_lines(document.element.body, headers, footers, looks=looks, name=name):
        lines.append(line)
        n_chars += sum(len(piece.text) for piece in line) + 1
        if n_chars > limits.max_chars:
            raise LimitExceeded(
                f"{name} may have {limits.max_chars:,} characters. It has more. "
                "Raise max_chars if that is wanted."
            )
    text, excluded = assemble(lines)
    findings = (_PHOTO,) if looks.shapes.holds_photo() else ()
    return Extracted(text, (Span(0, len(text)),), findings=findings, excluded=excluded)


def _check_archive(data: bytes, name: str) -> None:
    """Refuse what is no archive, unpacks to too much, or types its XML; nothing within a part is unpacked."""
    told = _damage_told(f"{name} is a damaged or cut-off Word file. Send the original.")
    with told, zipfile.ZipFile(BytesIO(data)) as archive:
        parts = archive.infolist()
        _check_size(parts, name)
        typed = any(_has_type(archive, part) for part in parts)
    if typed:
        raise _typed(name)


def _check_size(parts: list[zipfile.ZipInfo], name: str) -> None:
    unpacked = sum(part.file_size for part in parts)
    bomb = any(
        part.file_size > _RATIO_FROM_BYTES and part.file_size > _MAX_RATIO * max(part.compress_size, 1)
        for part in parts
    )
    if bomb or unpacked > _MAX_UNPACKED_BYTES or len(parts) > _MAX_PARTS:
        raise LimitExceeded(
            f"{name} unpacks to {unpacked:,} bytes in {len(parts):,} parts, more than a document needs "
            f"({_MAX_UNPACKED_BYTES:,} in {_MAX_PARTS:,}). Save it anew from a word processor."
        )


def _has_type(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    if not part.filename.lower().endswith((".xml", ".rels")):
        return False
    with archive.open(part) as file:
        # Without its zero bytes UTF-16 reads like ASCII here.
        return _DOCTYPE.match(file.read(_HEAD_BYTES).replace(b"\0", b"")) is not None


def _typed(name: str) -> CorruptDocument:
    # No word processor writes one; what its entities hide would silently be missing from the text.
    return CorruptDocument(f"{name} holds an XML document type, which no Word file needs. Save it anew.")


def _open(data: bytes, name: str) -> WordFile:
    from docx import Document as open_word_file

    with _damage_told(f"{name} is not a whole Word document. Send the original."):
        document = open_word_file(BytesIO(data))
        roots = [getattr(part, "element", None) for part in document.part.package.iter_parts()]
        if document.element.body is None:
            raise CorruptDocument(f"{name} is a Word file without a body. Send the original.")
    if any(root is not None and root.getroottree().docinfo.doctype for root in roots):
        raise _typed(name)
    return document


@contextmanager
def _damage_told(message: str) -> Iterator[None]:
    """Raise what goes wrong in a damaged file as one error."""
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError

    try:
        yield
    except DocumentError:
        raise
    except (
        OpcError,
        LxmlError,
        zipfile.BadZipFile,
        zlib.error,
        LookupError,
        ValueError,
        AttributeError,  # a part of another kind than its name says
        TypeError,
        RuntimeError,  # also RecursionError: parts that name each other in a row of hundreds
        OSError,
        EOFError,
    ) as exc:
        raise CorruptDocument(message) from exc


def _parts(document: WordFile, name: str) -> Parts:
    """Return the parts that decide how the document looks."""
    edges = [root for kind in ("header", "footer") for root in _related(document, kind, name)]
    styles, settings, theme = (
        next(_related(document, kind, name), None) for kind in ("styles", "settings", "theme")
    )
    return Parts(
        document=document.element,
        edges=edges,
        sections=list(document.element.sectPr_lst),
        styles=styles,
        settings=settings,
        theme=theme,
    )


def _related(document: WordFile, kind: str, name: str) -> Iterator[Any]:
    """Yield the XML of the parts that a document names as of a kind, as far as it can be read."""
    for relation in document.part.rels.values():
        if relation.is_external or not relation.reltype.endswith(f"{_RELATION}{kind}"):
            continue
        part = relation.target_part
        root = getattr(part, "element", None)
        root = _parsed(part.blob, name) if root is None else root
        if root is not None:
            yield root


def _parsed(xml: bytes, name: str) -> Any:
    """Return the root of a part that the parser of Word files leaves alone, or None where it is broken."""
    from lxml import etree

    try:
        root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))
    except (etree.XMLSyntaxError, ValueError):
        return None
    if root.getroottree().docinfo.doctype:
        raise _typed(name)
    return root


def _edges(document: WordFile, name: str) -> tuple[list[Any], list[Any]]:
    """Return the distinct headers, and the distinct footers, of the sections."""
    edges: tuple[dict[int, Any], dict[int, Any]] = ({}, {})
    for section in document.element.sectPr_lst:
        for kind, found in zip(("header", "footer"), edges, strict=True):
            number = _edge_number(section, kind)
            if number is not None:
                with _damage_told(f"{name} lacks a {kind} that it names. Send the original."):
                    root = document.part.related_parts[number].element
                    found.setdefault(id(root), root)
    return list(edges[0].values()), list(edges[1].values())


def _edge_number(section: Any, kind: str) -> str | None:
    """Return the relation that a section names its header or footer by, or None without one of its own."""
    for reference in section.iterchildren(f"{W}{kind}Reference"):
        if reference.get(f"{W}type") == "default":
            return str(reference.get(_RELATION_ID, ""))
    return None
