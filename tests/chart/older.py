"""A release as older charts of this name made it: what an upgrade takes over, because it cannot be changed or is not ours yet.

Their CRD lay in ``crds/``, where helm makes it once and never owns it; their arguments, ports and certificate were others. A
selector and a binding's role can never be changed, so ours must be theirs.
"""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import yaml

from tests.chart.combinations import OFF, ON
from tests.cluster.binaries import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.chart.combinations import Values

FULL = "stoker-stoker-operator"
ACCOUNT = f"{FULL}-controller-manager"
LABELS = {
    "app.kubernetes.io/name": "stoker-operator",
    "app.kubernetes.io/instance": "stoker",
    "control-plane": "controller-manager",
}
POLICIES = [
    {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "watch", "create", "update", "patch"]}
]
BOUND = {
    "ClusterRole": (f"{FULL}-manager", f"{FULL}-metrics-auth"),
    "Role": (f"{FULL}-leader-election",),
}

MONITOR = {**OFF, "labels": {}, "interval": "", "scrapeTimeout": ""}
VALUES: Values = {
    "replicaCount": 2,
    "image": {"repository": "registry.example.com/stoker-operator", "tag": "", "pullPolicy": "IfNotPresent"},
    "agentImage": {"repository": "registry.example.com/stoker-agent", "tag": ""},
    "imagePullSecrets": [{"name": "registry"}],
    "nameOverride": "",
    "fullnameOverride": "",
    "resources": {"limits": {"cpu": "500m", "memory": "128Mi"}, "requests": {"cpu": "10m", "memory": "64Mi"}},
    "leaderElection": ON,
    "metrics": {**ON, "service": {"port": 8443, "type": "ClusterIP"}},
    "serviceMonitor": MONITOR,
    "podMonitor": MONITOR,
    "prometheusRule": {**OFF, "labels": {}, "additionalRules": []},
    "grafanaDashboard": {**OFF, "namespace": "", "labels": {}, "annotations": {}},
    "networkPolicy": OFF,
    "webhook": {
        **ON,
        "port": 9443,
        "failurePolicy": "Ignore",
        "objectSelector": {},
        "namespaceSelector": {"requireLabel": False},
    },
    "podDisruptionBudget": {**ON, "minAvailable": "", "maxUnavailable": 1},
    "rbac": {"autoBindAgent": ON},
    "certManager": ON,
    "controller": {"logDevMode": "false"},
    "webhookReceiver": {
        **OFF,
        "port": 9444,
        "hmac": {"secret": "", "secretRef": {"name": "", "key": "webhook-secret"}},
        "token": {"secret": "", "secretRef": {"name": "", "key": "webhook-token"}},
        "ingress": {**OFF, "ingressClassName": "", "annotations": {}, "hosts": [], "tls": []},
    },
    "podAnnotations": {},
    "podLabels": {},
    "nodeSelector": {},
    "tolerations": [],
    "affinity": {},
    "priorityClassName": "",
}
"""Every value that an older chart had."""


def chart(folder: Path) -> Path:
    """The chart, for a release called stoker, in that folder."""
    (folder / "templates").mkdir(parents=True)
    about = {"apiVersion": "v2", "name": "stoker-operator", "version": "0.8.1", "appVersion": "0.8.1"}
    (folder / "Chart.yaml").write_text(yaml.safe_dump(about), encoding="utf-8")
    (folder / "values.yaml").write_text(yaml.safe_dump(VALUES), encoding="utf-8")
    (folder / "crds").mkdir()
    shutil.copy(ROOT / "crds/gatewaysyncs.stoker.io.yaml", folder / "crds")
    (folder / "templates/all.yaml").write_text("\n---\n".join(map(json.dumps, _objects())), encoding="utf-8")
    return folder


def _objects() -> list[dict[str, Any]]:
    made = [
        _named("v1", "ServiceAccount", ACCOUNT),
        _named("apps/v1", "Deployment", ACCOUNT, spec=_deployment()),
        _service("webhook", {"port": 443, "targetPort": 9443}),
        _service("metrics", {"name": "https", "port": 8443, "targetPort": 8443}),
        _named("rbac.authorization.k8s.io/v1", "ClusterRole", "stoker-agent", rules=POLICIES),
        _webhook(),
    ]
    for kind, names in BOUND.items():
        for name in names:
            made.append(_named("rbac.authorization.k8s.io/v1", kind, f"{name}-role", rules=POLICIES))
            role = {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": f"{name}-role"}
            who = [{"kind": "ServiceAccount", "name": ACCOUNT, "namespace": "stoker-system"}]
            bound = {"roleRef": role, "subjects": who}
            made.append(_named("rbac.authorization.k8s.io/v1", f"{kind}Binding", f"{name}-rolebinding", **bound))
    return made


def _named(version: str, kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "labels": LABELS}, **more}


def _service(name: str, port: dict[str, Any]) -> dict[str, Any]:
    return _named("v1", "Service", f"{FULL}-{name}-service", spec={"ports": [port], "selector": LABELS})


def _deployment() -> dict[str, Any]:
    container = {
        "name": "manager",
        "image": "registry.example.com/stoker-operator:0.8.1",
        "command": ["/manager"],
        "args": ["--leader-elect", "--health-probe-bind-address=:8081", "--webhook-cert-path=/etc/webhook-certs"],
        "env": [{"name": "DEFAULT_AGENT_IMAGE", "value": "registry.example.com/stoker-agent:0.8.1"}],
        "ports": [{"name": "metrics", "containerPort": 8443}, {"name": "webhook-server", "containerPort": 9443}],
        "livenessProbe": {"httpGet": {"path": "/healthz", "port": 8081}, "initialDelaySeconds": 15},
        "volumeMounts": [{"name": "cert", "mountPath": "/etc/webhook-certs", "readOnly": True}],
    }
    volume = {"name": "cert", "secret": {"secretName": f"{FULL}-webhook-cert"}}
    pod = {"serviceAccountName": ACCOUNT, "containers": [container], "volumes": [volume]}
    template = {"metadata": {"labels": LABELS}, "spec": pod}
    return {"replicas": 2, "selector": {"matchLabels": LABELS}, "template": template}


def _webhook() -> dict[str, Any]:
    service = {"name": f"{FULL}-webhook-service", "namespace": "stoker-system", "path": "/mutate-v1-pod"}
    hook = {
        "name": "pod-inject.stoker.io",
        "admissionReviewVersions": ["v1"],
        "clientConfig": {"service": service},
        "failurePolicy": "Ignore",
        "sideEffects": "None",
        "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}],
    }
    version = "admissionregistration.k8s.io/v1"
    return _named(version, "MutatingWebhookConfiguration", f"{FULL}-pod-injection", webhooks=[hook])
