"""A pass's outcome turned into conditions: pure, and the only place that writes their words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from stoker.api import conditions as c
from stoker.api.conditions import Condition

if TYPE_CHECKING:
    from stoker.api.status import DiscoveredGateway
    from stoker.controller.outcome import Pass


def conditions_of(this: Pass, *, now: str, retry_in: float | None) -> list[Condition]:
    """All conditions of the resource; transition times are kept while a status stays."""
    wanted = [
        _ref_resolved(this, retry_in),
        _profiles_valid(this),
        _all_synced(this),
        *_sidecar(this),
        *_ssh(this),
        *_skew(this),
    ]
    wanted.append(_ready(this, wanted))
    generation = this.resource.metadata.generation
    stamped = [msgspec.structs.replace(condition, observed_generation=generation) for condition in wanted]
    return c.merged(this.resource.status.conditions, stamped, now)


def counted(this: Pass) -> list[DiscoveredGateway]:
    """The gateways that AllGatewaysSynced counts: those of paused profiles keep their report and are left out."""
    return [gateway for gateway in this.gateways if not _paused_profile(this, gateway)]


def synced(this: Pass) -> int:
    """How many of them are synced at the resolved commit."""
    return sum(_at_commit(this, gateway) for gateway in counted(this))


def _at_commit(this: Pass, gateway: DiscoveredGateway) -> bool:
    return gateway.sync_status == "Synced" and bool(this.commit) and gateway.synced_commit == this.commit


def _paused_profile(this: Pass, gateway: DiscoveredGateway) -> bool:
    profile = this.profiles.get(gateway.profile)
    return profile is not None and profile.paused


def _ref_resolved(this: Pass, retry_in: float | None) -> Condition:
    before = c.find(this.resource.status.conditions, c.REF_RESOLVED)
    if this.resolved:
        return Condition(type=c.REF_RESOLVED, status="True", reason="RefResolved", message=this.commit)
    if this.resolve_error is not None:
        tail = f"; retry in {round(retry_in)}s" if retry_in else ""
        return Condition(
            type=c.REF_RESOLVED, status="False", reason="RefResolutionFailed", message=f"{this.resolve_error}{tail}"
        )
    if before is not None:
        return before
    return Condition(type=c.REF_RESOLVED, status="False", reason="RefResolutionFailed", message="not resolved yet")


def _profiles_valid(this: Pass) -> Condition:
    if this.spec_error is not None:
        return Condition(
            type=c.PROFILES_VALID, status="False", reason="ProfilesInvalid", message=str(this.spec_error)[:4000]
        )
    return Condition(
        type=c.PROFILES_VALID, status="True", reason="ProfilesValid", message=f"{len(this.profiles)} profile(s) valid"
    )


def _all_synced(this: Pass) -> Condition:
    gateways = counted(this)
    good, total = synced(this), len(gateways)
    if this.maps_too_large:
        return Condition(type=c.ALL_GATEWAYS_SYNCED, status="False", reason="MapsTooLarge", message=this.maps_too_large)
    if not this.gateways:
        return Condition(
            type=c.ALL_GATEWAYS_SYNCED, status="False", reason="NoGatewaysDiscovered", message="0/0 synced"
        )
    missing = sum(gateway.sync_status == "MissingSidecar" for gateway in gateways)
    message = f"{good}/{total} synced" + (f" ({missing} missing sidecar)" if missing else "")
    if good == total:
        return Condition(type=c.ALL_GATEWAYS_SYNCED, status="True", reason="SyncSucceeded", message=message)
    return Condition(type=c.ALL_GATEWAYS_SYNCED, status="False", reason="SyncInProgress", message=message)


def _sidecar(this: Pass) -> list[Condition]:
    if not this.gateways:
        return []
    missing = [gateway.pod_name for gateway in this.gateways if gateway.sync_status == "MissingSidecar"]
    if missing:
        message = f"no agent in: {', '.join(sorted(missing))}; delete the pod so that it is created and injected anew"
        return [Condition(type=c.SIDECAR_INJECTED, status="False", reason="SidecarMissing", message=message)]
    return [
        Condition(type=c.SIDECAR_INJECTED, status="True", reason="SidecarPresent", message="every gateway has an agent")
    ]


def _ssh(this: Pass) -> list[Condition]:
    if this.spec is None or this.spec.auth_type != "ssh" or not this.spec.git.auth.ssh_key:
        return []
    if this.spec.git.auth.ssh_key.known_hosts:
        message = "host keys are checked against known_hosts"
        return [Condition(type=c.SSH_HOST_KEY, status="True", reason="HostKeyVerificationEnabled", message=message)]
    message = "any host key is accepted; set spec.git.auth.sshKey.knownHosts"
    return [Condition(type=c.SSH_HOST_KEY, status="False", reason="HostKeyVerificationDisabled", message=message)]


def _skew(this: Pass) -> list[Condition]:
    others = sorted(
        gateway.name for gateway in counted(this) if gateway.synced_commit and gateway.synced_commit != this.commit
    )
    if not this.gateways:
        return []
    if others:
        message = f"another commit than {this.commit[:7] or 'the resolved one'} runs on: {', '.join(others)}"
        return [Condition(type=c.REF_SKEW, status="True", reason="RefSkewed", message=message)]
    return [Condition(type=c.REF_SKEW, status="False", reason="NoRefSkew", message="no gateway runs another commit")]


def _ready(this: Pass, wanted: list[Condition]) -> Condition:
    good = {condition.type for condition in wanted if condition.status == "True"}
    if this.paused:
        return Condition(type=c.READY, status="False", reason="Paused", message="Reconciliation paused")
    if c.PROFILES_VALID not in good:
        return _reconciling("Profiles invalid")
    if this.problems:
        return _reconciling("; ".join(str(problem) for problem in this.problems)[:2000])
    if c.REF_RESOLVED not in good:
        return _reconciling("Ref not resolved")
    if c.ALL_GATEWAYS_SYNCED not in good:
        return _reconciling("Waiting for gateways to sync")
    return Condition(type=c.READY, status="True", reason="SyncSucceeded", message="All gateways synced")


def _reconciling(message: str) -> Condition:
    return Condition(type=c.READY, status="False", reason="Reconciling", message=message)
