"""No function that takes an id shows or changes anything of another workspace."""

import inspect
from dataclasses import fields

import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

from metier.errors import Conflict, NotFound
from metier.store.workspaces import (
    assessments,
    decisions,
    documents,
    erasure,
    idempotency,
    interviews,
    jobs,
    keys,
    log,
    people,
    retention,
    sessions,
    taxonomies,
    vacancies,
    workspaces,
)
from metier.store.workspaces.retention import RetentionKind
from metier.store.workspaces.tables import metadata
from tests.store.workspaces.world import ACTOR, ASSESSMENT, World, make_world, resume, said

MODULES = (
    assessments,
    decisions,
    documents,
    erasure,
    idempotency,
    interviews,
    jobs,
    keys,
    log,
    people,
    retention,
    sessions,
    taxonomies,
    vacancies,
    workspaces,
)
REJECT = decisions.DecisionKind.REJECT
CLOSED = vacancies.VacancyState.CLOSED

# "module.function": calls in a workspace `w` with ids of `o`, which are another's, unknown, or none at all.
CALLS = {
    "assessments.add": [
        lambda t, w, o: assessments.add(
            t, w.workspace, ACTOR, assessments.NewAssessment(o.document, ASSESSMENT)
        ),
        lambda t, w, o: assessments.add(
            t, w.workspace, ACTOR, assessments.NewAssessment(w.document, ASSESSMENT, o.vacancy)
        ),
    ],
    "assessments.get": [lambda t, w, o: assessments.get(t, w.workspace, o.assessment)],
    "assessments.record": [lambda t, w, o: assessments.record(t, w.workspace, o.assessment)],
    "assessments.latest": [
        lambda t, w, o: assessments.latest(t, w.workspace, o.document, None),
        lambda t, w, o: assessments.latest(t, w.workspace, w.document, o.vacancy),
    ],
    "assessments.page": [lambda t, w, o: assessments.page(t, w.workspace, o.document)],
    "assessments.ranking": [lambda t, w, o: assessments.ranking(t, w.workspace, o.vacancy)],
    "decisions.add": [
        lambda t, w, o: decisions.add(
            t, w.workspace, ACTOR, decisions.NewDecision(o.vacancy, w.document, REJECT)
        ),
        lambda t, w, o: decisions.add(
            t, w.workspace, ACTOR, decisions.NewDecision(w.vacancy, o.document, REJECT)
        ),
        lambda t, w, o: decisions.add(
            t, w.workspace, ACTOR, decisions.NewDecision(w.vacancy, w.document, REJECT, "", o.assessment)
        ),
    ],
    "decisions.get": [lambda t, w, o: decisions.get(t, w.workspace, o.decision)],
    "decisions.undo": [lambda t, w, o: decisions.undo(t, w.workspace, ACTOR, o.decision)],
    "decisions.page": [
        lambda t, w, o: decisions.page(t, w.workspace, vacancy=o.vacancy),
        lambda t, w, o: decisions.page(t, w.workspace, document=o.document),
    ],
    "decisions.standing": [lambda t, w, o: decisions.standing(t, w.workspace, o.vacancy, [])],
    "documents.add": [lambda t, w, o: documents.add(t, w.workspace, ACTOR, resume(b"new", person=o.person))],
    "documents.get": [lambda t, w, o: documents.get(t, w.workspace, o.document)],
    "documents.check_known": [lambda t, w, o: documents.check_known(t, w.workspace, o.document)],
    "documents.content": [lambda t, w, o: documents.content(t, w.workspace, o.document)],
    "documents.text": [lambda t, w, o: documents.text(t, w.workspace, o.document)],
    "documents.replace_reading": [
        lambda t, w, o: documents.replace_reading(t, w.workspace, ACTOR, o.document, "", {})
    ],
    "documents.attach": [
        lambda t, w, o: documents.attach(t, w.workspace, ACTOR, o.document, w.person),
        lambda t, w, o: documents.attach(t, w.workspace, ACTOR, w.document, o.person),
    ],
    "documents.page": [lambda t, w, o: documents.page(t, w.workspace, person=o.person)],
    "erasure.export_person": [lambda t, w, o: erasure.export_person(t, w.workspace, o.person)],
    "erasure.erase_person": [lambda t, w, o: erasure.erase_person(t, w.workspace, ACTOR, o.person)],
    "erasure.erase_document": [lambda t, w, o: erasure.erase_document(t, w.workspace, ACTOR, o.document)],
    "erasure.erase_interview": [lambda t, w, o: erasure.erase_interview(t, w.workspace, ACTOR, o.interview)],
    "interviews.add": [
        lambda t, w, o: interviews.add(t, w.workspace, ACTOR, interviews.NewInterview(person=o.person)),
        lambda t, w, o: interviews.add(t, w.workspace, ACTOR, interviews.NewInterview(vacancy=o.vacancy)),
    ],
    "interviews.get": [lambda t, w, o: interviews.get(t, w.workspace, o.interview)],
    "interviews.bank": [lambda t, w, o: interviews.bank(t, w.workspace, o.interview)],
    "interviews.record": [lambda t, w, o: interviews.record(t, w.workspace, o.interview)],
    "interviews.save": [lambda t, w, o: interviews.save(t, w.workspace, ACTOR, said(o.interview), version=0)],
    "interviews.make_link": [
        lambda t, w, o: interviews.make_link(t, w.workspace, ACTOR, o.interview, lasts_s=60)
    ],
    "interviews.page": [lambda t, w, o: interviews.page(t, w.workspace, person=o.person)],
    "jobs.add": [lambda t, w, o: jobs.add(t, w.workspace, ACTOR, jobs.NewJob("read", person=o.person))],
    "jobs.get": [lambda t, w, o: jobs.get(t, w.workspace, o.job)],
    "jobs.cancel": [lambda t, w, o: jobs.cancel(t, w.workspace, ACTOR, o.job)],
    "keys.get": [lambda t, w, o: keys.get(t, w.workspace, o.key)],
    "keys.revoke": [lambda t, w, o: keys.revoke(t, w.workspace, ACTOR, o.key)],
    "people.get": [lambda t, w, o: people.get(t, w.workspace, o.person)],
    "people.change": [
        lambda t, w, o: people.change(t, w.workspace, ACTOR, o.person, name="X", external_id=None)
    ],
    "sessions.get": [lambda t, w, o: sessions.get(t, w.workspace, o.session)],
    "sessions.end": [lambda t, w, o: sessions.end(t, w.workspace, o.session)],
    "taxonomies.get": [lambda t, w, o: taxonomies.get(t, w.workspace, o.taxonomy)],
    "taxonomies.content": [lambda t, w, o: taxonomies.content(t, w.workspace, o.taxonomy)],
    "taxonomies.use": [lambda t, w, o: taxonomies.use(t, w.workspace, ACTOR, o.taxonomy)],
    "vacancies.add": [lambda t, w, o: vacancies.add(t, w.workspace, ACTOR, title="New", document=o.document)],
    "vacancies.get": [lambda t, w, o: vacancies.get(t, w.workspace, o.vacancy)],
    "vacancies.rename": [lambda t, w, o: vacancies.rename(t, w.workspace, ACTOR, o.vacancy, title="New")],
    "vacancies.set_state": [
        lambda t, w, o: vacancies.set_state(t, w.workspace, ACTOR, o.vacancy, state=CLOSED)
    ],
}
# Functions that take no id but that of the workspace: with one that is not there, they find nothing to write
# to, and with another's they show what is that one's: who may ask for which is told by the key.
WORKSPACE_ONLY = {
    "idempotency.find",
    "idempotency.keep",
    "jobs.counts",
    "jobs.page",
    "keys.add",
    "keys.page",
    "log.append",
    "log.entries",
    "log.head",
    "log.verify",
    "people.add",
    "people.page",
    "people.with_external_id",
    "retention.due",
    "retention.purge",
    "retention.put",
    "retention.rules",
    "taxonomies.add",
    "taxonomies.in_use",
    "taxonomies.page",
    "vacancies.page",
    "workspaces.get",
    "workspaces.rename",
    "documents.live",
    "documents.several",
    "keys.several",
    "people.several",
    "sessions.several",
    "assessments.n_against",
    "assessments.records",
    "decisions.n_shortlisted",
}
# Those that find out by a secret or a record which workspace is meant, and those of all workspaces.
NO_WORKSPACE = {
    "interviews.look",
    "interviews.open_link",
    "interviews.seat",
    "keys.check",
    "keys.is_use_noted",
    "keys.note_use",
    "sessions.begin",
    "sessions.check",
    "workspaces.add",
    "workspaces.page",
    "assessments.cursor",
    "assessments.n_above",
    "assessments.record_hash",
    "log.hash_of",
}
NO_IDS = ["", "x", "\x00", "\ud800", "' OR 1=1 --", "%", "0" * 26 + "\n", "0" * 1_000_000, "\u202e" * 26]


