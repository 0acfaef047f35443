"""Figures for Prometheus."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from metier.http.metrics import Metrics


def samples(metrics):
    families = text_string_to_metric_families(metrics.text().decode())
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def test_requests_are_counted_and_timed_by_route():
    metrics = Metrics()
    for seconds in (0.02, 0.2):
        metrics.note("GET", "/people/{person}", 200, seconds)
    found = samples(metrics)
    labels = (("method", "GET"), ("route", "/people/{person}"))
    assert found["metier_http_requests_total", (*labels, ("status", "200"))] == 2
    assert found["metier_http_request_seconds_count", labels] == 2
    assert found["metier_http_request_seconds_bucket", (("le", "0.025"), *labels)] == 1


def test_a_method_that_is_none_makes_no_series_of_its_own():
    metrics = Metrics()
    metrics.note("ANNA", "-", 405, 0.1)
    labels = (("method", "OTHER"), ("route", "-"), ("status", "405"))
    assert samples(metrics)["metier_http_requests_total", labels] == 1


def test_figures_are_looked_up_when_they_are_read():
    metrics, numbers = Metrics(), {"jobs": {"queued": 1}, "people": 2}
    metrics.watch(lambda: numbers)
    assert samples(metrics)["metier_jobs", (("state", "queued"),)] == 1
    numbers["people"] = 3
    assert samples(metrics)["metier_people", ()] == 3


def test_requests_that_go_on_are_told():
    metrics = Metrics()
    with metrics.going.track_inprogress():
        assert samples(metrics)["metier_http_requests_going", ()] == 1
    assert samples(metrics)["metier_http_requests_going", ()] == 0
