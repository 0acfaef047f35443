import json

import pytest

from metier.documents.reader import DocumentReader
from metier.documents.wire import from_wire, to_wire
from metier.limits import ReadingLimits
from metier.types import (
    Document,
    Exclusion,
    ExclusionReason,
    Finding,
    Mask,
    MaskKind,
    Period,
    Role,
    Section,
    SectionKind,
    Severity,
    Span,
    TextRun,
    YearMonth,
)
from tests.documents.pdf_files import LEFT_PROSE, draw, lines_page

FULL = Document(
    id="a" * 16,
    source="резюме\ud800.pdf",
    role=Role.RESUME,
    language="ru",
    text="Анна \u2028 \ufffd",
    sections=(
        Section(SectionKind.HEADER, Span(0, 2)),
        Section(SectionKind.SKILLS, Span(2, 8), heading=Span(2, 4)),
    ),
    periods=(
        Period(Span(0, 1), None, None, ongoing=False, months=3, counted=True),
        Period(Span(1, 2), YearMonth(2019, 1), YearMonth(2026, 11), ongoing=True, months=95, counted=False),
    ),
    months=None,
    findings=(
        Finding("a", Severity.INFO, "One."),
        Finding("b", Severity.ERROR, "Two.", Span(1, 3), 2, "words"),
    ),
    pages=(Span(0, 4), Span(4, 8)),
    runs=(TextRun(Span(0, 4), 1, (1.5, 2.0, 3.25, 4.0), 9.9, (1, 2, 3, 255), 3),),
    excluded=(
        Exclusion(Span(1, 2), ExclusionReason.TINY, 1),
        Exclusion(Span(2, 3), ExclusionReason.REORDERED),
    ),
    masks=(Mask(Span(0, 4), MaskKind.NAME),),
)
EMPTY = Document("", "", Role.ANSWER, "und", "", (), (), 0, (), ())


@pytest.mark.parametrize("document", [FULL, EMPTY])
def test_a_document_comes_through_json_as_it_was(document):
    assert from_wire(json.loads(json.dumps(to_wire(document)))) == document


def test_every_field_is_taken_along():
    assert set(to_wire(EMPTY)) == set(Document.__slots__)


def test_a_document_that_was_read_comes_through():
    with DocumentReader(ReadingLimits(), as_of=YearMonth(2026, 11)) as reader:
        document = reader.read_bytes(draw(lines_page(*LEFT_PROSE)), name="cv.pdf", role=Role.RESUME)
    assert document.runs
    assert from_wire(json.loads(json.dumps(to_wire(document)))) == document
