"""What is counted and timed, for Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_METHODS: Final = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


class Metrics:
    """The figures of one application in one process.

    Routes are told by their templates: paths as sent would make a series of each id.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self._requests = Counter(
            "metier_http_requests", "Requests that were answered.", labels, registry=self.registry
        )
        self._seconds = Histogram(
            "metier_http_request_seconds",
            "From the first byte of a request to the last of its answer.",
            ("method", "route"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.going = Gauge(
            "metier_http_requests_going", "Requests that are being answered.", registry=self.registry
        )

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        known = method if method in _METHODS else "OTHER"
        self._requests.labels(known, route, str(status)).inc()
        self._seconds.labels(known, route).observe(seconds)

    def watch(self, gauges: Callable[[], Mapping[str, Any]]) -> None:
        """Show figures that are looked up whenever the metrics are read.

        Args:
            gauges: returns numbers by name, or numbers by label by name.
        """
        self.registry.register(_Looked(gauges))

    def text(self) -> bytes:
        """Return all figures in the text format of Prometheus."""
        return generate_latest(self.registry)


class _Looked(Collector):
    def __init__(self, gauges: Callable[[], Mapping[str, Any]]) -> None:
        self.gauges = gauges

    def describe(self) -> Iterable[GaugeMetricFamily]:
        # Without it the registry would ask for the figures when the collector is registered.
        return ()

    def collect(self) -> Iterable[GaugeMetricFamily]:
        for name, value in self.gauges().items():
            title = name.replace("_", " ").capitalize() + "."
            if isinstance(value, Mapping):
                family = GaugeMetricFamily(f"metier_{name}", title, labels=("state",))
                for label, number in value.items():
                    family.add_metric((str(label),), float(number))
            else:
                family = GaugeMetricFamily(f"metier_{name}", title, value=float(value))
            yield family
