"""Every function with every role, and from another workspace."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from metier.errors import Forbidden, NotFound
from metier.service import (
    access,
    assessing,
    decisions,
    detecting,
    documents,
    models,
    people,
    shortlists,
    taxonomies,
    upkeep,
    vacancies,
)
from metier.service.access import Caller
from metier.service.service import Service
from metier.store.workspaces.decisions import DecisionKind
from metier.store.workspaces.keys import KeyRole
from metier.store.workspaces.retention import RetentionKind
from metier.store.workspaces.vacancies import VacancyState
from tests.service.small import VACANCY, resume
from tests.service.team import Things, logged, make_things

VIEWER, RECRUITER, ADMIN = KeyRole
Ask = Callable[[Service, Caller, Things], object]

# By name: the least role, and a call that names a thing of the first workspace.
FOREIGN: dict[str, tuple[KeyRole, Ask]] = {
    "documents.get": (VIEWER, lambda s, c, t: documents.get(s, c, t.document)),
    "documents.page": (VIEWER, lambda s, c, t: documents.page(s, c, person=t.person)),
    "documents.content": (VIEWER, lambda s, c, t: documents.content(s, c, t.document)),
    "documents.read": (VIEWER, lambda s, c, t: documents.read(s, c, t.document)),
    "documents.attach": (RECRUITER, lambda s, c, t: documents.attach(s, c, t.document, t.person)),
    "documents.add": (
        RECRUITER,
        lambda s, c, t: documents.add(s, c, resume(8), name="8.txt", person=t.person),
    ),
    "documents.erase": (ADMIN, lambda s, c, t: documents.erase(s, c, t.document)),
    "people.get": (VIEWER, lambda s, c, t: people.get(s, c, t.person)),
    "people.change": (RECRUITER, lambda s, c, t: people.change(s, c, t.person, name="X", external_id=None)),
    "people.export": (ADMIN, lambda s, c, t: people.export(s, c, t.person)),
    "people.erase": (ADMIN, lambda s, c, t: people.erase(s, c, t.person)),
    "vacancies.get": (VIEWER, lambda s, c, t: vacancies.get(s, c, t.vacancy)),
    "vacancies.text": (VIEWER, lambda s, c, t: vacancies.text(s, c, t.vacancy)),
    "vacancies.wanted": (VIEWER, lambda s, c, t: vacancies.wanted(s, c, t.vacancy)),
    "vacancies.rename": (RECRUITER, lambda s, c, t: vacancies.rename(s, c, t.vacancy, title="X")),
    "vacancies.set_state": (
        RECRUITER,
        lambda s, c, t: vacancies.set_state(s, c, t.vacancy, state=VacancyState.CLOSED),
    ),
    "assessing.assess": (RECRUITER, lambda s, c, t: assessing.assess(s, c, t.document)),
    "assessing.get": (VIEWER, lambda s, c, t: assessing.get(s, c, t.assessment)),
    "assessing.record": (VIEWER, lambda s, c, t: assessing.record(s, c, t.assessment)),
    "assessing.page": (VIEWER, lambda s, c, t: assessing.page(s, c, t.document)),
    "assessing.latest": (VIEWER, lambda s, c, t: assessing.latest(s, c, t.document, t.vacancy)),
    "assessing.recompute": (RECRUITER, lambda s, c, t: assessing.recompute(s, c, t.assessment)),
    "shortlists.shortlist": (VIEWER, lambda s, c, t: shortlists.shortlist(s, c, t.vacancy)),
    "shortlists.compare": (VIEWER, lambda s, c, t: _compare(s, c, t)),
    "decisions.decide": (
        RECRUITER,
        lambda s, c, t: decisions.decide(s, c, t.vacancy, t.document, kind=DecisionKind.REJECT),
    ),
    "decisions.page of a vacancy": (VIEWER, lambda s, c, t: decisions.page(s, c, vacancy=t.vacancy)),
    "decisions.page of a document": (VIEWER, lambda s, c, t: decisions.page(s, c, document=t.document)),
    "detecting.score_level": (VIEWER, lambda s, c, t: detecting.score_level(s, c, document=t.document)),
}
# By name: the least role, and a call that names nothing.
OTHER: dict[str, tuple[KeyRole, Ask]] = {
    "documents.page": (VIEWER, lambda s, c, _: documents.page(s, c)),
    "documents.add": (RECRUITER, lambda s, c, _: documents.add(s, c, resume(9), name="9.txt")),
    "documents.several": (VIEWER, lambda s, c, t: documents.several(s, c, [t.document])),
    "people.page": (VIEWER, lambda s, c, _: people.page(s, c)),
    "people.add": (RECRUITER, lambda s, c, _: people.add(s, c, name="X")),
    "vacancies.page": (VIEWER, lambda s, c, _: vacancies.page(s, c)),
    "vacancies.add": (RECRUITER, lambda s, c, _: vacancies.add(s, c, VACANCY + b"- Go\n", name="v.txt")),
    "taxonomies.page": (VIEWER, lambda s, c, _: taxonomies.page(s, c)),
    "taxonomies.used": (VIEWER, lambda s, c, _: taxonomies.used(s, c)),
    "taxonomies.add": (ADMIN, lambda s, c, _: taxonomies.add(s, c, b"id,label\nx,X\n", name="x.csv")),
    "taxonomies.use": (ADMIN, lambda s, c, _: taxonomies.use(s, c, None)),
    "decisions.page": (VIEWER, lambda s, c, _: decisions.page(s, c)),
    "detecting.detect": (VIEWER, lambda s, c, _: detecting.detect(s, c, "Python")),
    "models.models": (VIEWER, lambda s, c, _: models.models(s, c)),
    "models.model": (VIEWER, lambda s, c, _: models.model(s, c, "base")),
    "models.card_text": (VIEWER, lambda s, c, _: models.card_text(s, c, "base")),
    "upkeep.retention": (VIEWER, lambda s, c, _: upkeep.retention(s, c)),
    "upkeep.set_retention": (
        ADMIN,
        lambda s, c, _: upkeep.set_retention(s, c, kind=RetentionKind.JOBS, days=9),
    ),
    "upkeep.log_entries": (ADMIN, lambda s, c, _: upkeep.log_entries(s, c)),
    "upkeep.log_head": (ADMIN, lambda s, c, _: upkeep.log_head(s, c)),
    "upkeep.verify_log": (ADMIN, lambda s, c, _: upkeep.verify_log(s, c)),
    "access.workspace": (VIEWER, lambda s, c, _: access.workspace(s, c)),
    "access.rename_workspace": (ADMIN, lambda s, c, _: access.rename_workspace(s, c, name="X")),
    "access.keys": (ADMIN, lambda s, c, _: access.keys(s, c)),
    "access.add_key": (ADMIN, lambda s, c, _: access.add_key(s, c, name="X", role=VIEWER)),
}
PAGES = {name: ask for name, (_, ask) in OTHER.items() if name.endswith(".page")}


def _compare(service: Service, caller: Caller, things: Things) -> object:
    second = documents.page(service, caller).items[:1]
    return shortlists.compare(service, caller, things.vacancy, [things.document, *(one.id for one in second)])


@pytest.fixture
def things(service, team):
    return make_things(service, team.recruiter)


def test_what_is_of_another_workspace_is_as_if_it_were_not_there(service, team, others, things):
    documents.add(service, others.recruiter, resume(2), name="2.txt")
    n_logged = len(logged(service, team.admin))
    unknown = Things(*["0" * 26] * 4)
    for name, (_, ask) in FOREIGN.items():
        messages = []
        for named in (things, unknown):
            with pytest.raises(NotFound) as raised:
                ask(service, others.admin, named)
            message = str(raised.value)
            for identifier in (*vars(named).values(),):
                message = message.replace(identifier, "ID")
            messages.append(message)
        assert messages[0] == messages[1], name
    assert len(logged(service, team.admin)) == n_logged


def test_lists_show_nothing_of_another_workspace(service, team, others, things):
    for name, ask in PAGES.items():
        assert ask(service, others.admin, things).items == (), name
    assert documents.several(service, others.admin, [things.document]) == {}
    name = people.get(service, team.viewer, things.person).name
    assert people.page(service, others.admin, text=name).items == ()
    assert len(documents.page(service, team.viewer).items) == 2


def test_the_same_bytes_in_another_workspace_are_another_document(service, team, others, things):
    added = documents.add(service, others.recruiter, resume(1), name="1.txt")
    assert added.new
    assert added.document.id != things.document


def test_each_function_refuses_a_role_below_its_own(service, team, things):
    callers = dict(zip(KeyRole, (team.viewer, team.recruiter, team.admin), strict=True))
    for name, (least, ask) in {**FOREIGN, **OTHER}.items():
        for role, caller in callers.items():
            if least.includes(role) and role is not least:
                with pytest.raises(Forbidden):
                    ask(service, caller, things)
        assert least in KeyRole, name


@pytest.mark.parametrize("name", OTHER)
def test_each_function_serves_its_least_role(service, team, things, name):
    least, ask = OTHER[name]
    ask(service, dict(zip(KeyRole, (team.viewer, team.recruiter, team.admin), strict=True))[least], things)


def test_a_name_is_in_no_log_entry_of_all_this(service, team, things):
    document = documents.add(
        service, team.recruiter, b"Anna Petrova\n\nPython\n", name="Petrova.txt"
    ).document
    documents.read(service, team.recruiter, document.id)
    people.change(service, team.recruiter, document.person, name="Anna Petrova", external_id="Petrova")
    decisions.decide(
        service, team.recruiter, things.vacancy, document.id, kind=DecisionKind.NOTE, note="Petrova calls."
    )
    assert "Petrova" not in repr(logged(service, team.admin))
