"""A values file that was written for an older chart is taken as it is; where an upgrade would lack a value, helm names it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.chart.combinations import OFF, ON, Values
from tests.chart.test_values_are_strict import NO_DEFAULT, SCHEMA, given, leaves, nested
from tests.cluster.chart import ChartError, only

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cluster.plugin import Render

MONITOR = {**OFF, "labels": {}, "interval": "", "scrapeTimeout": ""}
OLDER: Values = {
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


def required(schema: dict[str, Any], *path: str) -> Iterator[str]:
    """The path of every value that a release cannot be without."""
    for name in schema.get("required", ()):
        yield ".".join((*path, name))
    for name, below in schema.get("properties", {}).items():
        yield from required(below, *path, name)


@pytest.mark.parametrize("values", [OLDER, {**OLDER, "controller": {"logDevMode": False}}], ids=["file", "set"])
def test_a_file_with_every_value_that_there_was_is_taken(values: Values, chart: Render) -> None:
    objects = chart(values)
    assert only(objects, "Deployment")["spec"]["replicas"] == 2
    assert only(objects, "PodDisruptionBudget")["spec"]["maxUnavailable"] == 1


@pytest.mark.parametrize(
    "path",
    ["image.tag", "resources", "imagePullSecrets", "podAnnotations", "affinity", "watchNamespaces", "serviceMonitor"],
)
def test_a_value_that_is_left_blank_is_none(path: str, chart: Render) -> None:
    assert only(chart(nested(tuple(path.split(".")), None)), "Deployment")


@pytest.mark.parametrize("path", list(required(SCHEMA)))
def test_one_that_no_release_can_be_without_is_named(path: str, chart: Render) -> None:
    *above, last = path.split(".")
    place = "/".join(("", *above))
    with pytest.raises(ChartError, match=f"at '{place}': missing property '{last}'"):
        chart(nested(tuple(path.split(".")), None))


def test_none_is_missed_in_silence(chart: Render) -> None:
    """Of what an upgrade with ``--reuse-values`` would lack, each is named or changes nothing."""
    usual = chart()
    named = set(required(SCHEMA))
    for path in leaves(SCHEMA):
        if path in NO_DEFAULT or any(f"{path}.".startswith(f"{one}.") for one in named) or given(OLDER, path):
            continue
        assert chart(nested(tuple(path.split(".")), None)) == usual, path
