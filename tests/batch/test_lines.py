import json

import pytest

from metier.batch.assessing import assess_sources, run_fingerprint
from metier.batch.lines import KeptLines, assess_line, assess_one_by_one, assess_to_lines, failure_line
from metier.documents.source import Source
from metier.engine import Engine
from metier.errors import EmptyDocument, InvalidInput
from metier.limits import ReadingLimits
from metier.records import to_json
from metier.types import Failure, YearMonth
from tests.skills.taxonomies import small_taxonomy

RESUME = "Senior developer of payment services in Python who likes short meetings and long tests. "


@pytest.fixture(scope="module")
def engine():
    with Engine(small_taxonomy(), limits=ReadingLimits(), as_of=YearMonth(2026, 11)) as engine:
        yield engine


@pytest.fixture
def output(tmp_path):
    return tmp_path / "results.jsonl"


def rows(n):
    return [Source(f"r{i}", text=f"{RESUME} Number {i}.") for i in range(n)]


def lines(output):
    return output.read_text("utf-8").splitlines()


def partial(output):
    return output.with_name("results.jsonl.partial")


class Interrupted(Exception):
    pass


def interrupting(assessor, after):
    def run(sources):
        for number, line in assessor(sources):
            if number == after:
                raise Interrupted
            yield number, line

    return run


def test_each_source_has_its_line_in_order_and_a_bad_one_its_error(engine, output):
    sources = [
        *rows(2),
        Source("bad", error=EmptyDocument("bad holds no text.")),
        Source("short", text="."),
        *rows(1),
    ]
    ticks = []
    report = assess_to_lines(
        assess_one_by_one(engine), iter(sources), output, run="r", on_progress=lambda: ticks.append(1)
    )
    expected = assess_sources(engine, sources, keep_text=False)
    assert lines(output)[:2] == [to_json(assessment) for assessment in expected.assessments[:2]]
    assert json.loads(lines(output)[2])["error"]["code"] == "empty_document"
    assert json.loads(lines(output)[3])["status"] == "unreadable"
    assert lines(output)[0] == lines(output)[4]
    assert (report.n_documents, report.n_resumed, len(ticks)) == (5, 0, 5)
    assert sum(report.counts.values()) == len(report.problems) == 2
    assert not partial(output).exists()


def test_an_interrupted_run_goes_on_with_the_same_result(engine, output, tmp_path):
    assessor, run = assess_one_by_one(engine), run_fingerprint(engine, None, keep_text=False)
    assess_to_lines(assessor, rows(6), tmp_path / "whole.jsonl", run=run)
    with pytest.raises(Interrupted):
        assess_to_lines(interrupting(assessor, 3), rows(6), output, run=run)
    assert not output.exists()
    report = assess_to_lines(assessor, rows(6), output, run=run)
    assert report.n_resumed == 3
    assert lines(output) == lines(tmp_path / "whole.jsonl")


def test_lines_may_come_in_any_order(engine, output):
    def backwards(sources):
        return reversed(list(assess_one_by_one(engine)(sources)))

    assess_to_lines(backwards, rows(4), output, run="r")
    assert [json.loads(line)["source"] for line in lines(output)] == ["r0", "r1", "r2", "r3"]


def test_another_run_starts_anew(engine, output):
    assessor = assess_one_by_one(engine)
    with pytest.raises(Interrupted):
        assess_to_lines(interrupting(assessor, 2), rows(3), output, run="one")
    assert assess_to_lines(assessor, rows(3), output, run="two").n_resumed == 0


@pytest.mark.parametrize("cut", [1, 300])
def test_a_line_that_a_kill_cut_off_is_made_again(engine, output, cut):
    assessor = assess_one_by_one(engine)
    with pytest.raises(Interrupted):
        assess_to_lines(interrupting(assessor, 2), rows(3), output, run="r")
    partial(output).write_bytes(partial(output).read_bytes()[:-cut])
    assert assess_to_lines(assessor, rows(3), output, run="r").n_resumed == 1
    assert len(lines(output)) == 3


def test_a_line_without_its_digest_is_made_again(engine, output):
    assessor = assess_one_by_one(engine)
    with pytest.raises(Interrupted):
        assess_to_lines(interrupting(assessor, 2), rows(3), output, run="r")
    with partial(output).open("ab") as file:
        file.write(b"\0" * 40 + b"\n" + b"z" * 32 + b" {}\n")
    assert assess_to_lines(assessor, rows(3), output, run="r").n_resumed == 2
    assert len(lines(output)) == 3


def test_a_file_that_is_no_part_of_a_run_is_left_alone(engine, output):
    partial(output).write_text("my notes\n")
    with pytest.raises(InvalidInput, match="is in the way"):
        assess_to_lines(assess_one_by_one(engine), rows(1), output, run="r")
    assert partial(output).read_text() == "my notes\n"


def test_nothing_to_assess_is_an_error(engine, output):
    with pytest.raises(InvalidInput, match="no document to assess"):
        assess_to_lines(assess_one_by_one(engine), [], output, run="r")


def test_an_output_that_cannot_be_written_is_named(tmp_path):
    with KeptLines(tmp_path / "p", run="r") as kept, pytest.raises(InvalidInput, match="cannot be written"):
        kept.write([kept.keep(b"0" * 16, "{}")], tmp_path / "nowhere" / "out.jsonl")
    with pytest.raises(InvalidInput, match="cannot be written"), KeptLines(tmp_path / "no" / "p", run="r"):
        pass


def test_kept_lines_are_used_inside_their_block(tmp_path):
    with pytest.raises(InvalidInput, match="inside a `with` block"):
        KeptLines(tmp_path / "p", run="r").keep(b"0" * 16, "{}")


def test_a_failure_is_a_line(engine):
    line = failure_line(Failure("a", "code", "a is bad."))
    assert json.loads(line) == {"error": {"source": "a", "code": "code", "message": "a is bad."}}
    assert "empty_document" in assess_line(engine, Source("e", error=EmptyDocument("e is empty.")), None)