def public_functions():
    for module in MODULES:
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                yield f"{module.__name__.rpartition('.')[2]}.{name}"


def other_ids(identifier):
    return World(*[identifier] * len(fields(World)))


@pytest.fixture
def other(transaction, world):
    return make_world(transaction, "Others")


def rows(transaction, workspace):
    """All that is kept of a workspace."""
    found = {}
    for table in metadata().sorted_tables:
        owner = table.c.id if table.name == "workspaces" else table.c.workspace
        found[table.name] = transaction.all(table.select().where(owner == workspace))
    return found


def test_every_public_function_is_looked_at():
    assert sorted(public_functions()) == sorted([*CALLS, *WORKSPACE_ONLY, *NO_WORKSPACE])


@pytest.mark.parametrize("name", CALLS)
def test_ids_of_another_workspace_are_not_found(transaction, world, other, name):
    before = rows(transaction, world.workspace), rows(transaction, other.workspace)
    for call in CALLS[name]:
        with pytest.raises(NotFound, match="There (is no|never was)"):
            call(transaction, world, other)
    assert (rows(transaction, world.workspace), rows(transaction, other.workspace)) == before


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", CALLS)
def test_unknown_ids_are_told_no_differently(transaction, world, name):
    unknown = other_ids(transaction.new_id())
    for call in CALLS[name]:
        with pytest.raises(NotFound, match="in this workspace"):
            call(transaction, world, unknown)


