"""What the gateways last reported, joined with the pods; and the agents' two maps kept: made empty, rid of who is gone.

A report counts for the pod that wrote it: its ``podUID`` must be the pod's, and without one (older agents) it must not be
from more than a minute before the pod was created. What is read here was written by others and goes into our own status,
whose schema an API server enforces: what would not pass is brought into shape, or one bad report would keep every other
from being shown.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from stoker.api import names, pods
from stoker.api.bounds import cut_list, cut_text
from stoker.api.handoff import report_limit
from stoker.api.reports import ERROR_LIMIT, Report, decode_report
from stoker.api.status import DiscoveredGateway
from stoker.api.times import parse_rfc3339
from stoker.controller.owned import agents_map
from stoker.controller.steps import discovery
from stoker.kube.cluster import CONFIGMAPS, PODS
from stoker.nursery.together import together
from stoker.observe.redact import redact

if TYPE_CHECKING:
    from stoker.api.objects import ConfigMap, Pod
    from stoker.controller.outcome import Pass
    from stoker.kube.cluster import Cluster

OLDER_AGENTS_SLACK: Final = timedelta(seconds=60)
LEAST: Final = 512
"""Bytes that a report needs with every list cut."""
LONGEST: Final = 253
MOST: Final = 2**53 - 1
"""The largest integer that every reader of JSON agrees on; an API server refuses a status with one that passes 64 bits."""
SAID: Final = ("Pending", "Synced", "Error")


async def collect(this: Pass, cluster: Cluster, running: list[Pod] | None) -> None:
    """Fills ``gateways``, in the order of ``running``; None leaves the gateways, and every key of the maps, as they were."""
    name = this.resource.metadata.name
    maps = (names.status_configmap(name), names.changes_configmap(name))
    reports, changes = await together(*(agents_map(this.resource, cluster, map_name) for map_name in maps))
    if running is None or this.census is None:
        return
    room = report_limit(len(this.census.mine))
    if room < LEAST:
        this.maps_too_large = (
            f"{len(this.census.mine)} pods share the 900 KiB of {names.status_configmap(name)}, too little for a report each;"
            " split the gateways over several GatewaySyncs"
        )
    this.gateways = [_gateway(pod, _report(pod, reports.data) or Report(), room) for pod in running]
    keep = this.census.names | {pods.gateway_name(pod) for pod in running}
    for present in (reports, changes):
        await _drop_strangers(cluster, present, keep)


async def _drop_strangers(cluster: Cluster, present: ConfigMap, keep: frozenset[str]) -> None:
    """Drops keys of pods that are gone, each looked for once more: a new pod may have reported before its watch event came."""
    meta = present.metadata
    strangers = [key for key in present.data if key not in keep and await _is_gone(cluster, meta.namespace, key)]
    if strangers:
        # On condition that nobody wrote since: the key may be a new pod's of the old one's name by then.
        patch = {"metadata": {"resourceVersion": meta.resource_version}, "data": dict.fromkeys(strangers)}
        await cluster.patch(CONFIGMAPS, meta.namespace, meta.name, patch)


async def _is_gone(cluster: Cluster, namespace: str, key: str) -> bool:
    """Asked by a list of one: the manager may list pods, and needs no other right for this."""
    return not (await cluster.list(PODS, namespace, name=key)).items


def _report(pod: Pod, reports: dict[str, str]) -> Report | None:
    """The pod's report: under its name, or (older agents) under the gateway's."""
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


def _gateway(pod: Pod, said: Report, room: int) -> DiscoveredGateway:
    missing = discovery.misses_sidecar(pod)
    if missing:
        said = Report()  # whatever an old report says, nobody syncs this pod
    state = said.sync_status if said.sync_status in SAID else "Pending"
    return DiscoveredGateway(
        name=cut_text(pods.gateway_name(pod), LONGEST),  # an annotation may be as long as a book
        namespace=pod.metadata.namespace,
        pod_name=pod.metadata.name,
        service_account_name=discovery.account(pod),
        profile=cut_text(pods.profile_name(pod), LONGEST),
        sync_status="MissingSidecar" if missing else state,
        last_sync_time=_time(said.last_sync_time),
        last_sync_duration=said.last_sync_duration[:LONGEST],
        synced_commit=said.synced_commit[:LONGEST],
        synced_ref=said.synced_ref[:LONGEST],
        agent_version=said.agent_version[:LONGEST],
        last_scan_result=said.last_scan_result[:LONGEST],
        files_changed=max(0, min(said.files_changed, MOST)),
        projects_synced=cut_list(said.projects_synced or [], room),
        error_message=cut_text(redact(said.error_message), ERROR_LIMIT),
    )


def _time(text: str) -> str:
    try:
        parse_rfc3339(text)
    except ValueError:
        return ""
    return text
