"""The agent runs as whoever runs the gateway, with no right beyond, and with what it may use bounded."""

from __future__ import annotations

from typing import Any

import pytest

from tests.admission.pods import GATEWAY, Json, admitted, agent, injected, pod, resource

LOCKED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}


def run_by(container: Json | None = None, whole: Json | None = None) -> Json:
    """A gateway whose container and pod have these security contexts."""
    return pod(GATEWAY | {"securityContext": container}, securityContext=whole)


@pytest.mark.parametrize(
    ("container", "whole", "own"),
    [
        (None, None, {}),
        ({}, {}, {}),
        ({"runAsUser": 1}, {"runAsUser": 2003, "runAsGroup": 2}, {}),
        ({"runAsUser": 2003, "runAsGroup": 2004}, None, {"runAsUser": 2003, "runAsGroup": 2004}),
        ({"runAsUser": 2003}, {"runAsGroup": 5, "fsGroup": 6}, {"runAsUser": 2003}),
        ({"runAsGroup": 2003}, None, {}),
    ],
)
def test_the_user_is_the_pod_s_else_that_of_the_data(container: Any, whole: Any, own: Json) -> None:
    body = run_by(container, whole)
    assert agent(injected(body))["securityContext"] == LOCKED | own | {"runAsNonRoot": True}
    assert admitted(body).warnings == ()


def test_a_container_without_the_data_has_no_say() -> None:
    first = {"name": "logs", "image": "x", "securityContext": {"runAsUser": 7}}
    assert agent(injected(pod(first, GATEWAY)))["securityContext"] == LOCKED | {"runAsNonRoot": True}


@pytest.mark.parametrize(
    ("container", "whole", "own"),
    [
        ({"runAsUser": 0}, None, {"runAsUser": 0}),
        (None, {"runAsUser": 0}, {}),
        ({"runAsUser": 5}, {"runAsUser": 0}, {}),
    ],
)
def test_root_is_let_be_with_a_warning(container: Any, whole: Any, own: Json) -> None:
    body = run_by(container, whole)
    assert agent(injected(body))["securityContext"] == LOCKED | own
    (warning,) = admitted(body).warnings
    assert "runs as root" in warning


def test_what_it_uses_is_bounded() -> None:
    usual = {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"cpu": "200m", "memory": "256Mi"}}
    assert agent(injected(pod()))["resources"] == usual


def test_the_resource_says_otherwise_as_a_whole() -> None:
    said = {"limits": {"cpu": 1, "memory": "1Gi"}}
    assert agent(injected(pod(), resource(agent={"resources": said})))["resources"] == said


def test_a_pod_that_is_bounded_as_a_whole_is_not_filled_with_ours() -> None:
    body = pod(resources={"limits": {"memory": "100Mi"}})
    assert "resources" not in agent(injected(body))


def test_a_pod_without_a_token_is_warned_of() -> None:
    (warning,) = admitted(pod(automountServiceAccountToken=False)).warnings
    assert "automountServiceAccountToken" in warning


@pytest.mark.parametrize("port", [8082, 8083])
def test_a_port_that_the_agent_needs_is_warned_of(port: int) -> None:
    (warning,) = admitted(pod(GATEWAY | {"ports": [{"containerPort": port}]})).warnings
    assert f"container gateway has port {port}" in warning
