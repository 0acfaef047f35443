"""People of each role in a workspace, and the things that tests need there."""

from __future__ import annotations

from dataclasses import dataclass

from metier.service import access, assessing, documents, vacancies
from metier.service.access import Caller
from metier.service.once import Once
from metier.service.service import Service
from metier.store.workspaces import log
from metier.store.workspaces.keys import KeyRole
from metier.store.workspaces.log import LogEntry
from tests.service.small import VACANCY, new_workspace, resume


@dataclass(frozen=True)
class Team:
    operator: Caller
    admin: Caller
    recruiter: Caller
    viewer: Caller


@dataclass(frozen=True)
class Things:
    """Ids of one of each."""

    document: str
    person: str
    vacancy: str
    assessment: str


def make_team(service: Service, name: str) -> Team:
    operator = new_workspace(service, name)
    return Team(operator, *(caller_in_role(service, operator, role) for role in reversed(KeyRole)))


def caller_in_role(service: Service, operator: Caller, role: KeyRole) -> Caller:
    _, token = access.add_key(service, operator, name=role.value, role=role)
    return access.caller_of_key(service, token)


def make_things(service: Service, caller: Caller) -> Things:
    document = documents.add(service, caller, resume(1), name="1.txt").document
    vacancy = vacancies.add(service, caller, VACANCY, name="vacancy.txt").id
    assessment = assessing.assess(service, caller, document.id, vacancy=vacancy)
    return Things(document.id, document.person or "", vacancy, assessment.id)


def request(key: str, digit: str = "0") -> Once:
    return Once(key, digit * 64)


def logged(service: Service, caller: Caller, action: str = "") -> list[LogEntry]:

    with service.database.reading() as transaction:
        found = log.entries(transaction, caller.workspace, limit=200)
    return [entry for entry in found if entry.action == action or not action]
