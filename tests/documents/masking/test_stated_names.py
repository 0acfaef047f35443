from __future__ import annotations

import pytest

from metier.documents.masking.place import Region
from metier.documents.masking.stated_names import labelled_names, said_name


def labelled(text: str) -> list[str]:
    return [text[name.span.start : name.span.end] for name in labelled_names(text, Region(len(text), ()))]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Name: Anna Lind", ["Anna Lind"]),
        ("Full name   Anna Lind\nAge 34", ["Anna Lind"]),
        ("First name: Anna\nLast name: Lind", ["Anna", "Lind"]),
        ("Name\nAnna Lind\n", ["Anna Lind"]),
        ("Name: Anna Lind Marital status: single", ["Anna Lind"]),
        ("Name: Anna (Anya) Lind (née Berg)", ["Anna (Anya) Lind"]),
        ("ФИО: иванов иван", ["иванов иван"]),
        ("Фамилия: Саидов\nИмя: Рустам", ["Саидов", "Рустам"]),
        ("성 명 : (한글) 홍길동 (영문) HONG GIL DONG", ["홍길동", "HONG GIL DONG"]),
        ("한자: 洪吉童", ["洪吉童"]),
        ("이름: 응우옌 반 안", ["응우옌 반 안"]),
        ("שם מלא: דנה לוי", ["דנה לוי"]),
    ],
)
def test_a_label_tells_a_name(text, names):
    assert labelled(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "Project name: Payments Gateway",
        "Company Name Acme",
        "Name: Software Engineer",
        "Username: x",
        "Name:",
    ],
)
def test_other_labels_and_values_tell_none(text):
    assert labelled(text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Hello, my name is Anna Lind and I teach.", "Anna Lind"),
        ("Меня зовут Алёна, мне 23 года", "Алёна"),
        ("Меня зовут Цырендулма, мне 23 года", "Цырендулма"),
        ("Hi! My name is Ugyen Wangchuk, I teach.", "Ugyen Wangchuk"),
        ("안녕하세요. 프론트엔드 개발자 홍길동입니다.", "홍길동"),
        ("שמי דנה ואני מורה", "דנה"),
    ],
)
def test_a_sentence_tells_a_name(text, name):
    found = said_name(text, Region(len(text), ()))
    assert found is not None
    assert text[found.span.start : found.span.end] == name


@pytest.mark.parametrize(
    "text", ["I am Java developer", "Я разработчик", "저는 개발자입니다", "I am in Berlin", ""]
)
def test_other_sentences_tell_none(text):
    assert said_name(text, Region(len(text), ())) is None
