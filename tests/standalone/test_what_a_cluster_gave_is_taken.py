"""Manifests as ``kubectl get --output yaml`` prints them, and files that are also applied to a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.standalone.manifests import load_manifests
from tests.standalone.conftest import SECRET, pod, resource

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from stoker.standalone.manifests import Manifest

DUMPED = """
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: "{}"
    a: b
  creationTimestamp: 2026-01-02T03:04:05Z
  generation: 7
  managedFields: [{manager: kubectl}]
  name: plant
  resourceVersion: "42"
  uid: 0b5c"""


def loaded(*paths: Path) -> dict[str, Manifest]:
    return {one.kind.kind: one for one in load_manifests(paths, data_dir=None, host="edge").objects}


def test_what_the_server_set_and_the_status_are_not_applied(write: Callable[..., Path], tmp_path: Path) -> None:
    text = resource().replace(" {name: plant}", DUMPED) + "status: {observedGeneration: 7, lastSyncRef: main}\n"
    body = loaded(write(text, pod(tmp_path)))["GatewaySync"].body
    assert body["metadata"] == {"name": "plant", "namespace": "default", "annotations": {"a": "b"}}
    assert body.keys() == {"apiVersion", "kind", "metadata", "spec"}


def test_a_namespace_beside_them_does_no_harm(write: Callable[..., Path], tmp_path: Path) -> None:
    namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: plant}\n"
    assert loaded(write(namespace, resource(), pod(tmp_path))).keys() == {"GatewaySync", "Pod"}


def test_a_secret_has_what_data_and_string_data_hold(write: Callable[..., Path], tmp_path: Path) -> None:
    data = "data: {old: b2xk, apiKey: b2xk, wrapped: 'd3Jh\n  cHBlZA=='}\n"
    body = loaded(write(SECRET + data, resource(), pod(tmp_path)))["Secret"].body
    assert body["data"] == {"old": "b2xk", "wrapped": "d3JhcHBlZA==", "apiKey": "c3Rva2VyOnMzY3JldA=="}
    assert "stringData" not in body
