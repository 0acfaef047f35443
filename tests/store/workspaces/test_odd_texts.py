"""Every text field keeps what it is given, letter by letter, or refuses it by name."""

import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

from metier.errors import InvalidInput
from metier.store.workspaces import (
    assessments,
    decisions,
    documents,
    erasure,
    interviews,
    jobs,
    keys,
    people,
    taxonomies,
    vacancies,
    workspaces,
)
from metier.types import Role
from tests.store.workspaces.world import ACTOR, said, scored

HELD = [
    "Robert'); DROP TABLE people; --",
    '" OR ""="',
    "%_\\",
    "\u202eevil\u202c שלום مرحبا",
    "이름 👩‍👩‍👧 e\u0301",
    "\x01\x1b[2J\r\n\t\x7f\ufeff\ufffe",
    ":name {x} %s %(x)s ?1",
]
REFUSED = ["nul\x00here", "half \ud800", "\udfff half", "x" * 1_000_001, "", " \t\n"]


def write_decision(t, w, text):
    new = decisions.NewDecision(w.vacancy, w.document, decisions.DecisionKind.NOTE, text)
    return decisions.add(t, w.workspace, ACTOR, new).note


def answer(t, w, text):
    version = interviews.get(t, w.workspace, w.interview).version
    interviews.save(t, w.workspace, ACTOR, said(w.interview, text), version=version)
    return interviews.record(t, w.workspace, w.interview).turns[0].answer


# Fields that hold names and notes: what writes a text, and gives back what was kept.
NAMES = {
    "workspace name": lambda t, w, x: workspaces.add(t, ACTOR, name=x).name,
    "workspace rename": lambda t, w, x: workspaces.rename(t, w.workspace, ACTOR, name=x).name,
    "person name": lambda t, w, x: people.add(t, w.workspace, ACTOR, name=x).name,
    "person external id": lambda t, w, x: (
        people.add(t, w.workspace, ACTOR, name="Ann", external_id=x)
        and people.with_external_id(t, w.workspace, x).external_id
    ),
    "person change": lambda t, w, x: (
        people.change(t, w.workspace, ACTOR, w.person, name=x, external_id=x).external_id
    ),
    "document name": lambda t, w, x: (
        documents.add(t, w.workspace, ACTOR, documents.NewDocument(repr(x).encode(), x, Role.RESUME))[0].name
    ),
    "vacancy title": lambda t, w, x: vacancies.add(t, w.workspace, ACTOR, title=x, document=w.document).title,
    "vacancy rename": lambda t, w, x: vacancies.rename(t, w.workspace, ACTOR, w.vacancy, title=x).title,
    "key name": lambda t, w, x: keys.add(t, w.workspace, ACTOR, name=x, role=keys.KeyRole.VIEWER)[0].name,
    "job key": lambda t, w, x: jobs.add(t, w.workspace, ACTOR, jobs.NewJob("read", key=x))[0].key,
    "decision note": write_decision,
    "taxonomy name": lambda t, w, x: (
        taxonomies.add(t, w.workspace, ACTOR, name=x, content=ascii(x), n_skills=0)[0].name
    ),
}
# Fields that hold contents: any text at all.
CONTENTS = {
    "document text": lambda t, w, x: documents.text(
        t, w.workspace, documents.replace_reading(t, w.workspace, ACTOR, w.document, x, {}).id
    ),
    "document details": lambda t, w, x: documents.replace_reading(
        t, w.workspace, ACTOR, w.document, "", {"a": [x], x: 1}
    ).details["a"][0],
    "job payload": lambda t, w, x: jobs.add(t, w.workspace, ACTOR, jobs.NewJob("read", {"a": x}))[0].payload[
        "a"
    ],
    "interview answer": answer,
}


@pytest.mark.parametrize("field", NAMES)
def test_a_name_keeps_any_letters_that_both_databases_hold(transaction, world, field):
    for text in HELD:
        assert NAMES[field](transaction, world, text) == text


@pytest.mark.parametrize("field", NAMES)
def test_a_name_that_a_database_cannot_hold_is_refused_by_both(transaction, world, field):
    for text in REFUSED:
        with pytest.raises(InvalidInput, match=r"must (hold no|have at most|not be blank)"):
            NAMES[field](transaction, world, text)


@pytest.mark.parametrize("field", CONTENTS)
def test_contents_keep_any_text(transaction, world, field):
    for text in [*HELD, *REFUSED]:
        assert CONTENTS[field](transaction, world, text) == text


def test_the_content_of_a_taxonomy_is_kept_or_refused(transaction, world):
    for text in HELD:
        new, _ = taxonomies.add(transaction, world.workspace, ACTOR, name="Ours", content=text, n_skills=0)
        assert taxonomies.content(transaction, world.workspace, new.id) == text
    for text in ("nul\x00here", "half \ud800", "", " \t\n"):
        with pytest.raises(InvalidInput, match="content must"):
            taxonomies.add(transaction, world.workspace, ACTOR, name="Ours", content=text, n_skills=0)


def test_bytes_are_kept_as_they_are(transaction, world):
    content = bytes(range(256)) * 10 + b"\x00"
    new = documents.NewDocument(content, "a.bin", Role.RESUME)
    document, _ = documents.add(transaction, world.workspace, ACTOR, new)
    assert documents.content(transaction, world.workspace, document.id) == content


def test_an_assessment_of_an_odd_text_is_kept(transaction, world):
    record = scored(0.1, source="nul\x00 half \ud800 \u202e")
    new = assessments.NewAssessment(world.document, record)
    kept, _ = assessments.add(transaction, world.workspace, ACTOR, new)
    assert assessments.record(transaction, world.workspace, kept.id) == record


def test_a_person_with_odd_texts_is_exported_and_erased(transaction, world):
    for text in [*HELD, "\x00\ud800"]:
        documents.replace_reading(transaction, world.workspace, ACTOR, world.document, text, {text: text})
        export = erasure.export_person(transaction, world.workspace, world.person)
        assert export.documents[0][2] == text
    erasure.erase_person(transaction, world.workspace, ACTOR, world.person)
