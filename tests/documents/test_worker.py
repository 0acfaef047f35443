import json
from io import BytesIO

import pytest

from metier.documents import worker
from metier.documents.extracted import Extracted
from metier.documents.ocr import Ocr
from metier.documents.worker import serve
from metier.types import Span
from tests.documents.docx_files import word_file

LIMITS = {"max_bytes": 10**6, "max_pages": 5, "max_chars": 10**5, "timeout_s": 5}
OCR = {"languages": ["eng"], "timeout_s": 7}


def ask(*files, fmt="docx"):
    requests = BytesIO()
    for data in files:
        header = {
            "name": "cv",
            "promised": "cv",
            "role": "resume",
            "format": fmt,
            "as_of": [2026, 11],
            "n_bytes": len(data),
            "limits": LIMITS,
            "ocr": OCR,
        }
        requests.write(json.dumps(header).encode() + b"\n" + data)
    requests.seek(0)
    replies = BytesIO()
    serve(requests, replies)
    return [json.loads(line) for line in replies.getvalue().splitlines()]


def test_requests_are_answered_in_order():
    first, second = ask(word_file("один"), word_file("two"))
    assert first["document"]["text"] == "один"
    assert second["document"]["text"] == "two"


def test_an_error_is_a_reply_and_the_next_request_is_answered():
    bad, good = ask(b"PK\x03\x04 no archive", word_file("two"))
    assert bad["error"]["code"] == "corrupt_document"
    assert good["document"]["text"] == "two"


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


def test_the_start_of_ocr_is_told_before_the_reply(monkeypatch):
    def read(data, *, ocr, **others):
        ocr.on_start()
        return Extracted("words", (Span(0, 5),))

    monkeypatch.setattr(worker, "extract", read)
    monkeypatch.setattr(worker, "find_ocr", lambda policy: Ocr("5", policy.languages, (), policy.timeout_s))
    told, reply = ask(b"picture", fmt="image")
    assert told == {"started": "ocr"}
    assert reply["document"]["text"] == "words"


@pytest.mark.parametrize(("fmt", "looks"), [("image", True), ("pdf", True), ("docx", False), ("html", False)])
def test_only_formats_with_pictures_look_for_tesseract(monkeypatch, fmt, looks):
    asked = []
    monkeypatch.setattr(worker, "find_ocr", asked.append)
    ask(b"data", fmt=fmt)
    assert bool(asked) is looks
