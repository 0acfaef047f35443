import json

import pytest

from tests.skills.test_esco import HEADER, ROWS


def test_detect_gives_json_lines(metier):
    result = metier("skills", "detect", "--text", "Five years of Django, no experience with Java.")
    labels = {row["skill"]: row["label"] for row in result.rows}
    assert (labels["django"], labels["python"], labels["java"]) == ("explicit", "implicit", "none")


def test_detect_reads_standard_input_and_shows_tables(metier):
    result = metier("skills", "detect", "--format", "table", stdin="Пишу на питоне".encode())
    assert "Python" in result.out
    assert "outright" in result.out
    assert "No skill" in metier("skills", "detect", "--text", "", "--format", "table").out


def test_asking_for_one_skill_filters_the_output_only(metier):
    assert metier("skills", "detect", "--text", "JavaScript", "--skill", "java").rows == []
    rows = metier("skills", "detect", "--text", "Java and JavaScript", "--skill", "java").rows
    assert [row["skill"] for row in rows] == ["java"]


def test_an_unknown_skill_is_an_error(metier):
    result = metier("skills", "detect", "--text", "x", "--skill", "cobolt")
    assert result.code == 2
    assert "has no skill 'cobolt'" in result.err


def test_a_text_over_the_limit_is_refused(metier, monkeypatch):
    monkeypatch.setenv("METIER_MAX_CHARS", "3")
    assert "may have 3 characters. It has 4" in metier("skills", "detect", "--text", "Java").err


def test_batch_answers_every_row_in_order(metier, tmp_path):
    rows = [{"id": "a", "text": "Python " * 20}, {"id": "b"}, {"id": "c", "text": "Java and Go " * 20}]
    data, output = tmp_path / "data.jsonl", tmp_path / "results.jsonl"
    data.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    result = metier("skills", "batch", "--input", data, "--output", output)
    found = [json.loads(line) for line in output.read_text().splitlines()]
    assert [row["id"] for row in found] == ["a", "b", "c"]
    assert [skill["skill"] for skill in found[2]["skills"] if skill["label"] == "explicit"] == ["java", "go"]
    assert found[1]["error"]["code"] == "corrupt_document"
    assert result.code == 1
    assert "1 of 3 documents not scored" in result.err


@pytest.mark.parametrize("chosen", ["table", "csv", "json"])
def test_the_taxonomy_is_listed(metier, chosen):
    result = metier("skills", "taxonomy", "show", "--format", chosen)
    assert result.code == 0
    assert "postgresql" in result.out


def test_a_listed_taxonomy_can_be_used(metier, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(metier("skills", "taxonomy", "show", "--format", "csv").out, encoding="utf-8")
    result = metier("skills", "detect", "--text", "Django", "--taxonomy", path)
    assert {row["skill"]: row["label"] for row in result.rows}["python"] == "implicit"


def test_esco_is_imported_and_used_by_name(metier, tmp_path):
    path = tmp_path / "skills_en.csv"
    path.write_text(HEADER + ROWS, encoding="utf-8")
    imported = metier("skills", "taxonomy", "import", path, "--language", "en")
    assert "Imported 3 skills. Use them: --taxonomy esco-en" in imported.err
    found = metier("skills", "detect", "--text", "handle looms", "--taxonomy", "esco-en")
    assert [row["skill"] for row in found.rows] == ["http://e/1"]
