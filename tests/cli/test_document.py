import json

RESUME = """Анна Берг
Разработчик платёжных сервисов, любит короткие встречи и длинные тесты.

Опыт работы
Борея, разработчик, янв. 2019 — н. в.
Сервисы на Python.
"""


def test_show_gives_the_promised_keys(metier):
    result = metier("document", "show", "-", "--as-of", "2020-12", "--format", "json", stdin=RESUME.encode())
    document = json.loads(result.out)
    assert {"text", "language", "sections", "periods", "months", "findings"} <= set(document)
    assert document["language"] == "ru"
    assert document["months"] == 24
    period = document["periods"][0]["span"]
    assert document["text"][period["start"] : period["end"]] == "янв. 2019 — н. в."


def test_show_for_a_person_tells_what_was_understood(metier):
    result = metier("document", "show", "-", "--as-of", "2020-12", "--format", "table", stdin=RESUME.encode())
    assert "янв. 2019 — н. в. (24 months)" in result.out
    assert "header, experience" in result.out


def test_an_unreadable_document_exits_with_1_and_a_missing_one_with_2(metier):
    assert metier("document", "show", "-", stdin=b"short").code == 1
    assert metier("document", "show", "-", stdin=b"%PDF-1.7 cut off").code == 1
    assert metier("document", "show", "nowhere.pdf").code == 2
