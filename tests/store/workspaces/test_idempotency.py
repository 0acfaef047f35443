from concurrent.futures import ThreadPoolExecutor

import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

from metier.errors import Conflict, InvalidInput
from metier.store.workspaces import idempotency, people, workspaces
from metier.store.workspaces.database import Database
from tests.store.workspaces.world import ACTOR

ASKED = {"request_sha256": "a" * 64}


def test_a_request_that_is_sent_again_has_its_answer(transaction, world):
    here = (transaction, world.workspace, "k")
    assert idempotency.find(*here, **ASKED) is None
    idempotency.keep(*here, **ASKED, status=201, result={"person": world.person})
    found = idempotency.find(*here, **ASKED)
    assert (found.status, found.result) == (201, {"person": world.person})
    with pytest.raises(Conflict, match="used already"):
        idempotency.keep(*here, **ASKED, status=201, result={})


def test_a_key_is_of_one_request(transaction, world):
    here = (transaction, world.workspace, "k")
    idempotency.keep(*here, **ASKED, status=200, result={})
    with pytest.raises(Conflict, match="used for another request"):
        idempotency.find(*here, request_sha256="b" * 64)


def test_the_same_request_many_times_at_once_is_done_once(place, database):
    with database.transaction() as transaction:
        workspace = workspaces.add(transaction, ACTOR, name="Team").id

    def send(_):
        with opened.transaction() as transaction:
            found = idempotency.find(transaction, workspace, "k", **ASKED)
            if found is None:
                person = people.add(transaction, workspace, ACTOR, name="Ann")
                result = {"person": person.id}
                idempotency.keep(transaction, workspace, "k", **ASKED, status=201, result=result)
                return person.id
            return found.result["person"]

    with Database.open(**{**place, "timeout_s": 30}) as opened, ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(send, range(12)))) == 1
        with opened.reading() as transaction:
            assert len(people.page(transaction, workspace).items) == 1


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"key": ""}, "key"),
        ({"key": "\x00"}, "key"),
        ({"key": "x" * 201}, "key"),
        ({"request_sha256": "x"}, "request_sha256"),
        ({"status": 1000}, "status"),
        ({"result": {"name": "Ann Lee"}}, "result"),
    ],
)
def test_what_cannot_be_kept_is_refused(transaction, world, fields, name):
    given = {"key": "k", **ASKED, "status": 200, "result": {}, **fields}
    with pytest.raises(InvalidInput, match=name):
        idempotency.keep(transaction, world.workspace, given.pop("key"), **given)
