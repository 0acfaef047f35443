import os
import signal
import time
from pathlib import Path

import pytest

from metier.documents.reader import DocumentReader, read_document
from metier.documents.source import Source
from metier.errors import (
    CorruptDocument,
    EmptyDocument,
    InvalidInput,
    LimitExceeded,
    MetierError,
    NotFound,
    UnreadableFile,
    UnsupportedFormat,
)
from metier.limits import ReadingLimits
from metier.types import Role, YearMonth
from tests.documents.docx_files import word_file

AS_OF = YearMonth(2026, 11)
RESUME = "Senior developer in payment systems, likes clear code and short meetings. " * 5


@pytest.fixture(scope="module")
def reader():
    with DocumentReader(ReadingLimits(), as_of=AS_OF) as reader:
        yield reader


def read(reader, data, name="cv.txt"):
    return reader.read(Source(name, data=data), role=Role.RESUME)


def test_text_and_word_give_the_same_document(reader):
    text, word = read(reader, RESUME.strip().encode()), read(reader, word_file(RESUME.strip()), "cv.docx")
    assert text.text == word.text == RESUME.strip()
    assert text.language == word.language == "en"
    assert text.id != word.id


def test_a_file_is_read_from_its_path(tmp_path, reader):
    path = tmp_path / "резюме.txt"
    path.write_text(RESUME, encoding="utf-8")
    document = reader.read(Source(path.name, path=path), role=Role.RESUME)
    assert (document.source, document.text) == ("резюме.txt", RESUME)
    assert read_document(path, as_of=AS_OF) == document


def test_the_same_bytes_give_the_same_document(reader):
    data = word_file(RESUME)
    assert read(reader, data, "a.docx") == read(reader, data, "a.docx")


def test_a_wrong_ending_is_a_finding(reader):
    document = read(reader, word_file(RESUME), "cv.pdf")
    assert [finding.code for finding in document.findings] == ["wrong_extension"]
    assert document.readable


@pytest.mark.parametrize(
    ("data", "name", "error"),
    [
        (b"", "cv.pdf", EmptyDocument),
        (b"%PDF-1.7\nbroken", "cv.pdf", CorruptDocument),
        (b"PK\x03\x04broken", "cv.docx", CorruptDocument),
        (os.urandom(1000) + b"\x00", "cv.pdf", MetierError),
        (bytes(range(256)) * 400, "noise", UnsupportedFormat),
    ],
)
def test_bad_input_is_a_typed_error_that_names_the_file(reader, data, name, error):
    with pytest.raises(error, match=name.partition(".")[0]) as caught:
        read(reader, data, name)
    assert isinstance(caught.value, InvalidInput)


def test_the_reader_goes_on_after_an_error(reader):
    with pytest.raises(CorruptDocument):
        read(reader, b"%PDF-1.7\nbroken", "cv.pdf")
    assert read(reader, word_file("x"), "cv.docx").text == "x"


def test_a_missing_file_is_not_found(reader):
    with pytest.raises(NotFound, match="no file for gone.pdf"):
        reader.read(Source("gone.pdf", path=Path("/nowhere/gone.pdf")), role=Role.RESUME)


def test_a_row_that_could_not_be_taken_is_its_error(reader):
    with pytest.raises(EmptyDocument, match="row 3"):
        reader.read(Source("row 3", error=EmptyDocument("row 3 holds no text.")), role=Role.RESUME)


def test_too_large_a_file_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "big.pdf"
    with path.open("wb") as file:
        file.truncate(40_000_000)
    with (
        DocumentReader(ReadingLimits(), as_of=AS_OF) as reader,
        pytest.raises(LimitExceeded, match="may have 20,000,000 bytes. It has 40,000,000"),
    ):
        reader.read(Source("big.pdf", path=path), role=Role.RESUME)


def test_a_parser_that_hangs_is_ended_in_time():
    with DocumentReader(ReadingLimits(timeout_s=0.3), as_of=AS_OF) as reader:
        reader.start()
        os.kill(reader._worker.pid, signal.SIGSTOP)
        started = time.monotonic()
        with pytest.raises(LimitExceeded, match="may take 0.3 seconds"):
            read(reader, word_file("x"), "cv.docx")
        assert time.monotonic() - started < 3


def test_a_parser_that_dies_is_an_error_and_the_next_file_is_read(reader):
    reader.start()
    os.kill(reader._worker.pid, signal.SIGKILL)
    reader._worker.wait()
    assert read(reader, word_file("x"), "cv.docx").text == "x"

    class Dying(DocumentReader):
        def _running_worker(self):
            worker = super()._running_worker()
            os.kill(worker.pid, signal.SIGKILL)
            return worker

    with (
        Dying(ReadingLimits(), as_of=AS_OF) as dying,
        pytest.raises(CorruptDocument, match="made its parser stop"),
    ):
        read(dying, word_file("x"), "cv.docx")


def test_close_ends_the_process_and_may_be_repeated():
    reader = DocumentReader(ReadingLimits(), as_of=AS_OF)
    reader.start()
    worker = reader._worker
    reader.close()
    reader.close()
    assert worker.poll() is not None


def test_an_interrupt_leaves_no_reply_for_the_next_file(monkeypatch):
    from metier.documents import reader as module

    with DocumentReader(ReadingLimits(), as_of=AS_OF) as reader:
        with monkeypatch.context() as interrupted:

            def interrupt(worker, request):
                worker.stdin.write(request)
                worker.stdin.flush()
                raise KeyboardInterrupt

            interrupted.setattr(module, "_exchange", interrupt)
            with pytest.raises(KeyboardInterrupt):
                read(reader, word_file("first"), "cv.docx")
        assert read(reader, word_file("second"), "cv.docx").text == "second"


def test_a_module_in_the_current_folder_is_not_run(tmp_path, monkeypatch):
    for name in ("json", "docx", "pypdfium2"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit")
    monkeypatch.chdir(tmp_path)
    with DocumentReader(ReadingLimits(), as_of=AS_OF) as reader:
        assert read(reader, word_file("x"), "cv.docx").text == "x"


def test_a_row_is_text_whatever_it_looks_like(reader):
    text = "PK %PDF-1.7 {\\rtf " + RESUME
    document = reader.read(Source("cv.pdf", text=text), role=Role.RESUME)
    assert document.text.endswith(RESUME)
    assert document.findings == ()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open every file")
def test_a_locked_file_is_an_error(tmp_path, reader):
    path = tmp_path / "cv.txt"
    path.write_text(RESUME)
    path.chmod(0)
    with pytest.raises(UnreadableFile, match="cannot be opened"):
        reader.read(Source("cv.txt", path=path), role=Role.RESUME)
