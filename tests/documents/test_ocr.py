import re
import shutil
import subprocess
from contextlib import closing
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pypdfium2
import pytest

from metier.documents import ocr as module
from metier.documents.image import extract_image
from metier.documents.ocr import Ocr, check_picture, find_ocr, ocr_findings, read_tsv
from metier.documents.pdf import extract_pdf
from metier.errors import CorruptDocument, LimitExceeded
from metier.limits import OcrPolicy, ReadingLimits
from metier.types import Severity, Span
from tests.documents.pdf_files import LEFT_PROSE, draw, image_page, lines_page
from tests.documents.pictures import picture_of, scan_page

LIMITS = ReadingLimits()
COLUMNS = ("level page_num block_num par_num line_num word_num left top width height conf text").split()


def table(*rows):
    cells = [dict.fromkeys(COLUMNS, "0") | row for row in rows]
    return "\n".join("\t".join(values) for values in (COLUMNS, *(list(row.values()) for row in cells)))


def word(text, conf, *, block=1, par=1, line=1):
    return {
        "text": text,
        "conf": str(conf),
        "block_num": str(block),
        "par_num": str(par),
        "line_num": str(line),
    }


@pytest.fixture
def reader():
    found = find_ocr(OcrPolicy(("eng",)))
    if found is None:
        pytest.skip("tesseract with its English data is not installed")
    return found


def test_words_become_lines_and_paragraphs():
    rows = [word("Anna", 90), word("Lind", 70), word("2019", 90, line=2), word("Skills", 90, block=2)]
    assert read_tsv(table(*rows)).text == "Anna Lind\n2019\n\nSkills"


def test_confidence_is_the_mean_over_letters():
    assert read_tsv(table(word("aaa", 100), word("b", 0))).confidence == pytest.approx(0.75)


@pytest.mark.parametrize("rows", [[], [word("", 95)], [word("x", -1)], [word("x", "?")]])
def test_rows_without_words_are_passed_over(rows):
    assert read_tsv(table(*rows)) == module.Recognised("", 0.0)


@pytest.mark.parametrize("broken", ["", "\n", "a\tb\n1", "text\n\x00", "conf\ttext\n90\t\x00x"])
def test_a_broken_table_gives_what_it_holds(broken):
    assert read_tsv(broken).confidence in (0.0, 0.9)


def fake_ocr(monkeypatch, *, returncode=0, stdout=b"", hangs=False):
    calls = []

    def run(command, **options):
        calls.append((command, options))
        if hangs:
            raise subprocess.TimeoutExpired(command, options["timeout"])
        return subprocess.CompletedProcess(command, returncode, stdout, b"")

    monkeypatch.setattr(module.subprocess, "run", run)
    return Ocr("5.3.0", ("eng", "rus"), ("kor",), 9.0), calls


def test_the_picture_goes_through_standard_input(monkeypatch):
    ocr, calls = fake_ocr(monkeypatch, stdout=table(word("Слово", 80)).encode())
    assert ocr.read_picture(b"bytes").text == "Слово"
    command, options = calls[0]
    assert command[-6:] == ["tesseract", "stdin", "stdout", "-l", "eng+rus", "tsv"]
    assert options["input"] == b"bytes"


def test_what_the_program_cannot_open_is_corrupt(monkeypatch):
    ocr, _ = fake_ocr(monkeypatch, returncode=1)
    with pytest.raises(CorruptDocument, match="The picture cannot be opened"):
        ocr.read_picture(b"no picture")


def test_all_pictures_of_a_document_share_its_time(monkeypatch):
    started = []
    ocr, calls = fake_ocr(monkeypatch)
    ocr.on_start = lambda: started.append(True)
    clock = iter([100.0, 100.0, 104.0])
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    ocr.read_picture(b"first")
    ocr.read_picture(b"second")
    assert [options["timeout"] for _, options in calls] == [9.0, 5.0]
    assert started == [True]


def test_a_picture_that_takes_too_long_is_not_read(monkeypatch):
    ocr, _ = fake_ocr(monkeypatch, hangs=True)
    assert ocr.read_picture(b"slow") is None
    with pytest.raises(LimitExceeded, match="may take 9 seconds of OCR"):
        extract_image(b"\x89PNG", "cv.png", LIMITS, ocr)


def test_without_the_program_there_is_no_reader(monkeypatch):
    module._installed.cache_clear()
    monkeypatch.setattr(module.shutil, "which", lambda name: None)
    assert find_ocr(OcrPolicy()) is None
    module._installed.cache_clear()


def test_no_language_turns_it_off_and_a_missing_one_is_told(monkeypatch):
    monkeypatch.setattr(module, "_installed", lambda: ("5.3.0", frozenset({"eng", "osd"})))
    assert find_ocr(OcrPolicy(())) is None
    assert find_ocr(OcrPolicy(("heb",))) is None
    found = find_ocr(OcrPolicy(("eng", "rus")))
    assert (found.languages, found.missing) == (("eng",), ("rus",))


