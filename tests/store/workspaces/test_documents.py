import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

from metier.errors import Conflict, InvalidInput
from metier.store.workspaces import documents, people
from metier.store.workspaces.documents import NewDocument
from metier.types import Role
from tests.store.workspaces.world import ACTOR, make_world, resume


def test_a_document_is_kept_with_its_bytes_text_and_details(transaction, world):
    here = (transaction, world.workspace)
    new = NewDocument(b"\x00bytes", "cv.pdf", Role.RESUME, "text", {"findings": ["hidden-text"]})
    document, added = documents.add(*here, ACTOR, new)
    assert added
    assert documents.get(*here, document.id) == document
    assert documents.content(*here, document.id) == b"\x00bytes"
    assert documents.text(*here, document.id) == "text"
    assert (document.role, document.size, document.details) == (Role.RESUME, 6, {"findings": ["hidden-text"]})


def test_the_same_bytes_are_one_document_of_a_workspace(transaction, world):
    again, added = documents.add(transaction, world.workspace, ACTOR, resume(person=world.person))
    assert (again.id, added) == (world.document, False)
    assert make_world(transaction, "Others").document != world.document


def test_the_same_bytes_learn_whom_they_are_about(transaction, world):
    here = (transaction, world.workspace, ACTOR)
    first, _ = documents.add(*here, resume(b"new"))
    again, added = documents.add(*here, resume(b"new", person=world.person))
    assert (again.id, again.person, added) == (first.id, world.person, False)
    assert documents.add(*here, resume(b"new"))[0] == again


def test_the_same_bytes_about_another_person_or_in_another_role_are_a_conflict(transaction, world):
    here = (transaction, world.workspace, ACTOR)
    bob = people.add(*here, name="Bob").id
    with pytest.raises(Conflict, match=f"about the person {world.person}"):
        documents.add(*here, resume(person=bob))
    with pytest.raises(Conflict, match="whose role is resume"):
        documents.add(*here, NewDocument(b"A resume", "a.txt", Role.VACANCY))
    assert documents.attach(*here, world.document, bob).person == bob


def test_a_document_is_read_again(transaction, world):
    here = (transaction, world.workspace)
    made = documents.replace_reading(*here, ACTOR, world.document, "better", {"version": 2})
    assert (documents.text(*here, world.document), made.details) == ("better", {"version": 2})


def test_documents_are_listed_by_person_and_role(transaction, world):
    here = (transaction, world.workspace)
    assert [one.id for one in documents.page(*here, person=world.person).items] == [world.document]
    assert [one.id for one in documents.page(*here, role=Role.VACANCY).items] == [world.advert]
    assert len(documents.page(*here).items) == 2


def test_an_empty_document_is_kept(transaction, world):
    document, _ = documents.add(transaction, world.workspace, ACTOR, NewDocument(b"", "a", Role.RESUME))
    assert documents.content(transaction, world.workspace, document.id) == b""


def test_limits(transaction, world, monkeypatch):
    with pytest.raises(InvalidInput, match="at most 200"):
        documents.live(transaction, world.workspace, ["x"] * 201)
    with pytest.raises(InvalidInput, match="at most 200"):
        documents.several(transaction, world.workspace, ["x"] * 201)
    monkeypatch.setattr(documents, "MAX_CONTENT_BYTES", 3)
    with pytest.raises(InvalidInput, match="at most 3 bytes"):
        resume(b"long")
