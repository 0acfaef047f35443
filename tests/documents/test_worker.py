import json
from io import BytesIO

import pytest

from metier.documents import worker
from metier.documents.formats import DocumentFormat
from metier.documents.worker import extract, serve
from metier.errors import CorruptDocument
from metier.types import ReadingLimits
from tests.documents.docx_files import word_file

LIMITS = {"max_bytes": 10**6, "max_pages": 5, "max_chars": 10**5, "timeout_s": 5}


def ask(*files, fmt="docx"):
    requests = BytesIO()
    for data in files:
        header = {"name": "cv", "format": fmt, "n_bytes": len(data), "limits": LIMITS}
        requests.write(json.dumps(header).encode() + b"\n" + data)
    requests.seek(0)
    replies = BytesIO()
    serve(requests, replies)
    return [json.loads(line) for line in replies.getvalue().splitlines()]


def test_requests_are_answered_in_order():
    first, second = ask(word_file("один"), word_file("two"))
    assert first["extracted"]["text"] == "один"
    assert second["extracted"]["text"] == "two"


def test_an_error_is_a_reply_and_the_next_request_is_answered():
    bad, good = ask(b"PK\x03\x04 no archive", word_file("two"))
    assert bad["error"]["code"] == "corrupt_document"
    assert good["extracted"]["text"] == "two"


@pytest.mark.parametrize(
    ("raised", "code"),
    [(RuntimeError("words of the file"), "corrupt_document"), (MemoryError(), "limit_exceeded")],
)
def test_whatever_a_parser_raises_is_a_typed_error_without_words_of_the_file(monkeypatch, raised, code):
    def fail(*args, **kwargs):
        raise raised

    monkeypatch.setattr(worker, "extract", fail)
    (reply,) = ask(b"data")
    assert reply["error"]["code"] == code
    assert "words of the file" not in reply["error"]["message"]


def test_a_pdf_goes_to_the_pdf_reader():
    with pytest.raises(CorruptDocument, match="PDF"):
        extract(b"%PDF-1.7 cut off", name="cv", fmt=DocumentFormat.PDF, limits=ReadingLimits())
