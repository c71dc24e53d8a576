"""Values as people set them, by what they want of it: each is asked of the API server, and several at once."""

from __future__ import annotations

from typing import Any, Final

Values = dict[str, Any]
ON: Final = {"enabled": True}
OFF: Final = {"enabled": False}
HOSTS: Final = [{"host": "stoker.example.com", "paths": [{"path": "/webhook", "pathType": "Prefix"}]}]
RULE: Final = {"alert": "Mine", "expr": "vector(1)", "for": "1h", "labels": {"severity": "info"}}
AFFINITY: Final = {
    "podAntiAffinity": {
        "preferredDuringSchedulingIgnoredDuringExecution": [
            {
                "weight": 100,
                "podAffinityTerm": {
                    "topologyKey": "kubernetes.io/hostname",
                    "labelSelector": {"matchLabels": {"control-plane": "controller-manager"}},
                },
            }
        ]
    }
}
ZONES: Final = [
    {
        "maxSkew": 1,
        "topologyKey": "topology.kubernetes.io/zone",
        "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": {"matchLabels": {"control-plane": "controller-manager"}},
    }
]

RECEIVER: Final[dict[str, Values]] = {
    "open": ON,
    "another port": {**ON, "port": 8080},
    "inline hmac": {**ON, "hmac": {"secret": "s3cret: # 'quoted'\nsecond"}},
    "inline token": {**ON, "token": {"secret": "t0ken"}},
    "both inline": {**ON, "hmac": {"secret": "a"}, "token": {"secret": "b"}},
    "both by reference": {
        **ON,
        "hmac": {"secretRef": {"name": "x", "key": "k"}},
        "token": {"secretRef": {"name": "y", "key": "z"}},
    },
    "reference and inline": {**ON, "hmac": {"secret": "unused", "secretRef": {"name": "x"}}, "token": {"secret": "b"}},
    "ingress": {**ON, "ingress": {**ON, "hosts": HOSTS}},
    "ingress of a class": {
        **ON,
        "ingress": {
            **ON,
            "ingressClassName": "nginx",
            "annotations": {"nginx.ingress.kubernetes.io/proxy-body-size": "25m"},
            "hosts": [{"host": "stoker.example.com"}, {"host": "hooks.example.com"}],
            "tls": [{"secretName": "tls", "hosts": ["stoker.example.com"]}],
        },
    },
}
ALONE: Final[dict[str, Values]] = {
    "defaults": {},
    "globals of a parent chart": {"global": {"imageRegistry": "x", "nested": {"any": 1}}},
    "one replica": {"replicaCount": 1},
    "three replicas": {"replicaCount": 3},
    "none for now": {"replicaCount": 0},
    "images by tag": {"image": {"tag": "1.2", "pullPolicy": "Always"}, "agentImage": {"repository": "a/b", "tag": "3"}},
    "a private registry": {"image": {"repository": "registry.example.com:5000/s"}, "imagePullSecrets": [{"name": "r"}]},
    "another name": {"nameOverride": "sync"},
    "another full name": {"fullnameOverride": "sync"},
    "a full name too long": {
        "fullnameOverride": "a-name-that-is-longer-than-any-name-of-an-object-may-ever-be-in-here"
    },
    "no resources": {"resources": {"limits": None, "requests": None}},
    "more memory": {"resources": {"limits": {"memory": "1Gi"}}},
    "logs for people": {"controller": {"logDevMode": "true", "logLevel": "debug"}},
    "some namespaces": {"watchNamespaces": ["default", "kube-public"]},
    "no election": {"leaderElection": OFF},
    "no metrics": {"metrics": OFF},
    "metrics outside": {"metrics": {"service": {"type": "NodePort", "port": 443}}},
    "scraped": {"serviceMonitor": {**ON, "labels": {"release": "prom"}, "interval": "30s", "scrapeTimeout": "10s"}},
    "agents scraped": {"podMonitor": {**ON, "labels": {"release": "prom"}, "interval": "1m", "scrapeTimeout": "10s"}},
    "alerts": {"prometheusRule": {**ON, "labels": {"role": "alerts"}, "additionalRules": [RULE]}},
    "dashboards": {"grafanaDashboard": ON},
    "dashboards elsewhere": {
        "grafanaDashboard": {
            **ON,
            "namespace": "default",
            "labels": {"grafana_dashboard": "mine"},
            "annotations": {"grafana_folder": "Stoker"},
        }
    },
    "a policy": {"networkPolicy": ON},
    "a policy and all ports": {"networkPolicy": ON, "webhookReceiver": ON},
    "a policy and no ports": {"networkPolicy": ON, "webhook": OFF, "metrics": OFF},
    "no webhook": {"webhook": OFF},
    "a strict webhook": {"webhook": {"port": 10250, "failurePolicy": "Fail", "whenPaused": "deny"}},
    "labelled namespaces": {"webhook": {"namespaceSelector": {"requireLabel": True}}},
    "labelled pods": {"webhook": {"objectSelector": {"matchLabels": {"gateway": "yes"}}}},
    "labelled ones of some": {"webhook": {"namespaceSelector": {"requireLabel": True}}, "watchNamespaces": ["default"]},
    "agents from here only": {"webhook": {"allowedAgentImages": ["registry.example.com/*", "a/b:*"]}},
    "agents from nowhere else": {"webhook": {"allowedAgentImages": []}},
    "cert-manager": {"certManager": ON},
    "a certificate of one's own": {"webhook": {"certificate": {"secretName": "corporate"}}},
    "bindings by hand": {"rbac": {"autoBindAgent": OFF}},
    "no old agents": {"rbac": {"legacyAgents": False}},
    "no crd": {"crds": {"install": False}},
    "a crd that goes": {"crds": {"keep": False}},
    "no budget": {"podDisruptionBudget": OFF},
    "a budget in percent": {"podDisruptionBudget": {"minAvailable": "50%", "maxUnavailable": ""}},
    "a budget of none": {"podDisruptionBudget": {"maxUnavailable": 0}},
    "spread over zones": {"topologySpreadConstraints": ZONES},
    "placed": {
        "nodeSelector": {"kubernetes.io/os": "linux"},
        "tolerations": [{"key": "plant", "operator": "Exists", "effect": "NoSchedule"}],
        "affinity": AFFINITY,
        "priorityClassName": "system-cluster-critical",
        "podAnnotations": {"a": "b"},
        "podLabels": {"c": "d"},
    },
    **{f"receiver, {name}": {"webhookReceiver": values} for name, values in RECEIVER.items()},
}
TOGETHER: Final[dict[str, Values]] = {
    "a plant that is watched": {
        "replicaCount": 2,
        "podDisruptionBudget": ON,
        "networkPolicy": ON,
        "serviceMonitor": ON,
        "podMonitor": ON,
        "prometheusRule": ON,
        "grafanaDashboard": ON,
        "webhookReceiver": RECEIVER["both inline"],
    },
    "a team's own": {
        "fullnameOverride": "team-a",
        "watchNamespaces": ["default"],
        "crds": {"install": False},
        "podMonitor": ON,
        "rbac": {"legacyAgents": False},
    },
    "as little as can be": {
        "webhook": OFF,
        "metrics": OFF,
        "leaderElection": OFF,
        "crds": {"install": False},
        "rbac": {"autoBindAgent": OFF, "legacyAgents": False},
    },
}
ALL: Final = {**ALONE, **TOGETHER}
