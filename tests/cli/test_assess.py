import csv
import io
import json

import pytest

from metier.assessment import Assessment
from metier.records import from_mapping
from tests.documents.docx_files import word_file

AS_OF = ("--as-of", "2026-11")
PYTHON = """Anna Berg
Senior developer of payment services who likes short meetings and long tests.

Experience
Acme, developer, Jan 2019 - Dec 2022
Built billing in Django, PostgreSQL and Docker. No experience with Java.
"""
JAVA = """Иван Лесной
Разработчик платёжных сервисов, любит короткие встречи и длинные тесты, пишет документацию.

Опыт работы
Борея, разработчик, март 2020 — настоящее время
Сервисы на Java и Spring Boot, базы PostgreSQL, контейнеры Docker.
"""
VACANCY = "Python developer\nRequirements:\n- Python\n- PostgreSQL\nNice to have:\n- Java\n- Kafka\n"


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "cvs"
    folder.mkdir()
    (folder / "anna.txt").write_text(PYTHON, encoding="utf-8")
    (folder / "ivan.docx").write_bytes(word_file(*JAVA.splitlines()))
    return folder


@pytest.fixture
def vacancy(tmp_path):
    path = tmp_path / "vacancy.txt"
    path.write_text(VACANCY, encoding="utf-8")
    return path


def test_a_folder_against_a_vacancy_is_ranked_json_lines_when_piped(metier, folder, vacancy):
    result = metier("assess", folder, "--vacancy", vacancy, *AS_OF)
    assert result.code == 0
    first, second = (from_mapping(Assessment, row) for row in result.rows)
    assert (first.source, second.source) == ("anna.txt", "ivan.docx")
    assert first.coverage.score > second.coverage.score
    assert first.months == 48
    assert second.language == "ru"


def test_a_table_shows_rank_score_and_what_is_missing(metier, folder, vacancy):
    result = metier("assess", folder, "--vacancy", vacancy, *AS_OF, "--format", "table")
    assert "2 documents against vacancy.txt: 2 required skills, 2 nice to have" in result.out
    assert result.out.index("anna.txt") < result.out.index("ivan.docx")
    assert "4 y" in result.out
    assert "Kafka" in result.out


def test_one_document_is_shown_with_its_evidence(metier, folder, vacancy):
    result = metier("assess", folder / "anna.txt", "--vacancy", vacancy, *AS_OF, "--format", "table")
    for words in (
        "anna.txt",
        "experience 4 y",
        "✓ matched",
        "~ implied",
        "✗ missing",
        "says that it is not there",
    ):
        assert words in result.out


def test_without_a_vacancy_skills_are_listed(metier, folder):
    result = metier("assess", folder, *AS_OF, "--format", "table")
    assert "Django" in result.out
    assert "Coverage" not in result.out


def test_csv_has_a_row_for_each_document_and_failure(metier, folder, vacancy):
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 cut off")
    result = metier("assess", folder, "--vacancy", vacancy, *AS_OF, "--format", "csv")
    rows = {row["source"]: row for row in csv.DictReader(io.StringIO(result.out))}
    assert rows["anna.txt"]["rank"] == "1"
    assert rows["anna.txt"]["required_implied"] == "Python"
    assert rows["broken.pdf"]["error"] == "corrupt_document"
    assert result.code == 1


def test_html_is_one_file_in_the_language_asked_for(metier, folder, vacancy, tmp_path):
    output = tmp_path / "report.html"
    result = metier("assess", folder, "--vacancy", vacancy, *AS_OF, "--output", output, "--language", "ru")
    page = output.read_text(encoding="utf-8")
    assert result.code == 0
    assert result.out == ""
    assert '<html lang="ru"' in page
    assert "anna.txt" in page
    assert "http://" not in page
    assert "https://" not in page
    assert not (tmp_path / "report.html.partial").exists()


def test_a_bad_file_does_not_stop_the_others_and_is_counted(metier, folder):
    (folder / "empty.txt").write_text("")
    (folder / "short.txt").write_text("Python")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 cut off")
    result = metier("assess", folder, *AS_OF)
    assert result.code == 1
    assert sum("error" not in row for row in result.rows) == 3
    assert "3 of 5 documents not scored: " in result.err
    for code in ("corrupt_document 1", "empty_document 1", "almost_no_text 1"):
        assert code in result.err
    assert "Traceback" not in result.err


def test_one_bad_file_is_one_line(metier, tmp_path):
    (tmp_path / "empty.pdf").write_bytes(b"")
    result = metier("assess", tmp_path / "empty.pdf", "--format", "table")
    assert (result.code, result.out) == (1, "")
    assert result.err == "metier: empty.pdf is empty. Send the file again.\n"


def test_a_document_without_skills_is_shown_as_such(metier):
    text = "Keeper of bees in the mountains, who tells the weather from the clouds and never hurries."
    result = metier("assess", "-", "--format", "table", stdin=text.encode())
    assert "No skill of the taxonomy is shown." in result.out


def test_standard_input_is_read(metier):
    result = metier("assess", "-", *AS_OF, stdin=word_file(*PYTHON.splitlines()))
    assert result.code == 0
    assert result.rows[0]["source"] == "-"
    assert result.rows[0]["months"] == 48


