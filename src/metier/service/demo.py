"""Example data: a team with vacancies, resumes that are assessed, an interview and two decisions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Final

from metier.errors import DocumentError, MetierError, NotFound
from metier.service import assessing, decisions, documents, interviews, vacancies
from metier.service.access import Caller, operator
from metier.service.interviews import NewInterviewPlan
from metier.service.once import Once
from metier.service.service import Service
from metier.service.work.index import NO_MODEL, put
from metier.store.workspaces import assessments, keys, log, workspaces
from metier.store.workspaces.decisions import DecisionKind
from metier.store.workspaces.interviews import InterviewState
from metier.store.workspaces.keys import KeyRole
from metier.store.workspaces.log import Actor, ActorKind
from metier.store.workspaces.rows import every
from metier.types import Role

TEAM: Final = "Demo team"
_KEY: Final = "demo"
# Who made a workspace stands in its log for good; its name does not.
_MAKER: Final = Actor(ActorKind.PROGRAM, "demo")
_EXAMPLES: Final = "examples"
_VACANCIES: Final = ("backend-python.txt", "backend-python-ru.txt")
_CANDIDATE: Final = "grace-okonjo.pdf"
_BANK: Final = "python-backend"
_LANGUAGE: Final = "en"
_NOTE: Final = "Ask about the notice period."


def fill(service: Service) -> str:
    """Fill a workspace with the example data; return the token of a new key of an administrator.

    What is there already is not added again, and what was erased does not come back. The key of the time
    before no longer works.

    Raises:
        NotFound: the examples are not installed.
        ModelError: a model cannot be used.
        BackendError: the database fails.
    """
    folder = _folder()
    caller = operator(_workspace(service))
    token = _new_key(service, caller)
    wanted = [_add_vacancy(service, caller, folder / "vacancies" / name) for name in _VACANCIES]
    resumes = list(_add_resumes(service, caller, folder / "resumes"))
    for document in resumes:
        for vacancy in wanted:
            _assess(service, caller, document, vacancy)
        _index(service, caller, document, Role.RESUME)
    for vacancy in wanted:
        _index(service, caller, vacancies.get(service, caller, vacancy).document, Role.VACANCY)
    _decide(service, caller, wanted[0])
    _interview(service, caller, wanted[0], folder)
    return token


def _folder() -> Path:
    """Return the folder of the examples: of the installed package, or of the repository."""
    package = Path(str(resources.files("metier.service")))
    for folder in (package / _EXAMPLES, package.parents[2] / _EXAMPLES):
        if (folder / "resumes").is_dir():
            return folder
    raise NotFound(
        "The example data is not installed. Install metier from its wheel, or from its repository."
    )


def _workspace(service: Service) -> str:
    """Return the id of the team's workspace, whatever it is called by now, a new one where there is none."""
    with service.database.transaction() as transaction:
        transaction.hold_table("workspaces")
        for workspace in every(partial(workspaces.page, transaction)):
            if any(entry.actor == str(_MAKER) for entry in log.entries(transaction, workspace.id, limit=1)):
                return workspace.id
        return workspaces.add(transaction, _MAKER, name=TEAM).id


def _new_key(service: Service, caller: Caller) -> str:
    """Return the token of a new key; those that were made so before no longer work."""
    with service.database.transaction() as transaction:
        transaction.hold(caller.workspace)
        for key in every(partial(keys.page, transaction, caller.workspace)):
            if key.name == _KEY:
                keys.revoke(transaction, caller.workspace, caller.actor, key.id)
        return keys.add(transaction, caller.workspace, caller.actor, name=_KEY, role=KeyRole.ADMIN)[1]


def _add_vacancy(service: Service, caller: Caller, path: Path) -> str:
    content = path.read_bytes()
    return vacancies.add(service, caller, content, name=path.name, once=_once(path.name, content)).id


def _add_resumes(service: Service, caller: Caller, folder: Path) -> Iterator[str]:
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        with suppress(NotFound):  # it was erased since
            yield documents.add(
                service, caller, content, name=path.name, once=_once(path.name, content)
            ).document.id


def _assess(service: Service, caller: Caller, document: str, vacancy: str) -> None:
    if assessing.latest(service, caller, document, vacancy) is None:
        with suppress(DocumentError):  # a picture, where nothing is installed that reads pictures
            assessing.assess(service, caller, document, vacancy=vacancy)


def _index(service: Service, caller: Caller, document: str, role: Role) -> None:
    if service.options.search_model != NO_MODEL:
        with suppress(MetierError):  # the job `index` makes it good
            put(service, caller.workspace, document, role)


def _decide(service: Service, caller: Caller, vacancy: str) -> None:
    """Shortlist the first of the ranking, and note something about the second."""
    with service.database.reading() as transaction:
        ranked = assessments.ranking(transaction, caller.workspace, vacancy, limit=2).items
    said = ((DecisionKind.SHORTLIST, ""), (DecisionKind.NOTE, _NOTE))
    for assessment, (kind, note) in zip(ranked, said, strict=False):
        decisions.decide(
            service, caller, vacancy, assessment.document, kind=kind, note=note, once=_once(kind, b"")
        )


def _interview(service: Service, caller: Caller, vacancy: str, folder: Path) -> None:
    """Hold an interview with the example answers."""
    content = (folder / "resumes" / _CANDIDATE).read_bytes()
    answers = (folder / "interviews" / f"{_BANK}.{_LANGUAGE}.txt").read_text("utf-8").splitlines()
    try:
        found = documents.add(service, caller, content, name=_CANDIDATE, once=_once(_CANDIDATE, content))
        plan = NewInterviewPlan(_BANK, _LANGUAGE, person=found.document.person, vacancy=vacancy)
        made = interviews.create(service, caller, plan, once=_once(_BANK, b""))
    except NotFound:
        return  # the candidate was erased since
    if made.state is not InterviewState.WAITING:
        return
    asked = interviews.question(service, caller, made.id)
    for words in answers:
        if asked.turn is None:
            break
        asked = interviews.answer(service, caller, made.id, words)


def _once(name: str, content: bytes) -> Once:
    return Once(f"{_KEY}-{name}", hashlib.sha256(content).hexdigest())
