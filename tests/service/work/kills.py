"""Workers killed in the midst of a batch, and whether anything was lost or done twice."""

from __future__ import annotations

import multiprocessing
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from metier.service import assessing, jobs
from metier.service.access import Caller, operator
from metier.service.service import Service, ServiceOptions, open_service
from metier.service.work.worker import Worker
from metier.store.workspaces import log

# Each process is a fork of one that has imported everything, since importing takes most of the time.
PROCESSES = multiprocessing.get_context("forkserver")
START_S = 120


@dataclass(frozen=True)
class Outcome:
    """What became of a batch.

    Attributes:
        state: of the job.
        claims: how often it was claimed.
        lost: documents without an assessment.
        twice: documents with more than one, or with more than one entry of the log.
        broken_at: where the chain of the log is broken, or None.
        steps_at_kills: how many steps were done when each worker was killed.
    """

    state: str
    claims: int
    lost: int
    twice: int
    broken_at: int | None
    steps_at_kills: tuple[int, ...]


def work(options, workspace, name, lease_s, started):
    """Do jobs until none of the workspace is left."""
    caller = operator(workspace)
    with open_service(options) as service:
        with service.engines.engine(None, service.this_month()):
            started.set()
        worker = Worker(service, name=name, lease_s=lease_s)
        worker.run(lambda: all(job.state.ended for job in jobs.page(service, caller).items), poll_s=0.02)


def start(options: ServiceOptions, workspace: str, name: str, lease_s: float):
    """Return a process with a worker that has loaded all it needs."""
    PROCESSES.set_forkserver_preload([__name__])
    started = PROCESSES.Event()
    process = PROCESSES.Process(target=work, args=(options, workspace, name, lease_s, started))
    process.start()
    if not started.wait(START_S):
        process.kill()
        raise TimeoutError
    return process


def kill_workers(
    options: ServiceOptions,
    caller: Caller,
    documents: Sequence[str],
    *,
    n_kills: int,
    lease_s: float,
    seed: int = 0,
) -> Outcome:
    """Assess documents with workers of which all but the last are killed; return what became of them.

    A worker lives for a lease, so that it takes over from the one before, and a random time more.
    """
    rng = random.Random(seed)
    steps = []
    with open_service(options) as service:
        job = jobs.start_assess(service, caller, documents).id
        for number in range(n_kills):
            process = start(options, caller.workspace, f"w{number}", lease_s)
            process.join(lease_s * rng.uniform(1.0, 2.0))
            process.kill()
            process.join()
            steps.append(jobs.get(service, caller, job).done)
        last = start(options, caller.workspace, "last", lease_s)
        last.join()
        return _outcome(service, caller, job, documents, tuple(steps))


def _outcome(
    service: Service, caller: Caller, job: str, documents: Sequence[str], steps: tuple[int, ...]
) -> Outcome:
    ended = jobs.get(service, caller, job)
    made = {document: len(assessing.page(service, caller, document).items) for document in documents}
    logged: Counter[str] = Counter()
    with service.database.reading() as transaction:
        after = 0
        while entries := log.entries(transaction, caller.workspace, after=after, limit=200):
            logged.update(entry.details["document"] for entry in entries if entry.action == "assessment.add")
            after = entries[-1].number
        broken_at = log.verify(transaction, caller.workspace).broken_at
    return Outcome(
        state=ended.state.value,
        claims=ended.claims,
        lost=sum(number == 0 for number in made.values()),
        twice=sum(made[document] > 1 or logged[document] > 1 for document in documents),
        broken_at=broken_at,
        steps_at_kills=steps,
    )
