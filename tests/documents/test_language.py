import pytest

import metier.documents.language as module
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


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Worked with the team and wrote most of the code for the billing of the shop", "en"),
        ("Выпускал программы для магазина и писал тесты к ним каждый день", "ru"),
        ("Вів команду розробників і писав програми для крамниці щодня", "uk"),
        ("Arbeitete an der Abrechnung und schrieb Programme für den Laden in Berlin", "de"),
    ],
)
def test_plain_english_and_russian_need_no_library_and_others_do(text, language, monkeypatch):
    asked = []
    real = module._identify
    monkeypatch.setattr(module, "_identify", lambda *args: asked.append(1) or real(*args))
    assert module.detect_language(text) == language
    assert bool(asked) == (language not in {"en", "ru"})
