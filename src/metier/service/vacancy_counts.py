"""How many people a vacancy has, for lists of vacancies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from metier.service.access import Caller
from metier.service.service import Service
from metier.store.workspaces import assessments, decisions
from metier.store.workspaces.keys import KeyRole


@dataclass(frozen=True, slots=True)
class VacancyCount:
    """How many documents were assessed against a vacancy, and how many of them are shortlisted."""

    assessed: int = 0
    shortlisted: int = 0


def vacancy_counts(service: Service, caller: Caller, vacancies: Sequence[str]) -> dict[str, VacancyCount]:
    """Return the numbers of some vacancies by their ids; those that are not there have none of anything.

    Raises:
        InvalidInput: more than 200 vacancies.
    """
    caller.require(KeyRole.VIEWER)
    with service.database.reading() as transaction:
        assessed = assessments.n_against(transaction, caller.workspace, vacancies)
        shortlisted = decisions.n_shortlisted(transaction, caller.workspace, vacancies)
    return {one: VacancyCount(assessed[one], shortlisted[one]) for one in vacancies}
