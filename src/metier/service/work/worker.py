"""A worker: claims jobs one after the other and does them; any number of them share the queue."""

from __future__ import annotations

import logging
import re
import time
import traceback
from collections.abc import Callable, Sequence
from typing import Any, Final

from metier.errors import BackendError, Conflict, InvalidInput, MetierError
from metier.service.service import Service
from metier.service.work import kinds as job_kinds
from metier.service.work import schedule
from metier.service.work.work import Interrupted, JobCancelled, JobLost, Work, WorkerStopped
from metier.store.workspaces import job_work
from metier.store.workspaces.jobs import Job

LEASE_S: Final = 60.0
_POLL_S: Final = 0.5
_SCHEDULE_S: Final = 600.0
_MAX_NAME_CHARS: Final = 100
_UNNAMED: Final = "worker"
_NOT_ID: Final = re.compile(r"[^A-Za-z0-9._:-]")
_ENDINGS: Final = {JobLost: None, JobCancelled: job_work.stop, WorkerStopped: job_work.release}
_LOG: Final = logging.getLogger("metier.worker")


def _never() -> bool:
    return False


class Worker:
    """Does jobs of all workspaces.

    A worker that is killed at any moment loses nothing and does nothing twice: its job is claimed by another
    when the lease is over, which goes on after the last step that was done.

    Args:
        service: where the jobs are, and what they are done with.
        name: of this worker, different for each process; characters that no id takes become hyphens.
        kinds: of the jobs that it does; all where empty.
        lease_s: for how long a job is its own after each sign of life, in seconds; the clocks of machines
            that share a database must not differ by more.

    Raises:
        InvalidInput: there is no such kind of job.
    """

    def __init__(
        self, service: Service, *, name: str, kinds: Sequence[str] = (), lease_s: float = LEASE_S
    ) -> None:
        for kind in kinds:
            if kind not in job_kinds.KINDS:
                raise InvalidInput(f"There is no job {kind}. Name one of {', '.join(job_kinds.KINDS)}.")
        self.name = _NOT_ID.sub("-", name)[:_MAX_NAME_CHARS] or _UNNAMED
        self._service = service
        self._kinds = tuple(kinds) or tuple(job_kinds.KINDS)
        self._lease_s = lease_s

    def run(self, until: Callable[[], bool], *, poll_s: float = _POLL_S) -> None:
        """Do jobs until told to end; the one in hand is then put back for another worker.

        A database that fails is waited for.

        Args:
            until: tells whether to end; asked between steps and while there is nothing to do.
            poll_s: how long to wait for the next job, in seconds.
        """
        planned: float | None = None
        while not until():
            try:
                if planned is None or time.monotonic() - planned > _SCHEDULE_S:
                    schedule.plan(self._service)
                    planned = time.monotonic()
                found = self.run_one(until)
            except BackendError as error:
                _LOG.warning("The worker %s waits for the database: %s.", self.name, error.code)
                found = False
            if not found:
                time.sleep(poll_s)

    def run_one(self, until: Callable[[], bool] = _never) -> bool:
        """Do the next job, as far as it goes; return whether there was one.

        Raises:
            BackendError: the database fails, and no job was claimed.
        """
        database = self._service.database
        with database.reading() as transaction:
            if not job_work.waiting(transaction, self._kinds):
                return False
        with database.transaction() as transaction:
            job = job_work.claim(transaction, self.name, lease_s=self._lease_s, kinds=self._kinds)
        if job is None:
            return False
        work = Work(self._service, job, lease_s=self._lease_s, until=until)
        with work.beating():
            self._end(job, *self._outcome(work))
        return True

    def _outcome(self, work: Work) -> tuple[Callable[..., Job] | None, dict[str, Any]]:
        """Do the work; return how the job ends, and with what."""
        try:
            work.check()
            return job_work.finish, {"result": job_kinds.KINDS[work.job.kind](work)}
        except Interrupted as reason:
            return _ENDINGS[type(reason)], {}
        except (BackendError, MemoryError, OSError) as error:
            return job_work.fail, {"message": getattr(error, "code", "machine_error"), "retry": True}
        except MetierError as error:
            return job_work.fail, {"message": error.code, "retry": False}
        except Exception as error:  # noqa: BLE001 - the outermost loop of a worker: it goes on with other jobs
            # Not the message: it may hold words of a document.
            where = traceback.extract_tb(error.__traceback__)[-1]
            _LOG.error(
                "The job %s failed: %s, %s:%s.", work.job.id, type(error).__name__, where.name, where.lineno
            )
            return job_work.fail, {"message": type(error).__name__, "retry": False}
        except BaseException:
            self._end(work.job, job_work.release, {})
            raise

    def _end(self, job: Job, ending: Callable[..., Job] | None, said: dict[str, Any]) -> None:
        """Write how a job ended; if that fails, another worker finds out when the lease is over."""
        if ending is None:
            return
        try:
            with self._service.database.transaction() as transaction:
                ending(transaction, job, **said)
        except Conflict:
            return  # it is no longer this worker's
        except InvalidInput as error:
            # A result that cannot be kept is a mistake of the program, and would be one each time.
            _LOG.error("The job %s failed: its result cannot be kept.", job.id)
            self._end(job, job_work.fail, {"message": type(error).__name__, "retry": False})
        except BackendError as error:
            _LOG.warning("The end of the job %s could not be kept: %s.", job.id, error.code)
