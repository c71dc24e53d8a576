"""The objects of the world, as a user and the admission webhook would have written them."""

from __future__ import annotations

from typing import Any

from stoker.api import names


def resource(space: str, name: str, *, repo: str, port: int, key: str) -> list[dict[str, Any]]:
    """Namespace, account, Secret and GatewaySync; polling is off, so that nothing but requests brings news."""
    meta = {"namespace": space}
    spec = {
        "git": {"repo": repo, "ref": "main"},
        "polling": {"enabled": False},
        "gateway": {"port": port, "api": {"secretName": "ignition-api"}},
        "sync": {
            "defaults": {"syncPeriod": 5},
            "profiles": {"default": {"mappings": [{"source": "projects", "destination": "projects"}]}},
        },
    }
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "ignition-api", **meta}}
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": space}},
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", **meta}},
        {**secret, "stringData": {"apiKey": key}},
        {"apiVersion": names.API_VERSION, "kind": names.KIND, "metadata": {"name": name, **meta}, "spec": spec},
    ]


def pod(space: str, name: str, resource_name: str) -> dict[str, Any]:
    """A gateway with an agent, before the kubelet has seen it."""
    annotations = {names.INJECT: "true", names.INJECTED: "true", names.CR_NAME: resource_name, names.GATEWAY_NAME: name}
    labels = {names.AGENT_LABEL: "true"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": space, "annotations": annotations, "labels": labels},
        "spec": {
            "initContainers": [{"name": names.AGENT_CONTAINER, "image": "agent:1", "restartPolicy": "Always"}],
            "containers": [{"name": "gateway", "image": "ignition:8.3"}],
        },
    }
