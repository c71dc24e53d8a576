"""The series, from the collectors as the processes register them; what their labels' values may be is said here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from reference.table import code, table
from stoker.admission.metrics import InjectorMetrics
from stoker.agent.metrics import AgentMetrics
from stoker.controller.metrics import ControllerMetrics
from stoker.observe.metrics import ServiceMetrics, new_registry
from stoker.receiver.metrics import ReceiverMetrics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prometheus_client import CollectorRegistry

DECLARED: Final[dict[str, Callable[[CollectorRegistry], object]]] = {
    "Controller": ControllerMetrics,
    "Webhook": InjectorMetrics,
    "Receiver": ReceiverMetrics,
    "Agent": AgentMetrics,
    "Every process": ServiceMetrics,
}
VALUES: Final = {
    ("stoker_controller_reconcile_total", "result"): "success, requeue (a look-up is on its way), error",
    ("stoker_controller_condition_status", "type"): "the condition types",
    ("stoker_controller_cr_info", "auth_type"): "none, token, ssh, githubApp",
    ("stoker_controller_cr_info", "polling_interval"): "as written, off when polling is disabled",
    ("stoker_controller_cr_info", "git_repo"): "without credentials",
    ("stoker_webhook_receiver_requests_total", "source"): "the sender, unknown before a body was parsed",
    (
        "stoker_webhook_injector_injections_total",
        "result",
    ): "injected, skipped (wants none, or has one), denied, error (no review, or the API server did not answer)",
    ("stoker_agent_sync_total", "result"): "success, error",
    ("stoker_agent_git_fetch_total", "operation"): "clone, fetch",
    ("stoker_agent_git_fetch_total", "result"): "success, error",
    ("stoker_agent_git_fetch_duration_seconds", "operation"): "clone, fetch",
    ("stoker_agent_scan_total", "result"): "success, error",
    ("stoker_agent_sync_skipped_total", "reason"): "commit_unchanged, paused, profile_error, designer_blocked, backoff",
}


def page() -> str:
    """One table for each of those that serve metrics."""
    lines = [
        "# Metrics: names, labels, buckets",
        "",
        "Durations are histograms in seconds. Series of a resource or a gateway vanish with it.",
        "Every process also has `process_cpu_seconds_total`, `process_resident_memory_bytes`, `process_virtual_memory_bytes`,",
        "`process_start_time_seconds`, `process_open_fds` and `process_max_fds`, as usual.",
        "`stoker standalone` adds `namespace` and `pod` to what agents count, as Prometheus does when it scrapes pods.",
    ]
    for who, declare in DECLARED.items():
        lines += ["", f"## {who}", "", *table(("series", "type", "labels", "meaning"), _rows(declare))]
    return "\n".join([*lines, ""])


def collectors(declare: Callable[[CollectorRegistry], object]) -> list[Any]:
    """What a metrics class registers, in the order of its declarations."""
    registry = new_registry()
    declare(registry)
    return list(registry._collector_to_names)


def series(collector: Any) -> str:
    """Its name as it is scraped."""
    return f"{collector._name}_total" if collector._type == "counter" else str(collector._name)


def _rows(declare: Callable[[CollectorRegistry], object]) -> Iterator[tuple[str, str, str, str]]:
    for collector in collectors(declare):
        name = series(collector)
        labels = [
            code(label) + (f" ({VALUES[name, label]})" if (name, label) in VALUES else "")
            for label in collector._labelnames
        ]
        kind = str(collector._type)
        if kind == "histogram":
            bounds = ", ".join(
                f"{bound:g}"
                for bound in collector._kwargs.get("buckets", collector.DEFAULT_BUCKETS)
                if bound != float("inf")
            )
            kind = f"histogram: {bounds}"
        yield code(name), kind, ", ".join(labels), collector._documentation
