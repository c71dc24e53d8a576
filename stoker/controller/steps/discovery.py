"""Which gateways there are and what they last reported: pods of the namespace that name the resource, joined with reports.

A report counts for the pod that wrote it: its ``podUID`` must be the pod's, and without one (older agents) it must not be
from more than a minute before the pod was created. A running pod without an agent container is MissingSidecar, whatever an
old report says. Keys of pods that are gone are dropped from the agents' maps.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from stoker.api import names, pods
from stoker.api.reports import Report, decode_report
from stoker.api.status import DiscoveredGateway
from stoker.api.times import parse_rfc3339
from stoker.errors import ObjectNotFound
from stoker.kube.cluster import CONFIGMAPS

if TYPE_CHECKING:
    from stoker.api.objects import Pod
    from stoker.controller.outcome import Pass
    from stoker.kube.cluster import Cluster

OLDER_AGENTS_SLACK = timedelta(seconds=60)


async def discover(this: Pass, cluster: Cluster) -> None:
    """Fills ``gateways``, sorted by name then pod."""
    namespace, name = this.key
    try:
        reports = (await cluster.get(CONFIGMAPS, namespace, names.status_configmap(name))).data
    except ObjectNotFound:
        reports = {}
    running = [pod for pod in this.pods if pod.status.phase == "Running"]
    found = [_gateway(pod, _report(pod, reports)) for pod in running]
    this.gateways = sorted(found, key=lambda gateway: (gateway.name, gateway.pod_name))
    keys = {pod.metadata.name for pod in this.pods} | {pods.gateway_name(pod) for pod in this.pods}
    for map_name in (names.status_configmap(name), names.changes_configmap(name)):
        await _drop_strangers(cluster, namespace, map_name, keys)


async def _drop_strangers(cluster: Cluster, namespace: str, map_name: str, keep: set[str]) -> None:
    try:
        present = (await cluster.get(CONFIGMAPS, namespace, map_name)).data
    except ObjectNotFound:
        return
    strangers = {key: None for key in present if key not in keep}
    if strangers:
        await cluster.patch(CONFIGMAPS, namespace, map_name, {"data": strangers})


def _report(pod: Pod, reports: dict[str, str]) -> Report | None:
    for key in (pod.metadata.name, pods.gateway_name(pod)):
        report = decode_report(reports[key]) if key in reports else None
        if report is not None and _is_of(report, pod):
            return report
    return None


def _is_of(report: Report, pod: Pod) -> bool:
    if report.pod_uid:
        return report.pod_uid == pod.metadata.uid
    try:
        created = parse_rfc3339(pod.metadata.creation_timestamp or "")
        return parse_rfc3339(report.last_sync_time) >= created - OLDER_AGENTS_SLACK
    except ValueError:
        return True


def _has_agent(pod: Pod) -> bool:
    everything = (*pod.spec.init_containers, *pod.spec.containers)
    return any(container.name == names.AGENT_CONTAINER for container in everything)


def _gateway(pod: Pod, report: Report | None) -> DiscoveredGateway:
    missing = pods.wants_injection(pod) and not _has_agent(pod)
    said = report or Report()
    return DiscoveredGateway(
        name=pods.gateway_name(pod),
        namespace=pod.metadata.namespace,
        pod_name=pod.metadata.name,
        service_account_name=pod.spec.service_account_name or "default",
        profile=pods.profile_name(pod),
        sync_status="MissingSidecar" if missing else said.sync_status,
        last_sync_time=said.last_sync_time,
        last_sync_duration=said.last_sync_duration,
        synced_commit=said.synced_commit,
        synced_ref=said.synced_ref,
        agent_version=said.agent_version,
        last_scan_result=said.last_scan_result,
        files_changed=said.files_changed,
        projects_synced=said.projects_synced or [],
        error_message=said.error_message,
    )
