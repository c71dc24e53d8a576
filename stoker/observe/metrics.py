"""The metrics registry and the one series that every process has; each room declares its own in its ``metrics`` module."""

from __future__ import annotations

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, generate_latest


def new_registry() -> CollectorRegistry:
    """A registry of its own a process: nothing global, so that tests and standalone can have several."""
    return CollectorRegistry(auto_describe=True)


class ServiceMetrics:
    """``stoker_service_restarts_total{service}``."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._restarts = Counter(
            "stoker_service_restarts", "Restarts of a supervised service.", ["service"], registry=registry
        )

    def restarted(self, service: str) -> None:
        """Counts one restart."""
        self._restarts.labels(service).inc()


def render(registry: CollectorRegistry) -> tuple[bytes, str]:
    """The exposition text and its content type."""
    return generate_latest(registry), CONTENT_TYPE_LATEST
