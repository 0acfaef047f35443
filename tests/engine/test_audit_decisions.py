import numpy as np
import pytest

from metier.audit.decisions.moves import Move, Standing
from metier.audit.decisions.outcomes import Outcomes
from metier.documents.source import Source
from metier.engine import Engine, audit_decisions
from metier.engine.audit_decisions import (
    SWAP_NOTES,
    TRAITS,
    audit_batch,
    outcomes_of_batch,
    score_batch,
    seen_swaps,
    swap_batch,
)
from metier.engine.expertise import LevelScorer
from metier.errors import CorruptDocument, InvalidInput
from metier.limits import ReadingLimits
from metier.scans import ScanVerdict
from metier.types import Role, YearMonth
from tests.audit.decisions.outcome_tables import grouping_of
from tests.expertise.stand_ins import MonthsModel
from tests.skills.taxonomies import small_taxonomy

ENGLISH = """Anna Berg
Developer
Female, 34 years old
City: London

Experience
Acme, developer, Jan 2016 - Dec 2022
Built billing in Django with SQL and unit tests, and led a team of five people at a bank.
"""
RUSSIAN = """Николай Соколов
Аналитик
Пол: мужской
Возраст: 41 год
Город: Казань

Опыт работы
ООО «Ромашка», аналитик, январь 2019 — март 2021
Анализ данных и SQL для сети магазинов, отчёты для руководителей каждую неделю.
"""
VACANCY = "Python developer\nRequirements:\n- Python\n- SQL\nNice to have:\n- Java\n"


class EngineOfMonths(Engine):
    """An engine whose model of levels counts months."""

    levels = LevelScorer(MonthsModel())


@pytest.fixture(scope="module")
def engine():
    with EngineOfMonths(small_taxonomy(), limits=ReadingLimits(), as_of=YearMonth(2026, 11)) as engine:
        yield engine


@pytest.fixture(scope="module")
def vacancy(engine):
    return engine.prepare_vacancy(engine.read(Source("job.txt", text=VACANCY), role=Role.VACANCY))


@pytest.fixture(scope="module")
def batch(engine, vacancy):
    sources = [
        Source("folder/anna.txt", text=ENGLISH),
        Source("nikolai.txt", text=RUSSIAN),
        Source("bad.pdf", error=CorruptDocument("bad.pdf is damaged.")),
        Source("short.txt", text="SQL"),
    ]
    return score_batch(engine, sources, vacancy)


def test_a_batch_holds_what_is_scored_and_lists_what_is_not(batch):
    assert [document.source for document in batch.documents] == ["folder/anna.txt", "nikolai.txt"]
    assert batch.coverage[0] > batch.coverage[1] > 0
    assert [(failure.source, failure.code) for failure in batch.failures] == [
        ("bad.pdf", "corrupt_document"),
        ("short.txt", "unreadable"),
    ]


def test_resumes_of_one_name_are_numbered(engine, vacancy):
    found = score_batch(engine, [Source("cv", text=ENGLISH)] * 2, vacancy)
    assert [document.source for document in found.documents] == ["cv", "cv (2)"]


def test_masked_facts_move_nothing_in_english_and_russian(engine, vacancy, batch):
    moves = swap_batch(engine, batch, vacancy, most=2)
    masked = [move for move in moves if move.masked]
    assert {move.trait for move in masked} == {"name", "gender", "age", "birth_date"}
    assert {move.document for move in masked} == {"folder/anna.txt", "nikolai.txt"}
    assert max(move.largest for move in masked) == 0
    assert not any(move.seen for move in masked)
    assert {move.trait for move in moves} <= {trait.value for trait in TRAITS}


def test_a_resume_takes_its_place_among_the_others(engine, vacancy, batch):
    moves = swap_batch(engine, batch, vacancy, most=1)
    places = {move.document: (move.before.rank, move.before.exposure) for move in moves}
    assert places["folder/anna.txt"] == (1, 1.0)
    assert places["nikolai.txt"] == (2, pytest.approx(1 / np.log2(3)))


def test_before_an_export_nothing_is_seen_of_masked_facts(engine, vacancy):
    sources = [
        Source("anna.txt", text=ENGLISH),
        Source("bad.pdf", error=CorruptDocument("bad.pdf is damaged.")),
        Source("nikolai.txt", text=RUSSIAN),
    ]
    assert seen_swaps(engine, sources, vacancy) == ()
    assert seen_swaps(engine, [], vacancy) == ()


