"""A pass's outcome turned into conditions: pure, and the only place that writes their words.

A condition that is not known yet is absent, not False: False has a cause. While a look-up for a new generation is
unanswered, neither RefResolved nor a True Ready is stamped with that generation, or whoever waits for it to be ready would be
told so too early.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from stoker.api import conditions as c
from stoker.api.bounds import cut_list, cut_text
from stoker.api.conditions import Condition
from stoker.errors import Transient
from stoker.git.github_app import EXCHANGE_ERRORS
from stoker.observe.redact import redact

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stoker.api.status import DiscoveredGateway
    from stoker.controller.outcome import Pass

MESSAGE_LIMIT: Final = 4000
"""Bytes; the API takes 32 KiB, people take less."""
LIST_LIMIT: Final = 1000
RECREATE: Final = "delete the pod so that it is created and injected anew"
SAID_BY_READY: Final = ("git-credentials", "api-key", "metadata")
"""Steps whose failure Ready tells of, when somebody must act. A failed list changes nothing, and RBAC has its event."""


def conditions_of(this: Pass, *, now: str) -> list[Condition]:
    """All conditions of the resource; transition times are kept while a status stays."""
    wanted = [
        _profiles_valid(this),
        _all_synced(this),
        *_sidecar(this),
        *_ssh(this),
        _skew(this),
    ]
    known = [*_ref_resolved(this), *wanted]
    stamped = [_stamped(this, condition) for condition in (*known, _ready(this, known))]
    return c.merged(this.resource.status.conditions, stamped, now)


def _stamped(this: Pass, condition: Condition) -> Condition:
    """With the generation it was judged at, bounded, and masked: errors quote what servers and libraries say."""
    generation = this.resource.metadata.generation
    before = c.find(this.resource.status.conditions, condition.type)
    early = condition.type == c.REF_RESOLVED or (condition.type == c.READY and condition.status == "True")
    if this.pending and before is not None and early:
        generation = before.observed_generation
    message = cut_text(redact(condition.message), MESSAGE_LIMIT)
    return msgspec.structs.replace(condition, observed_generation=generation, message=message)


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


def _ref_resolved(this: Pass) -> list[Condition]:
    """What the last look-up that ended brought: a pass that makes none, or waits for one, leaves it as it was."""
    if this.looks_up and not this.pending and this.resolve_error is not None:
        retry = round(this.memory.look_ups.pause)
        message = f"Ref resolution failed (retry in {retry}s): {this.resolve_error}"
        exchange = isinstance(this.resolve_error, EXCHANGE_ERRORS)
        reason = "GitHubAppExchangeFailed" if exchange else "RefResolutionFailed"
        return [Condition(type=c.REF_RESOLVED, status="False", reason=reason, message=message)]
    if this.looks_up and not this.pending and this.resolved:
        return [Condition(type=c.REF_RESOLVED, status="True", reason="RefResolved", message=this.commit)]
    before = c.find(this.resource.status.conditions, c.REF_RESOLVED)
    return [before] if before is not None else []


def _profiles_valid(this: Pass) -> Condition:
    if this.spec_error is not None:
        return Condition(type=c.PROFILES_VALID, status="False", reason="ProfilesInvalid", message=str(this.spec_error))
    return Condition(type=c.PROFILES_VALID, status="True", reason="ProfilesValid", message="All profiles valid")


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
        message = f"{len(missing)} gateway(s) missing stoker-agent sidecar: {_listed(missing)}; {RECREATE}"
        return [Condition(type=c.SIDECAR_INJECTED, status="False", reason="SidecarMissing", message=message)]
    message = "All gateways have stoker-agent sidecar"
    return [Condition(type=c.SIDECAR_INJECTED, status="True", reason="SidecarPresent", message=message)]


def _ssh(this: Pass) -> list[Condition]:
    """Kept while the spec cannot be read: only another method removes it."""
    if this.spec is None:
        before = c.find(this.resource.status.conditions, c.SSH_HOST_KEY)
        return [before] if before is not None else []
    if this.host_keys_checked is None:
        return []
    if this.host_keys_checked:
        message = "SSH host key verification enabled: against spec.git.auth.sshKey.knownHosts"
        return [Condition(type=c.SSH_HOST_KEY, status="True", reason="HostKeyVerificationEnabled", message=message)]
    message = "SSH host key verification disabled: any host may pose as it; set spec.git.auth.sshKey.knownHosts"
    return [Condition(type=c.SSH_HOST_KEY, status="False", reason="HostKeyVerificationDisabled", message=message)]


def _skew(this: Pass) -> Condition:
    """Without a resolved commit there is nothing to differ from."""
    others = [
        gateway.name
        for gateway in counted(this)
        if this.commit and gateway.synced_commit and gateway.synced_commit != this.commit
    ]
    if others:
        message = f"another commit than {this.commit[:7]} runs on: {_listed(others)}"
        return Condition(type=c.REF_SKEW, status="True", reason="RefSkewed", message=message)
    return Condition(type=c.REF_SKEW, status="False", reason="NoRefSkew", message="no gateway runs another commit")


def _ready(this: Pass, wanted: list[Condition]) -> Condition:
    good = {condition.type for condition in wanted if condition.status == "True"}
    if this.paused:
        return Condition(type=c.READY, status="False", reason="Paused", message="Reconciliation paused")
    if c.PROFILES_VALID not in good:
        return _reconciling("Profiles invalid")
    failed = [this.failures[step] for step in SAID_BY_READY if step in this.failures]
    to_mend = [str(error) for error in failed if not isinstance(error, Transient)]
    if to_mend:
        return _reconciling("; ".join(dict.fromkeys(to_mend)))
    if c.REF_RESOLVED not in good:
        return _reconciling("Ref not resolved")
    if c.ALL_GATEWAYS_SYNCED not in good:
        return _reconciling("Waiting for gateways to sync")
    return Condition(type=c.READY, status="True", reason="SyncSucceeded", message="All gateways synced")


def _reconciling(message: str) -> Condition:
    return Condition(type=c.READY, status="False", reason="Reconciling", message=message)


def _listed(items: Iterable[str]) -> str:
    return ", ".join(cut_list(sorted(items), LIST_LIMIT))
