import json
from contextlib import contextmanager

import pytest

from metier.engine.indexing import one_by_one
from tests.cli.test_search import AS_OF, quick, write_rows
from tests.engine.samples import RESUMES, VACANCIES

__all__ = ["quick"]

BAD = {"short": "Too short.", "anna": "The same id again, which is one too many for an index like this one."}


@pytest.mark.usefixtures("quick")
def test_a_folder_and_a_table_are_indexed_and_passed_over_the_second_time(metier, tmp_path):
    folder = tmp_path / "cvs"
    folder.mkdir()
    for name in ("anna", "ivan"):
        (folder / f"{name}.txt").write_text(RESUMES[name], encoding="utf-8")
    table = tmp_path / "jobs.csv"
    cell = VACANCIES["backend"].replace('"', '""')
    table.write_text(f'id,title,place,date,text\nv1,Developer,Oslo,2026-05-01,"{cell}"\n', encoding="utf-8")
    first = metier("search", "index", folder, "--role", "resume", *AS_OF)
    assert (first.code, "Indexed 2 documents" in first.err) == (0, True)
    again = metier("search", "index", folder, "--role", "resume", *AS_OF)
    assert "Indexed 0 documents; 2 were there already" in again.err
    assert metier("search", "index", table, "--role", "vacancy", *AS_OF).code == 0
    shown = json.loads(metier("search", "show", "v1", "--format", "json").out)
    assert (shown["title"], shown["place"], shown["date"]) == ("Developer", "Oslo", "2026-05-01")
    rebuilt = metier("search", "index", "--rebuild")
    assert "Rebuilt 3 documents" in rebuilt.err


@pytest.mark.usefixtures("quick")
def test_bad_rows_are_listed_and_the_rest_is_indexed(metier, tmp_path):
    rows = write_rows(tmp_path / "a.jsonl", RESUMES)
    more = write_rows(tmp_path / "b.jsonl", BAD)
    result = metier("search", "index", rows, more, "--role", "resume", *AS_OF)
    assert result.code == 1
    assert "Indexed 3 documents" in result.err
    assert "2 documents not indexed" in result.err
    assert "one too many" not in result.err


@pytest.mark.usefixtures("quick")
def test_nothing_to_index_is_an_error(metier, tmp_path):
    assert "nothing to index" in metier("search", "index").err
    (tmp_path / "empty").mkdir()
    assert metier("search", "index", tmp_path / "empty", "--role", "resume").code == 2
    without_role = metier("search", "index", write_rows(tmp_path / "a.jsonl", RESUMES))
    assert without_role.code == 1
    assert "a resume or a vacancy" in without_role.err


@pytest.mark.usefixtures("quick")
def test_with_ray_each_worker_opens_the_same_maker(metier, tmp_path, monkeypatch):
    """The cluster is left out: what is sent to a worker is called here."""

    @contextmanager
    def opened_cluster(scale):
        yield scale

    def ray_indexer(make_maker, cluster, *, like):
        assert cluster.workers == 2
        there = make_maker()
        there.engine.close()
        assert there.engine.provenance == like.engine.provenance
        return one_by_one(like)

    monkeypatch.setattr("metier.cli.search_index.opened_cluster", opened_cluster)
    monkeypatch.setattr("metier.batch.on_ray.ray_indexer", ray_indexer)
    rows = write_rows(tmp_path / "a.jsonl", RESUMES)
    ray = ("--engine", "ray", "--workers", "2")
    assert "Indexed 3 documents" in metier("search", "index", rows, "--role", "resume", *AS_OF, *ray).err
