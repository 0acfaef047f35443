"""Events of a job: each change once, and an end."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from dataclasses import replace

import pytest

from metier.errors import NotFound, StoreBusy, TooManyRequests
from metier.http import events
from metier.http.events import CountedStream, OpenStreams, events_of, job_events
from metier.http.schemas.example_records import JOB
from metier.store.workspaces.jobs import JobState

DONE = replace(JOB, state=JobState.DONE, done=10)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(events, "_LEAST_WAIT_S", 0.001)
    monkeypatch.setattr(events, "_MOST_WAIT_S", 0.001)


def told(*states, heartbeat_s=15.0):
    """Return the events of a job that is in one state after the other."""
    waiting = list(states)

    def look():
        state = waiting.pop(0)
        if isinstance(state, Exception):
            raise state
        return state

    async def collect():
        return [event async for event in events_of(look, heartbeat_s=heartbeat_s)]

    return asyncio.run(collect())


def names(found):
    return [event.split("event: ")[1].split("\n")[0] for event in found if "event: " in event]


def test_each_change_is_told_once_and_the_end_last():
    found = told(JOB, JOB, replace(JOB, done=4), DONE)
    assert names(found) == ["progress", "progress", "end"]
    assert [event.split("\n")[0] for event in found] == ["id: 1", "id: 2", "id: 3"]
    data = found[-1].split("data: ")[1]
    assert json.loads(data)["state"] == "done"
    assert found[-1].endswith("\n\n")


def test_that_a_worker_lives_is_no_news():
    assert names(told(JOB, replace(JOB, heartbeat_at="later"), DONE)) == ["progress", "end"]


def test_a_job_that_has_ended_is_told_at_once():
    assert names(told(DONE)) == ["end"]


def test_silence_is_broken_by_a_comment():
    found = told(JOB, JOB, JOB, DONE, heartbeat_s=0.001)
    assert ": still here\n\n" in found


def test_a_database_that_is_away_for_a_moment_does_not_end_the_stream():
    assert names(told(JOB, StoreBusy("x"), DONE)) == ["progress", "end"]


def test_a_job_that_is_gone_ends_the_stream():
    found = told(JOB, NotFound("x"))
    assert names(found) == ["progress", "end"]
    assert found[-1].endswith("data: {}\n\n")


def test_proxies_are_asked_to_hold_nothing_back():
    response = job_events(lambda: DONE, streams=OpenStreams(), key="k")
    assert response.headers["X-Accel-Buffering"] == "no"
    assert response.media_type == "text/event-stream"


def test_a_key_has_so_many_streams_open_and_another_key_its_own():
    streams = OpenStreams(2)
    for key in ("a", "a", "b"):
        streams.begin(key)
    with pytest.raises(TooManyRequests, match="may watch 2 jobs at once") as refused:
        streams.begin("a")
    assert refused.value.retry_after_s > 0
    streams.end("a")
    streams.begin("a")


@pytest.mark.parametrize("ending", [None, OSError("the reader went away")])
def test_a_stream_that_ends_in_any_way_makes_room_for_another(ending):
    streams = OpenStreams(1)

    async def send(message):
        if ending is not None:
            raise ending

    async def receive():
        await asyncio.sleep(60)

    async def content():
        yield "data: {}"

    for _ in range(2):
        stream = CountedStream(content(), streams=streams, key="a")
        with suppress(Exception):
            asyncio.run(stream({"type": "http", "method": "GET"}, receive, send))
