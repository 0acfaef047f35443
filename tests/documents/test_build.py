import pytest

from metier.documents.build import build_document, content_id, name_findings
from metier.documents.extracted import Extracted
from metier.documents.formats import DocumentFormat
from metier.types import Finding, Role, Severity, Span, YearMonth

RESUME = """Anna Berg
Senior developer in payment systems, likes clear code and short meetings.

Experience
Acme, developer, Jan 2019 - Mar 2021
Built and ran the billing service in Python together with two colleagues.
Borea, developer, Apr 2021 - present
Leads the team for reports and makes sure that each of them is right.
"""


def build(text, role=Role.RESUME, findings=()):
    extracted = Extracted(text, (Span(0, len(text)),), findings=findings)
    return build_document(extracted, content="id", source="cv", role=role, as_of=YearMonth(2021, 12))


def test_a_resume_gets_language_sections_periods_and_months():
    document = build(RESUME)
    assert document.language == "en"
    assert [section.kind.value for section in document.sections] == ["header", "experience"]
    assert [period.months for period in document.periods] == [27, 9]
    assert document.months == 36
    assert document.readable


def test_a_vacancy_has_no_career():
    document = build(RESUME, role=Role.VACANCY)
    assert document.periods == ()
    assert document.months is None


def test_an_error_makes_a_document_unreadable_and_comes_first():
    hint = Finding("guessed_encoding", Severity.INFO, "x")
    document = build("short", findings=(hint,))
    assert [finding.code for finding in document.findings] == ["almost_no_text", "guessed_encoding"]
    assert not document.readable


def test_a_scan_is_not_also_said_to_have_little_text():
    scan = Finding("needs_ocr", Severity.ERROR, "x")
    assert [finding.code for finding in build("", findings=(scan,)).findings] == ["needs_ocr"]


def test_equal_bytes_have_equal_ids():
    assert content_id(b"a") == content_id(b"a") != content_id(b"b")
    assert len(content_id(b"")) == 16


@pytest.mark.parametrize(("name", "codes"), [("a.pdf", []), ("a.docx", ["wrong_extension"]), ("row", [])])
def test_a_wrong_ending_is_said(name, codes):
    assert [finding.code for finding in name_findings(name, DocumentFormat.PDF)] == codes