@pytest.mark.parametrize("no_id", NO_IDS, ids=range(len(NO_IDS)))
def test_what_is_no_id_is_not_found_whatever_it_holds(transaction, world, no_id):
    for calls in CALLS.values():
        for call in calls:
            with pytest.raises(NotFound) as caught:
                call(transaction, world, other_ids(no_id))
            assert len(str(caught.value)) < 300


def test_lists_show_nothing_of_another_workspace(transaction, world, other):
    def listed(w):
        here = (transaction, w)
        return [
            *documents.page(*here).items,
            *interviews.page(*here).items,
            *decisions.page(*here).items,
            *jobs.page(*here).items,
            *keys.page(*here).items,
            *people.page(*here).items,
            *vacancies.page(*here).items,
            *log.entries(*here, limit=200),
        ]

    mine, theirs = listed(world.workspace), listed(other.workspace)
    assert {item.workspace for item in mine} == {world.workspace}
    assert len(mine) == len(theirs) > 8
    both = [world.document, other.document]
    assert documents.live(transaction, world.workspace, both) == {world.document}
    assert list(documents.several(transaction, world.workspace, both)) == [world.document]
    assert list(people.several(transaction, world.workspace, [world.person, other.person])) == [world.person]
    assert assessments.n_against(transaction, world.workspace, [other.vacancy]) == {other.vacancy: 0}
    assert decisions.n_shortlisted(transaction, world.workspace, [other.vacancy]) == {other.vacancy: 0}
    assert jobs.counts(transaction, world.workspace)[jobs.JobState.QUEUED] == 1
    assert people.with_external_id(transaction, other.workspace, "e1").id == other.person
    standing = decisions.standing(
        transaction, world.workspace, world.vacancy, [world.document, other.document]
    )
    assert list(standing) == [world.document]


def test_rules_and_answers_of_another_workspace_do_not_count(transaction, world, other):
    retention.put(transaction, other.workspace, ACTOR, kind=RetentionKind.DOCUMENTS, days=1)
    assert retention.rules(transaction, world.workspace) == ()
    asked = {"request_sha256": "0" * 64}
    idempotency.keep(transaction, other.workspace, "k", **asked, status=200, result={})
    assert idempotency.find(transaction, world.workspace, "k", **asked) is None


def test_the_database_itself_refuses_a_row_that_refers_to_another_workspace(database):
    with database.transaction() as transaction:
        world, other = make_world(transaction), make_world(transaction, "Others")
    table = metadata().tables["documents"]
    mine = (table.c.workspace == world.workspace, table.c.id == world.document)
    with pytest.raises(Conflict, match="refuses"), database.transaction() as transaction:
        transaction.run(table.update().where(*mine).values(person=other.person))


@pytest.mark.parametrize(
    "call",
    [
        lambda t, w: people.add(t, w, ACTOR, name="Ann"),
        lambda t, w: keys.add(t, w, ACTOR, name="Mine", role=keys.KeyRole.VIEWER),
        lambda t, w: retention.put(t, w, ACTOR, kind=RetentionKind.JOBS, days=1),
        lambda t, w: retention.purge(t, w, ACTOR),
        lambda t, w: taxonomies.add(t, w, ACTOR, name="Ours", content="{}", n_skills=0),
        lambda t, w: taxonomies.use(t, w, ACTOR, None),
        lambda t, w: taxonomies.in_use(t, w),
        lambda t, w: workspaces.get(t, w),
        lambda t, w: workspaces.rename(t, w, ACTOR, name="X"),
        lambda t, w: idempotency.find(t, w, "k", request_sha256="0" * 64),
        lambda t, w: log.append(t, w, ACTOR, log.Event("a", "s")),
    ],
)
def test_a_workspace_that_is_not_there_is_not_found(transaction, call):
    for workspace in (transaction.new_id(), "\x00"):
        with pytest.raises(NotFound, match="no workspace"):
            call(transaction, workspace)
