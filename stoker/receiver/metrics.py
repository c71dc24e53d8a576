"""The receiver's counter."""

from __future__ import annotations

from stoker.observe.metrics import CollectorRegistry, Counter


class ReceiverMetrics:
    """``stoker_webhook_receiver_requests_total{source,status_code}``; source is "unknown" before a body was parsed."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Counter(
            "stoker_webhook_receiver_requests",
            "Requests to the push receiver.",
            ["source", "status_code"],
            registry=registry,
        )

    def answered(self, source: str, status: int) -> None:
        """Counts one answer."""
        self._requests.labels(source, str(status)).inc()
