import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.skills.context import MentionContext, mention_context
from metier.types import Section, SectionKind, Span


def context(text, name="Java", section=None):
    start = text.index(name)
    return mention_context(text, Span(start, start + len(name)), section)


@pytest.mark.parametrize(
    "text",
    [
        "no experience with Java",
        "No Java.",
        "Five years of Django, no Java.",
        "Python, no Java yet",
        "SQL без Java",
        "Без Java",
        "I do not have experience with Java",
        "I don't have any experience in Java",
        "no Java experience",
        "No prior Python or Java experience",
        "no Python, Java or Go knowledge",
        "No prior hands-on experience in Java.",
        "I have never used Java",
        "I haven't worked with Java.",
        "without any knowledge of Java",
        "not familiar with Java",
        "little or no exposure to Scala, Java and Go",
        "Java: none",
        "Java is not required",
        "You do not need Java",
        "опыта нет с Java",
        "нет опыта работы с Java",
        "Опыта разработки на Java пока нет",
        "Без опыта на Java",
        "не работал с Java",
        "с Java не работал",
        "Java не знаю",
        "знание Java не требуется",
        "Java 경험 없음",
        "אין ניסיון ב Java",
        "no experience\nwith Java",
    ],
)
def test_a_denied_skill_is_denied(text):
    assert context(text) is MentionContext.DENIED


@pytest.mark.parametrize(
    "text",
    [
        "Java",
        "no experience with Python, but expert in Java",
        "No experience with Python. Java for five years.",
        "not only Java",
        "no less than five years of Java",
        "нет опыта с Python, но знаю Java",
        "не только Java",
        "Not afraid of legacy. Java developer",
        "- no experience with Python\n- Java",
        "no experience with Python\n\nJava",
        "Java знаю, Python не знаю",
        "Worked without supervision on Java services",
        "for a leading provider of payments, using Java",
        "Interested in cooking; Java developer",
        "For lack of company knowledge I wrote Java tests",
        "For a leading bank we are looking for a Java developer",
        "Worked as Java developer",
        "Never stopped using Java",
        "I can't imagine work without tests in Java",
        "I have not used Java since 2015",
        "Хочу изучить Go и Rust, пишу на Java",
        "No doubt, Java is what I know",
        "There was no deadline that Java missed",
    ],
)
def test_a_claimed_skill_is_claimed(text):
    assert context(text) is MentionContext.CLAIMED


@pytest.mark.parametrize(
    "text",
    [
        "want to learn Java",
        "eager to study Java and Go",
        "interested in learning Java",
        "хочу изучить Java",
        "планирую освоить Java",
        "готов учиться Java",
    ],
)
def test_a_wish_is_a_wish(text):
    assert context(text) is MentionContext.WISHED


@pytest.mark.parametrize(
    "text",
    [
        "a leading provider of Java software",
        "a company that develops Java tools",
        "two teams (they work with Python and Java)",
        "leader in Java consulting",
        "крупнейшая компания на рынке Java",
        "лидер рынка Java",
        "компания, которая разрабатывает Java",
    ],
)
def test_praise_of_an_employer_is_said_of_others(text):
    assert context(text) is MentionContext.OTHERS


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Worked with the project managers on dates", "project managers"),
        ("We have a team of certified project managers", "project managers"),
        ("Задачи ставятся совместно с бизнес-аналитиком", "бизнес-аналитиком"),
    ],
)
def test_the_job_of_a_colleague_is_of_others(text, role):
    assert context(text, role) is MentionContext.OTHERS


def test_the_section_on_the_employer_is_said_of_others():
    text = "About us\nWe love Java"
    assert context(text, section=Section(SectionKind.EMPLOYER, Span(0, len(text)))) is MentionContext.OTHERS
    assert context(text, section=Section(SectionKind.REQUIRED, Span(0, len(text)))) is MentionContext.CLAIMED


@given(st.text())
def test_text_after_the_clause_changes_nothing(unrelated):
    for text in ("Java.", "no experience with Java.", "want to learn Java."):
        assert context(f"{text} {unrelated}") is context(text)


@given(st.text(), st.text())
def test_any_text_has_a_context(before, after):
    assert context(f"{before}Java{after}") in MentionContext
