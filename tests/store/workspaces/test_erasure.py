import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

from metier.errors import Conflict, NotFound
from metier.store.workspaces import (
    assessments,
    decisions,
    documents,
    erasure,
    interviews,
    job_work,
    jobs,
    log,
    people,
    vacancies,
)
from metier.store.workspaces.decisions import DecisionKind, NewDecision
from metier.types import Role
from tests.store.workspaces.world import ACTOR, make_world, resume, said, scored

MARK = "Zanzibarova"


@pytest.fixture
def world(database):
    """A person whose name stands in everything that is kept of her."""
    with database.transaction() as transaction:
        world = make_world(transaction)
        here = (transaction, world.workspace, ACTOR)
        people.change(*here, world.person, name=MARK, external_id=MARK)
        new = documents.NewDocument(MARK.encode() * 3000, MARK, Role.RESUME, MARK, {"a": MARK}, world.person)
        second, _ = documents.add(*here, new)
        record = scored(0.1, source=MARK)
        assessments.add(*here, assessments.NewAssessment(second.id, record, world.vacancy))
        assessments.add(*here, assessments.NewAssessment(world.document, record, world.vacancy))
        interviews.save(*here, said(world.interview, MARK), version=0)
        interviews.make_link(*here, world.interview, lasts_s=60)
        decisions.add(*here, NewDecision(world.vacancy, second.id, DecisionKind.NOTE, MARK))
        jobs.add(*here, jobs.NewJob("read", {"a": MARK}, key=MARK, person=world.person))
        job = job_work.claim(transaction, "w1", lease_s=60)
        job_work.tell(transaction, job, message=MARK)
        job_work.finish_step(transaction, job, "s", result={"a": MARK})
        return world


def erase(database, world):
    with database.transaction() as transaction:
        return erasure.erase_person(transaction, world.workspace, ACTOR, world.person)


def test_an_export_holds_all_of_a_person(database, world):
    with database.reading() as transaction:
        found = erasure.export_person(transaction, world.workspace, world.person)
        kept = log.entries(transaction, world.workspace, limit=200)
    assert found.person.name == MARK
    assert {content for _, content, _ in found.documents} == {b"A resume", MARK.encode() * 3000}
    assert {text for _, _, text in found.documents} == {"A resume", MARK}
    assert len(found.assessments) == 3
    assert [record.turns[0].answer for _, record in found.interviews] == [MARK]
    assert {decision.note for decision in found.decisions} == {"Good", MARK}
    assert len(found.jobs) == 2
    assert all(entry in kept for entry in found.log)
    # The rest is about the team and the vacancy.
    assert {entry.action for entry in kept if entry not in found.log} == {
        "workspace.add",
        "document.add",
        "vacancy.add",
        "key.add",
        "session.begin",
        "taxonomy.add",
    }


def test_nothing_of_an_erased_person_is_left_in_any_row(database, world):
    erased = erase(database, world)
    assert (len(erased.documents), erased.assessments, erased.interviews) == (2, 3, 1)
    assert (erased.notes, erased.jobs) == (2, 2)
    with database.reading() as transaction:
        for name in transaction.table("people").metadata.tables:
            everything = str(transaction.all(transaction.table(name).select()))
            assert MARK not in everything, name
            assert "A resume" not in everything, name


def test_an_erased_person_and_all_about_them_is_not_found(database, world):
    erase(database, world)
    with database.transaction() as transaction:
        here = (transaction, world.workspace)
        for call in (
            lambda: people.get(*here, world.person),
            lambda: people.with_external_id(*here, MARK),
            lambda: documents.get(*here, world.document),
            lambda: documents.content(*here, world.document),
            lambda: assessments.get(*here, world.assessment),
            lambda: interviews.get(*here, world.interview),
            lambda: erasure.export_person(*here, world.person),
            lambda: erasure.erase_person(*here, ACTOR, world.person),
        ):
            with pytest.raises(NotFound):
                call()
        assert documents.live(*here, [world.document, world.advert]) == {world.advert}
        assert assessments.ranking(*here, world.vacancy).items == ()
        assert [item.id for item in documents.page(*here).items] == [world.advert]


def test_that_something_was_decided_stays_without_its_words(database, world):
    erase(database, world)
    with database.reading() as transaction:
        decision = decisions.get(transaction, world.workspace, world.decision)
        about = decisions.page(transaction, world.workspace, document=world.document)
    assert (decision.kind, decision.actor, decision.note) == (DecisionKind.SHORTLIST, "key:k1", "")
    assert about.items == (decision,)


def test_the_log_has_a_tombstone_and_stays_whole(database, world):
    erased = erase(database, world)
    with database.reading() as transaction:
        last = log.entries(transaction, world.workspace, limit=200)[-1]
        assert log.verify(transaction, world.workspace).broken_at is None
    assert (last.action, last.subject) == ("person.erase", world.person)
    assert last.details["documents"] == list(erased.documents)


def test_a_worker_on_a_job_of_an_erased_person_is_refused(database, world):
    with database.transaction() as transaction:
        job = jobs.page(transaction, world.workspace, state=jobs.JobState.RUNNING).items[0]
    erase(database, world)
    with pytest.raises(Conflict, match="no longer held"), database.transaction() as transaction:
        job_work.finish_step(transaction, job, "t", result={"a": MARK})


def test_the_same_bytes_can_come_again_after_an_erasure(database, world):
    erase(database, world)
    with database.transaction() as transaction:
        document, added = documents.add(transaction, world.workspace, ACTOR, resume())
        assert added
        assert document.id != world.document
        people.add(transaction, world.workspace, ACTOR, name="Other", external_id=MARK)


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_no_byte_is_left_in_the_files(database, world, tmp_path):
    erase(database, world)
    assert database.scrub()
    for file in tmp_path.iterdir():
        assert MARK.encode() not in file.read_bytes(), file


def test_one_document_or_interview_is_erased_alone(database, world):
    with database.transaction() as transaction:
        here = (transaction, world.workspace)
        erased = erasure.erase_document(*here, ACTOR, world.document)
        assert (erased.documents, erased.assessments, erased.notes) == ((world.document,), 2, 1)
        assert erasure.erase_interview(*here, ACTOR, world.interview).interviews == 1
        assert people.get(*here, world.person).name == MARK
        export = erasure.export_person(*here, world.person)
        assert (len(export.documents), len(export.interviews)) == (1, 0)


def test_what_an_open_vacancy_asks_for_is_not_erased(database, world):
    with database.transaction() as transaction:
        here = (transaction, world.workspace)
        with pytest.raises(Conflict, match="open vacancy"):
            erasure.erase_document(*here, ACTOR, world.advert)
        vacancies.set_state(*here, ACTOR, world.vacancy, state=vacancies.VacancyState.CLOSED)
        erasure.erase_document(*here, ACTOR, world.advert)


def test_a_kill_in_the_middle_erases_all_or_nothing(database, world):
    def half():
        with database.transaction() as transaction:
            erasure.erase_person(transaction, world.workspace, ACTOR, world.person)
            raise KeyError("killed")

    with pytest.raises(KeyError):
        half()
    with database.reading() as transaction:
        assert len(erasure.export_person(transaction, world.workspace, world.person).documents) == 2


def test_many_documents_are_erased_in_one_go(database, world, monkeypatch):
    monkeypatch.setattr(erasure, "_CHUNK", 3)
    with database.transaction() as transaction:
        for number in range(10):
            new = resume(f"{number}".encode(), person=world.person)
            documents.add(transaction, world.workspace, ACTOR, new)
    assert len(erase(database, world).documents) == 12
