"""Documents, people, vacancies and taxonomies by the client."""

from __future__ import annotations

import pytest

from metier.errors import EmptyDocument, NotFound
from metier.types import Role
from tests.service.small import VACANCY, resume


def test_a_document_is_added_read_and_erased(client, tmp_path):
    path = tmp_path / "anna.txt"
    path.write_bytes(resume(1))
    added = client.documents.add(path)
    assert (added.name, added.state, added.role) == ("anna.txt", "unread", Role.RESUME)
    assert client.documents.content(added.id) == resume(1)
    assert "Developer" in client.documents.text(added.id)
    assert client.documents.get(added.id).state == "read"
    assert client.documents.reading(added.id)["state"] == "read"
    assert client.documents.erase(added.id).kind == "erase-index"
    with pytest.raises(NotFound):
        client.documents.get(added.id)


def test_the_same_bytes_are_one_document(client):
    assert (
        client.documents.add(resume(1), name="a.txt").id == client.documents.add(resume(1), name="b.txt").id
    )


def test_of_several_files_each_has_its_outcome_and_a_single_one_raises(client):
    found = client.documents.add_many({"a.txt": resume(1), "empty.txt": b""})
    assert [one.outcome for one in found] == ["added", "refused"]
    assert found[1].code == "empty_document"
    with pytest.raises(EmptyDocument):
        client.documents.add(b"", name="empty.txt")


def test_lists_go_on_over_pages(client):
    for number in range(3):
        client.people.add(f"Person {number}")
    assert [one.name for one in client.people.list()] == ["Person 2", "Person 1", "Person 0"]


def test_people_are_searched_by_name_and_by_external_id(client):
    for number in range(3):
        client.people.add(f"Анна {number}", external_id=str(number))
    client.people.add("Boris")
    assert [one.name for one in client.people.search("анна")] == ["Анна 2", "Анна 1", "Анна 0"]
    assert [one.name for one in client.people.search(external_id="1")] == ["Анна 1"]
    assert list(client.people.search("nobody")) == []


def test_a_person_is_changed_exported_and_erased(client):
    person = client.people.add("Anna", external_id="7")
    changed = client.people.change(person.id, name="Anna Berg", external_id=None)
    assert (changed.name, changed.external_id) == ("Anna Berg", None)
    document = client.documents.add(resume(1), name="a.txt", person=person.id)
    assert [one.id for one in client.documents.list(person=person.id)] == [document.id]
    assert "person" in client.people.export(person.id)
    client.people.erase(person.id)
    assert list(client.people.list()) == []


def test_a_document_is_attached_to_a_person(client):
    document, person = client.documents.add(resume(1), name="a.txt"), client.people.add("Anna")
    assert client.documents.attach(document.id, person.id).person == person.id


def test_a_vacancy_is_added_renamed_closed_and_opened(client):
    vacancy = client.vacancies.add(VACANCY, name="vacancy.txt", title="Developer")
    assert [one.names[0] for one in client.vacancies.wanted(vacancy.id)] == ["Python", "PostgreSQL", "Docker"]
    assert "PostgreSQL" in client.vacancies.text(vacancy.id)
    assert client.vacancies.rename(vacancy.id, "Python developer").title == "Python developer"
    assert client.vacancies.close(vacancy.id).state == "closed"
    assert list(client.vacancies.list(state="open")) == []
    assert client.vacancies.reopen(vacancy.id).state == "open"
    assert client.vacancies.get(vacancy.id).id == vacancy.id


def test_a_taxonomy_is_added_and_used(client):
    content = b"id,label\nwelding,Welding\n"
    taxonomy = client.taxonomies.add(content, name="trades.csv")
    client.taxonomies.use(taxonomy.id)
    assert [one.id for one in client.taxonomies.list()] == [taxonomy.id]
    client.taxonomies.use(None)
