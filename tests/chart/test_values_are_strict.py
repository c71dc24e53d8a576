"""Every value has a default and a rule; a typo, wherever it is, and a value of a wrong kind are refused before anything is
made."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.cluster.chart import CHART, ChartError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cluster.plugin import Render

SCHEMA: dict[str, Any] = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
DEFAULTS: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
NO_DEFAULT = {
    "global",
    "enabled",
    "resources.claims",
    "webhook.objectSelector.matchLabels",
    "webhook.objectSelector.matchExpressions",
}
"""The first two are for a chart that has this one among its own: the second is where its condition stands."""


def objects(schema: dict[str, Any], *path: str) -> Iterator[tuple[str, ...]]:
    """The path of every object of fixed keys."""
    if schema.get("additionalProperties") is False:
        yield path
        for name, below in schema["properties"].items():
            yield from objects(below, *path, name)


def leaves(schema: dict[str, Any], *path: str) -> Iterator[str]:
    """The path of every value that is no such object."""
    if schema.get("additionalProperties") is not False:
        yield ".".join(path)
    for name, below in schema.get("properties", {}).items():
        yield from leaves(below, *path, name)


def given(values: Any, path: str) -> bool:
    for name in path.split("."):
        if not isinstance(values, dict) or name not in values:
            return False
        values = values[name]
    return True


def nested(path: tuple[str, ...], value: Any) -> Any:
    for name in reversed(path):
        value = {name: value}
    return value


PATHS = list(objects(SCHEMA))


def test_every_value_of_the_schema_has_a_default() -> None:
    assert {path for path in leaves(SCHEMA) if not given(DEFAULTS, path)} == NO_DEFAULT


@pytest.mark.parametrize("path", PATHS, ids=lambda path: ".".join(path) or "top")
def test_a_typo_is_refused(path: tuple[str, ...], chart: Render) -> None:
    with pytest.raises(ChartError, match="additional properties 'tpyo' not allowed"):
        chart(nested(path, {"tpyo": True}))


def test_most_values_were_tried() -> None:
    assert len(PATHS) > 25


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("replicaCount", "2"),
        ("replicaCount", -1),
        ("image.pullPolicy", "Sometimes"),
        ("image.repository", ""),
        ("controller.logDevMode", "yes"),
        ("controller.logLevel", "loud"),
        ("watchNamespaces", ["Plant"]),
        ("watchNamespaces", ["a", "a"]),
        ("metrics.service.port", 0),
        ("metrics.service.type", "Public"),
        ("serviceMonitor.interval", "half a minute"),
        ("webhook.port", 80),
        ("webhook.failurePolicy", "Fall"),
        ("webhook.whenPaused", "refuse"),
        ("webhook.objectSelector", "gateway=yes"),
        ("webhook.allowedAgentImages", ["a,b"]),
        ("webhookReceiver.hmac.secretRef.key", "a/b"),
        ("webhookReceiver.ingress.hosts", [{"paths": []}]),
        ("webhookReceiver.ingress.hosts", [{"host": "a", "paths": [{"path": "webhook"}]}]),
        ("podDisruptionBudget.minAvailable", "half"),
        ("podAnnotations", {"a": 1}),
    ],
)
def test_a_value_that_means_nothing_is_refused_by_its_name(path: str, value: Any, chart: Render) -> None:
    with pytest.raises(ChartError, match=path.split(".")[-1]):
        chart(nested(tuple(path.split(".")), value))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            {"certManager": {"enabled": True}, "webhook": {"certificate": {"secretName": "x"}}},
            "certManager.enabled and webhook.certificate.secretName are two sources",
        ),
        (
            {"serviceMonitor": {"enabled": True}, "metrics": {"enabled": False}},
            "serviceMonitor.enabled needs metrics.enabled",
        ),
        ({"webhook": {"port": 8443}}, "webhook.port is 8443, where the metrics are served"),
        ({"metrics": {"service": {"port": 8081}}}, "metrics.service.port is 8081, where the probes are served"),
        (
            {"webhookReceiver": {"enabled": True, "port": 9443}},
            "webhookReceiver.port is 9443, where webhooks are served",
        ),
        (
            {"webhookReceiver": {"enabled": True, "ingress": {"enabled": True}}},
            "needs webhookReceiver.ingress.hosts, such as",
        ),
        (
            {
                "webhookReceiver": {
                    "enabled": True,
                    "hmac": {"secret": "a", "secretRef": {"key": "same"}},
                    "token": {"secret": "b", "secretRef": {"key": "same"}},
                }
            },
            "give them two keys",
        ),
    ],
)
def test_what_contradicts_itself_is_refused(values: dict[str, Any], said: str, chart: Render) -> None:
    with pytest.raises(ChartError, match=said):
        chart(values)
