"""Jobs of a server: begun, watched and waited for."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import httpx

from metier.client.records import Job, JobFailure
from metier.client.transport import Request, Transport, new_once, pages, record
from metier.errors import BackendError
from metier.records import from_mapping

# The server says something at least each 15 seconds.
_BEAT_S: Final = 15.0
_SILENCE_S: Final = 3 * _BEAT_S
_POLL_S: Final = 2.0


class Jobs:
    """Long work."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def assess(self, documents: Sequence[str], *, vacancy: str | None = None) -> Job:
        """Begin to assess many documents, against a vacancy or none."""
        body = {"documents": list(documents), "vacancy": vacancy}
        return record(Job, self._transport.send(Request("POST", "/jobs/assess", body=body, once=new_once())))

    def index(self) -> Job:
        """Begin to put all documents into the search index."""
        return record(Job, self._transport.send(Request("POST", "/jobs/index")))

    def train(self, task: str, *, data: str, output: str, options: Mapping[str, str] | None = None) -> Job:
        """Begin to train a model on a file of the server."""
        body = {"task": task, "data": data, "output": output, "options": dict(options or {})}
        return record(Job, self._transport.send(Request("POST", "/jobs/train", body=body, once=new_once())))

    def get(self, job: str) -> Job:
        """Return a job."""
        return record(Job, self._transport.send(Request("GET", f"/jobs/{job}")))

    def list(self, *, state: str | None = None) -> Iterator[Job]:
        """Yield jobs, the latest first."""
        return pages(self._transport, Job, "/jobs", {"state": state, "limit": 200})

    def cancel(self, job: str) -> Job:
        """Cancel a job."""
        return record(Job, self._transport.send(Request("DELETE", f"/jobs/{job}")))

    def steps(self, job: str) -> dict[str, dict[str, Any]]:
        """Return the steps that are done, each with its result."""
        found: dict[str, dict[str, Any]] = self._transport.send(Request("GET", f"/jobs/{job}/steps")).json()
        return found

    def failures(self, job: str) -> tuple[JobFailure, ...]:
        """Return the documents that the job could not assess."""
        return tuple(pages(self._transport, JobFailure, f"/jobs/{job}/failures", {"limit": 200}))

    def wait(
        self,
        job: str,
        *,
        on_progress: Callable[[Job], object] | None = None,
        timeout_s: float | None = None,
    ) -> Job:
        """Return a job when it has ended, whether done, failed or cancelled.

        Args:
            job: its id.
            on_progress: called with the job whenever it has changed.
            timeout_s: for how long to wait at most, in seconds; None for as long as it takes.

        Raises:
            NotFound: there is no such job.
            BackendError: it has not ended in time; it goes on.
        """
        until = None if timeout_s is None else time.monotonic() + timeout_s
        seen: Job | None = None
        for found in self._states(job, until):
            if found != seen and on_progress is not None:
                on_progress(found)
            seen = found
            if found.ended:
                return found
            if until is not None and time.monotonic() >= until:
                break
        raise BackendError(f"The job {job} has not ended within {timeout_s} s. It goes on; look again later.")

    def _states(self, job: str, until: float | None) -> Iterator[Job]:
        """Yield a job again and again: as the server tells of it, and by asking where that breaks off."""
        while True:
            yield self.get(job)
            silence_s = min(_SILENCE_S, _left_s(until))
            try:
                with self._transport.stream(f"/jobs/{job}/events", silence_s=silence_s) as lines:
                    for found in jobs_of(lines):
                        yield found or self.get(job)
                        # What is told next may come too late, so the last of the time is waited for anew.
                        if _left_s(until) < min(silence_s, _BEAT_S):
                            break
            except httpx.TransportError:
                time.sleep(min(_POLL_S, _left_s(until)))


def _left_s(until: float | None) -> float:
    return math.inf if until is None else max(until - time.monotonic(), 0.001)


def jobs_of(lines: Iterable[str]) -> Iterator[Job | None]:
    """Yield the job of each server-sent event, and None for a comment: somebody is there."""
    for line in lines:
        if line.startswith(":"):
            yield None
        elif line.startswith("data:"):
            told = json.loads(line.removeprefix("data:"))
            if told:
                yield from_mapping(Job, told)