def test_the_vacancy_may_come_through_standard_input(metier, folder):
    assert metier("assess", folder, "--vacancy", "-", *AS_OF, stdin=VACANCY.encode()).code == 0
    result = metier("assess", "-", "--vacancy", "-", stdin=VACANCY.encode())
    assert result.code == 2
    assert "Standard input can be read once" in result.err


def test_rows_of_a_jsonl_file_are_documents(metier, tmp_path):
    path = tmp_path / "data.jsonl"
    path.write_text(
        json.dumps({"id": "r1", "text": PYTHON}) + '\n{"broken\n' + json.dumps({"text": JAVA}) + "\n"
    )
    result = metier("assess", path, *AS_OF)
    assert [row.get("source") for row in result.rows[:2]] == ["r1", "data.jsonl:3"]
    assert result.rows[2]["error"]["code"] == "corrupt_document"
    assert result.code == 1


def test_files_of_one_name_are_told_apart(metier, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "cv.txt").write_text(PYTHON)
    result = metier("assess", tmp_path / "a" / "cv.txt", tmp_path / "b" / "cv.txt", *AS_OF)
    assert sorted(row["source"] for row in result.rows) == [str(tmp_path / n / "cv.txt") for n in ("a", "b")]


def test_an_interrupted_run_goes_on(metier, folder, tmp_path, monkeypatch):
    import metier.engine as engine

    output, original, calls = tmp_path / "out.jsonl", engine.Engine.assess, []

    def interrupted(self, document, *, vacancy=None):
        calls.append(document.source)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return original(self, document, vacancy=vacancy)

    monkeypatch.setattr(engine.Engine, "assess", interrupted)
    first = metier("assess", folder, *AS_OF, "--output", output)
    assert first.code == 130
    assert "1 results are kept in out.jsonl.partial; run the same command again to go on" in first.err
    assert not output.exists()
    second = metier("assess", folder, *AS_OF, "--output", output)
    assert second.code == 0
    assert "Going on after 1 documents" in second.err
    assert calls == ["anna.txt", "ivan.docx", "ivan.docx"]
    assert len(output.read_text().splitlines()) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.pdf"], "There is no file or folder at nowhere.pdf"),
        (["{folder}", "--as-of", "November"], "--as-of must be a month such as 2026-11. Got 'November'"),
        (["{folder}", "--vacancy", "nowhere.txt"], "There is no file for nowhere.txt"),
        (["{folder}", "--taxonomy", "nowhere.yaml"], "no taxonomy file at nowhere.yaml"),
        (["{folder}", "--output", "out.docx"], "--output must end in .html"),
        (["{folder}", "--output", "/nowhere/out.html"], "cannot be written"),
        (["{folder}", "--format", "xml"], "xml"),
        ([], "Missing argument"),
    ],
)
def test_wrong_use_exits_with_2_and_says_what_to_do(metier, folder, arguments, message):
    result = metier("assess", *(argument.format(folder=folder) for argument in arguments))
    assert result.code == 2
    assert message in result.err
    assert "Traceback" not in result.err


def test_an_output_never_overwrites_an_input(metier, folder, vacancy, tmp_path):
    cv = folder / "anna.txt"
    for output in (cv, vacancy):
        before = output.read_text()
        result = metier("assess", cv, "--vacancy", vacancy, "--output", output, "--format", "json")
        assert result.code == 2
        assert "is one of the inputs and would be lost" in result.err
        assert output.read_text() == before


def test_an_output_that_cannot_be_written_is_refused_before_the_run(metier, folder, tmp_path):
    result = metier("assess", folder, "--output", tmp_path, "--format", "json")
    assert result.code == 2
    assert "is a folder" in result.err


def test_what_was_done_outlives_a_failure_to_write_it(metier, folder, tmp_path, monkeypatch):
    import metier.store.journal as journal

    def fail(path, content):
        raise journal.InvalidInput("no room")

    output = tmp_path / "out.jsonl"
    with monkeypatch.context() as broken:
        broken.setattr(journal, "write_atomically", fail)
        assert metier("assess", folder, *AS_OF, "--output", output).code == 2
    result = metier("assess", folder, *AS_OF, "--output", output)
    assert "Going on after 2 documents" in result.err
    assert result.code == 0


def test_a_file_named_twice_is_assessed_once(metier, folder):
    cv = folder / "anna.txt"
    assert len(metier("assess", cv, cv, folder / "." / "anna.txt", *AS_OF).rows) == 1


def test_a_closed_standard_input_is_wrong_use(metier, monkeypatch):
    import sys

    from metier.cli import options

    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(options.InvalidInput, match="Standard input is closed"):
        options.read_standard_input()


def test_no_message_holds_the_words_of_a_document(metier, tmp_path):
    marker = "Zzyzx Qwertovich"
    folder = tmp_path / "cvs"
    folder.mkdir()
    (folder / "a.txt").write_text(marker)
    (folder / "b.pdf").write_text(f"%PDF-1.7 {marker}")
    (folder / "c.docx").write_bytes(b"PK\x03\x04" + marker.encode())
    (folder / "d.jsonl").write_text(f'{{"text": 1, "name": "{marker}"}}\n{{"{marker}')
    (folder / "e.txt").write_bytes(marker.encode() + b"\x00\x81\xff" * 50)
    result = metier("assess", folder, *AS_OF, "--format", "json")
    assert result.code == 1
    assert marker not in result.err
    assert marker not in result.out
