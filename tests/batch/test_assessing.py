import pytest

from metier.batch.assessing import assess_sources, run_fingerprint
from metier.documents.source import Source
from metier.engine import Engine
from metier.errors import EmptyDocument
from metier.limits import ReadingLimits
from metier.store.journal import Journal
from metier.types import YearMonth
from tests.skills.taxonomies import small_taxonomy

RESUME = "Senior developer of payment services in Python who likes short meetings and long tests. "


@pytest.fixture
def engine():
    with Engine(small_taxonomy(), limits=ReadingLimits(), as_of=YearMonth(2026, 11)) as engine:
        yield engine


def rows(n):
    return [Source(f"r{i}", text=f"{RESUME} Number {i}.") for i in range(n)]


def test_a_bad_row_is_counted_and_the_rest_is_assessed(engine):
    sources = [*rows(2), Source("bad", error=EmptyDocument("bad holds no text.")), *rows(1)]
    ticks = []
    result = assess_sources(engine, sources, on_progress=lambda: ticks.append(1))
    assert [outcome.source for outcome in result.outcomes] == ["r0", "r1", "bad", "r0"]
    assert len(result.assessments) == 3
    assert result.failure_counts() == {"empty_document": 1}
    assert len(ticks) == 4


class Interrupted(Exception):
    pass


def test_an_interrupted_run_goes_on_where_it_stopped_with_the_same_result(engine, tmp_path):
    sources, run = rows(6), run_fingerprint(engine, None, keep_text=True)
    whole = assess_sources(engine, sources)
    ticks = []

    def interrupt():
        ticks.append(1)
        if len(ticks) == 3:
            raise Interrupted

    with pytest.raises(Interrupted), Journal(tmp_path / "p", run=run) as journal:
        assess_sources(engine, sources, journal=journal, on_progress=interrupt)
    with Journal(tmp_path / "p", run=run) as journal:
        result = assess_sources(engine, sources, journal=journal)
    assert result.n_resumed == 3
    assert result.outcomes == whole.outcomes


def test_a_changed_input_is_assessed_anew(engine, tmp_path):
    path = tmp_path / "cv.txt"
    path.write_text(RESUME)
    for content, n_resumed in ((RESUME, 0), (RESUME, 1), (RESUME + "More Java.", 0)):
        if path.read_text() != content:
            path.write_text(content)
        with Journal(tmp_path / "p", run="r") as journal:
            result = assess_sources(engine, [Source("cv.txt", path=path)], journal=journal)
        assert result.n_resumed == n_resumed


def test_equal_rows_keep_their_own_results(engine, tmp_path):
    sources = [Source("same", text=RESUME), Source("same", text=RESUME)]
    with Journal(tmp_path / "p", run="r") as journal:
        assess_sources(engine, sources, journal=journal)
        assert len(journal.done) == 2


def test_text_is_kept_only_when_wanted(engine):
    assert assess_sources(engine, rows(1)).outcomes[0].document.text.startswith("Senior")
    assert assess_sources(engine, rows(1), keep_text=False).outcomes[0].document is None


def test_runs_with_other_settings_are_other_runs(engine):
    assert run_fingerprint(engine, None, keep_text=True) != run_fingerprint(engine, None, keep_text=False)
