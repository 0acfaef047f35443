import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

from metier.errors import Conflict, InvalidInput
from metier.store.workspaces import assessments, decisions, documents, log
from metier.store.workspaces.assessments import NewAssessment
from metier.store.workspaces.decisions import DecisionKind, NewDecision
from metier.store.workspaces.log import Actor, ActorKind
from tests.store.workspaces.world import ACTOR, ASSESSMENT, resume


@pytest.fixture
def decide(transaction, world):
    def add(kind, note="", actor=ACTOR):
        new = NewDecision(world.vacancy, world.document, kind, note)
        return decisions.add(transaction, world.workspace, actor, new)

    return add


def standing(transaction, world):
    return decisions.standing(transaction, world.workspace, world.vacancy, [world.document])


def test_a_decision_says_who_decided_what_on_what_they_saw(transaction, world):
    decision = decisions.get(transaction, world.workspace, world.decision)
    assert (decision.kind, decision.note, decision.actor) == (DecisionKind.SHORTLIST, "Good", "key:k1")
    assert decision.assessment == world.assessment
    assert standing(transaction, world) == {world.document: decision}


def test_a_note_decides_nothing(transaction, world, decide):
    decide(DecisionKind.NOTE, "Call her")
    assert standing(transaction, world)[world.document].id == world.decision


def test_the_last_decision_stands_until_it_is_undone(transaction, world, decide, clock):
    transaction.at = "2026-03-02T00:00:00.000000Z"
    rejected = decide(DecisionKind.REJECT)
    assert standing(transaction, world)[world.document] == rejected
    undone = decisions.undo(transaction, world.workspace, ACTOR, rejected.id, note="Wrong one")
    assert (undone.kind, undone.undoes, undone.note) == (DecisionKind.UNDO, rejected.id, "Wrong one")
    assert standing(transaction, world)[world.document].id == world.decision
    decisions.undo(transaction, world.workspace, ACTOR, world.decision)
    assert standing(transaction, world) == {}
    assert len(decisions.page(transaction, world.workspace, document=world.document).items) == 4


def test_nothing_is_undone_twice_and_no_undoing_is(transaction, world):
    here = (transaction, world.workspace, ACTOR)
    undoing = decisions.undo(*here, world.decision)
    with pytest.raises(Conflict, match="was undone at"):
        decisions.undo(*here, world.decision)
    with pytest.raises(InvalidInput, match="undoes another"):
        decisions.undo(*here, undoing.id)


@pytest.mark.parametrize("kind", [ActorKind.PROGRAM, ActorKind.CANDIDATE])
def test_no_program_and_no_candidate_decides(transaction, world, decide, kind):
    with pytest.raises(InvalidInput, match="by a person"):
        decide(DecisionKind.REJECT, actor=Actor(kind, "x"))
    with pytest.raises(InvalidInput, match="by a person"):
        decisions.undo(transaction, world.workspace, Actor(kind, "x"), world.decision)


def test_a_decision_is_on_an_assessment_of_the_same_document(transaction, world):
    here = (transaction, world.workspace, ACTOR)
    other, _ = documents.add(*here, resume(b"other"))
    seen, _ = assessments.add(*here, NewAssessment(other.id, ASSESSMENT, world.vacancy))
    new = NewDecision(world.vacancy, world.document, DecisionKind.REJECT, "", seen.id)
    with pytest.raises(InvalidInput, match="another document or vacancy"):
        decisions.add(*here, new)


def test_what_cannot_be_is_refused(transaction, world):
    with pytest.raises(InvalidInput, match="Undo one by its id"):
        NewDecision(world.vacancy, world.document, DecisionKind.UNDO)
    with pytest.raises(InvalidInput, match="note must not be blank"):
        NewDecision(world.vacancy, world.document, DecisionKind.NOTE)
    with pytest.raises(InvalidInput, match="at most 200"):
        decisions.standing(transaction, world.workspace, world.vacancy, ["x"] * 201)


def test_words_of_a_note_are_not_in_the_log(transaction, world, decide):
    decide(DecisionKind.NOTE, "Zanzibar")
    assert "Zanzibar" not in str(log.entries(transaction, world.workspace))
