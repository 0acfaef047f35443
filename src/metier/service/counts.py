"""How much there is of what, for those who watch the server; nothing tells a workspace from another."""

from __future__ import annotations

from typing import Any

from metier.service.service import Service
from metier.store.workspaces.totals import totals


def gauges(service: Service) -> dict[str, Any]:
    """Return numbers over all workspaces.

    `jobs` by state; `documents` and `people` that were not erased; `workspaces`; `waiting`, callers that wait
    for the models of this process; `ready`, whether those are loaded.
    """
    with service.database.reading() as transaction:
        found = totals(transaction)
    return {
        "jobs": {state.value: number for state, number in found.jobs.items()},
        "documents": found.documents,
        "people": found.people,
        "workspaces": found.workspaces,
        "waiting": service.engines.n_waiting,
        "ready": service.engines.ready,
    }
