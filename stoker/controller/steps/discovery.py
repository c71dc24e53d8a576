"""Which gateways there are: the pods that are the resource's, and which of them run without an agent.

Whether a pod is listed depends on its phase (Running); whether its account may read, and its key in the maps stays, does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.api import names, pods

if TYPE_CHECKING:
    from stoker.api.objects import Pod
    from stoker.controller.outcome import Pass


def discover(this: Pass) -> list[Pod] | None:
    """The running pods, by gateway name then pod name; None when the pods are not known, which changes nothing."""
    if this.census is None:
        return None
    running = [pod for pod in this.census.mine if pod.status.phase == "Running"]
    return sorted(running, key=lambda pod: (pods.gateway_name(pod), pod.metadata.name))


def accounts(this: Pass) -> list[str] | None:
    """The service accounts of all pods, in any phase: one that waits for its permission does not run yet. None: not known."""
    if this.census is None:
        return None
    return sorted({account(pod) for pod in this.census.mine})


def account(pod: Pod) -> str:
    """The pod's service account."""
    return pod.spec.service_account_name or "default"


def misses_sidecar(pod: Pod) -> bool:
    """It asks for an agent and has no such container."""
    everything = (*pod.spec.init_containers, *pod.spec.containers)
    return pods.wants_injection(pod) and all(container.name != names.AGENT_CONTAINER for container in everything)
