"""How many people a vacancy has, for lists of vacancies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from metier._extras import require
from metier.errors import InvalidInput
from metier.service.access import Caller
from metier.service.service import Service
from metier.store.workspaces.decisions import DecisionKind
from metier.store.workspaces.keys import KeyRole
from metier.store.workspaces.rows import MAX_LIMIT
from metier.store.workspaces.transaction import Transaction


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
    if len(vacancies) > MAX_LIMIT:
        raise InvalidInput(f"vacancies must be at most {MAX_LIMIT}. Got {len(vacancies)}.")
    with service.database.reading() as transaction:
        assessed = _assessed(transaction, caller.workspace, vacancies)
        shortlisted = _shortlisted(transaction, caller.workspace, vacancies)
    return {one: VacancyCount(assessed.get(one, 0), shortlisted.get(one, 0)) for one in vacancies}


def _assessed(transaction: Transaction, workspace: str, vacancies: Sequence[str]) -> dict[str, int]:
    c = transaction.table("assessments").c
    number = require("sqlalchemy").func.count().label("number")
    statement = transaction.table("assessments").select().with_only_columns(c.vacancy, number)
    statement = statement.where(
        c.workspace == workspace,
        c.vacancy.in_(list(vacancies)),
        c.replaced_at.is_(None),
        c.erased_at.is_(None),
    )
    return {row["vacancy"]: int(row["number"]) for row in transaction.all(statement.group_by(c.vacancy))}


def _shortlisted(transaction: Transaction, workspace: str, vacancies: Sequence[str]) -> dict[str, int]:
    """Return the number of documents whose last decision that is not undone is to shortlist them."""
    c, d = transaction.table("decisions").c, transaction.table("documents").c
    statement = transaction.table("decisions").select().with_only_columns(c.vacancy, c.document, c.kind)
    live = transaction.table("documents").select().with_only_columns(d.id)
    live = live.where(d.workspace == workspace, d.erased_at.is_(None))
    statement = statement.where(
        c.workspace == workspace,
        c.vacancy.in_(list(vacancies)),
        c.kind.in_([DecisionKind.SHORTLIST.value, DecisionKind.REJECT.value]),
        c.undone_at.is_(None),
        c.document.in_(live),
    )
    rows = transaction.all(statement.order_by(c.created_at, c.id))
    last = {(row["vacancy"], row["document"]): row["kind"] for row in rows}
    counted = dict.fromkeys(vacancies, 0)
    for (vacancy, _), kind in last.items():
        counted[vacancy] += kind == DecisionKind.SHORTLIST.value
    return counted
