from importlib import import_module

import pytest

from metier.documents.extract import READERS, extract
from metier.documents.formats import DocumentFormat
from metier.errors import CorruptDocument
from metier.limits import ReadingLimits


def test_every_format_has_a_reader():
    assert set(READERS) | {DocumentFormat.PDF, DocumentFormat.IMAGE} == set(DocumentFormat)


@pytest.mark.parametrize("reader", READERS.values())
def test_every_reader_can_be_imported(reader):
    module, _, function = reader.partition(":")
    assert callable(getattr(import_module(module), function))


def test_an_error_of_the_pdf_reader_names_the_file():
    with pytest.raises(CorruptDocument, match=r"cv.pdf: The PDF"):
        extract(b"%PDF-1.7 cut off", name="cv.pdf", fmt=DocumentFormat.PDF, limits=ReadingLimits())


def test_text_is_read_as_text():
    extracted = extract("Навыки".encode(), name="cv", fmt=DocumentFormat.TEXT, limits=ReadingLimits())
    assert extracted.text == "Навыки"
