import csv
import io
import json

import pytest

from metier.encoders.fake import FakeEncoder
from metier.search.vectors import SearchEncoder
from tests.engine.samples import RESUMES, VACANCIES

AS_OF = ("--as-of", "2026-11")


def write_rows(path, texts, **fields):
    rows = [
        json.dumps({"id": name, "text": text, **fields}, ensure_ascii=False) for name, text in texts.items()
    ]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def quick(monkeypatch):
    """Let the commands use the fake encoder: loading the real one takes a second each time."""

    def load(name, models_dir, runtime):
        return SearchEncoder(FakeEncoder())

    monkeypatch.setattr("metier.search.load.load_search_encoder", load)


@pytest.fixture
def index(metier, tmp_path, quick):
    """Return the path of an index of three resumes and two vacancies."""
    resumes = write_rows(tmp_path / "resumes.jsonl", RESUMES, role="resume")
    vacancies = write_rows(tmp_path / "vacancies.jsonl", VACANCIES, role="vacancy")
    result = metier("search", "index", resumes, vacancies, "--index", tmp_path / "i.db", *AS_OF)
    assert result.code == 0, result.err
    return tmp_path / "i.db"


def test_the_shipped_model_finds_a_resume_across_languages(metier, tmp_path):
    resumes = write_rows(tmp_path / "resumes.jsonl", RESUMES, role="resume")
    assert metier("search", "index", resumes, *AS_OF).code == 0
    found = metier("search", "query", "accountant", "--mode", "dense", "--format", "json")
    assert found.rows[0]["document_id"] == "olga"


def test_an_index_answers_says_why_and_forgets(metier, index, tmp_path):
    at = ("--index", index)
    found = metier("search", "query", "python django", "--role", "vacancy", "--format", "json", *at)
    assert found.rows[0]["document_id"] == "backend"
    assert {"Python", "Django"} <= set(found.rows[0]["shared"])

    (tmp_path / "cv.txt").write_text(RESUMES["olga"], encoding="utf-8")
    similar = metier(
        "search", "similar", tmp_path / "cv.txt", "--rerank", "coverage", "--format", "csv", *at, *AS_OF
    )
    rows = list(csv.DictReader(io.StringIO(similar.out)))
    assert rows[0]["document_id"] == "ledger"

    by_id = metier("search", "similar", "backend", "--top-k", "1", "--format", "json", *at)
    assert [row["document_id"] for row in by_id.rows] == ["anna"]

    filtered = metier(
        "search", "query", "excel", "--filter", "language=ru", "--filter", "years>=1", "--format", "json", *at
    )
    assert {row["language"] for row in filtered.rows} == {"ru"}

    assert metier("search", "delete", "anna", *at).code == 0
    assert metier("search", "show", "anna", *at).code == 2
    stats = metier("search", "stats", "--format", "json", *at).rows[0]
    assert stats["documents"] == {"resume": 2, "vacancy": 2}
    again = metier("search", "delete", "anna", "ivan", *at)
    assert (again.code, "There is no document anna" in again.err, "ivan" in again.err) == (1, True, False)


def test_tables_show_hits_documents_and_figures(metier, index):
    at = ("--index", index, "--format", "table")
    hits = metier("search", "query", "Python", *at).out
    assert "Senior Python developer" in hits
    assert "shared" in hits
    shown = metier("search", "show", "anna", *at).out
    assert "[NAME]" in shown
    assert "Anna" not in shown
    assert "resume 3, vacancy 2" in metier("search", "stats", *at).out


def test_the_same_search_gives_the_same_bytes(metier, index):
    command = ("search", "similar", "backend", "--index", index, "--format", "json")
    assert metier(*command).out == metier(*command).out


def test_a_query_comes_through_standard_input(metier, index):
    found = metier(
        "search",
        "query",
        "-",
        "--index",
        index,
        "--format",
        "json",
        "--mode",
        "lexical",
        stdin="бухгалтера".encode(),
    )
    assert {row["document_id"] for row in found.rows} == {"olga", "ledger"}


def test_a_name_that_is_a_file_and_an_id_is_taken_where_both_are_the_same(
    metier, index, tmp_path, monkeypatch
):
    folder = tmp_path / "cvs"
    folder.mkdir()
    (folder / "v.txt").write_text(VACANCIES["backend"], encoding="utf-8")
    monkeypatch.chdir(folder)
    at = ("--index", index, *AS_OF)
    assert metier("search", "index", folder, "--role", "vacancy", *at).code == 0
    found = metier("search", "similar", "v.txt", "--format", "json", *at)
    assert {row["role"] for row in found.rows} == {"resume"}

    (folder / "v.txt").write_text(RESUMES["olga"], encoding="utf-8")
    refused = metier("search", "similar", "v.txt", *at)
    assert (refused.code, "Write ./v.txt for the file" in refused.err) == (2, True)
    found = metier("search", "similar", "./v.txt", "--format", "json", "--top-k", "1", *at)
    assert [row["document_id"] for row in found.rows] == ["ledger"]


def test_an_output_never_overwrites_the_index_or_what_is_read(metier, index, tmp_path):
    cv = tmp_path / "cv.txt"
    cv.write_text(RESUMES["olga"], encoding="utf-8")
    for output in (cv, index):
        before = output.read_bytes()
        result = metier(
            "search", "similar", cv, "--format", "json", "--output", output, "--index", index, *AS_OF
        )
        assert (result.code, "would be lost" in result.err) == (2, True)
        assert output.read_bytes() == before


def test_hits_are_no_html(metier, index, tmp_path):
    result = metier("search", "query", "python", "--output", tmp_path / "o.html", "--index", index)
    assert (result.code, "choose another ending" in result.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("query", "python", "--filter", "salary>=3"), "no field 'salary'"),
        (("query", " "), "must hold a word"),
        (("query", "x" * 300_000), "may have 250,000 characters"),
        (("similar", "nobody"), "no file nobody, and the index holds no document"),
        (("similar", "한" * 200), "Check the name"),
        (("query", "python", "--filter", "skill=juggling"), "no skill 'juggling'"),
        (("query", "python", "--rerank", "pairwise"), "--rerank-model"),
        (("query", "python", "--model", "none"), "needs an encoder"),
    ],
)
def test_what_cannot_be_searched_is_explained(metier, index, arguments, message):
    result = metier("search", *arguments, "--index", index)
    assert result.code == 2
    assert message in result.err


def test_a_missing_index_says_how_to_make_one(metier):
    result = metier("search", "query", "python")
    assert result.code == 2
    assert "metier search index" in result.err


def test_a_damaged_index_is_told_of_and_stays_as_it_is(metier, tmp_path):
    (tmp_path / "i.db").write_bytes(b"no database at all" * 100)
    result = metier("search", "stats", "--index", tmp_path / "i.db")
    assert result.code == 4
    assert (tmp_path / "i.db").read_bytes() == b"no database at all" * 100