def test_before_an_export_a_fact_that_masking_lets_through_is_seen(engine, vacancy, monkeypatch):
    monkeypatch.setattr(audit_decisions, "scoring_view", lambda document: document)
    moves = seen_swaps(engine, [Source("anna.txt", text=ENGLISH)], vacancy)
    assert {move.trait for move in moves} == {"name", "gender", "age", "birth_date"}
    assert all(move.seen and move.masked and move.document == "anna.txt" for move in moves)
    assert max(move.largest for move in moves) == 0


def test_equal_resumes_share_a_place_and_its_exposure(engine, vacancy):
    batch = score_batch(engine, [Source("a", text=ENGLISH), Source("b", text=ENGLISH)], vacancy)
    found = swap_batch(engine, batch, vacancy, most=1)[0].before
    assert (found.rank, found.exposure) == (1, pytest.approx((1 + 1 / np.log2(3)) / 2))


def test_each_resume_is_told_when_it_is_done(engine, vacancy, batch):
    told = []
    swap_batch(engine, batch, vacancy, most=1, on_document=lambda: told.append(1))
    assert len(told) == 2


def test_what_was_not_scored_leaves_the_verdict_open(engine, vacancy, batch):
    report = audit_batch(batch, swap_batch(engine, batch, vacancy, most=1), subject="cvs")
    assert (report.subject, report.kind, report.verdict) == ("cvs", "decisions", ScanVerdict.INCONCLUSIVE)
    assert [finding.where for finding in report.findings if finding.code == "not-scored"] == [
        "bad.pdf",
        "short.txt",
    ]
    assert report.figures["what_this_does_not_show"] == SWAP_NOTES
    assert report.figures["tables"][-1]["title"] == "Counterfactual swaps: how far"


def test_a_batch_whose_masked_facts_move_nothing_is_clean(engine, vacancy):
    batch = score_batch(engine, [Source("a", text=ENGLISH), Source("n", text=RUSSIAN)], vacancy)
    report = audit_batch(batch, swap_batch(engine, batch, vacancy, most=2), subject="cvs")
    assert report.verdict is ScanVerdict.CLEAN


def test_a_name_that_moves_a_score_is_unsafe(batch):
    here = Standing(0.5, None, 2.0, "middle", 1, 1.0)
    there = Standing(0.6, None, 2.0, "middle", 1, 1.0)
    move = Move("nikolai.txt", "name", masked=True, to="x", added=False, seen=True, before=here, after=there)
    report = audit_batch(batch, [move], subject="cvs")
    assert report.verdict is ScanVerdict.UNSAFE
    assert audit_batch(batch, [move], subject="cvs", bound=0.2).verdict is ScanVerdict.INCONCLUSIVE


def labels(ids, groups):
    return Outcomes((grouping_of(groups),), ids=tuple(ids))


def test_groups_of_a_table_meet_the_resumes_by_name(batch):
    found = outcomes_of_batch(batch, labels(["anna", "other", "nikolai.txt"], ["f", "f", "m"]), top=1)
    assert found.groupings[0].codes.tolist() == [0, 1]
    assert found.scores.tolist() == list(batch.coverage)
    assert found.ranks.tolist() == [1, 2]
    assert found.selected.tolist() == [1, 0]


def test_a_resume_without_a_row_is_of_unknown_group(batch):
    found = outcomes_of_batch(batch, labels(["anna"], ["f"]))
    assert found.groupings[0].codes.tolist() == [0, -1]
    assert found.selected is None


def test_rates_by_group_join_the_report(engine, vacancy, batch):
    outcomes = outcomes_of_batch(batch, labels(["anna", "nikolai"], ["f", "m"]), top=1)
    report = audit_batch(batch, [], subject="cvs", outcomes=outcomes)
    names = [check.name for check in report.checks]
    assert "selection-rate: gender" in names
    assert set(report.figures["what_this_does_not_show"]) > set(SWAP_NOTES)


def test_bad_input_is_refused(engine, vacancy, batch):
    with pytest.raises(InvalidInput, match="top must be at least 1"):
        outcomes_of_batch(batch, labels(["anna"], ["f"]), top=0)
    with pytest.raises(InvalidInput, match="group of none of the resumes"):
        outcomes_of_batch(batch, labels(["somebody"], ["f"]))
    with pytest.raises(InvalidInput, match="None of the resumes can be scored"):
        score_batch(engine, [Source("a", text="SQL")], vacancy)
    with pytest.raises(InvalidInput, match="most must be at least 1"):
        swap_batch(engine, batch, vacancy, most=0)
    with pytest.raises(InvalidInput, match="bound must be at least 0"):
        audit_batch(batch, [], subject="cvs", bound=-1)