def test_what_was_hardly_recognised_is_not_scored():
    ocr = Ocr("5.3.0", ("eng",), (), 120.0)
    (finding,) = ocr_findings(ocr, [(1, Span(0, 4), module.Recognised("text", 0.31))])
    assert finding.severity is Severity.ERROR


def test_pages_are_turned_where_the_data_for_it_are_there(monkeypatch):
    ocr, calls = fake_ocr(monkeypatch)
    ocr.tells_direction = True
    ocr.read_picture(b"bytes")
    assert calls[0][0][-3:] == ["--psm", "1", "tsv"]


def test_findings_tell_page_confidence_and_what_is_missing():
    ocr = Ocr("5.3.0", ("eng",), ("rus",), 120.0)
    sure, unsure = module.Recognised("text", 0.95), module.Recognised("text", 0.5)
    pages = [(1, Span(0, 4), sure), (3, Span(4, 8), unsure)]
    first, second, language, unread = ocr_findings(ocr, pages, n_unread=2)
    assert (first.severity, first.page, first.span) == (Severity.INFO, 1, Span(0, 4))
    assert "95%" in first.message
    assert "tesseract 5.3.0, eng" in first.message
    assert (second.severity, second.page) == (Severity.WARNING, 3)
    assert language.code == "ocr_language_missing"
    assert unread.code == "ocr_incomplete"
    assert "ocr_timeout_s" in unread.message


PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


@pytest.mark.parametrize(
    "data",
    [
        PNG + (60_000).to_bytes(4, "big") * 2,
        b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08" + (60_000).to_bytes(2, "big") * 2 + b"\x03",
    ],
)
def test_a_picture_that_unpacks_to_gigabytes_is_refused(data):
    with pytest.raises(LimitExceeded, match="cv may have 40,000,000 pixels. It has 3,600,000,000"):
        check_picture(data, "cv")


@pytest.mark.parametrize("data", [b"", b"\x89PNG", b"\xff\xd8", b"\xff\xd8\xff\xe0\x00\x00" * 9, b"II*\x00"])
def test_a_picture_that_tells_no_size_is_left_to_the_limits_of_ocr(data):
    check_picture(data, "cv")


def test_a_scanned_page_is_read(reader):
    extracted = extract_pdf(draw(scan_page(*LEFT_PROSE)), LIMITS, reader)
    assert extracted.text == "\n".join(LEFT_PROSE)
    assert [(finding.code, finding.page) for finding in extracted.findings] == [("read_by_ocr", 1)]
    assert extracted.pages == (Span(0, len(extracted.text)),)


def test_scans_and_text_pages_keep_their_order(reader):
    extracted = extract_pdf(draw(lines_page("First page"), scan_page(*LEFT_PROSE)), LIMITS, reader)
    first, second = (extracted.text[page.start : page.end].strip() for page in extracted.pages)
    assert first == "First page"
    assert second == "\n".join(LEFT_PROSE)


def test_the_same_picture_gives_the_same_words(reader):
    data = picture_of(*LEFT_PROSE)
    texts = {extract_image(data, "cv.png", LIMITS, find_ocr(OcrPolicy(("eng",)))).text for _ in range(2)}
    assert len(texts) == 1


def test_an_empty_picture_has_no_words_and_no_confidence(reader):
    (finding,) = extract_pdf(draw(image_page), LIMITS, reader).findings
    assert finding.severity is Severity.WARNING


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed")
def test_what_is_no_picture_inside_is_corrupt(reader):
    with pytest.raises(CorruptDocument, match="cv.png"):
        extract_image(b"\x89PNG\r\n\x1a\n broken", "cv.png", LIMITS, reader)


def test_russian_is_read():
    reader = find_ocr(OcrPolicy(("rus", "eng")))
    if reader is None or reader.missing:
        pytest.skip("tesseract with its Russian and English data is not installed")
    data = (Path(__file__).parents[2] / "examples" / "resumes" / "pavel-orlov.pdf").read_bytes()
    with closing(pypdfium2.PdfDocument(data)) as document, closing(document[0]) as page:
        picture = BytesIO()
        page.render(scale=200 / 72).to_pil().convert("L").save(picture, "PNG")
    first_page = extract_pdf(data, LIMITS).pages[0]
    shown = extract_pdf(data, LIMITS).text[first_page.start : first_page.end]
    recognised = reader.read_picture(picture.getvalue())
    words = set(re.findall(r"[а-яё]{4,}", shown.lower()))
    assert len(words) > 100
    assert len(words & set(re.findall(r"[а-яё]{4,}", recognised.text.lower()))) > 0.9 * len(words)
    assert recognised.confidence > 0.8
