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
    b"GIF8": "a GIF image",
    b"\x1f\x8b": "a gzip archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
}
_IMAGE_MAGICS = (b"\x89PNG", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*")
_RTF_MAGIC = b"{\\rtf"
_ODT_MIMETYPE = b"mimetypeapplication/vnd.oasis.opendocument.text"
_ODT_REACH = 200
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_HTML_START = re.compile(
    rb"(?i)\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.S
)
_HTML_TAG = re.compile(rb"(?i)<(?:html|body|p|div|table|h[1-6]|ul|br)\b")
_TEXT_REACH = 4096
READABLE = (
    "PDF, DOCX, ODT, RTF, HTML, Markdown, plain text, JSON Resume, resumes of the hh.ru API, and PNG, JPEG "
    "or TIFF pictures are read"
)


class DocumentFormat(StrEnum):
    """A format that metier reads."""

    PDF = "pdf"
    DOCX = "docx"
    ODT = "odt"
    RTF = "rtf"
    HTML = "html"
    MARKDOWN = "markdown"
    JSON_RESUME = "json-resume"
    HH_RESUME = "hh-resume"
    IMAGE = "image"
    TEXT = "text"


# What file names promise, and which files of a folder are read; .json may be either of two formats.
SUFFIXES = {
    "pdf": DocumentFormat.PDF,
    "docx": DocumentFormat.DOCX,
    "odt": DocumentFormat.ODT,
    "rtf": DocumentFormat.RTF,
    "html": DocumentFormat.HTML,
    "htm": DocumentFormat.HTML,
    "md": DocumentFormat.MARKDOWN,
    "markdown": DocumentFormat.MARKDOWN,
    "json": DocumentFormat.JSON_RESUME,
    "png": DocumentFormat.IMAGE,
    "jpg": DocumentFormat.IMAGE,
    "jpeg": DocumentFormat.IMAGE,
    "tif": DocumentFormat.IMAGE,
    "tiff": DocumentFormat.IMAGE,
    "txt": DocumentFormat.TEXT,
    "text": DocumentFormat.TEXT,
}
_BINARY = ("pdf", "docx", "odt", "rtf", "png", "jpg", "jpeg", "tif", "tiff")


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
    if data.startswith(_IMAGE_MAGICS):
        return DocumentFormat.IMAGE
    if data.startswith(_RTF_MAGIC):
        return DocumentFormat.RTF
    _refuse_others(data, name)
    return _text_format(data, name)


def _refuse_others(data: bytes, name: str) -> None:
    for magic, words in _OTHER_MAGICS.items():
        if data.startswith(magic):
            raise UnsupportedFormat(f"{name} is {words}. {READABLE}.")
    suffix = _suffix(name)
    if suffix in _BINARY and b"\x00" in data and not data.startswith(_BOMS):
        raise CorruptDocument(f"{name} is no {suffix.upper()} inside. Send the original file.")


def _zip_format(data: bytes, name: str) -> DocumentFormat:
    if _ODT_MIMETYPE in data[:_ODT_REACH] or _suffix(name) == "odt":
        return DocumentFormat.ODT
    if _WORD_BODY in data or _suffix(name) == "docx":
        return DocumentFormat.DOCX
    raise UnsupportedFormat(
        f"{name} is an archive without a document in it. Unpack it and send the files. {READABLE}."
    )


def _text_format(data: bytes, name: str) -> DocumentFormat:
    """Return the format of something that is text: bytes tell HTML and JSON, only the name tells Markdown."""
    suffix = _suffix(name)
    start = data[:_TEXT_REACH].removeprefix(_BOMS[0])
    if _HTML_START.match(start) or (suffix in ("html", "htm") and _HTML_TAG.search(data)):
        return DocumentFormat.HTML
    if suffix == "json" or start.lstrip()[:1] == b"{":
        from metier.documents.json_file import json_kind

        kind = json_kind(data)
        # Its reader tells what is wrong with a file that promises to be JSON.
        if kind is not None or suffix == "json":
            return kind or DocumentFormat.JSON_RESUME
    return DocumentFormat.MARKDOWN if suffix in ("md", "markdown") else DocumentFormat.TEXT


def _suffix(name: str) -> str:
    return name.lower().rpartition(".")[2]


def promised_format(name: str) -> DocumentFormat | None:
    """Return the format that a file's name promises, or None where it promises nothing."""
    return SUFFIXES.get(_suffix(name))
