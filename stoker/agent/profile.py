"""From the metadata's profile to what the engine is asked to do."""

from __future__ import annotations

import hashlib
import shlex
from typing import TYPE_CHECKING, Any

from stoker.api import pods
from stoker.api.objects import ObjectMeta
from stoker.api.profiles import encode_profiles
from stoker.errors import PlanInvalid
from stoker.ignition import layout
from stoker.sync.guard import ANNOTATION
from stoker.sync.plan import MappingRule, PatchRule, SyncRequest
from stoker.sync.protection import Protection

if TYPE_CHECKING:
    from stoker.agent.setup import AgentSetup
    from stoker.api.handoff import Metadata
    from stoker.api.profiles import ResolvedProfile
    from stoker.sync.source import SourceTree

PROTECTION = Protection(
    always=layout.ALWAYS_EXCLUDED,
    unless_named=layout.NEVER_TOUCH,
    unless_ours=layout.UNLESS_OURS,
    markers=layout.GATEWAY_MARKERS,
    late_names=layout.LATE_NAMES,
    stamp_equal=layout.same_but_stamp,
)


def profile_of(metadata: Metadata, setup: AgentSetup) -> ResolvedProfile:
    """The gateway's profile; PlanInvalid names the profiles there are."""
    profile = metadata.profiles.get(setup.profile)
    if profile is None:
        known = ", ".join(sorted(metadata.profiles)) or "none"
        raise PlanInvalid(
            f"profile {setup.profile!r} not found in GatewaySync {setup.cr_name} (it has: {known});"
            f" add it, or annotate pod {setup.pod_name} with stoker.io/profile"
        )
    return profile


def fingerprint(profile: ResolvedProfile) -> str:
    """Tells two profiles apart."""
    return hashlib.sha256(encode_profiles({"": profile}).encode()).hexdigest()


def fields(setup: AgentSetup, metadata: Metadata, profile: ResolvedProfile, labels: dict[str, str]) -> dict[str, Any]:
    """What templates may name."""
    return {
        "GatewayName": setup.gateway_name,
        "PodName": setup.pod_name,
        "PodOrdinal": pods.pod_ordinal(ObjectMeta(name=setup.pod_name, labels=labels)),
        "Namespace": setup.namespace,
        "CRName": setup.cr_name,
        "Ref": metadata.ref,
        "Commit": metadata.commit,
        "Labels": labels,
        "Vars": dict(profile.vars),
    }


def request(
    setup: AgentSetup,
    metadata: Metadata,
    profile: ResolvedProfile,
    labels: dict[str, str],
    tree: SourceTree,
) -> SyncRequest:
    """The engine's order, before it is decided what becomes of drift."""
    return SyncRequest(
        commit=metadata.commit,
        ref=metadata.ref,
        tree=tree,
        mappings=tuple(
            MappingRule(
                source=mapping.source,
                destination=mapping.destination,
                type=mapping.type,
                required=mapping.required,
                template=mapping.template,
                patches=tuple(PatchRule(file=patch.file, set=patch.set) for patch in mapping.patches),
            )
            for mapping in profile.mappings
        ),
        excludes=tuple(profile.exclude_patterns),
        fields=fields(setup, metadata, profile, labels),
        dry_run=profile.dry_run,
        allow_mass_delete=metadata.allow_mass_delete,
        to_allow=_to_allow(setup, metadata.commit),
    )


def _to_allow(setup: AgentSetup, commit: str) -> str:
    """What a person does to allow the mass deletion of a commit."""
    if setup.by_manifests:
        resource = f"GatewaySync {setup.namespace}/{setup.cr_name}"
        return f"annotate {resource} in its manifest with {ANNOTATION}: {commit}"
    where = f"-n {shlex.quote(setup.namespace)} {shlex.quote(setup.cr_name)}"
    return f"kubectl annotate gatewaysync {where} {ANNOTATION}={commit} --overwrite"
