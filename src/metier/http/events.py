"""Progress of jobs as server-sent events."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from threading import Lock
from typing import Final

from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from metier.errors import AccessDenied, MetierError, NotFound, TooManyRequests
from metier.records import to_json
from metier.store.workspaces.jobs import Job

MEDIA_TYPE: Final = "text/event-stream"
STREAMS: Final = "/events"
"""How the path of each stream ends, and no other."""
MOST_STREAMS: Final = 20
HEARTBEAT_S: Final = 15.0
_LEAST_WAIT_S: Final = 0.2
_MOST_WAIT_S: Final = 2.0
# Each time that nothing has changed, the next look is so much later.
_SLOWER: Final = 1.5
# What buffers answers, as nginx does, would hold events back.
_HEADERS: Final = {"X-Accel-Buffering": "no"}
_RETRY_S: Final = 5.0


class OpenStreams:
    """Counts the streams that are open for each key in this process, so that one key cannot hold all.

    Args:
        most: how many a key may have open at once.
    """

    def __init__(self, most: int = MOST_STREAMS) -> None:
        self.most = most
        self._open: Counter[str] = Counter()
        self._lock = Lock()

    def begin(self, key: str) -> None:
        """Count one more stream of a key.

        Raises:
            TooManyRequests: it has as many open as it may.
        """
        with self._lock:
            if self._open[key] >= self.most:
                raise TooManyRequests(
                    f"A key may watch {self.most} jobs at once. Close a stream of events, or look at the "
                    "jobs now and then.",
                    _RETRY_S,
                )
            self._open[key] += 1

    def end(self, key: str) -> None:
        """Count one stream of a key less."""
        with self._lock:
            self._open[key] -= 1
            if self._open[key] <= 0:
                del self._open[key]


class CountedStream(StreamingResponse):
    """A stream that is counted until it ends, however it ends.

    Args:
        content: what to send.
        streams: that count it.
        key: whose stream it is.

    Raises:
        TooManyRequests: the key has as many open as it may.
    """

    def __init__(self, content: AsyncIterator[str], *, streams: OpenStreams, key: str) -> None:
        super().__init__(content, media_type=MEDIA_TYPE, headers=_HEADERS)
        self._streams, self._key = streams, key
        streams.begin(key)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._streams.end(self._key)


def job_events(
    look: Callable[[], Job], *, streams: OpenStreams, key: str, heartbeat_s: float = HEARTBEAT_S
) -> CountedStream:
    """Return the progress of a job as a stream: `progress` whenever it changes, `end` when it has ended.

    A stream holds no thread and no connection of the database while it waits. It ends when the reader goes
    away, and when `look` finds no such job or raises AccessDenied.

    Args:
        look: returns the job as it is; called in a thread.
        streams: that count it while it is open.
        key: id of the key that watches.
        heartbeat_s: after how many seconds without an event a comment is sent.

    Raises:
        TooManyRequests: the key has as many streams open as it may.
    """
    return CountedStream(events_of(look, heartbeat_s=heartbeat_s), streams=streams, key=key)


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
