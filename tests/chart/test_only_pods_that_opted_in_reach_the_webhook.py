"""The webhook's configuration, as the contract has it and as the real API server acts by it, with nobody behind its Service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.cluster.chart import only
from tests.cluster.client import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.cluster.plane import Plane
    from tests.cluster.plugin import Render

    Configure = Callable[[dict[str, Any]], None]

OPTED_IN = {"stoker.io/inject": "true"}
FAIL = {"webhook": {"failurePolicy": "Fail"}}


@pytest.fixture
def configure(plane: Plane, chart: Render, namespace: str) -> Iterator[Configure]:
    """Applies the configuration of these values, until the test's end. The API server acts by it a moment later."""
    made = f"{namespace}-pod-injection"
    path = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations"

    def apply(values: dict[str, Any]) -> None:
        objects = chart({**values, "fullnameOverride": namespace}, namespace=namespace)
        plane.admin.apply(only(objects, "MutatingWebhookConfiguration", made))

    yield apply
    plane.admin.delete(f"{path}/{made}")


def create(plane: Plane, namespace: str, annotations: dict[str, str] | None, **labels: str) -> None:
    """Asks for a pod, which is never stored."""
    meta: dict[str, Any] = {"generateName": "gw-", "labels": labels}
    meta |= {} if annotations is None else {"annotations": annotations}
    body = {"metadata": meta, "spec": {"containers": [{"name": "gateway", "image": "none"}]}}
    plane.admin.create(f"/api/v1/namespaces/{namespace}/pods?dryRun=All", body)


def refused(plane: Plane, namespace: str, annotations: dict[str, str] | None, **labels: str) -> bool:
    """Did it go to the webhook, which is not there?"""
    try:
        create(plane, namespace, annotations, **labels)
    except RefusedError as error:
        return "pod-inject.stoker.io" in error.message
    return False


def test_it_is_the_contracts(chart: Render) -> None:
    (hook,) = only(chart(), "MutatingWebhookConfiguration")["webhooks"]
    service = {"name": "stoker-operator-webhook-service", "namespace": "stoker-system", "path": "/mutate-v1-pod"}
    pods = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
    (condition,) = hook.pop("matchConditions")
    assert "stoker.io/inject" in condition["expression"]
    system = {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["kube-system", "kube-node-lease"]}
    assert hook == {
        "name": "pod-inject.stoker.io",
        "admissionReviewVersions": ["v1"],
        "clientConfig": {"service": {**service, "port": 443}},
        "rules": [{**pods, "scope": "Namespaced"}],
        "namespaceSelector": {"matchExpressions": [system]},
        "matchPolicy": "Equivalent",
        "failurePolicy": "Ignore",
        "reinvocationPolicy": "IfNeeded",
        "sideEffects": "None",
        "timeoutSeconds": 10,
    }


@pytest.mark.parametrize(
    ("values", "expressions"),
    [
        (
            {"webhook": {"namespaceSelector": {"requireLabel": True}}},
            [{"key": "stoker.io/injection", "operator": "In", "values": ["enabled"]}],
        ),
        (
            {"watchNamespaces": ["a", "b"]},
            [{"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["a", "b"]}],
        ),
        (
            {"watchNamespaces": ["a"], "webhook": {"namespaceSelector": {"requireLabel": True}}},
            [
                {"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["a"]},
                {"key": "stoker.io/injection", "operator": "In", "values": ["enabled"]},
            ],
        ),
    ],
)
def test_namespaces_are_narrowed(values: dict[str, Any], expressions: list[Any], chart: Render) -> None:
    (hook,) = only(chart(values), "MutatingWebhookConfiguration")["webhooks"]
    assert hook["namespaceSelector"] == {"matchExpressions": expressions}


def test_other_pods_never_notice_that_it_is_down(plane: Plane, namespace: str, configure: Configure) -> None:
    configure(FAIL)
    plane.wait_until(lambda: refused(plane, namespace, OPTED_IN))
    for said in (None, {}, {"a": "b"}, {"stoker.io/inject": "false"}, {"stoker.io/inject": "True"}):
        create(plane, namespace, said)


@pytest.mark.parametrize("system", ["kube-system", "kube-node-lease"])
def test_the_systems_own_pods_never_go_there(plane: Plane, namespace: str, configure: Configure, system: str) -> None:
    configure(FAIL)
    plane.wait_until(lambda: refused(plane, namespace, OPTED_IN))
    create(plane, system, OPTED_IN)


def test_by_default_a_pod_that_opted_in_starts_without_it(plane: Plane, namespace: str, configure: Configure) -> None:
    configure(FAIL)
    plane.wait_until(lambda: refused(plane, namespace, OPTED_IN))
    configure({})
    plane.wait_until(lambda: not refused(plane, namespace, OPTED_IN))


def test_a_label_can_be_required(plane: Plane, namespace: str, configure: Configure) -> None:
    configure({"webhook": {"failurePolicy": "Fail", "namespaceSelector": {"requireLabel": True}}})
    meta = {"name": f"{namespace}-labelled", "labels": {"stoker.io/injection": "enabled"}}
    other = {"apiVersion": "v1", "kind": "Namespace", "metadata": meta}
    account = {"name": "default", "namespace": f"{namespace}-labelled"}
    plane.admin.apply(other, {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account})
    plane.wait_until(lambda: refused(plane, f"{namespace}-labelled", OPTED_IN))
    create(plane, namespace, OPTED_IN)


def test_labels_of_pods_can_be_required_beside_the_annotation(
    plane: Plane, namespace: str, configure: Configure
) -> None:
    configure({"webhook": {"failurePolicy": "Fail", "objectSelector": {"matchLabels": {"gateway": "yes"}}}})
    plane.wait_until(lambda: refused(plane, namespace, OPTED_IN, gateway="yes"))
    create(plane, namespace, OPTED_IN)
    create(plane, namespace, None, gateway="yes")
