"""The records of the examples fit together."""

from __future__ import annotations

from metier.http.schemas import example_records


def test_all_are_of_one_workspace():
    found = [getattr(example_records, name) for name in vars(example_records) if name.isupper()]
    workspaces = {record.workspace for record in found if hasattr(record, "workspace")}
    assert workspaces == {example_records.WORKSPACE.id}


def test_they_are_about_one_person_document_and_vacancy():
    assert example_records.DOCUMENT.person == example_records.PERSON.id
    assert example_records.ASSESSMENT.document == example_records.DOCUMENT.id
    assert example_records.DECISION.vacancy == example_records.VACANCY.id
