from __future__ import annotations

from dataclasses import replace

import pytest

from metier.batch.levels import LevelOutcome, levels_fingerprint, score_applications
from metier.engine import Engine
from metier.engine.expertise import InputMaker, LevelScorer
from metier.errors import InvalidInput
from metier.expertise.application import Application, Field
from metier.limits import ReadingLimits
from metier.store.journal import Journal
from metier.types import Level, YearMonth
from tests.expertise.stand_ins import MonthsModel
from tests.skills.taxonomies import small_taxonomy

JOB = "Jan 2016 - Dec 2022\nAcme, developer\nBuilt billing in Django with SQL."
ROWS = [
    Application("a", {Field.POSITION: "Developer", Field.WORK_EXPERIENCE: JOB}, Level.SENIOR),
    Application("bad", {Field.POSITION: "Zz"}),
    Application("b", {Field.POSITION: "Analyst", Field.WORK_EXPERIENCE: JOB.replace("2022", "2017")}),
]


@pytest.fixture(scope="module")
def engine():
    with Engine(small_taxonomy(), limits=ReadingLimits(), as_of=YearMonth(2026, 11)) as engine:
        yield engine


@pytest.fixture
def levels(engine, monkeypatch):
    monkeypatch.setattr(type(engine), "levels", property(lambda _: LevelScorer(MonthsModel())))


@pytest.mark.usefixtures("levels")
def test_rows_come_in_their_order_and_a_bad_one_stops_nothing(engine):
    outcomes = list(score_applications(engine, InputMaker(engine), ROWS))
    assert [outcome.id for outcome in outcomes] == ["a", "bad", "b"]
    assert [outcome.expertise and outcome.expertise.level for outcome in outcomes] == [
        Level.MIDDLE,
        None,
        Level.JUNIOR,
    ]
    assert outcomes[0].expertise.claimed is Level.SENIOR
    assert outcomes[1].failure.code == InvalidInput.code


@pytest.mark.usefixtures("levels")
def test_an_interrupted_run_goes_on_and_changed_rows_are_scored_anew(engine, tmp_path):
    path = tmp_path / "levels.journal"
    with Journal(path, run="x") as journal:
        whole = list(score_applications(engine, InputMaker(engine), ROWS, journal=journal))
    changed = [replace(ROWS[0], claimed=Level.LEAD), *ROWS[1:]]
    calls = []
    maker = InputMaker(engine)
    real = maker.of_application
    maker.of_application = lambda row: (calls.append(row.id), real(row))[1]
    with Journal(path, run="x") as journal:
        again = list(score_applications(engine, maker, changed, journal=journal))
    assert calls == ["a"]
    assert again[1:] == whole[1:]
    assert again[0].expertise.claimed is Level.LEAD


def test_an_engine_that_goes_by_words_alone_is_refused(engine):
    with pytest.raises(InvalidInput, match="no model of levels"):
        list(score_applications(engine, InputMaker(engine), ROWS))


def test_what_makes_results_interchangeable_tells_settings_apart(engine):
    assert levels_fingerprint(engine, ["x"]) == levels_fingerprint(engine, ["x"])
    assert levels_fingerprint(engine, ["x"]) != levels_fingerprint(engine, ["y"])
    assert LevelOutcome("a").expertise is None
