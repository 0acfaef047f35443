import pytest

from metier.documents.image import extract_image
from metier.documents.ocr import Ocr, Recognised
from metier.errors import CorruptDocument, LimitExceeded
from metier.limits import ReadingLimits
from metier.types import Severity, Span


class FixedOcr(Ocr):
    """Reads the same words in every picture."""

    text = "One\ntwo"

    def read_picture(self, picture):
        if picture.startswith(b"bad"):
            raise CorruptDocument("The picture cannot be opened.")
        return Recognised(self.text, 0.9)


OCR = FixedOcr("5", ("eng",), (), 10.0)


def test_the_words_are_the_text_of_one_page():
    extracted = extract_image(b"picture", "cv.png", ReadingLimits(), OCR)
    assert (extracted.text, extracted.pages, extracted.has_pages) == ("One\ntwo", (Span(0, 7),), True)
    assert [finding.code for finding in extracted.findings] == ["read_by_ocr"]


def test_without_ocr_a_picture_is_said_to_need_it():
    extracted = extract_image(b"picture", "cv.png", ReadingLimits(), None)
    (finding,) = extracted.findings
    assert (extracted.text, finding.code, finding.severity) == ("", "needs_ocr", Severity.ERROR)
    assert "install tesseract" in finding.message


def test_too_many_characters_are_refused():
    with pytest.raises(LimitExceeded, match="cv.png may have 3 characters. It has 7"):
        extract_image(b"picture", "cv.png", ReadingLimits(max_chars=3), OCR)


def test_an_error_names_the_file():
    with pytest.raises(CorruptDocument, match="cv.png: The picture cannot be opened"):
        extract_image(b"bad", "cv.png", ReadingLimits(), OCR)
