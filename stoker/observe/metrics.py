"""The metrics registry and the one series that every process has; each room declares its own in its ``metrics`` module.

The library is loaded here, and the rooms take it from here: beside what counts it brings HTTP servers and clients of its own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from stoker.observe.memory import stood_in

# Nobody here uses those: 10 ms of a start.
with (
    stood_in("http.server", BaseHTTPRequestHandler=object),
    stood_in("wsgiref.simple_server", make_server=None, WSGIRequestHandler=object, WSGIServer=object),
    stood_in(
        "urllib.request",
        **dict.fromkeys(("BaseHandler", "HTTPHandler", "HTTPRedirectHandler", "HTTPSHandler", "Request"), object),
        build_opener=None,
    ),
):
    from prometheus_client import (
        CONTENT_TYPE_LATEST,
        CollectorRegistry,
        Counter,
        Gauge,
        Histogram,
        Metric,
        ProcessCollector,
        disable_created_metrics,
        generate_latest,
    )

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "CollectorRegistry",
    "Counter",
    "Gauge",
    "Histogram",
    "Metric",
    "ServiceMetrics",
    "count_process",
    "new_registry",
    "render",
]

disable_created_metrics()  # type: ignore[no-untyped-call]  # a series *_created beside every counter and histogram: names that no contract has


WHOLE_BOUND: Final = re.compile(rb'(?<=[{,]le=")([0-9]+)\.0(?=")')
"""The bound of a bucket that is a whole number. A label's value cannot look like it: its quotes are escaped."""


def new_registry() -> CollectorRegistry:
    """A registry of its own a process: nothing global, so that tests and standalone can have several."""
    return CollectorRegistry(auto_describe=True)


def count_process(registry: CollectorRegistry) -> None:
    """``process_*``: processor time, memory, start and open files of this process, by the names that all clients give them."""
    ProcessCollector(registry=registry)


class ServiceMetrics:
    """``stoker_service_restarts_total{service}``."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._restarts = Counter(
            "stoker_service_restarts", "Restarts of a supervised service.", ["service"], registry=registry
        )
        self._followed: set[str] = set()

    def follow(self, services: Iterable[str]) -> None:
        """From now on exactly these have a series, from 0 on: a counter that appears with its first restart hides that one."""
        wanted = set(services)
        for service in self._followed - wanted:
            self._restarts.remove(service)
        for service in wanted:
            self._restarts.labels(service)
        self._followed = wanted

    def restarted(self, service: str) -> None:
        """Counts one restart."""
        self._restarts.labels(service).inc()


def render(registry: CollectorRegistry) -> tuple[bytes, str]:
    """The exposition text and its content type.

    Whole bounds are written ``le="10"``, as most exporters do and as people's rules have them. The library writes ``10.0``,
    which a Prometheus before 3 takes for another bucket, and such a rule would find nothing; a later one knows both for one.
    """
    return WHOLE_BOUND.sub(rb"\1", generate_latest(registry)), CONTENT_TYPE_LATEST
