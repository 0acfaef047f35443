"""Buckets of requests; limits of bodies are shown in test_app.py, over a socket."""

from __future__ import annotations

import pytest

from metier.http import limits
from metier.http.limits import Buckets


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
