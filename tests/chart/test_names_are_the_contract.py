"""Names that manifests, dashboards, alerts and older releases rely on: every one as the contract spells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

import stoker
from stoker.api import crd, names
from stoker.manager import run
from tests.cluster.chart import CHART, only
from tests.house.conftest import ROOT

if TYPE_CHECKING:
    from tests.cluster.plugin import Render

EVERYTHING = {
    "webhookReceiver": {
        "enabled": True,
        "hmac": {"secret": "x"},
        "ingress": {"enabled": True, "hosts": [{"host": "h"}]},
    },
    **{name: {"enabled": True} for name in ("serviceMonitor", "podMonitor", "prometheusRule", "grafanaDashboard")},
    **{name: {"enabled": True} for name in ("networkPolicy", "podDisruptionBudget")},
}
NAMES = {
    ("Deployment", "x-stoker-operator-controller-manager"),
    ("ServiceAccount", "x-stoker-operator-controller-manager"),
    ("Service", "x-stoker-operator-metrics-service"),
    ("Service", "x-stoker-operator-webhook-service"),
    ("Service", "x-stoker-operator-webhook-receiver"),
    ("Secret", "x-stoker-operator-webhook-receiver"),
    ("Ingress", "x-stoker-operator-webhook-receiver"),
    ("MutatingWebhookConfiguration", "x-stoker-operator-pod-injection"),
    ("ConfigMap", "x-stoker-operator-dashboard"),
    ("NetworkPolicy", "x-stoker-operator-allow-metrics-traffic"),
    ("ClusterRole", "stoker-agent"),
    ("CustomResourceDefinition", "gatewaysyncs.stoker.io"),
}
NEWEST_BEFORE = (0, 8, 1)
"""Charts and images called as ours are in the world up to this version."""
SELECTOR = {
    "app.kubernetes.io/name": "stoker-operator",
    "app.kubernetes.io/instance": "x",
    "control-plane": "controller-manager",
}


def found(objects: list[dict[str, Any]]) -> set[tuple[str, str]]:
    return {(one["kind"], one["metadata"]["name"]) for one in objects}


def test_objects_are_called_as_ever(chart: Render) -> None:
    assert found(chart(EVERYTHING, release="x")) & NAMES == NAMES


def test_a_release_of_the_charts_name_says_it_once(chart: Render) -> None:
    assert ("Deployment", "my-stoker-operator-controller-manager") in found(chart(release="my-stoker-operator"))


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"nameOverride": "sync"}, "x-sync-controller-manager"),
        ({"fullnameOverride": "sync"}, "sync-controller-manager"),
        ({"fullnameOverride": "y" * 60}, "y" * 47 + "-controller-manager"),
        ({"fullnameOverride": "y" * 46 + "-z"}, "y" * 46 + "-controller-manager"),
    ],
)
def test_names_can_be_overridden(values: dict[str, str], name: str, chart: Render) -> None:
    assert ("Deployment", name) in found(chart(values, release="x"))


@pytest.mark.parametrize("length", [46, 47, 60])
def test_services_of_long_names_keep_as_much_of_them_as_fits(length: int, chart: Render) -> None:
    objects = chart({**EVERYTHING, "fullnameOverride": "y" * length}, release="x")
    services = [one["metadata"]["name"] for one in objects if one["kind"] == "Service"]
    kept = "y" * min(length, 47)
    assert services == [f"{kept}-metrics-service", f"{kept}-webhook-service", "y" * 46 + "-webhook-receiver"]
    assert only(objects, "Ingress")["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]["name"] == services[2]
    (container,) = only(objects, "Deployment")["spec"]["template"]["spec"]["containers"]
    (secret,) = [one["valueFrom"] for one in container["env"] if one["name"] == "WEBHOOK_HMAC_SECRET"]
    assert secret["secretKeyRef"]["name"] == only(objects, "Secret")["metadata"]["name"] == services[2]


@pytest.mark.parametrize("values", [{}, {"nameOverride": "sync"}])
def test_pods_are_selected_by_the_same_labels_everywhere(values: dict[str, str], chart: Render) -> None:
    selector = SELECTOR | ({"app.kubernetes.io/name": "sync"} if values else {})
    objects = chart({**EVERYTHING, **values}, release="x")
    deployment = only(objects, "Deployment")["spec"]
    assert deployment["selector"] == {"matchLabels": selector}
    assert deployment["template"]["metadata"]["labels"].items() >= selector.items()
    services = [one["spec"] for one in objects if one["kind"] == "Service"]
    assert [one["selector"] for one in services] == [selector] * 3
    assert only(objects, "NetworkPolicy")["spec"]["podSelector"]["matchLabels"] == selector
    assert only(objects, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"] == selector


def test_labels_of_pods_cannot_take_the_selectors_away(chart: Render) -> None:
    pods = only(chart({"podLabels": {"control-plane": "mine", "a": "b"}}, release="x"), "Deployment")
    labels = pods["spec"]["template"]["metadata"]["labels"]
    assert labels == {**SELECTOR, "a": "b"}


def test_the_container_and_its_ports(chart: Render) -> None:
    (container,) = only(chart(EVERYTHING), "Deployment")["spec"]["template"]["spec"]["containers"]
    assert (container["name"], container["command"]) == ("manager", ["/manager"])
    ports = {one["name"]: one["containerPort"] for one in container["ports"]}
    assert ports == {
        "probes": names.PROBES_PORT,
        "metrics": names.METRICS_PORT,
        "webhook-server": names.WEBHOOK_PORT,
        "webhook-rx": names.RECEIVER_PORT,
    }


def test_services_lead_to_ports_that_the_container_has(chart: Render) -> None:
    objects = chart({**EVERYTHING, "webhook": {"port": 9999}})
    (container,) = only(objects, "Deployment")["spec"]["template"]["spec"]["containers"]
    known = {port["name"] for port in container["ports"]}
    led = {port["targetPort"] for one in objects if one["kind"] == "Service" for port in one["spec"]["ports"]}
    assert led == known - {"probes"}
    allowed = only(objects, "NetworkPolicy")["spec"]["ingress"]
    assert {port["port"] for rule in allowed for port in rule["ports"]} == led
    (receiver,) = only(objects, "Service", "-receiver")["spec"]["ports"]
    assert receiver["name"] == "webhook-rx"


def test_the_lease_is_the_managers_own(chart: Render) -> None:
    objects = chart()
    (named,) = [rule for rule in only(objects, "Role", "-leader-election-role")["rules"] if "resourceNames" in rule]
    assert only(objects, "Lease")["metadata"]["name"] == named["resourceNames"][0] == run.LEASE


def test_the_metrics_service_is_the_one_that_is_scraped(chart: Render) -> None:
    objects = chart(EVERYTHING)
    wanted = only(objects, "ServiceMonitor")["spec"]["selector"]["matchLabels"].items()
    chosen = [one for one in objects if one["kind"] == "Service" and one["metadata"]["labels"].items() >= wanted]
    assert [one["metadata"]["name"] for one in chosen] == ["stoker-operator-metrics-service"]
    (endpoint,) = only(objects, "ServiceMonitor")["spec"]["endpoints"]
    assert endpoint["port"] in {port["name"] for port in chosen[0]["spec"]["ports"]}
    assert (endpoint["scheme"], endpoint["honorLabels"]) == ("https", True)


def test_the_crd_is_the_generated_one(chart: Render) -> None:
    for path in (CHART / "files/gatewaysyncs.stoker.io.yaml", ROOT / "crds/gatewaysyncs.stoker.io.yaml"):
        assert yaml.safe_load(path.read_text(encoding="utf-8")) == crd.crd(), "run: make docs"
    assert only(chart(), "CustomResourceDefinition")["spec"] == crd.crd()["spec"]


@pytest.fixture(scope="module")
def about() -> dict[str, Any]:
    """Chart.yaml."""
    read: dict[str, Any] = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    return read


def test_chart_product_and_image_have_one_version(about: dict[str, Any]) -> None:
    assert about["appVersion"] == about["version"] == stoker.__version__
    assert f'\nversion = "{stoker.__version__}"\n' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f"\nARG VERSION={stoker.__version__}\n" in (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_it_is_newer_than_every_chart_of_its_name(about: dict[str, Any]) -> None:
    """Else nobody is offered it as an upgrade, and the tag of its images is that of an older program."""
    assert about["name"] == "stoker-operator"
    assert tuple(map(int, about["version"].split("."))) > NEWEST_BEFORE


def test_it_asks_for_a_cluster_with_sidecars(about: dict[str, Any]) -> None:
    assert about["kubeVersion"].startswith(">=1.28")
