import json
from contextlib import contextmanager

import pytest

from metier.batch.lines import assess_one_by_one
from tests.engine.samples import RESUMES, VACANCIES

WORDS = ("--model", "none", "--as-of", "2026-11")


@pytest.fixture
def data(tmp_path):
    rows = [{"id": name, "text": text} for name, text in RESUMES.items()] + [{"id": "bad"}]
    path = tmp_path / "data.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def lines(output):
    return [json.loads(line) for line in output.read_text("utf-8").splitlines()]


def test_every_row_has_a_line_in_order_and_a_bad_one_its_error(metier, data, tmp_path):
    output = tmp_path / "out.jsonl"
    result = metier("batch", data, "--output", output, *WORDS)
    assert result.code == 1
    assert [row.get("source") for row in lines(output)] == [*RESUMES, None]
    assert lines(output)[-1]["error"]["code"] == "corrupt_document"
    assert "Assessed 4 documents" in result.err
    assert "1 of 4 documents not scored: corrupt_document 1" in result.err


def test_lines_are_those_of_assess_in_the_order_of_the_input(metier, data, tmp_path):
    vacancy, output = tmp_path / "vacancy.txt", tmp_path / "out.jsonl"
    vacancy.write_text(VACANCIES["backend"])
    metier("batch", data, "--vacancy", vacancy, "--output", output, *WORDS)
    ranked = metier("assess", data, "--vacancy", vacancy, *WORDS).rows
    assert {json.dumps(row) for row in ranked} == {json.dumps(row) for row in lines(output)}


def test_an_interrupted_run_goes_on(metier, data, tmp_path, monkeypatch):
    def interrupted(engine, vacancy):
        def run(sources):
            yield next(assess_one_by_one(engine, vacancy)(sources))
            raise KeyboardInterrupt

        return run

    output = tmp_path / "out.jsonl"
    with monkeypatch.context() as patch:
        patch.setattr("metier.batch.lines.assess_one_by_one", interrupted)
        stopped = metier("batch", data, "--output", output, *WORDS)
    assert (stopped.code, output.exists()) == (130, False)
    assert "same command again" in stopped.err
    assert "4 documents, 1 of them by an earlier run" in metier("batch", data, "--output", output, *WORDS).err


def test_options_of_ray_go_with_it(metier, data, tmp_path):
    result = metier("batch", data, "--output", tmp_path / "o", "--workers", "2")
    assert result.code == 2
    assert "Add it, or leave them out" in result.err


def test_with_ray_each_worker_opens_the_same_engine(metier, data, tmp_path, monkeypatch):
    """The cluster is left out: what is sent to a worker is called here."""

    @contextmanager
    def opened_cluster(scale):
        yield scale

    def ray_assessor(make_engine, cluster, *, like, vacancy):
        assert (cluster.workers, cluster.address) == (2, "auto")
        there = make_engine()
        there.close()
        assert there.provenance == like.provenance
        return assess_one_by_one(like, vacancy)

    monkeypatch.setattr("metier.cli.batch.opened_cluster", opened_cluster)
    monkeypatch.setattr("metier.batch.on_ray.ray_assessor", ray_assessor)
    ray = ("--engine", "ray", "--workers", "2", "--ray-address", "auto")
    output = tmp_path / "out.jsonl"
    assert metier("batch", data, "--output", output, *ray, *WORDS).code == 1
    assert len(lines(output)) == 4


def test_an_output_that_is_the_input_is_refused(metier, data):
    assert metier("batch", data, "--output", data).code == 2
