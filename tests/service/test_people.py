import json
from base64 import b64decode

import pytest

from metier.errors import Conflict, NotFound
from metier.service import assessing, decisions, documents, people
from metier.store.workspaces import jobs
from metier.store.workspaces.decisions import DecisionKind
from tests.service.small import resume
from tests.service.team import logged, make_things


def test_a_person_is_added_changed_and_found(service, team):
    person = people.add(service, team.recruiter, name="Anna", external_id="7")
    changed = people.change(service, team.recruiter, person.id, name="Anna P.", external_id=None)
    assert people.get(service, team.viewer, person.id) == changed
    assert (changed.name, changed.external_id) == ("Anna P.", None)


def test_two_people_do_not_share_an_external_id(service, team):
    people.add(service, team.recruiter, name="Anna", external_id="7")
    with pytest.raises(Conflict, match="taken"):
        people.add(service, team.recruiter, name="Other", external_id="7")


def test_an_export_holds_all_that_is_kept_and_any_json_takes_it(service, team):
    things = make_things(service, team.recruiter)
    decisions.decide(
        service, team.recruiter, things.vacancy, things.document, kind=DecisionKind.NOTE, note="Calls back."
    )
    exported = json.loads(json.dumps(people.export(service, team.admin, things.person), ensure_ascii=False))
    json.dumps(exported, ensure_ascii=False).encode("utf-8")
    (document,) = exported["documents"]
    assert b64decode(document["content"]) == resume(1)
    assert document["text"].startswith("Person 1")
    (assessment,) = exported["assessments"]
    assert assessment["record"]["coverage"]["score"] == assessment["score"]
    assert [decision["note"] for decision in exported["decisions"]] == ["Calls back."]
    assert {entry["subject"] for entry in exported["log"]} >= {things.person, things.document}
    assert exported["person"]["id"] == things.person


def test_halves_of_surrogate_pairs_are_replaced_in_an_export(service, team):
    content = b'{"basics": {"name": "Anna Petrova", "summary": "Python \\udfff"}, "work": []}'
    document = documents.add(service, team.recruiter, content, name="a.json").document
    documents.read(service, team.viewer, document.id)
    exported = people.export(service, team.admin, document.person)
    assert json.dumps(exported, ensure_ascii=False).encode("utf-8")


def test_an_export_is_logged(service, team):
    things = make_things(service, team.recruiter)
    people.export(service, team.admin, things.person)
    (entry,) = logged(service, team.admin, "person.export")
    assert (entry.subject, entry.actor) == (things.person, f"key:{team.admin.key}")


def test_an_erased_person_is_gone_with_all_and_a_job_is_left(service, team):
    things = make_things(service, team.recruiter)
    job = people.erase(service, team.admin, things.person)
    assert (job.kind, job.payload, job.person) == ("erase-index", {"documents": [things.document]}, None)
    for ask, thing in (
        (people.get, things.person),
        (people.export, things.person),
        (people.erase, things.person),
        (documents.content, things.document),
        (assessing.record, things.assessment),
    ):
        with pytest.raises(NotFound):
            ask(service, team.admin, thing)
    assert people.page(service, team.viewer).items == ()


def test_a_job_that_cannot_be_added_leaves_the_person_whole(service, team, monkeypatch):
    things = make_things(service, team.recruiter)

    def fail(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(jobs, "add", fail)
        with pytest.raises(KeyboardInterrupt):
            people.erase(service, team.admin, things.person)
    assert documents.content(service, team.viewer, things.document) == resume(1)


def test_an_erasure_leaves_no_name_in_jobs_and_log(service, team):
    document = documents.add(
        service, team.recruiter, b"Anna Petrova\n\nPython\n", name="Anna Petrova.txt"
    ).document
    job = people.erase(service, team.admin, document.person)
    assert "Petrova" not in repr(job)
    assert "Petrova" not in repr(logged(service, team.admin))


def test_people_are_found_by_name_and_by_external_id(service, team):
    anna = people.add(service, team.recruiter, name="Анна Берг", external_id="7")
    people.add(service, team.recruiter, name="Boris")
    assert people.page(service, team.viewer, text="берг").items == (anna,)
    assert people.page(service, team.viewer, external_id="7").items == (anna,)
    assert people.page(service, team.viewer, text="boris", external_id="7").items == ()
