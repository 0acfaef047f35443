import threading

import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

from metier.errors import Conflict, InvalidInput, NotFound
from metier.store.workspaces import erasure, interviews, log
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
            return interviews.open_link(transaction, secret)[0]

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


def test_a_link_can_be_looked_at_until_it_is_opened(transaction, world):
    secret = interviews.make_link(transaction, world.workspace, ACTOR, world.interview, lasts_s=60)
    before = interviews.get(transaction, world.workspace, world.interview)
    assert interviews.look(transaction, secret) == interviews.look(transaction, secret) == before
    interviews.open_link(transaction, secret)
    with pytest.raises(NotFound, match="Ask for a new one"):
        interviews.look(transaction, secret)


def test_a_link_to_an_interview_that_has_ended_leads_nowhere(transaction, world):
    here = (transaction, world.workspace, ACTOR)
    secret = interviews.make_link(*here, world.interview, lasts_s=60)
    interviews.save(*here, said(world.interview, "Because.", ended_at=ENDED_AT), version=0)
    for ask in (interviews.look, interviews.open_link):
        with pytest.raises(NotFound, match="Ask for a new one"):
            ask(transaction, secret)


def test_of_two_who_open_a_link_at_once_one_gets_the_seat(open_at, database):
    open_link, world = open_at
    with database.transaction() as transaction:
        secret = interviews.make_link(transaction, world.workspace, ACTOR, world.interview, lasts_s=60)
    outcomes = []

    def open_it():
        try:
            outcomes.append(open_link(secret=secret).id)
        except NotFound:
            outcomes.append(None)

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (outcomes.count(world.interview), outcomes.count(None)) == (1, 3)


@pytest.mark.parametrize("secret", ["", "x", "\x00", "\ud800", "' OR 1=1 --", "x" * 1_000_000])
@pytest.mark.parametrize("ask", [interviews.look, interviews.open_link, interviews.seat])
def test_an_unknown_secret_leads_to_no_interview(transaction, world, ask, secret):
    interviews.make_link(transaction, world.workspace, ACTOR, world.interview, lasts_s=60)
    with pytest.raises(NotFound, match="Ask for a new"):
        ask(transaction, secret)


def test_only_hashes_of_a_link_and_a_seat_are_kept(transaction, world):
    secret = interviews.make_link(transaction, world.workspace, ACTOR, world.interview, lasts_s=60)
    _, seat = interviews.open_link(transaction, secret)
    kept = str(transaction.all(transaction.table("interviews").select()))
    logged = str(log.entries(transaction, world.workspace))
    for word in (secret, seat):
        assert word not in kept
        assert word not in logged


def test_a_seat_leads_to_the_interview_and_a_link_is_no_seat(transaction, world):
    secret = interviews.make_link(transaction, world.workspace, ACTOR, world.interview, lasts_s=60)
    opened, seat = interviews.open_link(transaction, secret)
    assert interviews.seat(transaction, seat) == opened
    with pytest.raises(NotFound, match="no longer open here"):
        interviews.seat(transaction, secret)
    with pytest.raises(NotFound, match="Ask for a new one"):
        interviews.look(transaction, seat)


def test_a_new_link_takes_the_seat_away(transaction, world):
    here = (transaction, world.workspace, ACTOR)
    _, first = interviews.open_link(transaction, interviews.make_link(*here, world.interview, lasts_s=60))
    link = interviews.make_link(*here, world.interview, lasts_s=60)
    with pytest.raises(NotFound, match="no longer open here"):
        interviews.seat(transaction, first)
    _, second = interviews.open_link(transaction, link)
    assert interviews.seat(transaction, second).id == world.interview


def test_a_seat_of_an_erased_interview_leads_nowhere(transaction, world):
    here = (transaction, world.workspace, ACTOR)
    _, seat = interviews.open_link(transaction, interviews.make_link(*here, world.interview, lasts_s=60))
    erasure.erase_person(*here, world.person)
    with pytest.raises(NotFound, match="no longer open here"):
        interviews.seat(transaction, seat)
    row = transaction.first(transaction.table("interviews").select())
    assert (row["link_sha256"], row["seat_sha256"]) == (None, None)


def test_a_seat_lasts_through_the_interview_and_for_a_day_after(database, clock):
    with database.transaction() as transaction:
        world = make_world(transaction)
        here = (transaction, world.workspace, ACTOR)
        _, seat = interviews.open_link(transaction, interviews.make_link(*here, world.interview, lasts_s=60))
    clock.move(30 * 24 * 3600)
    with database.transaction() as transaction:
        assert interviews.seat(transaction, seat).state is InterviewState.WAITING
        whole = said(world.interview, "Because.", ended_at=ENDED_AT)
        interviews.save(transaction, world.workspace, ACTOR, whole, version=0)
    clock.move(24 * 3600 - 1)
    with database.reading() as transaction:
        assert interviews.seat(transaction, seat).state is InterviewState.ENDED
    clock.move(1)
    with database.reading() as transaction, pytest.raises(NotFound, match="no longer open here"):
        interviews.seat(transaction, seat)


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


@pytest.mark.parametrize("bank", ["", "name: Банк\n", "half \ud800 and \x00"])
def test_the_bank_is_kept_as_it_was_added(transaction, world, bank):
    here = (transaction, world.workspace)
    made = interviews.add(*here, ACTOR, interviews.NewInterview(bank=bank))
    assert interviews.bank(*here, made.id) == bank
