"""A job in the hands of a worker: its lease is prolonged meanwhile, and its steps are done one by one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from metier.errors import BackendError, Conflict
from metier.service.access import Caller, program
from metier.service.service import Service
from metier.store.workspaces import job_work
from metier.store.workspaces.jobs import Job
from metier.store.workspaces.transaction import Transaction

# A beat comes so often in a lease that two may fail.
_BEATS_IN_A_LEASE = 3


class Interrupted(Exception):
    """The work on a job is to end before the job is done. Only workers see this."""


class JobCancelled(Interrupted):
    """Somebody asked to cancel the job."""


class WorkerStopped(Interrupted):
    """The worker was told to end; another goes on with the job."""


class JobLost(Interrupted):
    """The job is no longer this worker's."""


class Work:
    """A job that a worker has claimed, with what it is done with.

    Args:
        service: where it is done.
        job: as `job_work.claim` gave it.
        lease_s: for how long it is the worker's after each beat, in seconds.
        until: tells when the worker is to end.
    """

    def __init__(self, service: Service, job: Job, *, lease_s: float, until: Callable[[], bool]) -> None:
        self.service = service
        self.job = job
        self.caller: Caller = program(job.workspace, job.worker or "")
        self._lease_s = lease_s
        self._until = until
        self._lost = False
        self._cancelled = job.cancel_requested
        self._ended = threading.Event()

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Prolong the lease until the block ends."""
        thread = threading.Thread(target=self._beat, name=f"beat-{self.job.id}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()

    def check(self) -> None:
        """Make sure that the work is to go on; ask before each step.

        Raises:
            Interrupted: it is not.
        """
        if self._lost:
            raise JobLost
        if self._cancelled:
            raise JobCancelled
        if self._until():
            raise WorkerStopped

    def steps_done(self) -> dict[str, dict[str, Any]]:
        """Return the steps that are done, by this worker or one before, with their results."""
        with self.service.database.reading() as transaction:
            return job_work.steps_done(transaction, self.job)

    def tell(self, *, total: int | None = None, message: str = "") -> None:
        """Say how many steps there are, and what goes on, in slugs and numbers.

        Raises:
            Conflict: the job is no longer this worker's.
        """
        with self.service.database.transaction() as transaction:
            job_work.tell(transaction, self.job, total=total, message=message)

    def finish_step(self, step: str, *, result: dict[str, Any] | None = None) -> None:
        """Keep that a step is done that has written nothing else to the database.

        Raises:
            Conflict: the job is no longer this worker's.
        """
        with self.step(step, result=result):
            pass

    @contextmanager
    def step(self, step: str, *, result: dict[str, Any] | None = None) -> Iterator[Transaction]:
        """Give a transaction for what a step writes; that it is done is committed with that, or neither is.

        Args:
            step: name of the step within the job.
            result: what it gives; what the block adds to it is kept too.

        Raises:
            Conflict: the job is no longer this worker's; nothing was kept.
        """
        result = {} if result is None else result
        with self.service.database.transaction() as transaction:
            yield transaction
            job_work.finish_step(transaction, self.job, step, result=result)

    def _beat(self) -> None:
        """Prolong the lease again and again, until the work ends or the job is lost."""
        pause_s = self._lease_s / _BEATS_IN_A_LEASE
        due = time.monotonic() + pause_s
        while not self._ended.wait(max(0.0, due - time.monotonic())):
            due = time.monotonic() + pause_s
            try:
                with self.service.database.transaction() as transaction:
                    held = job_work.beat(transaction, self.job, lease_s=self._lease_s)
            except Conflict:
                self._lost = True
                return
            except BackendError:
                # The database may be back before the lease is over. If not, nothing more can be written.
                due = time.monotonic() + pause_s / _BEATS_IN_A_LEASE
                continue
            self._cancelled = held.cancel_requested
