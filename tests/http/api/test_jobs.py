"""Jobs over the API."""

from __future__ import annotations

import json
import threading
import time
from contextlib import ExitStack

from metier.service.work.worker import Worker
from tests.http.running import ok, upload
from tests.service.small import resume


def test_a_job_is_watched_to_its_end(site, team):
    documents = [upload(team.recruiter, resume(n)) for n in range(2)]
    documents.append(upload(team.recruiter, b"%PDF-1.7\nbroken", "broken.pdf"))
    job = ok(team.recruiter.post("/jobs/assess", json={"documents": documents}), 202)["id"]
    stop = threading.Event()
    thread = threading.Thread(target=Worker(site.service, name="test").run, args=(stop.is_set,))
    try:
        with team.viewer.stream("GET", f"/jobs/{job}/events", headers={"Last-Event-ID": "7"}) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            lines = answer.iter_lines()
            assert next(lines) == "id: 1"
            thread.start()
            told = [line for line in lines if line.startswith(("event:", "data:"))]
    finally:
        stop.set()
        thread.join(60)
    assert told[-2] == "event: end"
    ended = json.loads(told[-1].removeprefix("data: "))
    assert (ended["state"], ended["done"]) == ("done", 3)
    (failure,) = ok(team.viewer.get(f"/jobs/{job}/failures", params={"limit": 1}))["items"]
    assert (failure["document"], failure["code"]) == (documents[2], "corrupt_document")
    assert set(ok(team.viewer.get(f"/jobs/{job}/steps"))) >= set(documents)
    assert ok(team.viewer.get("/jobs", params={"state": "done"}))["items"][0]["id"] == job


def test_a_job_that_nobody_has_begun_is_cancelled_at_once(team):
    job = ok(team.recruiter.post("/jobs/index"), 202)["id"]
    assert ok(team.recruiter.delete(f"/jobs/{job}"))["state"] == "cancelled"
    with team.viewer.stream("GET", f"/jobs/{job}/events") as answer:
        assert "event: end" in answer.read().decode()


def test_a_job_that_is_asked_for_again_is_begun_once(team):
    body = {"documents": [upload(team.recruiter, resume(1))]}
    asked = {"json": body, "headers": {"Idempotency-Key": "j-1"}}
    first, second = (ok(team.recruiter.post("/jobs/assess", **asked), 202)["id"] for _ in range(2))
    assert first == second


def test_the_events_of_no_job_are_not_found(team):
    assert team.viewer.get("/jobs/01kakq0v9x8m4t2c6r5n7p3wjd/events").status_code == 404


def test_a_training_is_for_administrators_and_on_files_that_are_there(team):
    body = {"task": "scores", "data": "answers.csv", "output": "ours"}
    assert team.recruiter.post("/jobs/train", json=body).status_code == 403
    assert team.admin.post("/jobs/train", json=body).json()["code"] == "not_found"


def test_a_key_watches_a_bounded_number_of_jobs_and_no_other_key_is_kept_out(team):
    job = ok(team.recruiter.post("/jobs/index"), 202)["id"]
    with ExitStack() as watching:
        streams = [
            watching.enter_context(team.viewer.stream("GET", f"/jobs/{job}/events")) for _ in range(20)
        ]
        refused = team.viewer.get(f"/jobs/{job}/events")
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
        assert int(refused.headers["Retry-After"]) >= 1
        with team.admin.stream("GET", f"/jobs/{job}/events") as other:
            assert other.status_code == 200
        assert ok(team.viewer.get(f"/jobs/{job}"))["state"] == "queued"
        streams[0].close()
        until_true(lambda: opens(team.viewer, job))
    ok(team.recruiter.delete(f"/jobs/{job}"))


def opens(client, job):
    with client.stream("GET", f"/jobs/{job}/events") as answer:
        return answer.status_code == 200


def until_true(condition):
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)
