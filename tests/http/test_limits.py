"""Buckets of requests, and of which bodies how much is read; test_app.py shows refusals over a socket."""

from __future__ import annotations

import asyncio

import pytest

from metier.http import limits
from metier.http.limits import BodyLimits, Buckets
from metier.http.problems import RequestRefused


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def buckets(per_minute=60, burst=2):
    clock = Clock()
    return Buckets(per_minute, burst=burst, now=clock), clock


def test_a_bucket_empties_and_fills_again():
    made, clock = buckets()
    assert [made.take("a").retry_after_s for _ in range(3)] == [0, 0, 1]
    clock.now = 1.0
    assert made.take("a").retry_after_s == 0


def test_a_bucket_holds_no_more_than_its_burst():
    made, clock = buckets()
    made.take("a")
    clock.now = 1000.0
    assert [made.take("a").remaining for _ in range(3)] == [1, 0, 0]


def test_callers_do_not_share_a_bucket():
    made, _ = buckets(burst=1)
    assert made.take("a").retry_after_s == 0
    assert made.take("b").retry_after_s == 0


def test_looking_takes_nothing():
    made, _ = buckets(burst=1)
    assert made.look("a") == made.look("a")
    assert made.take("a").retry_after_s == 0


def test_what_is_left_is_told():
    made, _ = buckets(burst=3)
    found = made.take("a")
    assert found.headers == {"RateLimit-Limit": "60", "RateLimit-Remaining": "2", "RateLimit-Reset": "2"}


@pytest.mark.parametrize(("per_minute", "burst"), [(600, 60), (5, 1)])
def test_a_burst_is_a_tenth_and_at_least_one(per_minute, burst):
    assert Buckets(per_minute).burst == burst


def test_those_who_were_quiet_for_longest_are_forgotten(monkeypatch):
    monkeypatch.setattr(limits, "_MOST_CALLERS", 2)
    made, _ = buckets(burst=1)
    for caller in "abc":
        made.take(caller)
    assert made.look("a").retry_after_s == 0
    assert made.look("c").retry_after_s > 0


@pytest.mark.parametrize(
    ("path", "n_read"),
    [("/sign-in", 11), ("/look", 11), ("/room/link", 11), ("/rooms", 41), ("/vacancies/v/resumes", 41)],
)
def test_no_more_is_read_of_a_form_than_it_may_have(path, n_read):
    assert read_until_refused(path) == n_read


def read_until_refused(path: str) -> int:
    """Return how many chunks of a form without an announced length are read, of 1,000 bytes each."""
    n_read = 0

    async def receive():
        nonlocal n_read
        n_read += 1
        return {"type": "http.request", "body": bytes(1000), "more_body": True}

    async def read_all(scope, receive, send):
        while True:
            await receive()

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "headers": [(b"content-type", b"multipart/form-data; boundary=b")],
    }
    guarded = BodyLimits(read_all, max_bytes=40_000, max_plain_bytes=10_000, reading_s=30)
    with pytest.raises(RequestRefused):
        asyncio.run(guarded(scope, receive, None))
    return n_read
