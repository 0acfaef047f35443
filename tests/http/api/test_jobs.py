"""Jobs over the API."""

from __future__ import annotations

import json
import threading

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
    (failure,) = ok(team.viewer.get(f"/jobs/{job}/failures"))
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
