import pytest

from metier.documents.headings import fold, heading_kind


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Experience", "experience"),
        ("WORK EXPERIENCE:", "experience"),
        ("E X P E R I E N C E", "experience"),
        ("W O R K  E X P E R I E N C E", "experience"),
        ("Опыт работы — 9 лет 2 месяца", "experience"),
        ("Professional Experience (5 years)", "experience"),
        ("## Education", "education"),
        ("1. Skills", "skills"),
        ("★ Skills & Tools ★", "skills"),
        ("КЛЮЧЕВЫЕ НАВЫКИ", "skills"),
        ("Что мы ждём от вас:", "required"),
        ("Будет плюсом", "preferred"),
        ("What you’ll do", "duties"),
        ("What we offer?", "offer"),
        ("경력", "experience"),
        ("자격요건", "required"),
        ("우대사항", "preferred"),
        ("ניסיון תעסוקתי", "experience"),
        ("דרישות התפקיד:", "required"),
    ],
)
def test_known_headings_are_known_however_they_are_set(line, kind):
    assert heading_kind(line) == kind


@pytest.mark.parametrize(
    "line",
    [
        "",
        "—",
        "Experience with Java is required",
        "Experienced developer",
        "Skills that matter to us",
        "We offer a free lunch",
        "Опыт работы с Java от трёх лет обязателен",
        "Education & Llamas",
        "Experience " * 20,
    ],
)
def test_prose_is_no_heading(line):
    assert heading_kind(line) is None


def test_folding_is_the_same_the_second_time():
    assert fold(fold("• Ёлки & Палки:")) == fold("• Ёлки & Палки:")
