import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

from metier.errors import Conflict, InvalidInput, NotFound
from metier.store.workspaces import interviews, log
from metier.store.workspaces.interviews import InterviewState, NewInterview
from tests.store.workspaces.world import ACTOR, make_world, said

ENDED_AT = "2026-03-01T11:00:00Z"


@pytest.fixture
def open_at(database, clock):
    """Make a link in one transaction and open it in later ones."""
    with database.transaction() as transaction:
        world = make_world(transaction)
        here = (transaction, world.workspace, ACTOR)
        secret = interviews.make_link(*here, world.interview, lasts_s=60)

    def open_link(seconds=0, secret=secret):
        clock.move(seconds)
        with database.transaction() as transaction:
            return interviews.open_link(transaction, secret)

    return open_link, world


def test_an_interview_waits_goes_on_and_ends(transaction, world):
    here = (transaction, world.workspace)
    assert interviews.get(*here, world.interview).state is InterviewState.WAITING
    assert interviews.record(*here, world.interview) is None
    first = interviews.save(*here, ACTOR, said(world.interview, None), version=0)
    assert (first.state, first.version, first.started_at) == (InterviewState.GOING, 1, transaction.at)
    whole = said(world.interview, "Because.", ended_at=ENDED_AT)
    last = interviews.save(*here, ACTOR, whole, version=1)
    assert (last.state, last.ended_at) == (InterviewState.ENDED, transaction.at)
    assert interviews.record(*here, world.interview) == whole
    with pytest.raises(Conflict, match="has ended"):
        interviews.save(*here, ACTOR, whole, version=2)
    with pytest.raises(Conflict, match="has ended"):
        interviews.make_link(*here, ACTOR, world.interview, lasts_s=60)


def test_who_saves_over_another_is_refused(transaction, world):
    here = (transaction, world.workspace, ACTOR)
    interviews.save(*here, said(world.interview, "mine"), version=0)
    with pytest.raises(Conflict, match="saved meanwhile"):
        interviews.save(*here, said(world.interview, "theirs"), version=0)
    kept = interviews.record(transaction, world.workspace, world.interview)
    assert kept.turns[0].answer == "mine"


def test_a_link_works_once(open_at):
    open_link, world = open_at
    assert open_link().id == world.interview
    with pytest.raises(NotFound, match="Ask for a new one"):
        open_link()


def test_a_link_is_over_after_its_time(open_at):
    open_link, _world = open_at
    with pytest.raises(NotFound, match="Ask for a new one"):
        open_link(60)


def test_a_link_works_until_its_time_is_over(open_at):
    open_link, world = open_at
    assert open_link(59.9).workspace == world.workspace


def test_a_new_link_ends_the_one_before(open_at, database):
    open_link, world = open_at
    with database.transaction() as transaction:
        new = interviews.make_link(transaction, world.workspace, ACTOR, world.interview, lasts_s=60)
    with pytest.raises(NotFound, match="Ask for a new one"):
        open_link()
    assert open_link(secret=new).id == world.interview


@pytest.mark.parametrize("secret", ["", "x", "\x00", "\ud800", "' OR 1=1 --", "x" * 1_000_000])
def test_an_unknown_link_is_told_no_differently(open_at, secret):
    with pytest.raises(NotFound, match="Ask for a new one"):
        open_at[0](secret=secret)


def test_only_a_hash_of_a_link_is_kept(transaction, world):
    secret = interviews.make_link(transaction, world.workspace, ACTOR, world.interview, lasts_s=60)
    table = transaction.table("interviews")
    assert secret not in str(transaction.all(table.select()))
    assert secret not in str(log.entries(transaction, world.workspace))


def test_what_was_said_is_not_in_the_log(transaction, world):
    interviews.save(transaction, world.workspace, ACTOR, said(world.interview, "Zanzibar"), version=0)
    assert "Zanzibar" not in str(log.entries(transaction, world.workspace))


def test_interviews_are_listed_by_person(transaction, world):
    here = (transaction, world.workspace)
    interviews.add(*here, ACTOR, NewInterview())
    assert [one.id for one in interviews.page(*here, person=world.person).items] == [world.interview]
    assert len(interviews.page(*here).items) == 2


def test_what_cannot_be_is_refused(transaction, world, monkeypatch):
    with pytest.raises(InvalidInput, match="options"):
        NewInterview({"bank": "two words"})
    with pytest.raises(InvalidInput, match="lasts_s"):
        interviews.make_link(transaction, world.workspace, ACTOR, world.interview, lasts_s=0)
    monkeypatch.setattr(interviews, "MAX_JSON_CHARS", 10)
    with pytest.raises(InvalidInput, match="at most 10 characters"):
        interviews.save(transaction, world.workspace, ACTOR, said(world.interview), version=0)
