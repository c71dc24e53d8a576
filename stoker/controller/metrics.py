"""The controller's series. What belongs to a resource or gateway vanishes with it.

A pass touches only what differs from the last one: with a hundred resources of a hundred gateways, to drop and set anew
every series of one would mean to look through those of all.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final

from stoker.api.times import parse_rfc3339
from stoker.controller.repository import published_url
from stoker.errors import StokerError
from stoker.observe.metrics import CollectorRegistry, Counter, Gauge, Histogram
from stoker.observe.redact import redact_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from stoker.api.conditions import Condition
    from stoker.api.spec import Spec
    from stoker.api.status import DiscoveredGateway
    from stoker.controller.outcome import Pass

NAMESPACED: Final = ["name", "namespace"]
STATES: Final = {"Pending": 0, "Synced": 1, "Error": 2, "MissingSidecar": 3}
WORST_FIRST: Final = ("MissingSidecar", "Error", "Pending", "Synced")
RESULTS: Final = ("success", "requeue", "error")
PREFIX: Final = "stoker_controller_"
LOOK_UP_BUCKETS: Final = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

Series = dict[tuple[Gauge, tuple[str, ...]], float]


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
            buckets=LOOK_UP_BUCKETS,
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
        self._expiry = Gauge(
            f"{PREFIX}github_app_token_expiry_timestamp_seconds",
            "Unix time at which the installation token expires.",
            ["app_id", "installation_id"],
            registry=registry,
        )
        self._shown: dict[tuple[str, str], Series] = {}

    def passed(self, name: str, namespace: str, result: str, seconds: float) -> None:
        """One pass: success, requeue (a look-up is on its way) or error."""
        self.reconcile_total.labels(name, namespace, result).inc()
        self.reconcile_duration.labels(name, namespace).observe(seconds)

    def show_pass(self, this: Pass, conditions: Sequence[Condition], synced: int) -> None:
        """All gauges as a pass found them."""
        self.show(
            this.resource.metadata.name,
            this.resource.metadata.namespace,
            conditions=conditions,
            gateways=[(gateway, _unix(gateway.last_sync_time)) for gateway in this.gateways],
            synced=synced,
            paused=this.paused,
            spec=this.spec,
        )

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
        owner = (name, namespace)
        wanted: Series = {
            (self._discovered, owner): len(gateways),
            (self._synced, owner): synced,
            (self._missing, owner): sum(gateway.sync_status == "MissingSidecar" for gateway, _ in gateways),
            (self._paused, owner): int(paused),
        }
        for condition in conditions:
            value = int(condition.status == "True")
            wanted[self._condition, (*owner, condition.type)] = value
            if condition.type == "Ready":
                wanted[self._ready, owner] = value
        # Gateways may share a name (replicas do): the series then tells of the worst of them and the oldest sync.
        for gateway, moment in sorted(gateways, key=_severity, reverse=True):
            wanted[self._gateway, (*owner, gateway.name)] = STATES.get(gateway.sync_status, 0)
            place = self._last_sync, (*owner, gateway.name)
            if moment:
                wanted[place] = min(moment, wanted.get(place, moment))
        wanted |= self._info_of(owner, spec)
        self._replace(owner, wanted)

    def show_token_expiry(self, app: str, installation: str, moment: float | None) -> None:
        """When a GitHub App's token expires; None: nobody uses it any more."""
        if moment is None:
            with contextlib.suppress(KeyError):
                self._expiry.remove(app, installation)
        else:
            self._expiry.labels(app, installation).set(moment)

    def clear(self) -> None:
        """Removes every series of every resource: this process leads no more."""
        for name, namespace in list(self._shown):
            self.forget(name, namespace)
        self._expiry.clear()

    def forget(self, name: str, namespace: str) -> None:
        """Removes every series of a resource that is gone."""
        self._replace((name, namespace), {})
        del self._shown[name, namespace]
        self.reconcile_duration.remove(name, namespace)
        self.ref_resolve_duration.remove(name, namespace)
        for result in RESULTS:  # each by name: a search would walk the series of all others
            self.reconcile_total.remove(name, namespace, result)

    def _info_of(self, owner: tuple[str, str], spec: Spec | None) -> Series:
        """What is synced; while the spec cannot be read, what was said last."""
        if spec is None:
            return {place: value for place, value in self._shown.get(owner, {}).items() if place[0] is self._info}
        try:
            repository = published_url(spec.git.repo, spec.auth_type)
        except StokerError:
            repository = redact_url(spec.git.repo)
        every = (spec.polling.interval or "60s") if spec.polling.enabled else "off"
        return {(self._info, (*owner, redact_url(repository), spec.git.ref, spec.auth_type, every)): 1}

    def _replace(self, owner: tuple[str, str], wanted: Series) -> None:
        shown = self._shown.get(owner, {})
        _remove(place for place in shown if place not in wanted)
        for (gauge, labels), value in wanted.items():
            if shown.get((gauge, labels)) != value:
                gauge.labels(*labels).set(value)
        self._shown[owner] = wanted


def _remove(places: Iterable[tuple[Gauge, tuple[str, ...]]]) -> None:
    for gauge, labels in places:
        gauge.remove(*labels)


def _severity(gateway: tuple[DiscoveredGateway, float]) -> int:
    status = gateway[0].sync_status
    return WORST_FIRST.index(status) if status in WORST_FIRST else WORST_FIRST.index("Pending")


def _unix(moment: str) -> float:
    try:
        return parse_rfc3339(moment).timestamp()
    except ValueError:
        return 0.0
