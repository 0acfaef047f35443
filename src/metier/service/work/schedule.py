"""What is to be done every day: a job of each workspace, of which there is one whoever plans it."""

from __future__ import annotations

from functools import partial
from typing import Final

from metier.service.access import program
from metier.service.service import Service
from metier.service.work import erase
from metier.service.work.purge import purging
from metier.service.work.train import old_runs
from metier.store.workspaces import jobs, retention, workspaces
from metier.store.workspaces.jobs import JobState
from metier.store.workspaces.rows import MAX_LIMIT, every
from metier.store.workspaces.transaction import Transaction

_PLANNER: Final = "schedule"


def plan(service: Service) -> int:
    """Add the purge of today (UTC) for each workspace that needs one; return how many jobs are new.

    A workspace needs one that has a retention rule, whose erased documents left traces on the disk, or whose
    trainings left files long ago. Any number of workers may plan at once, as often as they like.

    Raises:
        BackendError: the database fails.
    """
    with service.database.reading() as transaction:
        found = every(partial(workspaces.page, transaction))
        needs = {workspace.id: _needs_purge(transaction, workspace.id) for workspace in found}
    wanting = [identifier for identifier, need in needs.items() if need or old_runs(service, identifier)]
    day = service.clock.now().date().isoformat()
    number = 0
    for identifier in wanting:
        with service.database.transaction() as transaction:
            actor = program(identifier, _PLANNER).actor
            _, new = jobs.add(transaction, identifier, actor, purging(day))
            number += new
    return number


def _needs_purge(transaction: Transaction, workspace: str) -> bool:
    """Tell whether a rule is there, or an erasure of late whose traces nobody has cleared."""
    if retention.rules(transaction, workspace):
        return True
    for job in jobs.page(transaction, workspace, state=JobState.DONE, limit=MAX_LIMIT).items:
        if job.result.get("scrubbed"):
            return False
        if job.kind == erase.KIND:
            return True
    return False
