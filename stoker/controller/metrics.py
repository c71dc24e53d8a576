"""The controller's series. What belongs to a resource or gateway vanishes with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from stoker.observe.redact import redact_url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stoker.api.conditions import Condition
    from stoker.api.spec import Spec
    from stoker.api.status import DiscoveredGateway

NAMESPACED: Final = ["name", "namespace"]
STATES: Final = {"Pending": 0, "Synced": 1, "Error": 2, "MissingSidecar": 3}
PREFIX: Final = "stoker_controller_"


class ControllerMetrics:
    """One instance a process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def gauge(name: str, text: str, labels: Sequence[str] = ()) -> Gauge:
            return Gauge(PREFIX + name, text, [*NAMESPACED, *labels], registry=registry)

        self.reconcile_duration = Histogram(
            f"{PREFIX}reconcile_duration_seconds", "One pass over a resource.", NAMESPACED, registry=registry
        )
        self.reconcile_total = Counter(
            f"{PREFIX}reconcile", "Passes by result.", [*NAMESPACED, "result"], registry=registry
        )
        self.ref_resolve_duration = Histogram(
            f"{PREFIX}ref_resolve_duration_seconds",
            "One ref look-up.",
            NAMESPACED,
            buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
            registry=registry,
        )
        self._discovered = gauge("gateways_discovered", "Gateways that name the resource.")
        self._synced = gauge("gateways_synced", "Gateways synced at the resolved commit.")
        self._missing = gauge("gateways_missing_sidecar", "Gateways that run without an agent.")
        self._ready = gauge("cr_ready", "1 when Ready.")
        self._paused = gauge("cr_paused", "1 when paused.")
        self._info = gauge("cr_info", "What is synced.", ("git_repo", "git_ref", "auth_type", "polling_interval"))
        self._condition = gauge("condition_status", "1 when the condition is True.", ("type",))
        self._gateway = gauge("gateway_sync_status", "0 Pending 1 Synced 2 Error 3 MissingSidecar.", ("gateway",))
        self._last_sync = gauge("gateway_last_sync_timestamp_seconds", "Unix time of the last sync.", ("gateway",))
        self._labelled = (self._info, self._condition, self._gateway, self._last_sync)
        self._plain = (self._discovered, self._synced, self._missing, self._ready, self._paused)

    def show(
        self,
        name: str,
        namespace: str,
        *,
        conditions: Sequence[Condition],
        gateways: Sequence[tuple[DiscoveredGateway, float]],
        synced: int,
        paused: bool,
        spec: Spec | None,
    ) -> None:
        """All gauges of one resource. ``gateways``: each with the Unix time of its last sync, 0 when it has none."""
        for series in self._labelled:
            series.remove_by_labels({"name": name, "namespace": namespace})
        self._discovered.labels(name, namespace).set(len(gateways))
        self._synced.labels(name, namespace).set(synced)
        missing = sum(gateway.sync_status == "MissingSidecar" for gateway, _ in gateways)
        self._missing.labels(name, namespace).set(missing)
        self._paused.labels(name, namespace).set(int(paused))
        for condition in conditions:
            value = int(condition.status == "True")
            self._condition.labels(name, namespace, condition.type).set(value)
            if condition.type == "Ready":
                self._ready.labels(name, namespace).set(value)
        for gateway, moment in gateways:
            self._gateway.labels(name, namespace, gateway.name).set(STATES.get(gateway.sync_status, 0))
            if moment:
                self._last_sync.labels(name, namespace, gateway.name).set(moment)
        if spec is not None:
            interval = spec.polling.interval or "60s"
            labels = (
                redact_url(spec.git.repo),
                spec.git.ref,
                spec.auth_type,
                interval if spec.polling.enabled else "off",
            )
            self._info.labels(name, namespace, *labels).set(1)

    def forget(self, name: str, namespace: str) -> None:
        """Removes every series of a resource that is gone."""
        everything = (
            *self._labelled,
            *self._plain,
            self.reconcile_duration,
            self.reconcile_total,
            self.ref_resolve_duration,
        )
        for series in everything:
            series.remove_by_labels({"name": name, "namespace": namespace})
