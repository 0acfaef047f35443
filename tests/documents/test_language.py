import pytest

from metier.documents.language import detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Senior developer with ten years of experience in payment systems.", "en"),
        ("Разработчик с десятилетним опытом работы в платёжных системах.", "ru"),
        ("Python, Django, PostgreSQL, Docker. Разработка сервисов и поддержка.", "ru"),
        ("결제 시스템을 십 년 동안 개발한 경험이 있는 개발자입니다.", "ko"),
        ("מפתח עם ניסיון של עשר שנים במערכות תשלומים", "he"),
        ("Entwickler mit zehn Jahren Erfahrung in der Entwicklung von Zahlungssystemen.", "de"),
        ("short", "und"),
        ("", "und"),
        ("1234567890 " * 10, "und"),
    ],
)
def test_the_language_of_a_text(text, language):
    assert detect_language(text) == language
