"""Every trick through the whole reader: found with its words, kept out of what is scored."""

from __future__ import annotations

import pytest

from metier.documents.reader import DocumentReader
from metier.documents.source import Source
from metier.documents.view import scoring_view
from metier.limits import ReadingLimits
from metier.types import Role, YearMonth
from tests.documents.markup_tricks import HONEST, TRICKS

WORDS = "Kubernetes Terraform Rust Haskell"
LINES = ["Anna Lind", "Kept the books of two shops for years and liked it.", "Answered letters of customers."]
SUFFIX = {"docx": "docx", "html": "html", "rtf": "rtf", "odt": "odt"}


@pytest.fixture(scope="module")
def reader():
    with DocumentReader(ReadingLimits(), as_of=YearMonth(2026, 11)) as reader:
        yield reader


def read(reader, make):
    name = f"cv.{make.__name__.partition('_')[0]}"
    return reader.read(Source(name, data=make(WORDS, LINES)), role=Role.RESUME)


@pytest.mark.parametrize("make", TRICKS, ids=lambda make: make.__name__)
def test_hidden_words_are_told_and_not_scored(reader, make):
    document = read(reader, make)
    (finding,) = (finding for finding in document.findings if finding.code == "hidden_text")
    assert finding.words == WORDS
    assert document.text[finding.span.start : finding.span.end] == WORDS
    seen = scoring_view(document).text
    assert "Haskell" not in seen
    assert "Answered letters of customers." in seen


@pytest.mark.parametrize("make", HONEST, ids=lambda make: make.__name__)
def test_honest_looks_are_left_alone(reader, make):
    document = read(reader, make)
    assert document.excluded == ()
    assert WORDS in scoring_view(document).text
