"""How a pod names its resource, profile and gateway: one rule for admission, status, environment, templates and standalone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stoker.api import names
from stoker.errors import BindingRefused
from stoker.values import Value

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from stoker.api.objects import GatewaySync, ObjectMeta, Pod

_ORDINAL = re.compile(r"-(\d+)$")


class Binding(Value, frozen=True):
    """Which resource, which profile, which gateway; ``cr_name_found``: the pod did not say, there was just one."""

    cr_name: str
    profile: str
    gateway_name: str
    cr_name_found: bool = False


def wants_injection(pod: Pod) -> bool:
    """The pod's user asked for an agent."""
    return pod.metadata.annotations.get(names.INJECT) == "true"


def named_resource(pod: Pod, present: Collection[str]) -> str | None:
    """The resource that the pod belongs to, ``present`` being those of its namespace; None when it belongs to none.

    A pod that asks for an agent and names no resource belongs to the only one there is: so it does when the webhook has
    seen it, and so it must when the webhook was down and nobody wrote the name.
    """
    wanted = pod.metadata.annotations.get(names.CR_NAME)
    if wanted:
        return wanted
    return next(iter(present)) if wants_injection(pod) and len(present) == 1 else None


def gateway_name(pod: Pod) -> str:
    """Annotation, else label ``app.kubernetes.io/name``, else the pod's name."""
    return written_gateway_name(pod) or pod.metadata.name


def written_gateway_name(pod: Pod) -> str:
    """What the pod's user has written; empty where the pod's name is the rule, which need not be known yet.

    White space around it counts for nothing, as in the agent's environment.
    """
    meta = pod.metadata
    return meta.annotations.get(names.GATEWAY_NAME, "").strip() or meta.labels.get(names.APP_NAME_LABEL, "").strip()


def named_profile(pod: Pod) -> str | None:
    """The profile that the pod names, None when it leaves it to the default."""
    return pod.metadata.annotations.get(names.PROFILE) or None


def profile_name(pod: Pod) -> str:
    """The profile in effect."""
    return named_profile(pod) or names.DEFAULT_PROFILE


def pod_ordinal(meta: ObjectMeta) -> int:
    """Label ``apps.kubernetes.io/pod-index``, else the number after the name's last dash, else 0."""
    label = meta.labels.get(names.POD_INDEX_LABEL, "")
    if label.isascii() and label.isdigit():
        return int(label)
    match = _ORDINAL.search(meta.name)
    return int(match[1]) if match else 0


def bind_pod(pod: Pod, resources: Sequence[GatewaySync]) -> Binding:
    """The binding among the namespace's ``resources``; BindingRefused names the pod and the remedy.

    A profile that is named must exist; none named and no ``default`` is bound all the same, for the agent to report.
    """
    where = f"pod {pod.metadata.namespace}/{pod.metadata.name or pod.metadata.annotations.get(names.GATEWAY_NAME, '?')}"
    resource, found = _resource(pod, resources, where)
    wanted = named_profile(pod)
    if wanted is not None:
        known = _profile_names(resource)
        if wanted not in known:
            listed = ", ".join(sorted(known)) or "none"
            raise BindingRefused(
                f"{where}: profile {wanted!r} not found in GatewaySync {resource.metadata.name!r}"
                f" (it has: {listed}); correct the annotation {names.PROFILE}"
            )
    return Binding(resource.metadata.name, wanted or names.DEFAULT_PROFILE, gateway_name(pod), found)


def _resource(pod: Pod, resources: Sequence[GatewaySync], where: str) -> tuple[GatewaySync, bool]:
    wanted = pod.metadata.annotations.get(names.CR_NAME)
    by_name = {resource.metadata.name: resource for resource in resources}
    namespace = pod.metadata.namespace
    if wanted:
        if wanted not in by_name:
            listed = ", ".join(sorted(by_name)) or "none"
            raise BindingRefused(
                f"{where}: GatewaySync {wanted!r} not found in namespace {namespace!r} (there is: {listed});"
                f" create it or correct the annotation {names.CR_NAME}"
            )
        return by_name[wanted], False
    if not by_name:
        raise BindingRefused(f"{where}: no GatewaySync CR found in namespace {namespace!r}; create one first")
    if len(by_name) > 1:
        raise BindingRefused(
            f"{where}: multiple GatewaySync CRs in namespace {namespace!r} ({', '.join(sorted(by_name))});"
            f" name one in the annotation {names.CR_NAME}"
        )
    return next(iter(by_name.values())), True


def _profile_names(resource: GatewaySync) -> set[str]:
    spec = resource.spec if isinstance(resource.spec, dict) else {}
    sync = spec.get("sync")
    profiles = sync.get("profiles") if isinstance(sync, dict) else None
    return set(profiles) if isinstance(profiles, dict) else set()
