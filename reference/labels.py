"""Annotations, labels, object names and ports: spelt in ``stoker/api/names.py``, explained here."""

from __future__ import annotations

from typing import Final

from reference.table import code, table
from stoker.api import names

ANNOTATIONS: Final = {
    names.INJECT: ("pod", "you", '`"true"` asks for an agent.'),
    names.CR_NAME: (
        "pod",
        "you, else the webhook",
        "The GatewaySync; found by itself when the namespace has exactly one.",
    ),
    names.PROFILE: ("pod", "you", f"The profile; else the one called `{names.DEFAULT_PROFILE}`."),
    names.GATEWAY_NAME: (
        "pod",
        "you",
        f"The gateway's name; else the label `{names.APP_NAME_LABEL}`, else the pod's name.",
    ),
    names.AGENT_IMAGE: ("pod", "you", "The agent's image for this pod, where the installation allows it."),
    names.GATEWAY_URL: (
        "pod of `stoker standalone`",
        "you",
        "Where the gateway listens; else localhost and the port of the spec.",
    ),
    names.INJECTED: ("pod", "the webhook", '`"true"`: the pod has an agent.'),
    names.REQUESTED_REF: ("GatewaySync", "the receiver, or you", "Overrides `spec.git.ref` until that says the same."),
    names.REQUESTED_AT: (
        "GatewaySync",
        "the receiver, or you",
        "Any new value forces a sync and a scan of every gateway. On the webhook's certificate Secret: a new certificate.",
    ),
    names.REQUESTED_BY: ("GatewaySync", "the receiver", "Who sent the last request."),
    names.PUSHED_AT: ("GatewaySync", "the receiver", "A new value makes the ref be looked up at once; nothing else."),
    names.HANDLED_AT: (
        "the webhook's certificate Secret",
        "the manager",
        f"The `{names.REQUESTED_AT}` of that Secret for which a new authority and certificate were made last.",
    ),
    names.ALLOW_MASS_DELETE: ("GatewaySync", "people only", "The commit that may delete most of a gateway."),
    names.SECRET_TYPE: ("Secret", "the controller", f"`{names.GITHUB_TOKEN_TYPE}`: a token of a GitHub App."),
}
LABELS: Final = {
    names.AGENT_LABEL: ("pod", "the webhook", '`"true"`: the pod has an agent.'),
    names.INJECTION_NAMESPACE_LABEL: (
        "namespace",
        "you",
        "`enabled`, where the installation injects only into labelled namespaces.",
    ),
    names.CR_NAME: ("ConfigMap, Secret", "the controller", "The GatewaySync that owns it."),
    names.MANAGED_BY_LABEL: (
        "what we make",
        "the controller",
        f"`{names.MANAGED_BY}`, on RoleBindings `{names.ROLEBINDING_MANAGED_BY}`.",
    ),
    names.ROLEBINDING_LABEL: ("RoleBinding", "the controller", "The GatewaySync whose gateways it binds."),
    names.APP_NAME_LABEL: ("pod", "you", "The gateway's name where no annotation says it."),
    names.POD_INDEX_LABEL: ("pod", "Kubernetes", "The ordinal in a StatefulSet; `{{.PodOrdinal}}` in templates."),
}
OBJECTS: Final = {
    names.metadata_configmap("NAME"): ("ConfigMap", "controller to agents: what to sync."),
    names.status_configmap("NAME"): ("ConfigMap", "agents to controller: one report a pod."),
    names.changes_configmap("NAME"): (
        "ConfigMap",
        "agents to people: the last ten syncs of every gateway, with author, message and paths.",
    ),
    names.github_token_secret("NAME"): (
        "Secret",
        f"key `{names.GITHUB_TOKEN_KEY}`: the App's token of the hour, which agents mount.",
    ),
    names.agent_rolebinding("NAME"): (
        "RoleBinding",
        f"binds the gateways' service accounts to the ClusterRole `{names.AGENT_ROLE}`.",
    ),
}
PORTS: Final = {
    names.PROBES_PORT: "manager: /healthz, /readyz",
    names.METRICS_PORT: "manager: /metrics",
    names.WEBHOOK_PORT: "manager: admission webhook",
    names.RECEIVER_PORT: "manager: push receiver",
    names.AGENT_PROBES_PORT: "agent: /startupz, /healthz, /readyz",
    names.AGENT_METRICS_PORT: "agent: /metrics",
}


def page() -> str:
    """Four tables."""
    lines = [
        "# Annotations, labels, objects and ports",
        "",
        f"The finalizer of a GatewaySync is `{names.FINALIZER}`; it goes when what the resource owns is gone.",
    ]
    for title, known in (("Annotations", ANNOTATIONS), ("Labels", LABELS)):
        rows = ((code(name), *told) for name, told in known.items())
        lines += ["", f"## {title}", "", *table((title.lower()[:-1], "on", "set by", "meaning"), rows)]
    owned = ((code(name), kind, meaning) for name, (kind, meaning) in OBJECTS.items())
    lines += ["", "## Objects that belong to the GatewaySync NAME", "", *table(("name", "kind", "what for"), owned)]
    lines += ["", "## Ports", "", *table(("port", "what for"), ((str(port), what) for port, what in PORTS.items())), ""]
    return "\n".join(lines)
