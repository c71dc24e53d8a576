"""The injector's counter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from stoker.observe.metrics import CollectorRegistry, Counter

if TYPE_CHECKING:
    from typing import Literal

    Result = Literal["injected", "skipped", "denied", "error"]

MOST: Final = 1000
"""Namespaces that get a series: what is posted here names any, and nobody proves who they are."""


class InjectorMetrics:
    """``stoker_webhook_injector_injections_total{namespace,result}``; namespace is empty where none could be read."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._injections = Counter(
            "stoker_webhook_injector_injections",
            "Pods that reached the webhook.",
            ["namespace", "result"],
            registry=registry,
        )
        self._namespaces: set[str] = set()

    def reviewed(self, namespace: str, result: Result) -> None:
        """Counts one answer."""
        if namespace not in self._namespaces and len(self._namespaces) < MOST:
            self._namespaces.add(namespace)
        self._injections.labels(namespace if namespace in self._namespaces else "", result).inc()
