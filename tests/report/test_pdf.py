"""The printed report: what its pages say, and that no document can break them."""

from __future__ import annotations

from dataclasses import replace

import pypdfium2
import pytest

from metier.assessment import Assessment, Provenance
from metier.report.html import ReportItem, ReportLanguage
from metier.report.pdf import render_pdf
from metier.types import (
    AssessmentStatus,
    Coverage,
    Document,
    Effect,
    EvidenceLabel,
    Expertise,
    Factor,
    Finding,
    Importance,
    Level,
    Mask,
    MaskKind,
    Quote,
    Requirement,
    RequirementStatus,
    Role,
    Severity,
    SkillEvidence,
    Span,
    YearMonth,
)

EN, RU = ReportLanguage.EN, ReportLanguage.RU
TEXT = "Anna Berg\nBuilt services in Python & Django <b>since</b> 2019.\nKnows Docker."
HOSTILE = "<b>bold</b> <font color=red> &amp; </para> <img src='file:///etc/passwd'/> \x00\x07 \ud800 \u202e"


def quote(words: str) -> Quote:
    start = TEXT.index(words)
    return Quote(Span(start, start + len(words)), words)


PYTHON = Requirement(
    "python",
    "Python",
    Importance.REQUIRED,
    RequirementStatus.MATCHED,
    (),
    (quote("Python"),),
    "The text names it.",
)
KAFKA = Requirement(
    "kafka",
    "Kafka",
    Importance.REQUIRED,
    RequirementStatus.MISSING,
    (),
    (),
    "The text does not show it.",
)
LEVEL = Expertise(
    Level.SENIOR,
    (0.01, 0.04, 0.2, 0.65, 0.1),
    (Level.MIDDLE, Level.SENIOR),
    0.9,
    2.8,
    None,
    None,
    (Factor("relevant_months", 71.0, 0.4, "x", (quote("2019"),)), Factor("degree", 0.0, -0.1, "y", ())),
    (),
    (),
    "expertise",
    "c" * 64,
)
RECORD = Assessment(
    "0123456789abcdef",
    "anna.txt",
    Role.RESUME,
    "en",
    AssessmentStatus.SCORED,
    71,
    (),
    (SkillEvidence("docker", "Docker", EvidenceLabel.EXPLICIT, 0.9, (quote("Docker"),), "x"),),
    Coverage(0.5, (PYTHON, KAFKA)),
    (Finding("pasted_vacancy", Severity.WARNING, "Words of the vacancy.", None, 1),),
    Provenance("0.1.0", "skills", "a" * 64, "default", "b" * 64, YearMonth(2026, 11)),
    masks=(Mask(Span(0, 9), MaskKind.NAME),),
    effects=(Effect("pasted_vacancy", counted=True, skills=("Java",)),),
    expertise=LEVEL,
)


def document(text: str = TEXT, source: str = "anna.txt", role: Role = Role.RESUME) -> Document:
    return Document("0" * 16, source, role, "en", text, (), (), None, (), (Span(0, len(text)),))


VACANCY = document("Python and Kafka", "vacancy.txt", Role.VACANCY)


def words(content: bytes) -> str:
    """Return the text of all pages, on one line."""
    pages = pypdfium2.PdfDocument(content)
    text = " ".join(page.get_textpage().get_text_bounded() for page in pages)
    return " ".join(text.split())


def printed(record=RECORD, text=TEXT, language=EN, vacancy=VACANCY, rank=1) -> str:
    item = ReportItem(document(text, record.source), record, rank)
    return words(render_pdf([item], vacancy=vacancy, language=language))


def test_it_says_what_each_resume_shows_and_what_the_score_means():
    found = printed()
    assert "Vacancy: vacancy.txt" in found
    assert "50.0%" in found
    assert "“Built services in Python & Django <b>since</b> 2019.”" in found
    assert "The text does not show it." in found
    assert "A person makes the decision." in found
    assert "senior (65.0%)" in found
    assert "Months of experience in this role: 71 (+0.4 levels" in found
    assert "Words of the vacancy" not in found
    assert "Hidden from every score: " in found
    assert "sha256 " + "a" * 64 in found.replace(" aaa", "aaa") or "a" * 40 in found
    assert "page 1" in found


def test_it_speaks_russian():
    found = printed(language=RU)
    assert "Отчёт об оценке резюме" in found
    assert "Решение принимает человек." in found
    assert "50,0 %" in found
    assert "«Built services in Python" in found


def test_the_same_arguments_give_the_same_bytes():
    item = ReportItem(document(), RECORD, 1)
    first, second = (render_pdf([item], vacancy=VACANCY, language=RU) for _ in range(2))
    assert first == second


def test_words_of_a_document_are_no_markup():
    hostile = replace(RECORD, source=HOSTILE, coverage=None)
    found = printed(hostile, HOSTILE, vacancy=None)
    assert "<b>bold</b> <font color=red> &amp; </para>" in found
    assert "<img src='file:///etc/passwd'/>" in found


def test_characters_that_the_fonts_lack_are_shown_as_squares_and_the_report_says_so():
    korean = replace(RECORD, source="이력서.txt")
    found = printed(korean)
    assert "□□□.txt" in found
    assert "The fonts of this report lack some characters" in found
    assert "The fonts" not in printed()


@pytest.mark.parametrize("name", ["Анна Берг", "Ångström Żółć", "Ελένη", "20 € → 30 ₽"])
def test_names_of_europe_are_printed(name):
    assert name in printed(replace(RECORD, source=name))


def test_words_from_the_right_are_drawn_from_the_right():
    assert "שלום"[::-1] in printed(replace(RECORD, source="שלום")) or "שלום" in printed(
        replace(RECORD, source="שלום")
    )


def test_a_document_that_is_not_scored_says_why():
    unread = replace(
        RECORD,
        status=AssessmentStatus.UNREADABLE,
        coverage=None,
        expertise=None,
        months=None,
        findings=(Finding("needs_ocr", Severity.ERROR, "x"),),
    )
    found = printed(unread)
    assert "Not scored, because:" in found
    assert "Requirements of the vacancy" not in found


def test_without_a_vacancy_there_are_skills_and_no_ranks():
    found = printed(replace(RECORD, coverage=None), vacancy=None, rank=None)
    assert "Named in the text: Docker" in found
    assert "Coverage" not in found


def test_nothing_to_report_is_a_report():
    assert "There is no document to report on." in words(render_pdf([], vacancy=None, language=EN))


def test_ranks_order_and_those_without_come_last():
    items = [
        ReportItem(document(source=name), replace(RECORD, source=name), rank)
        for name, rank in (("third", None), ("second", 2), ("first", 1))
    ]
    found = words(render_pdf(items, vacancy=VACANCY, language=EN))
    assert found.index("first") < found.index("second") < found.index("third")


def test_a_row_that_is_longer_than_a_page_is_cut_over_pages():
    long = replace(PYTHON, name="word " * 3000)
    found = render_pdf(
        [ReportItem(document(), replace(RECORD, coverage=Coverage(1.0, (long,))), 1)],
        vacancy=VACANCY,
        language=EN,
    )
    assert len(pypdfium2.PdfDocument(found)) > 2


def test_a_level_that_cannot_be_told_is_said_so():
    untold = replace(LEVEL, level=None, probabilities=(), level_set=(), expected=None, factors=())
    assert "not enough to tell" in printed(replace(RECORD, expertise=untold))
