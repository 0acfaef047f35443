import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

from dataclasses import replace

from metier.errors import InvalidInput, StoreDamaged
from metier.store.workspaces import assessments, documents
from metier.store.workspaces.assessments import AssessmentOrder, NewAssessment, record_hash
from tests.store.workspaces.world import ACTOR, ASSESSMENT, make_world, resume, scored


@pytest.fixture
def rank(transaction, world):
    """Add a document and an assessment of it against the vacancy; return the id of the document."""

    def add(number, record):
        document, _ = documents.add(transaction, world.workspace, ACTOR, resume(f"r{number}".encode()))
        new = NewAssessment(document.id, record, world.vacancy)
        return assessments.add(transaction, world.workspace, ACTOR, new)[0].document

    return add


def test_an_assessment_is_kept_with_all_that_is_needed_to_make_it_again(transaction, world):
    here = (transaction, world.workspace)
    kept = assessments.get(*here, world.assessment)
    assert assessments.record(*here, world.assessment) == ASSESSMENT
    assert (kept.document, kept.vacancy, kept.score, kept.months) == (world.document, world.vacancy, 0.5, 12)
    assert (kept.model, kept.model_sha256, kept.taxonomy, kept.as_of) == ("lexical", "ab", "small", "2026-11")
    assert kept.record_sha256 == record_hash(ASSESSMENT) != record_hash(scored(0.4))


def test_the_same_from_the_same_inputs_is_not_kept_twice(transaction, world):
    here = (transaction, world.workspace)
    new = NewAssessment(world.document, ASSESSMENT, world.vacancy)
    again, added = assessments.add(*here, ACTOR, new)
    assert (again.id, added) == (world.assessment, False)


@pytest.mark.parametrize(
    "fields", [{"options": {"expertise": True}}, {"inputs": {"text": "ab"}}, {"record": scored(0.6)}]
)
def test_another_takes_the_place_of_the_one_before(transaction, world, fields):
    here = (transaction, world.workspace)
    new = replace(NewAssessment(world.document, ASSESSMENT, world.vacancy), **fields)
    later, added = assessments.add(*here, ACTOR, new)
    assert added
    assert assessments.latest(*here, world.document, world.vacancy) == later
    assert assessments.get(*here, world.assessment).replaced_at == transaction.at
    assert {one.id for one in assessments.page(*here, world.document).items} == {later.id, world.assessment}
    assert [one.id for one in assessments.ranking(*here, world.vacancy).items] == [later.id]


def test_assessments_with_and_without_a_vacancy_are_apart(transaction, world):
    here = (transaction, world.workspace)
    assert assessments.latest(*here, world.document, None) is None
    alone, _ = assessments.add(
        *here, ACTOR, NewAssessment(world.document, replace(ASSESSMENT, coverage=None))
    )
    assert assessments.latest(*here, world.document, None) == alone
    assert assessments.latest(*here, world.document, world.vacancy).id == world.assessment


@pytest.mark.parametrize("limit", [1, 2, 5, 200])
def test_a_ranking_comes_in_pages_the_highest_first(transaction, world, rank, limit):
    best = rank(1, scored(0.1 + 0.2))
    equal = {rank(2, scored(0.5)), rank(3, scored(0.5)), world.document}
    none = {rank(4, replace(ASSESSMENT, coverage=None)), rank(5, replace(ASSESSMENT, coverage=None))}
    top = rank(6, scored(1.0))
    seen, after = [], None
    while True:
        page = assessments.ranking(transaction, world.workspace, world.vacancy, after=after, limit=limit)
        seen += [one.document for one in page.items]
        after = page.after
        if after is None:
            break
    assert len(seen) == 7
    assert (seen[0], set(seen[1:4]), seen[4], set(seen[5:])) == (top, equal, best, none)


def test_every_place_of_a_ranking_has_a_cursor_and_a_number_above_it(transaction, world, rank):
    for number, score in enumerate((0.9, 0.5, 0.1 + 0.2), 1):
        rank(number, scored(score))
    rank(4, replace(ASSESSMENT, coverage=None))
    other = make_world(transaction, "Others")
    here = (transaction, world.workspace, world.vacancy)
    order = AssessmentOrder.SCORE
    items = assessments.ranking(*here).items
    above = [assessments.n_above(transaction, one, order) for one in items]
    assert above == [0, 1, 1, 3, 4]
    for place, one in enumerate(items, 1):
        rest = assessments.ranking(*here, after=assessments.cursor(one, order)).items
        assert rest == items[place:]
    alone = assessments.get(transaction, other.workspace, other.assessment)
    assert assessments.n_above(transaction, alone, order) == 0


def test_a_ranking_by_months(transaction, world, rank):
    long, short = rank(1, scored(0.1, months=99)), rank(2, scored(0.9, months=1))
    page = assessments.ranking(transaction, world.workspace, world.vacancy, order=AssessmentOrder.MONTHS)
    assert [one.document for one in page.items] == [long, world.document, short]


@pytest.mark.parametrize("after", ["", "x", "0.5", "nan:" + "0" * 26, "0.5:\x00"])
def test_a_cursor_is_one_that_a_page_gave(transaction, world, after):
    with pytest.raises(InvalidInput, match="after must be"):
        assessments.ranking(transaction, world.workspace, world.vacancy, after=after)


def test_a_record_that_was_changed_is_told(transaction, world):
    table = transaction.table("assessments")
    transaction.run(table.update().where(table.c.id == world.assessment).values(record="{}"))
    with pytest.raises(StoreDamaged, match="is not as it was kept"):
        assessments.record(transaction, world.workspace, world.assessment)


def test_what_cannot_be_kept_is_refused(transaction, world):
    with pytest.raises(InvalidInput, match="options"):
        NewAssessment(world.document, ASSESSMENT, options={"query": "two words"})
    with pytest.raises(InvalidInput, match=r"score|record"):
        assessments.add(
            transaction, world.workspace, ACTOR, NewAssessment(world.document, scored(float("nan")))
        )


def test_several_records_are_read_at_once(transaction, world):
    here = (transaction, world.workspace)
    kept = [assessments.get(*here, world.assessment)]
    assert assessments.records(transaction, kept) == {
        world.assessment: assessments.record(*here, world.assessment)
    }
    assert assessments.records(transaction, []) == {}
    with pytest.raises(InvalidInput, match="at most 200 assessments of one workspace. Got 201"):
        assessments.records(transaction, kept * 201)
    elsewhere = replace(kept[0], workspace=kept[0].id)
    with pytest.raises(InvalidInput, match="of one workspace"):
        assessments.records(transaction, [*kept, elsewhere])
