"""The kinds of others that the chart makes objects of, with those of their fields that it may use and no other.

Written from the public references of the Prometheus operator and of cert-manager; a field that is not here is refused by the
API server under strict validation, so a misspelt one is found.
"""

from __future__ import annotations

from typing import Any, Final

Json = dict[str, Any]
STRING: Final[Json] = {"type": "string"}
BOOL: Final[Json] = {"type": "boolean"}
LABELS: Final[Json] = {"type": "object", "additionalProperties": STRING}


def _object(*required: str, **properties: Json) -> Json:
    return {"type": "object", "properties": properties, **({"required": list(required)} if required else {})}


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


def _crd(group: str, version: str, kind: str, spec: Json) -> Json:
    plural = f"{kind.lower()}s"
    schema = _object("spec", spec=spec)
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"kind": kind, "plural": plural, "singular": kind.lower(), "listKind": f"{kind}List"},
            "versions": [
                {"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}},
            ],
        },
    }


DURATION: Final[Json] = {
    "type": "string",
    "pattern": "^(0|(([0-9]+)y)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?)$",
}
SELECTOR: Final = _object(matchLabels=LABELS)
ENDPOINT: Final[Json] = {"port": STRING, "path": STRING, "interval": DURATION, "scrapeTimeout": DURATION}
NAMESPACES: Final = _object(any=BOOL, matchNames=_list(STRING))
SERVICE_MONITOR: Final = _object(
    "endpoints",
    "selector",
    selector=SELECTOR,
    namespaceSelector=NAMESPACES,
    endpoints=_list(
        _object(
            **ENDPOINT,
            scheme={"enum": ["http", "https"], **STRING},
            honorLabels=BOOL,
            bearerTokenFile=STRING,
            tlsConfig=_object(insecureSkipVerify=BOOL),
        )
    ),
)
POD_MONITOR: Final = _object(
    "selector",
    selector=SELECTOR,
    namespaceSelector=NAMESPACES,
    podMetricsEndpoints=_list(_object(**ENDPOINT)),
)
RULE: Final = _object(
    "expr", alert=STRING, record=STRING, expr=STRING, labels=LABELS, annotations=LABELS, **{"for": DURATION}
)
PROMETHEUS_RULE: Final = _object(groups=_list(_object("name", name=STRING, rules=_list(RULE))))
CERTIFICATE: Final = _object(
    "issuerRef",
    "secretName",
    secretName=STRING,
    dnsNames=_list(STRING),
    issuerRef=_object("name", name=STRING, kind=STRING),
)

NEIGHBOURS: Final = [
    _crd("monitoring.coreos.com", "v1", "ServiceMonitor", SERVICE_MONITOR),
    _crd("monitoring.coreos.com", "v1", "PodMonitor", POD_MONITOR),
    _crd("monitoring.coreos.com", "v1", "PrometheusRule", PROMETHEUS_RULE),
    _crd("cert-manager.io", "v1", "Certificate", CERTIFICATE),
    _crd("cert-manager.io", "v1", "Issuer", _object(selfSigned=_object())),
]
