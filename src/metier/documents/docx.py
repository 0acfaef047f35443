"""Word documents: paragraphs, tables, text boxes, headers and footers in reading order."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any

from metier.documents.extracted import Extracted
from metier.documents.plain import clean_text
from metier.errors import CorruptDocument, LimitExceeded
from metier.types import ReadingLimits, Span

if TYPE_CHECKING:
    from docx.document import Document as WordFile

# A Word file of a person's career unpacks to a few megabytes; a zip bomb to gigabytes.
_MAX_UNPACKED_BYTES = 200_000_000
_MAX_PARTS = 5_000
_MAX_RATIO = 200
_RATIO_FROM_BYTES = 10_000_000

_BODY = "word/document.xml"
_HEAD_BYTES = 4096

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


def extract_docx(data: bytes, name: str, limits: ReadingLimits) -> Extracted:
    """Return the text of a Word document.

    A paragraph is a line; a heading is set off by an empty line; cells of a table row that are single
    lines share a line, parted by a tab, others follow each other.

    Args:
        data: the whole file.
        name: the file's name, for messages.
        limits: `max_chars` applies.

    Raises:
        CorruptDocument: not a whole, well-formed Word document.
        LimitExceeded: it unpacks to more than a document can be, or has too many characters.
    """
    _check_archive(data, name)
    document = _open(data, name)
    lines: list[str] = []
    n_chars = 0
    for line in _lines(document):
        lines.append(line)
        n_chars += len(line) + 1
        if n_chars > limits.max_chars:
            raise LimitExceeded(
                f"{name} may have {limits.max_chars:,} characters. It has more. "
                "Raise max_chars if that is wanted."
            )
    text = clean_text("\n".join(lines)).strip("\n")
    return Extracted(text, (Span(0, len(text)),))


def _check_archive(data: bytes, name: str) -> None:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
            body = _head(archive, _BODY)
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        ValueError,
        OSError,
        EOFError,
    ) as exc:
        raise CorruptDocument(f"{name} is a damaged or cut-off Word file. Send the original.") from exc
    if b"<!DOCTYPE" in body:
        # No word processor writes one; what its entities hide would silently be missing from the text.
        raise CorruptDocument(f"{name} holds an XML document type, which no Word file needs. Save it anew.")
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


def _head(archive: zipfile.ZipFile, part: str) -> bytes:
    if part not in archive.namelist():
        return b""
    with archive.open(part) as file:
        return file.read(_HEAD_BYTES)


def _open(data: bytes, name: str) -> WordFile:
    from docx import Document as open_word_file
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError

    try:
        return open_word_file(BytesIO(data))
    except (OpcError, LxmlError, zipfile.BadZipFile, zlib.error, LookupError, ValueError, OSError) as exc:
        raise CorruptDocument(f"{name} is not a whole Word document. Send the original.") from exc


def _lines(document: WordFile) -> Iterator[str]:
    headers, footers = _edges(document)
    yield from headers
    yield from _block_lines(document.element.body)
    yield from footers


def _edges(document: WordFile) -> tuple[list[str], list[str]]:
    """Return the distinct lines of all headers, and of all footers."""
    headers: dict[str, None] = {}
    footers: dict[str, None] = {}
    for section in document.sections:
        for part, lines in ((section.header, headers), (section.footer, footers)):
            if not part.is_linked_to_previous:
                lines.update(dict.fromkeys(line for line in _block_lines(part._element) if line.strip()))
    return ([*headers, ""] if headers else []), (["", *footers] if footers else [])


def _block_lines(parent: Any) -> Iterator[str]:
    for element in parent:
        if element.tag == f"{_W}p":
            yield from _paragraph_lines(element)
        elif element.tag == f"{_W}tbl":
            yield from _table_lines(element)
        elif element.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml"):
            yield from _block_lines(element)


def _paragraph_lines(paragraph: Any) -> Iterator[str]:
    boxes: list[Any] = []
    text = "".join(_inline(paragraph, boxes))
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    if style is not None and style.get(f"{_W}val", "").lower().startswith(("heading", "title")):
        yield ""
    if text.strip() and paragraph.find(f"{_W}pPr/{_W}numPr") is not None:
        text = f"• {text}"
    yield from text.split("\n")
    for box in boxes:
        yield ""
        yield from _block_lines(box)


_INLINE_TEXT = {
    f"{_W}tab": "\t",
    f"{_W}br": "\n",
    f"{_W}cr": "\n",
    f"{_W}noBreakHyphen": "-",
    f"{_W}softHyphen": "",
}
_SKIPPED = frozenset({f"{_W}del", f"{_W}moveFrom", f"{_W}pPr", f"{_W}rPr", f"{_W}instrText", _MC_FALLBACK})


def _inline(element: Any, boxes: list[Any]) -> Iterator[str]:
    """Yield the text of a paragraph; the contents of its text boxes are put into `boxes`."""
    for child in element:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _INLINE_TEXT:
            yield _INLINE_TEXT[child.tag]
        elif child.tag == f"{_W}txbxContent":
            boxes.append(child)
        elif child.tag not in _SKIPPED and isinstance(child.tag, str):
            yield from _inline(child, boxes)


def _table_lines(table: Any) -> Iterator[str]:
    for row in table.iter(f"{_W}tr"):
        if row.getparent() is not table:
            continue
        cells = [[line for line in _block_lines(cell) if line.strip()] for cell in row.findall(f"{_W}tc")]
        if all(len(cell) <= 1 for cell in cells):
            yield "\t".join(cell[0] for cell in cells if cell)
        else:
            for cell in cells:
                yield from cell
                yield ""
