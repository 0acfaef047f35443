"""A service without models and with texts of a few lines, for tests that are not about models."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from metier.limits import OcrPolicy, ReadingLimits
from metier.service import access, documents, vacancies
from metier.service.access import Caller
from metier.service.service import Service, ServiceOptions, open_service
from metier.store.workspaces import workspaces
from metier.types import Role

VACANCY = b"Python developer\n\nRequirements:\n- Python\n- PostgreSQL\n- Docker\n"


def options_of(folder: Path, **changes: object) -> ServiceOptions:
    """Return options that go by words alone, with all files in a folder."""
    options = ServiceOptions(
        database=str(folder / "service.db"),
        index=str(folder / "indexes"),
        data_dir=folder / "data",
        cache_dir=folder / "cache",
        limits=ReadingLimits(),
        ocr=OcrPolicy(),
        model="none",
        search_model="none",
    )
    return replace(options, **changes)


def opened(folder: Path, **changes: object) -> Service:
    """Return a service; close it."""
    return open_service(options_of(folder, **changes))


def new_workspace(service: Service, name: str = "Team") -> Caller:
    """Return the operator of a new workspace."""
    with service.database.transaction() as transaction:
        made = workspaces.add(transaction, access.operator("none").actor, name=name)
    return access.operator(made.id)


def resume(number: int, skills: str = "Python and Docker") -> bytes:
    """Return a resume that differs from those of other numbers."""
    return f"Person {number}\n\nExperience\nDeveloper, {2000 + number} - 2024\n{skills}\n".encode()


def add_resumes(service: Service, caller: Caller, n: int) -> list[str]:
    """Return the ids of some new resumes, each of a person of its own."""
    return [
        documents.add(service, caller, resume(number), name=f"{number}.txt", role=Role.RESUME).document.id
        for number in range(n)
    ]


def add_vacancy(service: Service, caller: Caller) -> str:
    """Return the id of a new vacancy."""
    return vacancies.add(service, caller, VACANCY, name="vacancy.txt").id
