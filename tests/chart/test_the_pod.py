"""The manager's pod: restricted, told what the values say in words that the manager knows, and no secret among them."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from stoker.manager import options
from stoker.manager.process import GRACE_SECONDS
from stoker.settings import Environment
from tests.chart.combinations import ALL, ALONE, OFF, Values
from tests.cluster.chart import only
from tests.cluster.client import RefusedError

if TYPE_CHECKING:
    from tests.cluster.plane import Plane
    from tests.cluster.plugin import Render

# Refused by the manager where no folder is given, until it makes a certificate of its own.
NOT_BUILT = ("WEBHOOK_ADDRESS", "WEBHOOK_CERT_DIR")
OF_SETTINGS = {"WEBHOOK_HMAC_SECRET", "WEBHOOK_BEARER_TOKEN", "LOG_LEVEL", "LOG_DEV_MODE", "POD_NAME", "POD_NAMESPACE"}


def pod(objects: list[dict[str, Any]]) -> dict[str, Any]:
    """The template of the Deployment."""
    template: dict[str, Any] = only(objects, "Deployment")["spec"]["template"]
    return template


def told(objects: list[dict[str, Any]]) -> dict[str, Any]:
    """Its environment; what comes from elsewhere is given as it is."""
    (container,) = pod(objects)["spec"]["containers"]
    assert "args" not in container
    return {one["name"]: one.get("value", one.get("valueFrom")) for one in container["env"]}


@pytest.fixture
def restricted(plane: Plane, namespace: str) -> str:
    """A namespace that takes no pod but restricted ones."""
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    plane.admin.patch(f"/api/v1/namespaces/{namespace}", {"metadata": {"labels": labels}})
    return namespace


@pytest.mark.parametrize("values", ALL.values(), ids=ALL)
def test_it_passes_restricted_pod_security(values: Values, chart: Render, plane: Plane, restricted: str) -> None:
    objects = chart(values, namespace=restricted)
    template = pod(objects)
    account = only(objects, "ServiceAccount")
    plane.admin.apply(account)
    body = {"metadata": {"generateName": "manager-", **template["metadata"]}, "spec": template["spec"]}
    plane.admin.create(f"/api/v1/namespaces/{restricted}/pods?dryRun=All", body)


def test_another_would_not(chart: Render, plane: Plane, restricted: str) -> None:
    objects = chart(namespace=restricted)
    plane.admin.apply(only(objects, "ServiceAccount"))
    template = pod(objects)
    del template["spec"]["containers"][0]["securityContext"]["capabilities"]
    with pytest.raises(RefusedError, match="violates PodSecurity"):
        plane.admin.create(
            f"/api/v1/namespaces/{restricted}/pods?dryRun=All",
            {"metadata": {"generateName": "manager-"}, "spec": template["spec"]},
        )


@pytest.fixture
def known(capsys: pytest.CaptureFixture[str]) -> set[str]:
    """The variables that the manager reads."""
    with pytest.raises(SystemExit):
        options.parse_options(["--help"], {})
    return set(re.findall(r"\(env\s+(\w+)\)", capsys.readouterr().out)) | OF_SETTINGS


@pytest.mark.parametrize("values", ALL.values(), ids=ALL)
def test_the_manager_knows_every_variable_and_takes_its_value(values: Values, chart: Render, known: set[str]) -> None:
    environment = told(chart(values))
    assert set(environment) - known == set()
    plain = {name: value for name, value in environment.items() if isinstance(value, str)}
    options.parse_options([], plain)
    Environment.from_env(plain)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, {"AUTO_BIND_AGENT_RBAC": "true", "LEADER_ELECTION": "true", "WEBHOOK_ADDRESS": ":9443"}),
        ({"webhook": {"port": 9999}}, {"WEBHOOK_ADDRESS": ":9999"}),
        ({"webhook": {"enabled": False}}, {"WEBHOOK_ADDRESS": None, "WEBHOOK_CERT_DIR": None}),
        ({"webhookReceiver": {"enabled": True, "port": 8080}}, {"RECEIVER_ADDRESS": ":8080"}),
        ({}, {"RECEIVER_ADDRESS": None, "METRICS_ADDRESS": None, "WATCH_NAMESPACES": None, "LOG_DEV_MODE": "false"}),
        ({"metrics": {"enabled": False}}, {"METRICS_ADDRESS": "off"}),
        ({"metrics": {"service": {"port": 9090}}}, {"METRICS_ADDRESS": ":9090"}),
        ({"metrics": {"service": {"port": 443}}}, {"METRICS_ADDRESS": None}),
        ({"watchNamespaces": ["a", "b"]}, {"WATCH_NAMESPACES": "a,b"}),
        ({"rbac": {"autoBindAgent": {"enabled": False}}}, {"AUTO_BIND_AGENT_RBAC": "false"}),
        ({"leaderElection": {"enabled": False}}, {"LEADER_ELECTION": "false"}),
        ({"controller": {"logDevMode": "true", "logLevel": "debug"}}, {"LOG_DEV_MODE": "true", "LOG_LEVEL": "debug"}),
        ({"controller": {"logDevMode": True}}, {"LOG_DEV_MODE": "true"}),
        ({"controller": {"logDevMode": False}}, {"LOG_DEV_MODE": None}),
        ({"image": {"repository": "a/b", "tag": "1"}}, {"DEFAULT_AGENT_IMAGE": "a/b:1"}),
        ({"image": {"tag": "1"}, "agentImage": {"repository": "c/d"}}, {"DEFAULT_AGENT_IMAGE": "c/d:1.0.0"}),
        ({"agentImage": {"repository": "c/d", "tag": "2"}}, {"DEFAULT_AGENT_IMAGE": "c/d:2"}),
        (
            {"certManager": {"enabled": True}},
            {"WEBHOOK_CERT_DIR": "/etc/stoker/webhook", "WEBHOOK_CONFIGURATION": None},
        ),
        (
            {"webhook": {"certificate": {"secretName": "x"}}},
            {"WEBHOOK_CERT_DIR": "/etc/stoker/webhook", "WEBHOOK_CONFIGURATION": "stoker-operator-pod-injection"},
        ),
    ],
)
def test_values_reach_the_manager(values: Values, expected: dict[str, str | None], chart: Render) -> None:
    environment = told(chart(values))
    assert {name: environment.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    ("values", "secret"),
    [
        ({"certManager": {"enabled": True}}, "stoker-operator-webhook-cert"),
        ({"webhook": {"certificate": {"secretName": "corporate"}}}, "corporate"),
        ({}, None),
        ({"certManager": {"enabled": True}, "webhook": {"enabled": False}}, None),
    ],
)
def test_a_certificate_that_others_make_is_mounted(values: Values, secret: str | None, chart: Render) -> None:
    spec = pod(chart(values))["spec"]
    mounted = {one["name"]: one["mountPath"] for one in spec["containers"][0]["volumeMounts"]}
    secrets = {one["name"]: one["secret"]["secretName"] for one in spec["volumes"] if "secret" in one}
    assert secrets == ({"webhook-certificate": secret} if secret else {})
    assert mounted == {"tmp": "/tmp", **({"webhook-certificate": "/etc/stoker/webhook"} if secret else {})}


def test_a_replica_serves_on_until_the_services_have_heard_of_its_end(chart: Render) -> None:
    lingers = int(told(chart())["LINGER_SECONDS"])
    assert 0 < lingers < pod(chart())["spec"]["terminationGracePeriodSeconds"] - GRACE_SECONDS


def test_inline_secrets_are_in_a_secret_and_nowhere_else(chart: Render) -> None:
    values = {"enabled": True, "hmac": {"secret": "h-m-a-c\nold"}, "token": {"secret": "t-o-k-e-n"}}
    objects = chart({"webhookReceiver": values})
    kept = only(objects, "Secret")
    data = {key: base64.b64decode(text).decode() for key, text in kept["data"].items()}
    assert data == {"webhook-secret": "h-m-a-c\nold", "webhook-token": "t-o-k-e-n"}
    others = json.dumps([one for one in objects if one is not kept])
    assert "h-m-a-c" not in others
    assert "t-o-k-e-n" not in others
    name = kept["metadata"]["name"]
    environment = told(objects)
    assert environment["WEBHOOK_HMAC_SECRET"] == {"secretKeyRef": {"name": name, "key": "webhook-secret"}}
    assert environment["WEBHOOK_BEARER_TOKEN"] == {"secretKeyRef": {"name": name, "key": "webhook-token"}}


def test_a_reference_wins_and_leaves_no_secret_of_ours(chart: Render) -> None:
    values = {"enabled": True, "hmac": {"secret": "unused", "secretRef": {"name": "mine", "key": "k"}}}
    objects = chart({"webhookReceiver": values})
    assert told(objects)["WEBHOOK_HMAC_SECRET"] == {"secretKeyRef": {"name": "mine", "key": "k"}}
    assert "WEBHOOK_BEARER_TOKEN" not in told(objects)
    assert [one for one in objects if one["kind"] == "Secret"] == []


def test_a_secret_that_changes_restarts_the_pods_and_is_not_told_by_its_digest(chart: Render) -> None:
    def marks(secret: str) -> dict[str, Any]:
        found: dict[str, str] = pod(chart({"webhookReceiver": {"enabled": True, "hmac": {"secret": secret}}}))[
            "metadata"
        ]
        return found

    assert marks("a") == marks("a")
    assert marks("a") != marks("b")
    assert len(marks("a")["annotations"]["stoker.io/receiver-secrets"]) == 8


def test_several_replicas_are_spread_where_nothing_else_is_said(chart: Render) -> None:
    assert "topologySpreadConstraints" not in pod(chart({"replicaCount": 1}))["spec"]
    (spread,) = pod(chart())["spec"]["topologySpreadConstraints"]
    assert (spread["topologyKey"], spread["whenUnsatisfiable"]) == ("kubernetes.io/hostname", "ScheduleAnyway")
    zones = ALONE["spread over zones"]
    assert pod(chart(zones))["spec"]["topologySpreadConstraints"] == zones["topologySpreadConstraints"]


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({}, 2),
        ({"replicaCount": 3}, 3),
        ({"leaderElection": OFF}, 1),
        ({"leaderElection": OFF, "replicaCount": 3}, 1),
        ({"leaderElection": OFF, "replicaCount": 0}, 0),
    ],
    ids=["usual", "three", "no election", "three and no election", "none"],
)
def test_only_replicas_that_elect_one_are_several(values: dict[str, Any], wanted: int, chart: Render) -> None:
    assert only(chart(values), "Deployment")["spec"]["replicas"] == wanted
