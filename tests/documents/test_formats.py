import pytest

from metier.documents.formats import DocumentFormat, detect_format, promised_format
from metier.errors import CorruptDocument, EmptyDocument, EncryptedDocument, UnsupportedFormat

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (b"%PDF-1.7\n...", "cv.pdf", DocumentFormat.PDF),
        (b"junk before\n%PDF-1.4", "cv", DocumentFormat.PDF),
        (b"I know the %PDF-1.4 header", "cv.txt", DocumentFormat.TEXT),
        (b"%PDF-1.7\n...", "cv.docx", DocumentFormat.PDF),
        (b"PK\x03\x04...word/document.xml", "cv.bin", DocumentFormat.DOCX),
        (b"PK\x03\x04 cut off", "cv.docx", DocumentFormat.DOCX),
        (b"Python developer", "cv.txt", DocumentFormat.TEXT),
        (b"Python developer", "cv.pdf", DocumentFormat.TEXT),
    ],
)
def test_the_bytes_tell_the_format(data, name, expected):
    assert detect_format(data, name) is expected


@pytest.mark.parametrize(
    ("data", "name", "error", "message"),
    [
        (b"", "cv.pdf", EmptyDocument, "cv.pdf is empty"),
        (b" \n\x00\x00\t", "cv.txt", EmptyDocument, "cv.txt is empty"),
        (OLE + b"EncryptedPackage".decode().encode("utf-16-le"), "cv.docx", EncryptedDocument, "password"),
        (OLE + b"WordDocument", "cv.doc", UnsupportedFormat, "old Office file"),
        (b"PK\x03\x04xl/workbook.xml", "book.xlsx", UnsupportedFormat, "archive without a Word document"),
        (b"\x89PNG\r\n", "cv.png", UnsupportedFormat, "a PNG image. PDF, DOCX and plain text are read"),
        (b"\xff\xd8\xff\xe0", "photo.pdf", UnsupportedFormat, "a JPEG image"),
        (b"{\\rtf1", "cv.rtf", UnsupportedFormat, "an RTF file"),
        (b"\x00\x01\x02", "cv.pdf", CorruptDocument, "no PDF inside"),
        (b"\x00\x01\x02", "cv.docx", CorruptDocument, "no DOCX inside"),
    ],
)
def test_what_is_not_read_is_refused_in_words(data, name, error, message):
    with pytest.raises(error, match=message):
        detect_format(data, name)


def test_a_name_promises_a_format_or_nothing():
    assert promised_format("A.PDF") is DocumentFormat.PDF
    assert promised_format("cv.md") is DocumentFormat.TEXT
    assert promised_format("row-17") is None
