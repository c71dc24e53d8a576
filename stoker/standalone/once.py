"""``stoker standalone --once``: every resource resolved once, every gateway synced once, and a verdict.

Owns: in which order that happens, and what counts as not synced. It works with the same controller and agents as ever,
and must not mistake what an earlier run left behind for its own result: agents start only after this run's controller has
judged their resource, and a gateway's report counts only after its agent has ended.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

import trio

from stoker.api import conditions, names
from stoker.api.profiles import resolve_profiles
from stoker.api.reports import decode_report
from stoker.api.spec import parse_spec
from stoker.errors import ObjectNotFound, StokerError
from stoker.kube.cluster import CONFIGMAPS, GATEWAYSYNCS
from stoker.kube.informer import Informer
from stoker.nursery.supervisor import flatten
from stoker.observe.logs import get_logger
from stoker.standalone.parts import Parts, start_from, with_parts
from stoker.values import Value

if TYPE_CHECKING:
    from stoker.api.objects import GatewaySync
    from stoker.standalone.gateways import Gateway
    from stoker.standalone.options import Options

# A condition says when the controller would try again, which nothing does here.
_WAITS = re.compile(r"^Ref resolution failed \(retry in \d+s\): ")
JUDGED_SECONDS = 120.0
SYNCED_SECONDS = 1800.0


class Verdict(Value, frozen=True):
    """One gateway's result; ``reason`` is empty when it is Synced."""

    gateway: Gateway
    commit: str = ""
    files_changed: int = 0
    reason: str = ""


async def run_once(options: Options, *, stopping: trio.Event) -> list[Verdict]:
    """Sync everything once; a verdict for each gateway. Raises ManifestInvalid before anything is done."""
    return await with_parts(options, partial(_once, stopping=stopping), fresh=True)


async def _once(parts: Parts, *, stopping: trio.Event) -> list[Verdict]:
    watch = parts.manifest_watch(lambda _manifests: None)
    gateways = (await start_from(watch, parts)).gateways
    verdicts: dict[Gateway, Verdict] = {}

    async def settle(gateway: Gateway) -> None:
        verdicts[gateway] = await _settle(parts, gateway, judged, stopping)

    async with trio.open_nursery() as background:
        judged = _Judged(parts)
        await background.start(judged.resources.run)
        await background.start(parts.controller)
        async with trio.open_nursery() as nursery:
            for gateway in gateways:
                nursery.start_soon(settle, gateway)
        background.cancel_scope.cancel()
    log = get_logger("standalone.once")
    for verdict in verdicts.values():
        where = {"namespace": verdict.gateway.namespace, "gateway": verdict.gateway.gateway_name}
        if verdict.reason:
            log.error("gateway_not_synced", **where, error=verdict.reason)
        else:
            log.info("gateway_synced", **where, commit=verdict.commit, files_changed=verdict.files_changed)
    return [verdicts[gateway] for gateway in gateways]


class _Judged:
    """Waits until the controller has been through a resource's present generation."""

    def __init__(self, parts: Parts) -> None:
        self.resources = Informer(parts.cluster, GATEWAYSYNCS, on_change=self._changed)
        self._moved = trio.Event()

    def _changed(self, _old: GatewaySync | None, _new: GatewaySync | None) -> None:
        self._moved.set()
        self._moved = trio.Event()

    async def wait(self, namespace: str, name: str) -> GatewaySync | None:
        """The judged resource; None when that took too long."""
        with trio.move_on_after(JUDGED_SECONDS):
            while True:
                resource = self.resources.get(namespace, name)
                if resource is not None and _is_judged(resource):
                    return resource
                await self._moved.wait()
        return None


def _is_judged(resource: GatewaySync) -> bool:
    ready = conditions.find(resource.status.conditions, conditions.READY)
    if ready is None or ready.observed_generation != resource.metadata.generation:
        return False
    valid = conditions.find(resource.status.conditions, conditions.PROFILES_VALID)
    if valid is not None and valid.status == "False":
        return True  # whatever the look-up brings, no agent is told of it
    # The first pass writes its status before the first look-up has answered.
    return ready.reason == "Paused" or resource.status.ref_resolution_status in {"Resolved", "Error"}


async def _settle(parts: Parts, gateway: Gateway, judged: _Judged, stopping: trio.Event) -> Verdict:
    """The verdict; when the stop comes first, that is the reason, and a running merge has been let end."""
    verdict = Verdict(gateway, reason="stopped before it was synced")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_cancel_at, stopping, nursery.cancel_scope)
        verdict = await _synced(parts, gateway, judged, stopping)
        nursery.cancel_scope.cancel()
    return verdict


async def _cancel_at(stopping: trio.Event, scope: trio.CancelScope) -> None:
    await stopping.wait()
    scope.cancel()


async def _synced(parts: Parts, gateway: Gateway, judged: _Judged, stopping: trio.Event) -> Verdict:
    resource = await judged.wait(gateway.namespace, gateway.cr_name)
    reason = _refusal(resource, gateway.profile)
    if reason:
        return Verdict(gateway, reason=f"GatewaySync {gateway.namespace}/{gateway.cr_name}: {reason}")
    try:
        with trio.move_on_after(SYNCED_SECONDS) as scope:
            async with trio.open_nursery() as nursery:  # noqa: ASYNC112 - it makes every failure a group, told below
                await nursery.start(partial(parts.agent, gateway, stopping, once=True))
    except ExceptionGroup as group:
        leaves = flatten(group)
        if not all(isinstance(leaf, StokerError) for leaf in leaves):
            raise
        return Verdict(gateway, reason="; ".join(map(str, leaves)))
    if scope.cancelled_caught:
        minutes = f"{SYNCED_SECONDS / 60:.0f} minutes"
        return Verdict(gateway, reason=f"no result within {minutes}; is the repository reachable?")
    return await _reported(parts, gateway)


def _refusal(resource: GatewaySync | None, profile: str) -> str:
    """Why no agent need begin; empty when one should."""
    if resource is None:
        return f"was not resolved within {JUDGED_SECONDS:.0f} s"
    ready = conditions.find(resource.status.conditions, conditions.READY)
    if ready is not None and ready.reason == "Paused":
        return "is paused; remove spec.paused"
    for kind in (conditions.PROFILES_VALID, conditions.REF_RESOLVED):
        condition = conditions.find(resource.status.conditions, kind)
        if condition is None or condition.status != "True":
            return _WAITS.sub("", condition.message) if condition is not None else f"{kind} is not known"
    resolved = resolve_profiles(parse_spec(resource.spec, name=resource.metadata.name)).get(profile)
    if resolved is not None and resolved.paused:
        return f"the profile {profile!r} is paused; remove paused from it, or from spec.sync.defaults"
    return ""


async def _reported(parts: Parts, gateway: Gateway) -> Verdict:
    try:
        reports = await parts.cluster.get(CONFIGMAPS, gateway.namespace, names.status_configmap(gateway.cr_name))
    except ObjectNotFound:
        return Verdict(gateway, reason="the agent left no report")
    report = decode_report(reports.data.get(gateway.pod_name, ""))
    if report is None:
        return Verdict(gateway, reason="the agent left no report that can be read")
    if report.sync_status == "Synced":
        return Verdict(gateway, commit=report.synced_commit, files_changed=report.files_changed)
    return Verdict(
        gateway, reason=report.error_message or f"is {report.sync_status}: the gateway at {gateway.url} does not answer"
    )
