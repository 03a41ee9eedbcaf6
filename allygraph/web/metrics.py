"""Metrics: what the service does, for Prometheus.

With several processes each counts in files of a folder that all share, which the environment
variable ``PROMETHEUS_MULTIPROC_DIR`` names, and any of them tells the sum. Answers that were ready
are counted, but their time is not measured: it would cost more than the answer.

Source of the form: https://prometheus.io/docs/instrumenting/exposition_formats/.
"""

import os
from collections import Counter as Tally
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from allygraph.web.observing import Observation, Routes

if TYPE_CHECKING:
    from allygraph.web.cache import Cache
    from allygraph.web.workers import Pool

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})


class Metrics:
    """The counts of one process.

    Args:
        routes: names for addresses.
        pools: by name; their places are told.
        cache: its hits and its size are told.
        moves: gives how often a new build was taken over.
    """

    def __init__(
        self,
        routes: Routes,
        pools: "dict[str, Pool]",
        cache: "Cache",
        moves: Callable[[], int] = lambda: 0,
    ) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram

        self._routes, self._pools, self._cache, self._moves = routes, pools, cache, moves
        self._waiting: Tally[tuple[str, str, str]] = Tally()
        self._told: Tally[tuple[str, ...]] = Tally()
        self._versions: set[str] = set()
        own = None if FOLDER in os.environ else CollectorRegistry()
        self._registry = own
        # Without a registry of its own a metric is kept in the shared files alone.
        made: dict[str, Any] = {"registry": own}
        self._requests = Counter(
            "allygraph_requests", "Requests answered.", ("route", "method", "status"), **made
        )
        self._seconds = Histogram(
            "allygraph_request_seconds",
            "Time of requests that reached the application.",
            ("route",),
            buckets=_SECONDS,
            **made,
        )
        self._bytes = Counter("allygraph_answer_bytes", "Bytes of bodies.", ("route",), **made)
        self._problems = Counter("allygraph_problems", "Problems told.", ("problem",), **made)
        self._make_totals(made)

    def _make_totals(self, made: dict[str, Any]) -> None:
        """Make what is counted elsewhere, and brought here each second."""
        from prometheus_client import Counter, Gauge

        self._kept = Counter(
            "allygraph_cache_answers", "Answers by where they came from.", ("outcome",), **made
        )
        self._ends = Counter(
            "allygraph_worker_ends", "Workers ended, by reason.", ("pool", "reason"), **made
        )
        self._swaps = Counter("allygraph_graph_swaps", "New builds taken over.", **made)
        made["multiprocess_mode"] = "livesum"
        self._places = Gauge(
            "allygraph_places", "Workers and waiting questions.", ("pool", "state"), **made
        )
        self._cache_bytes = Gauge("allygraph_cache_bytes", "Bytes of kept answers.", **made)
        made["multiprocess_mode"] = "livemax"
        self._graph = Gauge("allygraph_graph_info", "The graph that answers.", ("version",), **made)

    def __call__(self, seen: Observation) -> None:
        """Count a request."""
        route = self._routes.name(seen.path)
        method = seen.method if seen.method in _METHODS else "other"
        self._waiting[route, method, str(seen.status)] += 1
        if seen.seconds:
            self._seconds.labels(route).observe(seen.seconds)
        if seen.size:
            self._waiting["bytes", route, ""] += seen.size
        if seen.problem:
            self._problems.labels(seen.problem).inc()

    def tick(self) -> None:
        """Put what was counted since where others see it; called each second and before telling."""
        for (first, second, third), count in self._waiting.items():
            if first == "bytes":
                self._bytes.labels(second).inc(count)
            else:
                self._requests.labels(first, second, third).inc(count)
        self._waiting.clear()
        counts = self._cache.counts
        for outcome in ("hits", "joined", "misses"):
            self._grow(self._kept.labels(outcome), getattr(counts, outcome), "cache", outcome)
        self._cache_bytes.set(self._cache.size)
        self._grow(self._swaps, self._moves(), "swaps")
        for name, pool in self._pools.items():
            for state, count in pool.places().items():
                self._places.labels(name, state).set(count)
            for reason, count in pool.ends.items():
                self._grow(self._ends.labels(name, reason), count, "ends", name, reason)
        self._versions |= {current := next(iter(self._pools.values())).version}
        for version in self._versions:
            self._graph.labels(version).set(version == current)

    def _grow(self, counter: Any, total: int, *name: str) -> None:
        """Bring a counter to a total that is kept elsewhere."""
        if more := total - self._told[name]:
            counter.inc(more)
            self._told[name] = total

    def text(self) -> bytes:
        """Give all counts of all processes in Prometheus's text form."""
        from prometheus_client import CollectorRegistry, generate_latest
        from prometheus_client.multiprocess import MultiProcessCollector

        self.tick()
        registry = self._registry
        if registry is None:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)


def forget(folder: str, process: int) -> None:
    """Take the gauges of a process that has ended out of the sums; its counts stay."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(process, folder)  # type: ignore[no-untyped-call]
