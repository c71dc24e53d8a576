"""A values file that was written for an older chart is taken as it is; where an upgrade would lack a value, helm names it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.chart.combinations import ON
from tests.chart.older import VALUES as OLDER
from tests.chart.test_values_are_strict import NO_DEFAULT, SCHEMA, given, leaves, nested
from tests.cluster.chart import CHART, ChartError, only

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.chart.combinations import Values
    from tests.cluster.plugin import Render

NEWER = re.findall(
    r'"([a-zA-Z.]+)"', (CHART / "templates/whole.yaml").read_text(encoding="utf-8").partition("}}\n{{- $missing")[0]
)
"""What no release can be without and some older chart was."""


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


@pytest.mark.parametrize("path", NEWER)
def test_one_that_an_older_chart_had_not_is_named_with_the_command_that_brings_it(path: str, chart: Render) -> None:
    with pytest.raises(ChartError, match=f"missing: {path}.* --reset-then-reuse-values"):
        chart(nested(tuple(path.split(".")), None))


def test_all_that_are_missing_are_named_at_once(chart: Render) -> None:
    with pytest.raises(ChartError, match=r"missing: crds\.install, crds\.keep, rbac\.legacyAgents\. "):
        chart({"crds": None, "rbac": {"legacyAgents": None}})


def test_none_is_missed_in_silence(chart: Render) -> None:
    """Of what an upgrade with ``--reuse-values`` would lack, each is named or changes nothing."""
    usual = chart()
    named = {*required(SCHEMA), *NEWER}
    for path in leaves(SCHEMA):
        if path in NO_DEFAULT or any(f"{path}.".startswith(f"{one}.") for one in named) or given(OLDER, path):
            continue
        assert chart(nested(tuple(path.split(".")), None)) == usual, path


@pytest.mark.parametrize("tag", [123, 12345678, "e2e"])
def test_a_tag_may_be_the_number_of_a_build(tag: int | str, chart: Render) -> None:
    objects = chart({"image": {"repository": "manager", "tag": tag}, "agentImage": {"repository": "agent", "tag": tag}})
    (container,) = only(objects, "Deployment")["spec"]["template"]["spec"]["containers"]
    assert container["image"] == f"manager:{tag}"
    assert {"name": "DEFAULT_AGENT_IMAGE", "value": f"agent:{tag}"} in container["env"]


def test_a_budget_whose_most_is_blank_keeps_the_least(chart: Render) -> None:
    budget: Values = {"podDisruptionBudget": {**ON, "minAvailable": 2, "maxUnavailable": None}}
    assert only(chart(budget), "PodDisruptionBudget")["spec"]["minAvailable"] == 2


@pytest.mark.parametrize(("port", "inside"), [(9090, 9090), (443, 8443)])
def test_metrics_are_in_the_pod_where_their_service_has_them(port: int, inside: int, chart: Render) -> None:
    objects = chart({"metrics": {"service": {"port": port}}})
    (of_service,) = only(objects, "Service", "-metrics-service")["spec"]["ports"]
    (container,) = only(objects, "Deployment")["spec"]["template"]["spec"]["containers"]
    assert (of_service["port"], of_service["targetPort"]) == (port, "metrics")
    assert {"name": "metrics", "containerPort": inside} in container["ports"]


def test_a_receiver_below_1024_has_that_port_at_its_service_alone(chart: Render) -> None:
    objects = chart({"webhookReceiver": {**ON, "port": 80}})
    (port,) = only(objects, "Service", "-webhook-receiver")["spec"]["ports"]
    (container,) = only(objects, "Deployment")["spec"]["template"]["spec"]["containers"]
    assert (port["port"], port["targetPort"]) == (80, "webhook-rx")
    assert {"name": "webhook-rx", "containerPort": 9444} in container["ports"]
    assert {"name": "RECEIVER_ADDRESS", "value": ":9444"} in container["env"]
