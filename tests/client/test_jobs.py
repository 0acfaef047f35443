"""Jobs by the client: watched while a worker does them."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager

import httpx
import pytest

from metier.client.jobs import Jobs, jobs_of
from metier.client.transport import Transport
from metier.errors import BackendError, InvalidInput, NotFound
from metier.service.work.worker import Worker
from tests.service.small import resume


def test_a_job_is_watched_until_it_is_done(client, service):
    documents = [client.documents.add(resume(n), name=f"{n}.txt").id for n in range(3)]
    job = client.jobs.assess(documents)
    stop = threading.Event()
    worker = Worker(service, name="test")
    thread = threading.Thread(target=worker.run, args=(stop.is_set,))
    thread.start()
    try:
        seen = []
        done = client.jobs.wait(job.id, on_progress=seen.append, timeout_s=60)
    finally:
        stop.set()
        thread.join(60)
    assert (done.state, done.done, seen[-1]) == ("done", 3, done)
    assert set(client.jobs.steps(job.id)) >= set(documents)
    assert client.jobs.failures(job.id) == ()


def test_a_job_is_cancelled(client):
    job = client.jobs.index()
    assert client.jobs.cancel(job.id).state == "cancelled"
    assert client.jobs.wait(job.id).state == "cancelled"
    assert [one.id for one in client.jobs.list(state="cancelled")] == [job.id]


@pytest.mark.parametrize("timeout_s", [0, 0.01, 1.0])
def test_waiting_ends_in_time_though_the_job_goes_on(client, timeout_s):
    job = client.jobs.index()
    begun = time.monotonic()
    with pytest.raises(BackendError, match="has not ended within"):
        client.jobs.wait(job.id, timeout_s=timeout_s)
    assert timeout_s <= time.monotonic() - begun < timeout_s + 5
    client.jobs.cancel(job.id)


def test_waiting_ends_in_time_though_a_server_falls_silent_after_a_word(client, monkeypatch):
    def lines(silence_s):
        time.sleep(min(2.9, silence_s))
        yield ": still here"
        time.sleep(silence_s)
        raise httpx.ReadTimeout("silence")

    @contextmanager
    def stream(self, path, *, silence_s):
        yield lines(silence_s)

    monkeypatch.setattr(Transport, "stream", stream)
    job = client.jobs.index()
    begun = time.monotonic()
    with pytest.raises(BackendError, match="has not ended within"):
        client.jobs.wait(job.id, timeout_s=3.0)
    assert time.monotonic() - begun < 5.0
    client.jobs.cancel(job.id)


def test_waiting_for_nothing_is_not_found(client):
    with pytest.raises(NotFound):
        client.jobs.wait("01kakq0v9x8m4t2c6r5n7p3wjd")


def test_a_training_that_is_none_is_refused(client):
    with pytest.raises(InvalidInput, match="task"):
        client.jobs.train("nothing", data="a.csv", output="b")


def test_events_are_read_line_by_line():
    assert list(jobs_of(["id: 1", "event: end", "data: {}", "", ": still here"])) == [None]


def test_a_stream_that_breaks_off_is_asked_for_again(client, service, monkeypatch):
    monkeypatch.setattr("metier.client.jobs._POLL_S", 0.01)
    job = client.jobs.index()
    broken = []

    def stream(self, path, *, silence_s):
        broken.append(path)
        client.jobs.cancel(job.id)
        raise httpx.ReadError("gone")

    monkeypatch.setattr(Transport, "stream", stream)
    assert client.jobs.wait(job.id).state == "cancelled"
    assert len(broken) == 1
    assert isinstance(client.jobs, Jobs)
