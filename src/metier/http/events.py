"""Progress of jobs as server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Final

from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from metier.errors import AccessDenied, MetierError, NotFound
from metier.records import to_json
from metier.store.workspaces.jobs import Job

MEDIA_TYPE: Final = "text/event-stream"
HEARTBEAT_S: Final = 15.0
_LEAST_WAIT_S: Final = 0.2
_MOST_WAIT_S: Final = 2.0
# Each time that nothing has changed, the next look is so much later.
_SLOWER: Final = 1.5
# What buffers answers, as nginx does, would hold events back.
_HEADERS: Final = {"X-Accel-Buffering": "no"}


def job_events(look: Callable[[], Job], *, heartbeat_s: float = HEARTBEAT_S) -> StreamingResponse:
    """Return the progress of a job as a stream: `progress` whenever it changes, `end` when it has ended.

    A stream holds no thread and no connection of the database while it waits. It ends when the reader goes
    away, and when `look` finds no such job or raises AccessDenied.

    Args:
        look: returns the job as it is; called in a thread.
        heartbeat_s: after how many seconds without an event a comment is sent.
    """
    return StreamingResponse(
        events_of(look, heartbeat_s=heartbeat_s), media_type=MEDIA_TYPE, headers=_HEADERS
    )


async def events_of(look: Callable[[], Job], *, heartbeat_s: float = HEARTBEAT_S) -> AsyncIterator[str]:
    """Yield the events of a job, each as the lines that stand for it."""
    number, silent_s, wait_s = 0, 0.0, _LEAST_WAIT_S
    before: Job | None = None
    while True:
        job: Job | None = before
        try:
            job = await run_in_threadpool(look)
        except (NotFound, AccessDenied):
            yield _event(number + 1, "end", "{}")
            return
        except MetierError:
            # The database is away for a moment; whoever watches need not know.
            job = before
        if job is not None and (before is None or _told(job) != _told(before)):
            number, before, silent_s, wait_s = number + 1, job, 0.0, _LEAST_WAIT_S
            yield _event(number, "end" if job.state.ended else "progress", to_json(job))
            if job.state.ended:
                return
        elif silent_s >= heartbeat_s:
            silent_s = 0.0
            yield ": still here\n\n"
        await asyncio.sleep(wait_s)
        silent_s += wait_s
        wait_s = min(wait_s * _SLOWER, _MOST_WAIT_S, heartbeat_s)


def _told(job: Job) -> tuple[object, ...]:
    """Return what of a job is news to whoever watches; that its worker lives is none."""
    return job.state, job.done, job.total, job.message, job.cancel_requested


def _event(number: int, name: str, data: str) -> str:
    return f"id: {number}\nevent: {name}\ndata: {data}\n\n"
