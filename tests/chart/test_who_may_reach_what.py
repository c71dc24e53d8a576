"""Who scrapes whom and with what, who may reach which port, and what the ingress lets in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from stoker.api import names
from tests.cluster.chart import only

if TYPE_CHECKING:
    from tests.cluster.plugin import Render

ON = {"enabled": True}
TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token"


def test_metrics_are_for_namespaces_with_their_label_and_webhooks_for_everybody(chart: Render) -> None:
    policy = only(chart({"networkPolicy": ON, "webhookReceiver": ON}), "NetworkPolicy")["spec"]
    assert policy["policyTypes"] == ["Ingress"]
    assert policy["ingress"] == [
        {
            "from": [{"namespaceSelector": {"matchLabels": {"metrics": "enabled"}}}],
            "ports": [{"port": "metrics"}],
        },
        {"ports": [{"port": "webhook-server"}]},
        {"ports": [{"port": "webhook-rx"}]},
    ]


def test_the_manager_is_asked_over_https_with_prometheus_own_token(chart: Render) -> None:
    (endpoint,) = only(chart({"serviceMonitor": ON}), "ServiceMonitor")["spec"]["endpoints"]
    assert (endpoint["path"], endpoint["scheme"], endpoint["bearerTokenFile"]) == ("/metrics", "https", TOKEN)
    assert endpoint["honorLabels"] is True


@pytest.mark.parametrize(
    ("watched", "where"), [([], {"any": True}), (["a", "b"], {"matchNames": ["a", "b"]})], ids=["all", "two"]
)
def test_every_agent_is_asked_wherever_one_may_be(watched: list[str], where: object, chart: Render) -> None:
    monitor = only(chart({"podMonitor": ON, "watchNamespaces": watched}), "PodMonitor")["spec"]
    assert monitor["selector"] == {"matchLabels": {names.AGENT_LABEL: "true"}}
    assert monitor["namespaceSelector"] == where
    (endpoint,) = monitor["podMetricsEndpoints"]
    assert (endpoint["port"], endpoint["path"]) == ("metrics", "/metrics")


def test_the_ingress_is_what_its_values_say(chart: Render) -> None:
    ingress = {
        **ON,
        "ingressClassName": "nginx",
        "annotations": {"a": "b"},
        "hosts": [{"host": "stoker.example.com", "paths": [{"path": "/webhook/line", "pathType": "Exact"}]}],
        "tls": [{"secretName": "stoker-tls", "hosts": ["stoker.example.com"]}],
    }
    made = only(chart({"webhookReceiver": {**ON, "ingress": ingress}}), "Ingress")
    assert made["metadata"]["annotations"] == {"a": "b"}
    assert (made["spec"]["ingressClassName"], made["spec"]["tls"]) == ("nginx", ingress["tls"])
    (rule,) = made["spec"]["rules"]
    (path,) = rule["http"]["paths"]
    assert (rule["host"], path["path"], path["pathType"]) == ("stoker.example.com", "/webhook/line", "Exact")
    assert path["backend"]["service"]["port"] == {"name": "webhook-rx"}


def test_what_is_only_passed_on_is_passed_on_whole(chart: Render) -> None:
    passed: dict[str, Any] = {
        "imagePullSecrets": [{"name": "login"}],
        "nodeSelector": {"disk": "fast"},
        "tolerations": [{"key": "plant", "operator": "Exists"}],
        "affinity": {"podAntiAffinity": {}},
        "priorityClassName": "urgent",
        "topologySpreadConstraints": [{"maxSkew": 2, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}],
    }
    given: dict[str, Any] = {"podAnnotations": {"a": "b"}, "resources": {"limits": {"memory": "1Gi"}}}
    template = only(chart({**passed, **given}), "Deployment")["spec"]["template"]
    assert template["spec"].items() >= passed.items()
    assert template["metadata"]["annotations"].items() >= given["podAnnotations"].items()
    assert template["spec"]["containers"][0]["resources"]["limits"]["memory"] == "1Gi"


def test_the_certificate_of_cert_manager_is_the_services(chart: Render) -> None:
    objects = chart({"certManager": ON}, release="x", namespace="plant")
    certificate = only(objects, "Certificate")["spec"]
    service = only(objects, "Service", "-webhook-service")["metadata"]["name"]
    assert certificate["dnsNames"] == [f"{service}.plant.svc", f"{service}.plant.svc.cluster.local"]
    assert certificate["issuerRef"]["name"] == only(objects, "Issuer")["metadata"]["name"]


def test_a_budget_is_the_one_that_was_chosen(chart: Render) -> None:
    usual = only(chart(), "PodDisruptionBudget")["spec"]
    least = only(chart({"podDisruptionBudget": {"maxUnavailable": ""}}), "PodDisruptionBudget")["spec"]
    most = only(chart({"podDisruptionBudget": {"maxUnavailable": "25%"}}), "PodDisruptionBudget")["spec"]
    assert (usual["maxUnavailable"], "minAvailable" in usual) == (1, False), (
        "a drain can take one, however many there are"
    )
    assert (least["minAvailable"], "maxUnavailable" in least) == (1, False)
    assert (most["maxUnavailable"], "minAvailable" in most) == ("25%", False)


@pytest.mark.parametrize(
    ("image", "agent", "wanted"),
    [
        ({}, {}, "stoker:1"),
        ({"tag": "2"}, {}, "stoker:2"),
        ({"tag": "2"}, {"tag": "3"}, "stoker:3"),
        ({"tag": "2"}, {"repository": "agent"}, "agent:1"),
        ({}, {"repository": "agent", "tag": "3"}, "agent:3"),
    ],
    ids=["neither", "image", "tag of its own", "repository of its own", "both of its own"],
)
def test_agents_have_the_managers_image_unless_another_is_said(
    image: dict[str, str], agent: dict[str, str], wanted: str, chart: Render
) -> None:
    objects = chart({"image": {"repository": "stoker", **image}, "agentImage": agent})
    (container,) = only(objects, "Deployment")["spec"]["template"]["spec"]["containers"]
    (found,) = [one["value"] for one in container["env"] if one["name"] == "DEFAULT_AGENT_IMAGE"]
    version = only(objects, "Deployment")["metadata"]["labels"]["app.kubernetes.io/version"]
    assert found == (f"{wanted[:-1]}{version}" if wanted.endswith(":1") else wanted)
