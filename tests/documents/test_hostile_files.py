"""Files that are made to exhaust or to confuse a reader: a typed error or a document, in time and memory."""

from __future__ import annotations

import time
import zipfile
from io import BytesIO

import pytest

from metier.documents.reader import DocumentReader
from metier.errors import CorruptDocument, DocumentError, LimitExceeded
from metier.limits import OcrPolicy, ReadingLimits
from metier.types import Role, YearMonth
from tests.documents.mutations import mutations
from tests.documents.pdf_files import assembled, draw, stream
from tests.documents.test_hidden_text import LINES

LIMITS = ReadingLimits(timeout_s=20)
MOST_S = LIMITS.timeout_s + 10.0
MOST_MB = 1_000


@pytest.fixture(scope="module")
def reader():
    with DocumentReader(LIMITS, as_of=YearMonth(2026, 11), ocr=OcrPolicy(())) as reader:
        yield reader


def read(reader, data, name):
    return reader.read_bytes(data, name=name, role=Role.RESUME)


def zipped(parts, *, level=9):
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def word_body(body):
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default '
        'Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override '
        'PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'wordprocessingml.document.main+xml"/></Types>'
    )
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
        'Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        'Target="word/document.xml"/></Relationships>'
    )
    return zipped({"[Content_Types].xml": types, "_rels/.rels": relations, "word/document.xml": body})


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
BILLION_LAUGHS = (
    '<!DOCTYPE w:document [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + f"]><w:document {W}><w:body><w:p><w:r><w:t>&i;</w:t></w:r></w:p></w:body></w:document>"
)


def nested_word(depth):
    return word_body(f"<w:document {W}><w:body>{'<w:ins>' * depth}{'</w:ins>' * depth}</w:body></w:document>")


def page_tree(kids):
    return assembled(
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count 2 /Parent 2 0 R >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << >> >>",
        stream("BT ET"),
    )


def forms_within_themselves():
    return assembled(
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        "/Resources << /XObject << /A 5 0 R >> >> >>",
        stream("/A Do /A Do"),
        "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /A 5 0 R /B 6 0 R >> >> "
        "/Length 12 >>\nstream\n/A Do /B Do \nendstream",
        "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /A 5 0 R >> >> "
        "/Length 6 >>\nstream\n/A Do \nendstream",
    )


def crowded_page(canvas):
    """Write 200,000 characters on one page."""
    for number in range(2_000):
        canvas.drawString(20, 830 - number * 0.4, "many words on one page " * 5)


HOSTILE = {
    "zip bomb.docx": word_body(b"0" * 60_000_000),
    "archive in archive.docx": zipped({"word/document.xml": zipped({"a": b"0" * 50_000_000})}),
    "archive of archives.zip": zipped({f"{i}.zip": zipped({"a": b"0" * 10**6}) for i in range(50)}),
    "entities.docx": word_body(BILLION_LAUGHS),
    "entities.odt": zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": BILLION_LAUGHS,
        }
    ),
    "entities.html": BILLION_LAUGHS.encode(),
    "deep.docx": nested_word(200),
    "very deep.docx": nested_word(100_000),
    "deep.html": b"<!doctype html>" + b"<div>" * 200_000,
    "deep.rtf": b"{\\rtf1" + b"{" * 200_000,
    "deep.json": b'{"work": ' + b"[" * 200_000,
    "deep.md": b"> " * 20_000 + b"x",
    "brackets.md": b"[" * 100_000,
    "long line.md": b"*a " * 60_000,
    "lying length.rtf": b"{\\rtf1 \\bin999999999 x}",
    "kids are parents.pdf": page_tree("2 0 R 2 0 R"),
    "page twice.pdf": page_tree("3 0 R 3 0 R"),
    "forms within themselves.pdf": forms_within_themselves(),
    "crowded.pdf": draw(crowded_page),
    "long.txt": b"a" * 200_000,
    "no blank.txt": "ё".encode() * 300_000,
    "combining.txt": ("e" + "\u0301" * 200_000).encode(),
    "rules.html": b"<!doctype html><style>" + b"p{color:#fff}" * 30_000 + b"</style>" + b"<p>x" * 3_000,
    "pixels.png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00\x00\xff\xff" * 2 + b"\x00" * 99,
}


def resident_mb(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4096 / 1e6


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_read_or_refused_in_time_and_memory(reader, name):
    started = time.monotonic()
    try:
        document = read(reader, HOSTILE[name], name)
    except DocumentError as exc:
        refused = str(exc)
    else:
        refused = name
        assert len(document.text) <= LIMITS.max_chars
    assert name in refused
    assert time.monotonic() - started < MOST_S
    reader.start()
    assert resident_mb(reader._worker.pid) < MOST_MB


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("zip bomb.docx", LimitExceeded),
        ("archive in archive.docx", CorruptDocument),
        ("entities.docx", CorruptDocument),
        ("entities.odt", CorruptDocument),
        ("deep.docx", LimitExceeded),
        ("very deep.docx", CorruptDocument),
        ("deep.json", CorruptDocument),
        ("pixels.png", LimitExceeded),
    ],
)
def test_the_error_says_what_kind_of_file_it_is(reader, name, error):
    with pytest.raises(error):
        read(reader, HOSTILE[name], name)


def test_the_reader_works_after_all_of_them(reader):
    assert read(reader, "\n".join(LINES).encode(), "cv.txt").text == "\n".join(LINES)


def test_mutated_files_give_documents_or_typed_errors(reader):
    n_read = 0
    for form, data in mutations(270, seed=11):
        reader.start()
        worker = reader._worker
        try:
            document = read(reader, data, f"cv.{form}")
        except DocumentError:
            continue
        finally:
            assert reader._worker is worker, "the parsing process crashed or was ended"
        n_read += 1
        assert all(0 <= item.span.start < item.span.end <= len(document.text) for item in document.excluded)
    assert n_read > 50


def test_mutations_are_the_same_for_the_same_seed():
    assert list(mutations(18, seed=3)) == list(mutations(18, seed=3))
