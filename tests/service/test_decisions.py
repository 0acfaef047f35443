import pytest

from metier.errors import Conflict, Forbidden, InvalidInput
from metier.service import access, assessing, decisions
from metier.store.workspaces.decisions import DecisionKind
from tests.service.small import add_resumes
from tests.service.team import make_things, request


@pytest.fixture
def things(service, team):
    return make_things(service, team.recruiter)


def decide(service, caller, things, kind=DecisionKind.SHORTLIST, **more):
    return decisions.decide(service, caller, things.vacancy, things.document, kind=kind, **more)


def test_a_decision_is_kept_with_who_took_it_and_what_they_saw(service, team, things):
    made = decide(service, team.recruiter, things, note="Knows Docker.")
    assert (made.kind, made.note, made.assessment) == (
        DecisionKind.SHORTLIST,
        "Knows Docker.",
        things.assessment,
    )
    assert made.actor == f"key:{team.recruiter.key}"
    assert decisions.page(service, team.viewer, vacancy=things.vacancy).items == (made,)
    assert decisions.page(service, team.viewer, document=things.document).items == (made,)


def test_a_program_never_decides(service, team, things):
    worker = access.program(team.admin.workspace, "worker-1")
    made = decide(service, team.recruiter, things)
    for kind in (DecisionKind.SHORTLIST, DecisionKind.REJECT, DecisionKind.NOTE):
        with pytest.raises(Forbidden, match="by a person"):
            decide(service, worker, things, kind, note="x")
    with pytest.raises(Forbidden, match="by a person"):
        decisions.undo(service, worker, made.id)


def test_a_decision_is_undone_once_by_another(service, team, things):
    made = decide(service, team.recruiter, things, DecisionKind.REJECT)
    undone = decisions.undo(service, team.recruiter, made.id, note="Too quick.")
    assert undone.undoes == made.id
    with pytest.raises(Conflict):
        decisions.undo(service, team.recruiter, made.id)
    with pytest.raises(InvalidInput):
        decisions.undo(service, team.recruiter, undone.id)


def test_an_undoing_is_not_decided_and_a_note_says_something(service, team, things):
    for kind in (DecisionKind.UNDO, DecisionKind.NOTE):
        with pytest.raises(InvalidInput):
            decide(service, team.recruiter, things, kind)


def test_the_same_request_decides_once(service, team, things):
    made = decide(service, team.recruiter, things, once=request("k"))
    assert decide(service, team.recruiter, things, once=request("k")) == made
    assert len(decisions.page(service, team.viewer).items) == 1


def test_what_was_not_assessed_can_be_decided_on_too(service, team, things):
    (document,) = add_resumes(service, team.recruiter, 1)
    made = decisions.decide(service, team.recruiter, things.vacancy, document, kind=DecisionKind.REJECT)
    assert made.assessment is None
    assert assessing.latest(service, team.viewer, document, things.vacancy) is None
