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
        (b"PK\x03\x04....mimetypeapplication/vnd.oasis.opendocument.textPK", "cv.bin", DocumentFormat.ODT),
        (b"PK\x03\x04 cut off", "cv.odt", DocumentFormat.ODT),
        (b"{\\rtf1\\ansi", "cv.doc", DocumentFormat.RTF),
        (b"\x89PNG\r\n", "cv", DocumentFormat.IMAGE),
        (b"\xff\xd8\xff\xe0", "cv.pdf", DocumentFormat.IMAGE),
        (b"II*\x00", "cv.tif", DocumentFormat.IMAGE),
        (b"<!DOCTYPE html><p>CV", "cv.txt", DocumentFormat.HTML),
        (b"\xef\xbb\xbf\n<!-- x --><html>", "cv", DocumentFormat.HTML),
        (b"<p>Python</p>", "cv.html", DocumentFormat.HTML),
        (b"<p>Python</p>", "cv.txt", DocumentFormat.TEXT),
        (b"no tags at all", "cv.htm", DocumentFormat.TEXT),
        (b"# Anna\n\n- Python", "cv.md", DocumentFormat.MARKDOWN),
        (b"# Anna\n\n- Python", "cv.txt", DocumentFormat.TEXT),
        (b'{"basics": {"name": "A"}, "work": []}', "cv.txt", DocumentFormat.JSON_RESUME),
        (b'{"last_name": "A", "first_name": "B", "skill_set": []}', "cv.json", DocumentFormat.HH_RESUME),
        (b'{"a": 1}', "package.json", DocumentFormat.JSON_RESUME),
        (b"{Python} and more", "cv.txt", DocumentFormat.TEXT),
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
        (b"PK\x03\x04xl/workbook.xml", "book.xlsx", UnsupportedFormat, "archive without a document"),
        (b"GIF89a", "cv.gif", UnsupportedFormat, "a GIF image. PDF, DOCX, ODT"),
        (b"\x1f\x8b\x08", "cv.gz", UnsupportedFormat, "a gzip archive"),
        (b"\x00\x01\x02", "cv.pdf", CorruptDocument, "no PDF inside"),
        (b"\x00\x01\x02", "cv.docx", CorruptDocument, "no DOCX inside"),
        (b"\x00\x01\x02", "cv.png", CorruptDocument, "no PNG inside"),
    ],
)
def test_what_is_not_read_is_refused_in_words(data, name, error, message):
    with pytest.raises(error, match=message):
        detect_format(data, name)


def test_a_name_promises_a_format_or_nothing():
    assert promised_format("A.PDF") is DocumentFormat.PDF
    assert promised_format("cv.md") is DocumentFormat.MARKDOWN
    assert promised_format("cv.txt") is DocumentFormat.TEXT
    assert promised_format("row-17") is None
