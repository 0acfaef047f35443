"""Which format some bytes are in: told by the bytes, never by the name."""

from __future__ import annotations

import re
from enum import StrEnum

from metier.errors import CorruptDocument, EmptyDocument, EncryptedDocument, UnsupportedFormat

# The PDF reference allows the header anywhere in the first 1,024 bytes; a text may name it within a line.
_PDF_MAGIC = re.compile(rb"(?:^|[\r\n])[\x00-\x20\xbb\xbf\xef]*%PDF-")
_PDF_MAGIC_REACH = 1024
_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_WORD_BODY = b"word/document"
_OTHER_MAGICS = {
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"II*\x00": "a TIFF image",
    b"MM\x00*": "a TIFF image",
    b"{\\rtf": "an RTF file",
    b"\x1f\x8b": "a gzip archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
}
READABLE = "PDF, DOCX and plain text are read"


class DocumentFormat(StrEnum):
    """A format that metier reads."""

    PDF = "pdf"
    DOCX = "docx"
    TEXT = "text"


def detect_format(data: bytes, name: str) -> DocumentFormat:
    """Return the format of a file.

    Args:
        data: the whole file.
        name: its name, for messages and for what a damaged file was meant to be.

    Raises:
        EmptyDocument: no bytes.
        EncryptedDocument: a Word file that asks for a password.
        UnsupportedFormat: a format that metier does not read.
        CorruptDocument: the name promises a format that the bytes do not have.
    """
    if not data.strip(b"\x00 \t\r\n"):
        raise EmptyDocument(f"{name} is empty. Send the file again.")
    if _PDF_MAGIC.search(data, 0, _PDF_MAGIC_REACH):
        return DocumentFormat.PDF
    if data.startswith(b"PK\x03\x04"):
        return _zip_format(data, name)
    if data.startswith(_OLE_MAGIC):
        if _ENCRYPTED_PACKAGE in data:
            raise EncryptedDocument(f"{name} asks for a password. Save it without one and send it again.")
        raise UnsupportedFormat(f"{name} is an old Office file (.doc). Save it as DOCX or PDF.")
    for magic, words in _OTHER_MAGICS.items():
        if data.startswith(magic):
            raise UnsupportedFormat(f"{name} is {words}. {READABLE}.")
    lowered = name.lower()
    for suffix in (".pdf", ".docx"):
        if lowered.endswith(suffix) and b"\x00" in data:
            raise CorruptDocument(f"{name} is no {suffix[1:].upper()} inside. Send the original file.")
    return DocumentFormat.TEXT


def _zip_format(data: bytes, name: str) -> DocumentFormat:
    if _WORD_BODY in data or name.lower().endswith(".docx"):
        return DocumentFormat.DOCX
    raise UnsupportedFormat(f"{name} is an archive without a Word document in it. {READABLE}.")


def promised_format(name: str) -> DocumentFormat | None:
    """Return the format that a file's name promises, or None where it promises nothing."""
    suffix = name.lower().rpartition(".")[2]
    known = {"pdf": DocumentFormat.PDF, "docx": DocumentFormat.DOCX}
    return known.get(suffix, DocumentFormat.TEXT if suffix in {"txt", "text", "md"} else None)
