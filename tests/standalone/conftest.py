"""Sample manifests for the tests of standalone mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECRET = """
apiVersion: v1
kind: Secret
metadata: {name: ignition-api}
stringData: {apiKey: "stoker:s3cret"}
"""
RESOURCE = """
apiVersion: stoker.io/v1alpha1
kind: GatewaySync
metadata: {name: NAME}
spec:
  git: {repo: "REPO", ref: main}
  polling: {interval: 1h}
  gateway: {port: 8088, api: {secretName: ignition-api}}
  sync:
    profiles:
      default:
        mappings: [{source: projects, destination: projects}]
"""
POD = """
apiVersion: v1
kind: Pod
metadata: {name: NAME, annotations: {ANNOTATIONS}}
spec: {volumes: [{name: ignition-data, hostPath: {path: "DATA"}}]}
"""


def resource(name: str = "plant", repo: str = "file:///nowhere.git") -> str:
    """A GatewaySync document."""
    return RESOURCE.replace("NAME", name).replace("REPO", repo)


def pod(data: Path | str, name: str = "gw", annotations: str = "") -> str:
    """A Pod document; ``annotations`` is the inside of a YAML flow map."""
    return POD.replace("NAME", name).replace("ANNOTATIONS", annotations).replace("DATA", str(data))


def together(*documents: str) -> str:
    """Documents as one file."""
    return "\n---\n".join(documents)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write documents into one file and give its path."""

    def writer(*documents: str, name: str = "manifests.yaml") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(together(*documents))
        return path

    return writer
